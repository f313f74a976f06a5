"""Where the rows of a list live: the address tree of a community in memory, with what the list would add to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from tongban.foundation.regions.queries import region_by_code
from tongban.foundation.registers.models import Dwelling, ListPlace, Place, PlaceAlias, ResidentList
from tongban.foundation.registers.queries.places import both_forms, known_names
from tongban.foundation.registers.rules.address_tails import is_read_alike, numbered_tail
from tongban.foundation.registers.rules.addresses import LONGEST, Address, floor_of, parse_address
from tongban.foundation.registers.rules.places import COMMUNITY_DIGITS
from tongban.lib.ids import uuid7
from tongban.lib.names import name_key
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_SUFFIX = {"building": "栋", "unit": "单元", "group": "组"}
_ELSEWHERE = ("社区", "村委会", "居委会", "街道", "镇人民政府")


class Spot(NamedTuple):
    """A dwelling, there already or planned, and the area it lies in."""

    dwelling_id: UUID
    area_code: str


class Planned(NamedTuple):
    """A place, dwelling or household a list would add, as ``ListPlace`` stores it."""

    id: UUID
    resident_list: UUID
    level: str
    parent_id: UUID | None
    building_id: UUID | None
    mark: str
    name: str
    name_pinyin: str
    name_initials: str
    floor: int | None
    area_code: str
    address: str
    is_needed: bool = False


class Node(NamedTuple):
    """A place of the tree as far as a list needs it."""

    place_id: UUID
    level: str
    area_code: str
    address: str


@dataclass
class Tree:
    """The tree of the community a list is of; ``fresh`` is what was planned since it was last taken."""

    found: ResidentList
    nodes: dict[UUID, Node] = field(default_factory=dict)
    tops: dict[str, Node] = field(default_factory=dict)  # by name, other name, or end of address
    parts: dict[tuple[UUID, str, str], Node] = field(default_factory=dict)  # (parent, level, mark)
    rooms: dict[tuple[UUID, str], Spot] = field(default_factory=dict)  # by the nearest place
    in_building: dict[tuple[UUID, str], list[Spot]] = field(default_factory=dict)
    building_of: dict[UUID, UUID] = field(default_factory=dict)  # by unit
    with_units: set[UUID] = field(default_factory=set)
    read: dict[str, Spot] = field(default_factory=dict)
    shapes: dict[tuple[object, ...], Node] = field(default_factory=dict)
    fresh: list[Planned] = field(default_factory=list)

    def __post_init__(self) -> None:
        community = self.found.area_code[:COMMUNITY_DIGITS]
        self.known = dict(known_names(community)) | {
            level: names for level, names in known_names(community[:9]).items() if level == "community"
        }
        region, township = region_by_code(community), region_by_code(community[:9])
        self.own = both_forms([region.name]) if region else []
        self.base = "".join(both_forms([one.name])[0] for one in (township, region) if one)
        self._load(community)
        self.known["places"] = list(self.tops)  # 凤凰花园 in 凤凰社区 is not 花园
        for row in ListPlace.objects.filter(resident_list=self.found).exclude(level="household").order_by("pk"):
            self._add(row)

    def _load(self, community: str) -> None:
        within = {"area_code__startswith": community, "ended_on__isnull": True}
        for place in Place.objects.filter(**within).exclude(level="grid").order_by("pk"):
            node = Node(place.pk, place.level, place.area_code, place.address)
            self._know(node, place.parent_id, place.mark, place.name)
        aliases = PlaceAlias.objects.filter(area_code__startswith=community).values_list("place_id", "name")
        for place_id, name in aliases:
            if place_id in self.nodes:
                self.tops.setdefault(name, self.nodes[place_id])
        rooms = Dwelling.objects.filter(**within).values_list("pk", "place_id", "building_id", "mark", "area_code")
        for pk, place_id, building_id, mark, area in rooms.iterator(chunk_size=5000):
            self._know_room(Spot(pk, area), place_id, building_id, mark)

    def _know(self, node: Node, parent_id: UUID | None, mark: str, name: str) -> None:
        self.nodes[node.place_id] = node
        if parent_id is not None:
            self.parts[parent_id, node.level, mark] = node
        if node.level == "unit" and parent_id is not None:
            self.building_of[node.place_id] = parent_id
            self.with_units.add(parent_id)
        elif node.level == "group":
            self.tops.setdefault(f"{mark}组", node)
        elif node.level == "estate" or parent_id is None:
            self.tops.setdefault(name, node)
            if node.address.endswith("号"):
                self.tops.setdefault(node.address.removeprefix(self.base), node)

    def _know_room(self, spot: Spot, place_id: UUID, building_id: UUID | None, mark: str) -> None:
        self.rooms[place_id, mark] = spot
        if building_id is not None and building_id != place_id:
            self.in_building.setdefault((building_id, mark), []).append(spot)

    def _add(self, row: ListPlace | Planned) -> None:
        if row.level == "dwelling":
            assert row.parent_id is not None
            self._know_room(Spot(row.id, row.area_code), row.parent_id, row.building_id, row.mark)
        else:
            self._know(Node(row.id, row.level, row.area_code, row.address), row.parent_id, row.mark, row.name)

    def spot(self, raw: str) -> Spot:
        """The dwelling an address means; planned where the tree lacks it; refuses what leads to none."""
        spot = self.read.get(raw)
        if spot is None:
            spot = self._by_shape(raw)
            if not spot.area_code.startswith(self.found.area_code):
                raise Refusal("address_outside", T("这处房屋在别的网格，请由那个网格导入。",
                              "This dwelling lies in another grid, which has to take it over."), field="address")  # fmt: skip
            self.read[raw] = spot
        return spot

    def _by_shape(self, raw: str) -> Spot:
        tail = numbered_tail(raw)
        top = self.shapes.get(tail.shape) if tail else None
        if top is None or tail is None:
            address = self._parsed(raw)
            top = self._top(address)
            if tail is not None and is_read_alike(tail, address):
                self.shapes[tail.shape] = top
            return self._room(top, address.building, address.unit, address.room or address.house)
        return self._room(top, tail.building, tail.unit, tail.room)

    def _parsed(self, raw: str) -> Address:
        if len(raw) > LONGEST:
            raise Refusal("address_too_long", T("地址超过 {n} 字。", "The address has more than {n} characters.").format(n=LONGEST),
                          field="address")  # fmt: skip
        address = parse_address(raw, known=self.known)
        if address.community and address.community not in self.own:
            raise _elsewhere()
        if address.is_empty or address.rest or any(word in address.estate for word in _ELSEWHERE):
            if any(word in address.estate + address.rest for word in _ELSEWHERE):
                raise _elsewhere()
            raise Refusal("address_unreadable", T("读不懂这个地址。请写成“小区、楼栋、单元、房号”，农村写“组、户号”。",
                          "This address cannot be read. Write estate, building, unit and room; in the country group and "
                          "household."), field="address")  # fmt: skip
        return address

    def _top(self, address: Address) -> Node:
        if address.group:
            group = self.tops.get(f"{address.group}组")
            return group or self._plan_top(address, "group", address.group, f"{address.group}组")
        road = f"{address.road}{address.number.replace('附', '号附')}号" if address.number else ""
        found = self.tops.get(address.estate) if address.estate else self.tops.get(road) if road else None
        if found is not None:
            return found
        if not address.estate and not (address.road and road):
            raise Refusal("address_incomplete", T("地址缺少小区名称，或者路名和门牌号。",
                          "The address lacks the estate, or road and number."), field="address")  # fmt: skip
        before = road if address.estate and address.road else ""
        # 南街15号2单元301: the number at the road is the building itself.
        level = "building" if address.unit and not address.building and not address.estate else "estate"
        return self._plan_top(address, level, address.estate or road, address.estate or road, before)

    def _plan_top(self, address: Address, level: str, mark: str, name: str, before: str = "") -> Node:
        """A new estate or group: only for an address that says which dwelling of it is meant."""
        if not (address.room or address.house):
            raise _no_room()
        return self._plan(None, level, mark, name, before)

    def _room(self, top: Node, building: str, unit: str, room: str) -> Spot:
        mark = room.upper()[:20]
        if not mark:
            raise _no_room()
        place = top
        if building and top.level != "building":
            place = self._part(top, "building", building)
        if unit:
            if place.level != "building":
                raise Refusal("address_building_missing", T("写了单元，没有写楼栋，请补上楼栋号。",
                              "There is a unit but no building: add the building's number."), field="address")  # fmt: skip
            place = self._part(place, "unit", unit)
        elif place.place_id in self.with_units:
            return self._without_unit(place, mark)
        spot = self.rooms.get((place.place_id, mark))
        return spot or self._plan_room(place, mark)

    def _without_unit(self, place: Node, mark: str) -> Spot:
        found = self.in_building.get((place.place_id, mark), [])
        if len(found) == 1:
            return found[0]
        raise Refusal("address_unit_missing", T("这栋楼分单元，请补上单元号。", "This building has units: add the unit's number."),
                      field="address")  # fmt: skip

    def _part(self, parent: Node, level: str, mark: str) -> Node:
        return self.parts.get((parent.place_id, level, mark)) or self._plan(
            parent, level, mark, f"{mark}{_SUFFIX[level]}"
        )

    def _plan(self, parent: Node | None, level: str, mark: str, name: str, before: str = "") -> Node:
        self._check_adding()
        area = self.found.area_code
        if parent is not None and len(parent.area_code) > len(area):
            area = parent.area_code
        key = name_key(name, personal=False)
        row = Planned(
            uuid7(), self.found.pk, level, parent.place_id if parent else None, None, mark[:40], name[:200], key.pinyin[:200],
            key.initials[:60], None, area, f"{parent.address if parent else self.base + before}{name}"[:200],
        )  # fmt: skip
        self.fresh.append(row)
        self._add(row)
        return self.nodes[row.id]

    def _plan_room(self, place: Node, mark: str) -> Spot:
        self._check_adding()
        building = place.place_id if place.level == "building" else self.building_of.get(place.place_id)
        row = Planned(
            uuid7(), self.found.pk, "dwelling", place.place_id, building, mark, "", "", "", floor_of(mark) if building else None,
            place.area_code, f"{place.address}{mark}{'号' if place.level == 'group' else '室'}"[:200],
        )  # fmt: skip
        self.fresh.append(row)
        self._add(row)
        return Spot(row.id, row.area_code)

    def _check_adding(self) -> None:
        if not self.found.adds_places:
            raise Refusal("address_unknown", T("地址库里没有这处房屋。请先补建，或在导入时允许新增房屋。",
                          "The address tree lacks this dwelling: add it first, or let the list add dwellings."), field="address")  # fmt: skip

    def take_fresh(self) -> list[Planned]:
        """What was planned since the last call."""
        fresh, self.fresh = self.fresh, []
        return fresh


def _no_room() -> Refusal:
    return Refusal(
        "address_incomplete",
        T("地址没有写到房号或户号。", "The address lacks the room or household."),
        field="address",
    )


def _elsewhere() -> Refusal:
    return Refusal("address_elsewhere", T("这个地址写的是别的社区或街道，请由那里导入。",
                   "This address names another community or township, which has to take it over."), field="address")  # fmt: skip
