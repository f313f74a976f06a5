"""Reads of the address tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.foundation.regions.queries import children_of, region_by_code, regions_matching
from tongban.foundation.registers.models import CompanyRecord, Dwelling, Place, PlaceAlias, PlaceCode, Premises
from tongban.foundation.registers.queries.scopes import scope_of, within
from tongban.foundation.registers.rules.addresses import Address, Known, check_address
from tongban.foundation.registers.rules.places import COMMUNITY_DIGITS, mark_order
from tongban.lib.actors import Actor, system
from tongban.lib.name_search import name_query
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

VIEW = "registers.view_places"
MOST_NUMBERED = 2_000  # a room number returns in every building and unit of a community
MOST_FOUND = 50


def places_under(by: Actor, *, area: str = "", parent_id: UUID | None = None, level: str = "") -> list[Place]:
    """What stands right under a place, or right in an area when none is given; by number, 2 before 10."""
    scope = scope_of(by, VIEW, area)
    found = Place.objects.filter(ended_on__isnull=True, **within(scope))
    if parent_id is not None:
        found = found.filter(parent_id=parent_id)
    elif not level:
        found = found.filter(parent__isnull=True)
    if level:
        found = found.filter(level=level)
    return sorted(found[:2000], key=lambda place: (place.level, mark_order(place.mark)))


def places_matching(by: Actor, term: str, *, area: str = "", level: str = "", limit: int = 20) -> list[Place]:
    """Places of an area whose name or other name answers to a term: 示例小区, slxq, its former name; the nearest first."""
    scope = scope_of(by, VIEW, area)
    if not term.strip():
        return []
    aliases = PlaceAlias.objects.filter(name_query(term, personal=False), **within(scope))
    wanted = name_query(term, personal=False) | Q(pk__in=aliases.values("place_id"))
    found = Place.objects.filter(wanted, ended_on__isnull=True, **within(scope))
    if level:
        found = found.filter(level=level)
    rows = list(found.order_by("name_pinyin", "name")[: min(limit, MOST_FOUND)])
    text = term.strip()
    return sorted(rows, key=lambda place: (place.name != text, not place.name.startswith(text)))


def place_visible_to(by: Actor, place_id: UUID, *, level: str = "") -> Place:
    """One place of one's area."""
    scope = scope_of(by, VIEW)
    found = Place.objects.filter(pk=place_id, **within(scope))
    place = (found.filter(level=level) if level else found).select_related("parent").first()
    if place is None:
        raise not_found(T("这个地点", "This place"))
    return place


def dwelling_visible_to(by: Actor, dwelling_id: UUID) -> Dwelling:
    """One dwelling of one's area."""
    scope = scope_of(by, VIEW)
    found = Dwelling.objects.filter(pk=dwelling_id, **within(scope)).select_related("place", "building").first()
    if found is None:
        raise not_found(T("这处房屋", "This dwelling"))
    return found


def dwellings_of(by: Actor, place_id: UUID) -> list[Dwelling]:
    """The dwellings right under a place of one's area, by number: what is pointed at; nothing about who lives there."""
    scope = scope_of(by, VIEW)
    found = Dwelling.objects.filter(place_id=place_id, ended_on__isnull=True, **within(scope))
    return sorted(found[:MOST_NUMBERED], key=lambda one: mark_order(one.mark))


def dwellings_unvisited(by: Actor, *, area: str = "") -> QuerySet[Dwelling]:
    """Homes of an area nobody visited yet, in the order of their addresses."""
    scope = scope_of(by, VIEW, area)
    found = Dwelling.objects.filter(collected_at__isnull=True, ended_on__isnull=True, use="home", **within(scope))
    return found.order_by("area_code", "address", "pk")


def place_of_code(by: Actor, authority: str, code: str) -> PlaceCode | None:
    """What an authority's code stands for now, if it lies in one's area."""
    scope = scope_of(by, VIEW)
    found = PlaceCode.objects.filter(authority=authority, code=code.strip().upper(), valid_to__isnull=True)
    row = found.select_related("place", "dwelling").first()
    held = row and (row.place or row.dwelling)
    return row if held and held.area_code.startswith(scope) else None


def known_names(area: str) -> Known:
    """Names the parser may rely on around an area: its townships and communities, its county and prefecture."""
    names: dict[str, list[str]] = {}
    for level, code in (
        ("prefecture", area[:4]),
        ("county", area[:6]),
        ("township", area[:9]),
        ("community", area[:12]),
    ):
        if len(code) < {"prefecture": 4, "county": 6, "township": 9, "community": 12}[level]:
            continue
        found = region_by_code(code)
        names[level] = [found.name] if found else []
    if len(area) == 6:
        townships = list(children_of(area))
        names["township"] = [one.name for one in townships]
    elif len(area) == 9:
        names["community"] = [one.name for one in children_of(area)]
    return {level: both_forms(found) for level, found in names.items() if found}


def both_forms(names: Iterable[str]) -> list[str]:
    """凤凰社区居民委员会 is also said 凤凰社区; 南城街道办事处 also 南城街道."""
    ends = ("居民委员会", "居委会", "村民委员会", "村委会", "办事处", "人民政府")
    both: list[str] = []
    for name in names:
        short = next((name.removesuffix(end) for end in ends if name.endswith(end)), name)
        # 永兴村委会 becomes 永兴, which people write 永兴村.
        if name.endswith(("村委会", "村民委员会")) and not short.endswith("村"):
            short += "村"
        both += [short, name] if short != name else [name]
    return both


