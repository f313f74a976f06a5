"""Tables of registers, one file per noun."""

from tongban.foundation.registers.models.place import Dwelling, Place, PlaceAlias, PlaceCode, Premises
from tongban.foundation.registers.models.record import CompanyRecord, PersonRecord
from tongban.foundation.registers.models.register import Register, RegisterImport
from tongban.foundation.registers.models.resident import Household, Lease, Residence, Workplace
from tongban.foundation.registers.models.resident_list import (
    ListColumns,
    ListPart,
    ListPlace,
    ListRow,
    ResidentList,
)

__all__ = [
    "CompanyRecord", "Dwelling", "Household", "Lease", "ListColumns", "ListPart", "ListPlace", "ListRow", "PersonRecord", "Place",
    "PlaceAlias", "PlaceCode", "Premises", "Register", "RegisterImport", "Residence", "ResidentList", "Workplace",
]  # fmt: skip
