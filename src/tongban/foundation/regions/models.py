"""Regions as two authorities number them, and the jurisdictions that run here. Tables of public."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tongban.foundation.regions.rules.english import english_name
from tongban.lib.models import House
from tongban.lib.named import Named
from tongban.lib.words import T


class Edition(House):
    """One published list of region codes, as loaded."""

    authority = models.CharField(max_length=16)  # mca 民政部, nbs 国家统计局
    name = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    published = models.DateField()
    source = models.TextField()
    covers = models.TextField()  # where it is complete: ":county 510502:community"
    licence = models.CharField(max_length=80)
    attribution = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    row_count = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.authority} {self.name}"


class Region(Named, House):
    """One region as one authority numbers it, for as long as it did so.

    ``code`` has 2, 4, 6, 9 or 12 digits (province, prefecture, county, township, community): trailing zeros are
    cut, so that a code's scope is exactly its prefix.
    """

    is_personal_name = False

    class Level(models.IntegerChoices):
        PROVINCE = 1, "省"
        PREFECTURE = 2, "地"
        COUNTY = 3, "县"
        TOWNSHIP = 4, "乡镇"
        COMMUNITY = 5, "村"

    authority = models.CharField(max_length=16)
    code = models.CharField(max_length=12, db_collation="C")  # sorted and searched by prefix
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    parent_code = models.CharField(max_length=12, blank=True, db_collation="C")
    valid_from = models.DateField(null=True, blank=True)  # empty is unknown, not "since ever"
    valid_to = models.DateField(null=True, blank=True)  # the first day on which it is no longer valid
    edition = models.ForeignKey("regions.Edition", on_delete=models.PROTECT, related_name="+")

    class Meta(Named.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "code", "valid_from"], nulls_distinct=False, name="region_code_from"
            ),
            models.UniqueConstraint(
                fields=["authority", "code"], condition=Q(valid_to__isnull=True), name="region_code_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="region_valid_order"
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "parent_code", "code"], name="region_children"),
            *Named.Meta.indexes,
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    @property
    def title(self) -> T:
        """The name in both languages; the English one is made from its pinyin."""
        return T(self.name, english_name(self.name))


class Jurisdiction(House):
    """Whoever operates Tongban here, with a schema of its own."""

    class State(models.TextChoices):
        CREATING = "creating", "创建中"
        ACTIVE = "active", "运行"
        SUSPENDED = "suspended", "停用"

    code = models.CharField(max_length=12, unique=True)
    schema = models.CharField(max_length=41, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CREATING)
    key_check = models.BinaryField(default=b"")  # opens with the right key file only
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name_zh} {self.code}"


class Host(House):
    """A host name, the jurisdiction it leads to, and the region its portal speaks for."""

    hostname = models.CharField(max_length=200, unique=True)
    jurisdiction = models.ForeignKey("regions.Jurisdiction", on_delete=models.CASCADE, related_name="hosts")
    region_code = models.CharField(max_length=12)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.hostname