@dataclass(frozen=True, slots=True)
class AddressFound:
    """A raw address taken apart, and the dwellings it may mean: one is sure, several are to choose from."""

    address: Address
    places: list[Place]
    dwellings: list[Dwelling]


def find_address(by: Actor, raw: str, *, area: str = "") -> AddressFound:
    """The places and dwellings of an area a raw address may mean, by names, other names and numbers."""
    scope = scope_of(by, VIEW, area)
    address = check_address(raw, known={**known_names(scope), "places": _estates_of(scope)})
    scope = _narrowed(scope, address)
    tops = _tops(address, scope)
    buildings = _buildings(address, tops, scope)
    dwellings = _dwellings(address, buildings or tops, scope)
    return AddressFound(address, buildings or tops, dwellings)


def _estates_of(scope: str) -> list[str]:
    """The estates of a community or township by name: 凤凰花园 in 凤凰社区 is not 花园."""
    if len(scope) < 9:  # more than a township: too many to look through
        return []
    found = Place.objects.filter(level="estate", ended_on__isnull=True, **within(scope[:COMMUNITY_DIGITS]))
    return list(found.values_list("name", flat=True))


def dwelling_at(raw: str) -> Dwelling:
    """The one dwelling an address means, as residents type it; nothing about who lives there. Refused unless it is sure."""
    found = find_address(system("registers.addresses", channel="web"), raw[:200]).dwellings
    standing = [one for one in found if one.ended_on is None]
    if len(standing) == 1:
        return standing[0]
    if not standing:
        raise Refusal("address_unknown", T("没有找到这个地址。请写到小区、楼栋、单元和房号，例如“示例小区7栋1单元101”；还是找不到，请联系社区登记。",
                      "This address is not known. Write estate, building, unit and room; if it is still not found, ask the community to record it."),
                      field="address")  # fmt: skip
    several = "；".join(one.address for one in standing[:5])
    raise Refusal("address_ambiguous", T("有几处房屋都像这个地址，请写完整：{several}", "Several dwellings fit, please be exact: {several}").format(several=several),
                  field="address")  # fmt: skip


def dwellings_numbered(area: str, mark: str) -> list[Dwelling]:
    """Dwellings of an area with this room or house number, in whichever building; nothing about who lives there."""
    found = Dwelling.objects.filter(mark__iexact=mark, ended_on__isnull=True, **within(area))
    return list(found.select_related("place", "building").order_by("pk")[:MOST_NUMBERED])


def _narrowed(scope: str, address: Address) -> str:
    """The community an address names, where a wider area holds just one of that name."""
    if len(scope) >= COMMUNITY_DIGITS or not address.community:
        return scope
    found = regions_matching(address.community, within=scope, level="community")
    codes = {one.code for one in found if address.community in both_forms([one.name])}
    return codes.pop() if len(codes) == 1 else scope


def _tops(address: Address, scope: str) -> list[Place]:
    """The estates, groups or lone buildings the address names."""
    found = Place.objects.filter(ended_on__isnull=True, **within(scope[:COMMUNITY_DIGITS]))
    if address.group:
        return list(found.filter(level="group", mark=address.group)[:MOST_FOUND])
    name = address.estate
    if not name and address.number:
        end = f"{address.road}{address.number}号"
        return list(found.filter(Q(address__endswith=end) | Q(name=end), level__in=("estate", "building"))[:MOST_FOUND])
    if not name:
        return []
    alias = PlaceAlias.objects.filter(place=OuterRef("pk"), name=name)
    return list(found.filter(Q(name=name) | Exists(alias), level__in=("estate", "building"))[:MOST_FOUND])


def _buildings(address: Address, tops: list[Place], scope: str) -> list[Place]:
    if not address.building or not tops:
        return []
    parents = [place.pk for place in tops if place.level == "estate"]
    found = Place.objects.filter(parent__in=parents, level="building", mark=address.building, ended_on__isnull=True)
    rows = list(found.filter(**within(scope))[:MOST_FOUND])
    if not address.unit or not rows:
        return rows
    units = Place.objects.filter(parent__in=rows, level="unit", mark=address.unit, ended_on__isnull=True)
    return list(units[:MOST_FOUND]) or rows


def _dwellings(address: Address, places: list[Place], scope: str) -> list[Dwelling]:
    mark = address.room or address.house
    if not mark or not places:
        return []
    ids = [place.pk for place in places]
    found = Dwelling.objects.filter(mark=mark.upper(), ended_on__isnull=True, **within(scope))
    return list(found.filter(Q(place__in=ids) | Q(building__in=ids)).select_related("place", "building")[:MOST_FOUND])


def companies_at(
    by: Actor, *, area: str = "", dwelling_id: UUID | None = None, place_id: UUID | None = None
) -> QuerySet[Premises]:
    """Companies at a dwelling, a place or in an area, by name."""
    scope = scope_of(by, VIEW, area)
    found = Premises.objects.filter(until__isnull=True, **within(scope)).select_related("company", "dwelling", "place")
    if dwelling_id is not None:
        found = found.filter(dwelling_id=dwelling_id)
    if place_id is not None:
        found = found.filter(Q(place_id=place_id) | Q(dwelling__building_id=place_id) | Q(dwelling__place_id=place_id))
    return found.order_by("company__name_pinyin", "company__name")


def companies_matching(by: Actor, term: str, *, area: str = "") -> QuerySet[CompanyRecord]:
    """Companies of the register in an area whose name answers to a term."""
    scope = scope_of(by, VIEW, area)[:COMMUNITY_DIGITS]
    found = CompanyRecord.objects.filter(name_query(term, personal=False), region_code__startswith=scope)
    return found.order_by("name_pinyin", "name")
