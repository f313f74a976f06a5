"""What the office does with people, organisations and rights; one file per noun."""

from tongban.foundation.parties.actions.accounts import claim_phone, clear_sessions, create_account, set_password
from tongban.foundation.parties.actions.memberships import grant_membership, withdraw_membership
from tongban.foundation.parties.actions.organisations import (
    NewOrganisation,
    NewUnit,
    create_organisation,
    create_unit,
)
from tongban.foundation.parties.actions.people import register_person, verify_at_counter

__all__ = [
    "NewOrganisation", "NewUnit", "claim_phone", "clear_sessions", "create_account", "create_organisation", "create_unit", "grant_membership",
    "register_person", "set_password", "verify_at_counter", "withdraw_membership",
]  # fmt: skip
