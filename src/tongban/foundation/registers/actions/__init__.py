"""What the office does with registers, addresses and residents; one file per noun."""

from tongban.foundation.registers.actions.contacts import correct_contact
from tongban.foundation.registers.actions.corrections import Corrected, correct_residence
from tongban.foundation.registers.actions.facts import Entry, Sought, answer_company, answer_fact, read_facts
from tongban.foundation.registers.actions.imports import (
    Origin,
    Trial,
    confirm_register_list,
    register_list_template,
    try_register_list,
)
from tongban.foundation.registers.actions.leases import (
    NewLease,
    check_lease,
    end_lease,
    extend_lease,
    let_to,
    register_lease,
    tell_ended_leases,
)
from tongban.foundation.registers.actions.list_addresses import take_back_address, tell_address
from tongban.foundation.registers.actions.list_settling import (
    Pair,
    Side,
    leave_out_the_rest,
    open_pairs,
    settle_row,
)
from tongban.foundation.registers.actions.list_taking import confirm_list, take_list
from tongban.foundation.registers.actions.list_trial import check_list
from tongban.foundation.registers.actions.list_undoing import undo_list, undo_taken_list
from tongban.foundation.registers.actions.places import (
    NewDwelling,
    NewPlace,
    add_alias,
    add_dwellings,
    add_place,
    assign_to_grid,
    give_code,
    record_premises,
    visit_dwelling,
)
from tongban.foundation.registers.actions.registers import connect_register, switch_register
from tongban.foundation.registers.actions.resident_lists import NewList, discard_list, try_list, upload_list
from tongban.foundation.registers.actions.residents import (
    NewResidence,
    confirm_residence,
    end_residence,
    form_household,
    open_resident,
    record_residence,
    record_workplace,
    refresh_copies,
)

__all__ = [
    "Corrected", "Entry", "NewDwelling", "NewLease", "NewList", "NewPlace", "NewResidence", "Origin", "Pair", "Side", "Sought", "Trial", "add_alias",
    "add_dwellings", "add_place", "answer_company", "answer_fact", "assign_to_grid", "check_lease", "check_list", "confirm_list", "confirm_register_list",
    "confirm_residence", "connect_register", "correct_contact", "correct_residence", "discard_list", "end_lease", "end_residence", "extend_lease", "form_household",
    "give_code", "leave_out_the_rest", "let_to", "open_pairs", "open_resident", "read_facts", "record_premises", "record_residence",
    "record_workplace", "refresh_copies", "register_lease", "register_list_template", "settle_row", "switch_register",
    "take_back_address", "take_list", "tell_address", "tell_ended_leases", "try_list", "try_register_list", "undo_list", "undo_taken_list", "upload_list",
    "visit_dwelling",
]  # fmt: skip
