"""What the office does with credentials and seals; one file per noun."""

from tongban.foundation.credentials.actions.credentials import (
    EVERYWHERE,
    Reach,
    Subject,
    Verification,
    erase_with,
    issue,
    phone_code,
    revoke,
    verify,
)
from tongban.foundation.credentials.actions.keys import keep_keys_ready, prepare_keys, withdraw_key
from tongban.foundation.credentials.actions.papers import PaperVerification, verify_pdf
from tongban.foundation.credentials.actions.printing import Printed, print_cards, print_pass
from tongban.foundation.credentials.actions.seals import Sealed, Sealing, office_seal, seal_paper, withdraw_seal
from tongban.foundation.credentials.actions.trust import (
    adopt_root,
    draft_trust_lists,
    ensure_root,
    import_trust_lists,
    publish_trust_list,
    refresh_trust_list,
)
from tongban_verify.passes.code import Content

__all__ = [
    "EVERYWHERE", "Content", "PaperVerification", "Printed", "Reach", "Sealed", "Sealing", "Subject", "Verification", "adopt_root",
    "draft_trust_lists", "ensure_root", "erase_with", "import_trust_lists", "issue", "keep_keys_ready", "office_seal",
    "phone_code", "prepare_keys", "print_cards", "print_pass", "publish_trust_list", "refresh_trust_list", "revoke", "seal_paper", "verify",
    "verify_pdf", "withdraw_key", "withdraw_seal",
]  # fmt: skip
