"""Reads of parties; one file per noun."""

from tongban.foundation.parties.queries.access import (
    SESSION_MEMBERSHIP,
    SESSION_SECOND_FACTOR,
    actor_of_account,
    actor_of_token,
    delegations_in_force,
    memberships_in_force,
    nobody,
    require,
    token_hash,
    with_membership,
)
from tongban.foundation.parties.queries.clients import client_in_force, clients_in_force
from tongban.foundation.parties.queries.demo import DEMO_PASSWORD, DemoLogin, demo_account, demo_logins
from tongban.foundation.parties.queries.mandates import (
    Standing,
    mandates_in_force,
    may_act_for,
    organisations_acted_for,
)
from tongban.foundation.parties.queries.organisations import organisation_by_uscc, unit_for
from tongban.foundation.parties.queries.people import Contacts, account_by_phone, contacts_of, person_by_document

__all__ = [
    "DEMO_PASSWORD",
    "SESSION_MEMBERSHIP",
    "SESSION_SECOND_FACTOR",
    "Contacts",
    "DemoLogin",
    "Standing",
    "account_by_phone",
    "actor_of_account",
    "actor_of_token",
    "client_in_force", "clients_in_force", "contacts_of",
    "delegations_in_force",
    "demo_account",
    "demo_logins",
    "mandates_in_force",
    "may_act_for",
    "memberships_in_force",
    "nobody",
    "organisation_by_uscc",
    "organisations_acted_for",
    "person_by_document",
    "require",
    "token_hash",
    "unit_for",
    "with_membership",
]  # fmt: skip
