"""Keeping the address tree: places, names, codes, grids, dwellings, companies at an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.foundation.regions.queries import children_of, region_by_code
from tongban.foundation.registers.hooks import KEEP_PLACES
from tongban.foundation.registers.models import (
    CompanyRecord,
    Dwelling,
    Household,
    Lease,
    Place,
    PlaceAlias,
    PlaceCode,
    Premises,
    Residence,
)
from tongban.foundation.registers.rules.addresses import floor_of
from tongban.foundation.registers.rules.places import COMMUNITY_DIGITS, PARENTS, check_code, check_mark, grid_code
from tongban.lib.actors import Actor
from tongban.lib.names import tidy_name
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

PLACE = T("这个地点", "This place")
DWELLING = T("这处房屋", "This dwelling")
_SUFFIX = {"building": "栋", "unit": "单元", "group": "组"}


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place to add; ``mark`` is a grid's number, a building's, a unit's; ``name`` may be empty where a mark says it."""

    level: str
    name: str = ""
    mark: str = ""
    community: str = ""
    parent_id: UUID | None = None
    grid_id: UUID | None = None
    address: str = ""
    floor_count: int | None = None
    grid_kind: str = ""
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class NewDwelling:
    """A room or house to add; its floor follows from the room's number unless it is said."""

    mark: str
    floor: int | None = None
    use: str = "home"


def lock_place(place_id: UUID, by: Actor) -> Place:
    """A place one may keep, held until the transaction ends."""
    place = Place.objects.select_for_update().filter(pk=place_id).first()
    require(by, KEEP_PLACES)
    if place is None or not place.area_code.startswith(by.region):
        raise not_found(PLACE)
    return place


@transaction.atomic
def add_place(new: NewPlace, *, by: Actor) -> Place:
    """Add a grid, estate, group, building or unit; its mark is taken once among its neighbours."""
    parent = lock_place(new.parent_id, by) if new.parent_id else None
    grid = _grid(new.grid_id, by) if new.grid_id else None
    community = _community(new, parent)
    require(by, KEEP_PLACES, region=parent.area_code if parent else community)
    _check_place(new, parent, grid, community)
    area = grid.area_code if grid else parent.area_code if parent else community
    mark = new.mark or new.name
    if new.level == "grid":
        area = mark = grid_code(community, new.mark)
    elif new.level in ("building", "unit"):
        mark = check_mark(new.mark)
    name = tidy_name(new.name) or f"{mark}{_SUFFIX.get(new.level, '')}"
    place = Place(
        level=new.level, parent=parent, name=name[:200], mark=mark[:40], area_code=area,
        grid_kind=new.grid_kind or ("base" if new.level == "grid" else ""),
        address=(new.address or _address_under(parent, name))[:200], floor_count=new.floor_count,
        is_sample=new.is_sample,
    )  # fmt: skip
    try:
        with transaction.atomic():
            place.save()
    except IntegrityError:
        raise Refusal("place_exists", T("这里已经有“{name}”。", "“{name}” is there already.").format(name=name[:60]),
                      field="mark", status=409) from None  # fmt: skip
    return place


def _community(new: NewPlace, parent: Place | None) -> str:
    code = parent.area_code[:COMMUNITY_DIGITS] if parent else new.community
    # Communities are on record for some counties only: where a township's are, this must be one of them.
    known = len(code) == COMMUNITY_DIGITS and (region_by_code(code) or not children_of(code[:9]).exists())
    if not known:
        raise Refusal("community_unknown", T("请填写社区或村的 12 位区划代码。", "Enter the 12 digits of a community."),
                      field="community")  # fmt: skip
    return code


