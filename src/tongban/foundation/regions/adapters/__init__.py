"""The outside of regions: PostgreSQL's schemas and roles, files of editions."""

from tongban.foundation.regions.adapters.editions import (
    EditionFile,
    copy_regions,
    digest_of,
    edition_path,
    packed_editions,
)
from tongban.foundation.regions.adapters.migrating import (
    applied_migrations,
    grant,
    lacks_rights,
    lock_migrations,
    migrate,
    unlock_migrations,
    wanted_migrations,
)

__all__ = [
    "EditionFile", "applied_migrations", "copy_regions", "digest_of", "edition_path", "grant", "lacks_rights", "lock_migrations",
    "migrate", "packed_editions", "unlock_migrations", "wanted_migrations",
]  # fmt: skip
