"""Tables of parties, one file per noun."""

from tongban.foundation.parties.models.access import Correction, ListLook, Look
from tongban.foundation.parties.models.account import Account, CacheEntry
from tongban.foundation.parties.models.disclosure import Disclosure
from tongban.foundation.parties.models.membership import Delegation, Mandate, Membership
from tongban.foundation.parties.models.organisation import Organisation, Unit
from tongban.foundation.parties.models.person import Person
from tongban.foundation.parties.models.principal import AccessToken, ApiClient, Device
from tongban.foundation.parties.models.staff_import import StaffImport

__all__ = [
    "AccessToken", "Account", "ApiClient", "CacheEntry", "Correction", "Delegation", "Device", "Disclosure", "ListLook", "Look", "Mandate", "Membership",
    "Organisation", "Person", "StaffImport", "Unit",
]  # fmt: skip