def _check_place(new: NewPlace, parent: Place | None, grid: Place | None, community: str) -> None:
    allowed = PARENTS.get(new.level)
    if allowed is None:
        raise Refusal("level_unknown", T("请选择地点的层级。", "Choose the level of the place."), field="level")
    if (parent.level if parent else None) not in allowed or (parent and parent.ended_on):
        raise Refusal("parent_wrong", T("这一级不能放在这里。", "This level does not stand there."), field="parent_id")
    if grid is not None and grid.area_code[:COMMUNITY_DIGITS] != community:
        raise Refusal("grid_elsewhere", T("网格不在这个社区。", "The grid is of another community."), field="grid_id")
    if not (new.name.strip() or new.mark.strip()):
        raise Refusal("name_missing", T("请填写名称或编号。", "Enter a name or number."), field="name")
    if (new.grid_kind or "base") not in Place.GridKind.values or (new.grid_kind and new.level != "grid"):
        raise Refusal("grid_kind_unknown", T("请选择网格类别。", "Choose the kind of grid."), field="grid_kind")


def _grid(grid_id: UUID, by: Actor) -> Place:
    grid = Place.objects.filter(pk=grid_id, level="grid", ended_on__isnull=True).first()
    if grid is None:
        raise not_found(T("这个网格", "This grid"))
    return grid


def _address_under(parent: Place | None, name: str) -> str:
    return f"{parent.address if parent else ''}{name}"


@transaction.atomic
def add_alias(place_id: UUID, name: str, *, by: Actor) -> PlaceAlias:
    """Record another name of a place; saying it twice changes nothing."""
    place = lock_place(place_id, by)
    text = tidy_name(name)[:200]
    if len(text) < 2:
        raise Refusal(
            "name_missing", T("请填写别名，至少两个字。", "Enter the name, at least two characters."), field="name"
        )
    found, _ = PlaceAlias.objects.get_or_create(place=place, name=text, defaults={"area_code": place.area_code})
    return found


@transaction.atomic
def give_code(
    thing: tuple[str, UUID], authority: str, code: str, *, valid_from: date | None = None, by: Actor
) -> PlaceCode:
    """Record the code an authority gives a place or dwelling; what it had of that authority ends on that day.

    ``thing`` is ("place", id) or ("dwelling", id). A code stands for one thing at a time.
    """
    kind, thing_id = thing
    held: Place | Dwelling = lock_place(thing_id, by) if kind == "place" else lock_dwelling(thing_id, by)
    text = check_code(authority, code)
    owner = {kind: held}
    day = valid_from or timezone.localdate()
    open_one = PlaceCode.objects.filter(authority=authority, valid_to__isnull=True, **owner).first()
    if open_one is not None and open_one.code == text:
        return open_one
    if open_one is not None:
        if open_one.valid_from is not None and open_one.valid_from >= day:
            raise Refusal("code_order", T("新编码的启用日期必须晚于原编码。", "The new code must begin after the old one."),
                          field="valid_from")  # fmt: skip
        open_one.valid_to = day
        open_one.save(update_fields=["valid_to"])
    try:
        with transaction.atomic():
            return PlaceCode.objects.create(authority=authority, code=text, valid_from=valid_from, **owner)
    except IntegrityError:
        raise Refusal(
            "code_taken", T("这个编码已经用在别处。", "Another place has this code."), field="code", status=409
        ) from None


def lock_dwelling(dwelling_id: UUID, by: Actor, capability: str = KEEP_PLACES) -> Dwelling:
    """A dwelling one may write to, held until the transaction ends."""
    dwelling = Dwelling.objects.select_for_update().filter(pk=dwelling_id).first()
    require(by, capability)
    if dwelling is None or not dwelling.area_code.startswith(by.region):
        raise not_found(DWELLING)
    return dwelling


