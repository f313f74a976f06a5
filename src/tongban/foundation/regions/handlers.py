"""Moments regions answers."""

from tongban.foundation.regions.queries import active_schemas
from tongban.lib.jobs import jurisdictions_at_work


@jurisdictions_at_work.answer
def every_active_jurisdiction() -> list[str]:
    """Periodic jobs run for every active jurisdiction."""
    return active_schemas()
