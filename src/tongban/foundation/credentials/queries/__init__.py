"""Reads of credentials, keys, lists, seals and papers; one file per noun."""

from tongban.foundation.credentials.queries.credentials import (
    TYPE_NAMES,
    credential_of,
    issue_leaf,
    revocation_leaf,
    signed_facts,
    subjects_of_ctis,
    valid_text,
    verdict_and_record,
    verdict_on,
)
from tongban.foundation.credentials.queries.keys import (
    city_of_current,
    key_leaf,
    known_keys,
    root_file,
    root_in_force,
    root_leaf,
    scope_of_current,
    seed_of,
    trusted_key,
    withdrawn_key_leaf,
)
from tongban.foundation.credentials.queries.lists import (
    Due,
    current_trust_list,
    draft_trust_list,
    offline_lists,
    open_current,
    signed_status_list,
    status_bits,
    status_numbers,
    trust_trouble,
    what_is_due,
)
from tongban.foundation.credentials.queries.papers import (
    paper_leaf,
    seal_leaf,
    seal_with,
    sealed_paper,
    spot_authorities,
    withdrawn_seal_leaf,
)

__all__ = [
    "TYPE_NAMES", "Due", "city_of_current", "credential_of", "current_trust_list", "draft_trust_list", "issue_leaf", "key_leaf", "known_keys",
    "offline_lists", "open_current", "paper_leaf", "revocation_leaf", "root_file", "root_in_force", "root_leaf", "scope_of_current",
    "seal_leaf", "seal_with", "sealed_paper", "seed_of", "signed_facts", "signed_status_list", "spot_authorities",
    "status_bits", "status_numbers", "subjects_of_ctis", "trust_trouble", "trusted_key", "valid_text", "verdict_and_record", "verdict_on", "what_is_due", "withdrawn_key_leaf", "withdrawn_seal_leaf",
]  # fmt: skip