@transaction.atomic
def add_dwellings(place_id: UUID, many: Sequence[NewDwelling], *, by: Actor) -> list[Dwelling]:
    """Add rooms to a unit, building, estate or group; all of them or none."""
    place = lock_place(place_id, by)
    if place.level == "grid" or place.ended_on:
        raise Refusal("parent_wrong", T("房屋要放在单元、楼栋、小区或小组里。", "A dwelling stands in a unit, building, estate or group."),
                      field="place_id")  # fmt: skip
    building_id = place.pk if place.level == "building" else place.parent_id if place.level == "unit" else None
    rows = []
    for new in many:
        mark = check_mark(new.mark)
        if new.use not in Dwelling.Use.values:
            raise Refusal("use_unknown", T("请选择房屋用途。", "Choose what it is used for."), field="use")
        floor = new.floor if new.floor is not None else floor_of(mark)
        suffix = "号" if place.level == "group" else "室"
        rows.append(
            Dwelling(
                place=place, building_id=building_id, floor=floor if building_id else None, mark=mark,
                area_code=place.area_code, address=f"{place.address}{mark}{suffix}"[:200], use=new.use,
                is_sample=place.is_sample,
            )
        )  # fmt: skip
    try:
        with transaction.atomic():
            return Dwelling.objects.bulk_create(rows, batch_size=1000)
    except IntegrityError:
        raise Refusal("dwelling_exists", T("其中有房号已经登记过。", "One of these numbers is recorded already."), field="mark",
                      status=409) from None  # fmt: skip


@transaction.atomic
def visit_dwelling(dwelling_id: UUID, *, by: Actor) -> Dwelling:
    """Record that somebody was there and asked: from now on an empty dwelling is vacant, not unknown."""
    dwelling = lock_dwelling(dwelling_id, by)
    dwelling.collected_at, dwelling.collected_by = timezone.now(), by.name[:120]
    dwelling.save(update_fields=["collected_at", "collected_by"])
    return dwelling


@transaction.atomic
def assign_to_grid(building_id: UUID, grid_id: UUID, *, by: Actor) -> int:
    """Put a building with everything in it into a grid of its community; how many dwellings moved."""
    building = lock_place(building_id, by)
    grid = _grid(grid_id, by)
    require(by, KEEP_PLACES, region=grid.area_code)
    if building.level not in ("building", "group"):
        raise Refusal(
            "parent_wrong", T("只有楼栋和村民小组划入网格。", "Buildings and groups lie in grids."), field="building_id"
        )
    if grid.area_code[:COMMUNITY_DIGITS] != building.area_code[:COMMUNITY_DIGITS]:
        raise Refusal("grid_elsewhere", T("网格不在这个社区。", "The grid is of another community."), field="grid_id")
    area = grid.area_code
    places = [building.pk, *Place.objects.filter(parent=building).values_list("pk", flat=True)]
    inside = Dwelling.objects.filter(place__in=places)
    Place.objects.filter(pk__in=places).update(area_code=area)
    PlaceAlias.objects.filter(place__in=places).update(area_code=area)
    Premises.objects.filter(place__in=places).update(area_code=area)
    for model in (Residence, Lease, Household, Premises):
        model.objects.filter(dwelling__in=inside.values("pk")).update(area_code=area)
    return inside.update(area_code=area)


@transaction.atomic
def record_premises(
    company_id: UUID, *, dwelling_id: UUID | None = None, place_id: UUID | None = None, source: str = "grid", by: Actor
) -> Premises:
    """Record that a company of the register is really at an address, or confirm it."""
    dwelling = lock_dwelling(dwelling_id, by) if dwelling_id else None
    place = lock_place(place_id, by) if place_id else None
    if not CompanyRecord.objects.filter(pk=company_id).exists():
        raise not_found(T("这家企业", "This company"))
    somewhere = dwelling or place
    if somewhere is None:
        raise Refusal("address_missing", T("请选择房屋或地点。", "Choose a dwelling or place."), field="dwelling_id")
    row, _ = Premises.objects.get_or_create(
        company_id=company_id, place=place, dwelling=dwelling, until=None,
        defaults={"area_code": somewhere.area_code, "source": source, "since": timezone.localdate()},
    )  # fmt: skip
    row.confirmed_at, row.confirmed_by = timezone.now(), by.name[:120]
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    return row
