"""What the office does with people, organisations and rights; one file per noun."""

from tongban.foundation.parties.actions.accounts import (
    claim_phone,
    clear_sessions,
    create_account,
    set_password,
)
from tongban.foundation.parties.actions.companies import (
    CLAIMABLE,
    Licence,
    claim_organisation,
    record_from_licence,
    set_legal_representative,
)
from tongban.foundation.parties.actions.desks import (
    act_for,
    choose_desk,
)
from tongban.foundation.parties.actions.disclosures import (
    ListOrder,
    Order,
    ask_disclosure,
    ask_list,
    decline_disclosure,
    open_disclosure,
    read_disclosure,
    read_list,
)
from tongban.foundation.parties.actions.identity import (
    CORRECTABLE,
    change_address,
    identity_from_provider,
    link_account_at_counter,
    request_correction,
    settle_correction,
    state_identity,
)
from tongban.foundation.parties.actions.imports import (
    COLUMNS,
    Trial,
    confirm_staff_list,
    staff_list_template,
    try_staff_list,
)
from tongban.foundation.parties.actions.lists import (
    give_up_people,
    take_in_people,
)
from tongban.foundation.parties.actions.looks import (
    record_list_look,
    record_look,
    record_looks,
)
from tongban.foundation.parties.actions.mandates import (
    Grantor,
    NewMandate,
    accept_mandate,
    grant_mandate,
    withdraw_mandate,
)
from tongban.foundation.parties.actions.memberships import (
    delegate_membership,
    grant_membership,
    withdraw_delegation,
    withdraw_membership,
)
from tongban.foundation.parties.actions.organisations import (
    NewOrganisation,
    NewUnit,
    create_many_units,
    create_organisation,
    create_unit,
)
from tongban.foundation.parties.actions.people import (
    record_phone,
    register_people,
    register_person,
    verify_at_counter,
)
from tongban.foundation.parties.actions.principals import (
    DEVICE_KINDS,
    NewClient,
    activate_device,
    create_client,
    end_token,
    enrol_device,
    issue_token,
    mark_used,
    revoke_client,
    revoke_device,
    rotate_client,
)
from tongban.foundation.parties.actions.second_factors import recrypt_second_factors
from tongban.foundation.parties.rules import Particulars, Term

__all__ = [
    "CLAIMABLE",
    "COLUMNS",
    "CORRECTABLE",
    "DEVICE_KINDS",
    "Grantor",
    "Licence",
    "ListOrder",
    "NewClient",
    "NewMandate",
    "NewOrganisation",
    "NewUnit",
    "Order",
    "Particulars",
    "Term",
    "Trial",
    "accept_mandate",
    "act_for",
    "activate_device",
    "ask_disclosure",
    "ask_list",
    "change_address",
    "choose_desk",
    "claim_organisation",
    "claim_phone",
    "clear_sessions",
    "confirm_staff_list",
    "create_account",
    "create_client",
    "create_many_units",
    "create_organisation",
    "create_unit",
    "decline_disclosure",
    "delegate_membership",
    "end_token",
    "enrol_device",
    "give_up_people",
    "grant_mandate",
    "grant_membership",
    "identity_from_provider",
    "issue_token",
    "link_account_at_counter",
    "mark_used",
    "open_disclosure",
    "read_disclosure",
    "read_list",
    "record_from_licence",
    "record_list_look",
    "record_look",
    "record_looks",
    "record_phone",
    "recrypt_second_factors",
    "register_people",
    "register_person",
    "request_correction",
    "revoke_client",
    "revoke_device",
    "rotate_client",
    "set_legal_representative",
    "set_password",
    "settle_correction",
    "staff_list_template",
    "state_identity",
    "take_in_people",
    "try_staff_list",
    "verify_at_counter",
    "withdraw_delegation",
    "withdraw_mandate",
    "withdraw_membership",
]
