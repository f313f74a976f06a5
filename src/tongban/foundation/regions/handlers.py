"""Moments regions answers."""

from tongban.foundation.regions.queries import active_schemas, editions
from tongban.lib.jobs import jurisdictions_at_work
from tongban.lib.words import T
from tongban.web.portal import Source, sources


@jurisdictions_at_work.answer
def every_active_jurisdiction() -> list[str]:
    """Periodic jobs run for every active jurisdiction."""
    return active_schemas()


@sources.answer
def region_sources() -> list[Source]:
    """The words the sources of region data must be shown with."""
    return [
        Source(e.title, e.licence, T("行政区划名称和代码：{words}", "Names and codes of regions: {words}").format(words=e.attribution))
        for e in editions()
    ]  # fmt: skip
