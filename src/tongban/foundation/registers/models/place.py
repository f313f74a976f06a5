"""The address tree: grids, estates, buildings, units, village groups, dwellings; and companies at an address.

``area_code`` is the scope everything here is read by: the twelve digits of a community or, inside a grid, the fifteen of
the grid. "Lies within" is "begins with", as for regions, so a membership of a county, a community or one grid needs no
rule of its own.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tongban.lib.models import House
from tongban.lib.named import Named

AREA_LENGTH = 15
_OPEN = Q(ended_on__isnull=True)


class Place(Named, House):
    """A grid, an estate, a village group, a building or a unit (entrance) of a community.

    A building stands in an estate or right in the community; it lies in the grid its ``area_code`` names, for grids cut
    estates. ``mark`` is the number it is told apart by among its neighbours: 7, A, 2.
    """

    is_personal_name = False

    class Level(models.TextChoices):
        GRID = "grid", "网格"
        ESTATE = "estate", "小区"
        GROUP = "group", "村民小组"
        BUILDING = "building", "楼栋"
        UNIT = "unit", "单元"

    class GridKind(models.TextChoices):
        BASE = "base", "基础网格"
        EXCLUSIVE = "exclusive", "专属网格"

    level = models.CharField(max_length=8, choices=Level.choices)
    parent = models.ForeignKey("registers.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    mark = models.CharField(max_length=40, blank=True)
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C")
    address = models.CharField(max_length=200, blank=True)  # standard form, from the township down
    grid_kind = models.CharField(max_length=9, choices=GridKind.choices, blank=True)
    floor_count = models.PositiveSmallIntegerField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=40, default="office")
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "level", "mark"], condition=_OPEN & Q(parent__isnull=False), name="place_mark_once"
            ),
            models.UniqueConstraint(
                fields=["area_code", "level", "mark"], condition=_OPEN & Q(parent__isnull=True), name="place_top_once"
            ),
        ]
        indexes = [*Named.Meta.indexes, models.Index(fields=["area_code", "level", "name_pinyin"], name="place_area")]

    def __str__(self) -> str:
        return self.name


class PlaceAlias(Named, House):
    """Another name a place is called by: the former one, what people say, how a list writes it."""

    is_personal_name = False

    place = models.ForeignKey("registers.Place", db_index=False, on_delete=models.CASCADE, related_name="aliases")
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C")

    class Meta(Named.Meta):
        constraints = [models.UniqueConstraint(fields=["place", "name"], name="place_alias_once")]

    def __str__(self) -> str:
        return self.name


class Dwelling(House):
    """A dwelling, shop or office room; in the country a house. Nobody has visited one without ``collected_at``.

    ``place`` is the nearest place above (unit, building, group or estate), ``building`` the building if there is one.
    """

    class Use(models.TextChoices):
        HOME = "home", "住宅"
        SHOP = "shop", "商铺"
        OFFICE = "office", "办公"
        STORE = "store", "仓储"
        OTHER = "other", "其他"

    place = models.ForeignKey("registers.Place", on_delete=models.PROTECT, related_name="dwellings")
    building = models.ForeignKey(
        "registers.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="rooms"
    )
    floor = models.SmallIntegerField(null=True, blank=True)
    mark = models.CharField(max_length=20)  # the room or house number
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C")
    address = models.CharField(max_length=200)  # standard form
    use = models.CharField(max_length=8, choices=Use.choices, default=Use.HOME)
    owner = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    collected_at = models.DateTimeField(null=True, blank=True)
    collected_by = models.CharField(max_length=120, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "mark"], condition=_OPEN, name="dwelling_mark_once")]
        indexes = [models.Index(fields=["area_code", "collected_at"], name="dwelling_area")]

    def __str__(self) -> str:
        return self.address


class PlaceCode(House):
    """The code an authority gives a place or dwelling, for as long as it does: grid, building, house or real-estate unit.

    Keyed as regions are, on (authority, code, valid_from, valid_to): authorities number the same place differently.
    """

    authority = models.CharField(max_length=16)  # local, gb34300, jgj246, realestate (GB/T 37346-2019) …
    code = models.CharField(max_length=40, db_collation="C")
    place = models.ForeignKey("registers.Place", null=True, blank=True, on_delete=models.CASCADE, related_name="codes")
    dwelling = models.ForeignKey(
        "registers.Dwelling", null=True, blank=True, on_delete=models.CASCADE, related_name="codes"
    )
    valid_from = models.DateField(null=True, blank=True)  # empty is unknown, not "since ever"
    valid_to = models.DateField(null=True, blank=True)  # the first day on which it is no longer valid

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(place__isnull=True) ^ Q(dwelling__isnull=True), name="place_code_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="place_code_order",
            ),
            models.UniqueConstraint(
                fields=["authority", "code", "valid_from"], nulls_distinct=False, name="place_code_from"
            ),
            models.UniqueConstraint(
                fields=["authority", "code"], condition=Q(valid_to__isnull=True), name="place_code_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.code}"


class Premises(House):
    """A company of the register at an address, for as long as somebody confirmed it."""

    company = models.ForeignKey("registers.CompanyRecord", on_delete=models.CASCADE, related_name="premises")
    place = models.ForeignKey("registers.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    dwelling = models.ForeignKey(
        "registers.Dwelling", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C", db_index=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=40)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(place__isnull=False) | Q(dwelling__isnull=False), name="premises_somewhere"
            ),
            models.UniqueConstraint(
                fields=["company", "place", "dwelling"], nulls_distinct=False, condition=Q(until__isnull=True),
                name="premises_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.company_id} {self.area_code}"
