"""Reads of regions: which jurisdiction a host name leads to, which region a code names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from tongban.foundation.regions.models import Edition, Host, Jurisdiction, Region
from tongban.foundation.regions.rules.codes import LEVELS, beginning_of, check_level, normalised, parent_of, prefix_of
from tongban.foundation.regions.rules.editions import Head, read_cover
from tongban.foundation.regions.rules.reconcile import Span
from tongban.lib.fields import unseal
from tongban.lib.jurisdictions import enter, require_current
from tongban.lib.name_search import name_query
from tongban.lib.words import T

KEY_CHECK = "regions.jurisdiction.key_check"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request is: the jurisdiction, and the region its portal speaks for."""

    schema: str
    code: str
    name: T
    region_code: str
    region_name: T


# Whose codes the house itself works with: only the Bureau's reach down to communities.
HOUSE_AUTHORITY = "nbs"
# Rows of the Bureau that group districts or counties and name no place.
GROUPING = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
MOST_FOUND = 100

_KEEP_SECONDS = 30.0
_lock = Lock()
_places: tuple[float, dict[str, Place], list[Place]] | None = None


def forget_places() -> None:
    """Read the list of jurisdictions anew at the next request of this process."""
    global _places
    _places = None


def _load() -> tuple[float, dict[str, Place], list[Place]]:
    global _places
    with _lock:
        if _places is None or _places[0] < time.monotonic():
            by_host: dict[str, Place] = {}
            own: list[Place] = []
            active = Jurisdiction.objects.filter(state=Jurisdiction.State.ACTIVE).order_by("code")
            for found in active:
                name = T(found.name_zh, found.name_en)
                own.append(Place(found.schema, found.code, name, found.code, name))
            for host in Host.objects.filter(jurisdiction__in=active).select_related("jurisdiction"):
                parent = host.jurisdiction
                by_host[host.hostname] = Place(
                    parent.schema, parent.code, T(parent.name_zh, parent.name_en),
                    host.region_code, T(host.name_zh, host.name_en),
                )  # fmt: skip
            _places = (time.monotonic() + _KEEP_SECONDS, by_host, own)
        return _places


def place_of_host(hostname: str, default_code: str = "") -> Place | None:
    """The place a host name leads to; a name nobody registered leads to the default, or to the only one there is."""
    _, by_host, own = _load()
    found = by_host.get(hostname.lower())
    if found is not None:
        return found
    if hostname.endswith(".localhost"):
        return None  # a name made up for one jurisdiction must not show another one
    if default_code:
        return next((place for place in own if place.code == default_code), None)
    return own[0] if len(own) == 1 else None


def active_schemas() -> list[str]:
    """Schema names of all active jurisdictions, in order of their codes."""
    return list(
        Jurisdiction.objects.filter(state=Jurisdiction.State.ACTIVE).order_by("code").values_list("schema", flat=True)
    )


def jurisdiction_by_code(code: str) -> Jurisdiction | None:
    """The jurisdiction with this code."""
    return Jurisdiction.objects.filter(code=code).first()


def code_of_schema(schema: str) -> str:
    """The code of the jurisdiction that lives in a schema."""
    for place in _load()[2]:
        if place.schema == schema:
            return place.code
    return Jurisdiction.objects.values_list("code", flat=True).get(schema=schema)


def main_host() -> str:
    """The host name that speaks for the whole current jurisdiction, else its first; localhost without any."""
    found = Jurisdiction.objects.get(schema=require_current())
    names = dict(found.hosts.order_by("hostname").values_list("region_code", "hostname"))
    return names.get(found.code) or next(iter(names.values()), "localhost")


def name_of_current() -> T:
    """The name of the current jurisdiction."""
    schema = require_current()
    for place in _load()[2]:
        if place.schema == schema:
            return place.name
    found = Jurisdiction.objects.get(schema=schema)
    return T(found.name_zh, found.name_en)


def check_keys() -> None:
    """Raise KeyFileError unless the key file is the one every jurisdiction was written with."""
    for found in Jurisdiction.objects.filter(state=Jurisdiction.State.ACTIVE):
        with enter(found.schema):
            unseal(bytes(found.key_check), KEY_CHECK)


def in_force(on: date | None) -> Q:
    """The condition for regions in force on a day, now when none is given; an unknown beginning counts as long ago."""
    if on is None:
        return Q(valid_to__isnull=True)
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    return begun & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def region_by_code(code: str, *, authority: str = HOUSE_AUTHORITY, on: date | None = None) -> Region | None:
    """The region an authority gives this code on a day (now when none is given); refuses what is no code."""
    return Region.objects.filter(in_force(on), authority=authority, code=prefix_of(code)).first()


def children_of(code: str, *, authority: str = HOUSE_AUTHORITY, on: date | None = None) -> QuerySet[Region]:
    """The regions right under one, by code; "" gives the provinces."""
    parent = prefix_of(code) if code else ""
    return Region.objects.filter(in_force(on), authority=authority, parent_code=parent).order_by("code")


