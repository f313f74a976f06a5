"""Tables of registers, one file per noun."""

from tongban.foundation.registers.models.place import Dwelling, Place, PlaceAlias, PlaceCode, Premises
from tongban.foundation.registers.models.record import CompanyRecord, PersonRecord
from tongban.foundation.registers.models.register import Register, RegisterImport
from tongban.foundation.registers.models.resident import Household, Lease, Residence, Workplace

__all__ = [
    "CompanyRecord", "Dwelling", "Household", "Lease", "PersonRecord", "Place", "PlaceAlias", "PlaceCode", "Premises", "Register",
    "RegisterImport", "Residence", "Workplace",
]  # fmt: skip
