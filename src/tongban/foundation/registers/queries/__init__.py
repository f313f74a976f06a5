"""Reads of registers; one file per noun."""

from tongban.foundation.registers.queries.pictures import (
    Cell,
    Freshness,
    Matrix,
    Profile,
    building_matrix,
    freshness_of,
    profile_of,
)
from tongban.foundation.registers.queries.places import (
    AddressFound,
    companies_at,
    companies_matching,
    dwelling_visible_to,
    find_address,
    known_names,
    place_of_code,
    place_visible_to,
    places_matching,
    places_under,
)
from tongban.foundation.registers.queries.registers import RegisterFound, register_visible_to, registers_visible_to
from tongban.foundation.registers.queries.residents import (
    ResidentFound,
    households_of_dwelling,
    leases_visible_to,
    present_not_registered,
    registered_not_present,
    residents_by_document,
    residents_by_phone,
    residents_of_dwelling,
    residents_visible_to,
    to_confirm,
)

__all__ = [
    "AddressFound", "Cell", "Freshness", "Matrix", "Profile", "RegisterFound", "ResidentFound", "building_matrix", "companies_at",
    "companies_matching", "dwelling_visible_to", "find_address", "freshness_of", "households_of_dwelling", "known_names",
    "leases_visible_to", "place_of_code", "place_visible_to", "places_matching", "places_under", "present_not_registered",
    "profile_of", "register_visible_to", "registered_not_present", "registers_visible_to", "residents_by_document",
    "residents_by_phone", "residents_of_dwelling", "residents_visible_to", "to_confirm",
]  # fmt: skip
