"""Reads of registers; one file per noun."""

from tongban.foundation.registers.queries.facts import residence_facts
from tongban.foundation.registers.queries.flows import Flow, flows_of, moved_in_month
from tongban.foundation.registers.queries.pictures import (
    Block,
    Cell,
    Freshness,
    Matrix,
    Profile,
    blocks_in,
    building_matrix,
    freshness_of,
    profile_of,
)
from tongban.foundation.registers.queries.places import (
    AddressFound,
    companies_at,
    companies_matching,
    dwelling_at,
    dwelling_visible_to,
    dwellings_unvisited,
    find_address,
    known_names,
    place_of_code,
    place_visible_to,
    places_matching,
    places_under,
)
from tongban.foundation.registers.queries.registers import RegisterFound, register_visible_to, registers_visible_to
from tongban.foundation.registers.queries.residents import (
    BOTH_SIDES,
    ResidentFound,
    homes_of_person,
    households_of_dwelling,
    lacking,
    leases_visible_to,
    own_record,
    people_living_with,
    present_not_registered,
    registered_not_present,
    residence_visible_to,
    residents_by_document,
    residents_by_phone,
    residents_of_dwelling,
    residents_of_dwellings,
    residents_visible_to,
    tenants_of,
    to_confirm,
    with_work,
)
from tongban.foundation.registers.queries.scopes import scope_of
from tongban.foundation.registers.rules.corrections import FACTS
from tongban.foundation.registers.rules.occupancy import KINDS, RELATIONS, STATES

__all__ = [
    "BOTH_SIDES",
    "FACTS", "KINDS", "RELATIONS", "STATES", "AddressFound", "Block", "Cell", "Flow", "Freshness", "Matrix", "Profile",
    "RegisterFound", "ResidentFound", "blocks_in", "building_matrix", "companies_at", "companies_matching",
    "dwelling_at", "dwelling_visible_to", "dwellings_unvisited", "find_address", "flows_of", "freshness_of", "homes_of_person", "households_of_dwelling", "known_names", "lacking",
    "leases_visible_to", "moved_in_month", "own_record", "people_living_with", "place_of_code", "place_visible_to", "places_matching", "places_under",
    "present_not_registered", "profile_of", "register_visible_to", "registered_not_present", "registers_visible_to",
    "residence_facts", "residence_visible_to", "residents_by_document", "residents_by_phone", "residents_of_dwelling", "residents_of_dwellings", "residents_visible_to", "scope_of",
    "tenants_of", "to_confirm", "with_work",
]  # fmt: skip