def paths_of(regions: Iterable[Region], *, on: date | None = None) -> dict[UUID, list[Region]]:
    """Each region's way down from its province, itself last, by id; one query for all of them."""
    found = list(regions)
    codes = {region.code[:length] for region in found for length in (2, 4, 6, 9) if len(region.code) > length}
    authorities = {region.authority for region in found}
    above = Region.objects.filter(in_force(on), authority__in=authorities, code__in=codes)
    by_code = {(region.authority, region.code): region for region in above}
    return {region.id: _path(region, by_code) for region in found}


def _path(region: Region, by_code: dict[tuple[str, str], Region]) -> list[Region]:
    path = [region]
    # A parent that had ended by that day is passed over: what its digits name above it still holds.
    parent = region.parent_code
    while parent:
        found = by_code.get((region.authority, parent))
        if found:
            path.append(found)
        parent = found.parent_code if found else prefix_of(parent_of(parent) or "") if len(parent) > 2 else ""
    return path[::-1]


def path_of(code: str, *, authority: str = HOUSE_AUTHORITY, on: date | None = None) -> list[Region]:
    """The way from the province down to a code (四川省, 泸州市, 江阳区); empty for a code that is not in force."""
    region = region_by_code(code, authority=authority, on=on)
    return paths_of([region], on=on)[region.id] if region else []


def path_name(path: Iterable[Region]) -> T:
    """A path as one line; the Bureau's rows that only group districts (市辖区) are not said."""
    names = [region.title for region in path if region.name not in GROUPING]
    return T(" / ".join(name.zh for name in names), " / ".join(name.en for name in names))


def regions_matching(
    term: str, *, authority: str = HOUSE_AUTHORITY, within: str = "", level: str = "", on: date | None = None,
    limit: int = 20,
) -> list[Region]:  # fmt: skip
    """Regions answering to 江阳, jiangyang, jyq or the beginning of a code; the best known first.

    ``within`` is a region's code, ``level`` one of province … community.
    """
    text = term.strip()
    if not text:
        return []
    is_code = text.isascii() and text.isdigit()
    wanted = Q(code__startswith=beginning_of(text)) if is_code else name_query(text, personal=False)
    found = Region.objects.filter(in_force(on), wanted, authority=authority)
    if within:
        found = found.filter(code__startswith=prefix_of(within))
    if level:
        found = found.filter(level=Region.Level[check_level(level).upper()])
    nearness = Case(When(name=text, then=0), When(name__startswith=text, then=1), default=2)
    return list(found.order_by(nearness, "level", "code")[: min(limit, MOST_FOUND)])


def region_names(codes: Iterable[str], *, authority: str = HOUSE_AUTHORITY, on: date | None = None) -> dict[str, T]:
    """The names of many codes in both languages, by the code as it was given; unknown ones are left out."""
    asked = {code: prefix_of(code) for code in codes}
    rows = Region.objects.filter(in_force(on), authority=authority, code__in=set(asked.values()))
    names = {region.code: region.title for region in rows}
    return {code: names[prefix] for code, prefix in asked.items() if prefix in names}


def region_name(code: str, *, authority: str = HOUSE_AUTHORITY, on: date | None = None) -> T | None:
    """The name of a code in Chinese and English."""
    return region_names([code], authority=authority, on=on).get(code)


def editions() -> QuerySet[Edition]:
    """The editions loaded, the newest of each authority first."""
    return Edition.objects.order_by("authority", "-published", "-loaded_at")


def parents_elsewhere(head: Head) -> frozenset[str]:
    """Codes in force that may be parents in an edition although it does not have to list them itself."""
    rows = Region.objects.filter(in_force(None), authority=head.authority, level__lt=Region.Level.COMMUNITY)
    return frozenset(
        normalised(code)
        for code, level in rows.values_list("code", "level")
        if not any(cover.holds(code, LEVELS[level - 1]) for cover in head.covers)
    )


def covered_before(authority: str) -> Callable[[str, str], bool]:
    """Whether editions of an authority loaded so far were complete at a prefix and level."""
    texts = Edition.objects.filter(authority=authority).values_list("covers", flat=True)
    covers = [read_cover(part) for text in texts for part in text.split()]
    return lambda prefix, level: any(cover.holds(prefix, level) for cover in covers)


def spans_on_record(authority: str) -> Iterator[Span]:
    """Everything on record of an authority, in the order of codes, read in pieces."""
    rows = Region.objects.filter(authority=authority).order_by("code")
    columns = rows.values_list("id", "code", "name", "parent_code", "valid_from", "valid_to")
    for row_id, code, name, parent, since, until in columns.iterator(chunk_size=5_000):
        yield Span(row_id, normalised(code), name, normalised(parent) if parent else "", since, until)
