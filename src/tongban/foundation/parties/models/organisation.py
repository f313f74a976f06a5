"""Organisations, and the units inside those that work with Tongban."""

from __future__ import annotations

from django.db import models

from tongban.lib.models import House
from tongban.lib.named import Named


class Organisation(Named, House):
    """A department, company, institution, hospital or village collective."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", "机关"
        INSTITUTION = "institution", "事业单位"
        COMPANY = "company", "企业"
        SOLE_TRADER = "sole_trader", "个体工商户"
        COLLECTIVE = "collective", "村社集体"
        SOCIAL = "social", "社会组织"

    is_personal_name = False

    kind = models.CharField(max_length=16, choices=Kind.choices)
    short_name = models.CharField(max_length=40, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    uscc = models.CharField(max_length=18, unique=True, null=True, blank=True)  # GB 32100-2015
    region_code = models.CharField(max_length=12, db_index=True)
    address = models.CharField(max_length=200, blank=True)
    industry = models.CharField(max_length=80, blank=True)
    legal_representative = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="represents"
    )
    is_active = models.BooleanField(default=True)
    source = models.CharField(max_length=40, default="self")
    licence = models.JSONField(
        default=dict, blank=True
    )  # how a window recorded it: representative, register, evidence, by, on
    created_at = models.DateTimeField(auto_now_add=True)
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class Unit(Named, House):
    """A part of an organisation that people work in: department, hall, window, community, hospital ward."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "科室"
        HALL = "hall", "政务大厅"
        WINDOW = "window", "窗口"
        COMMUNITY = "community", "社区"
        HOSPITAL = "hospital", "医疗机构"
        OFFICE = "office", "办公室"

    is_personal_name = False

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey("parties.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    code = models.CharField(max_length=40)  # stable name in definitions, e.g. "health"
    name_en = models.CharField(max_length=160, blank=True)
    region_code = models.CharField(max_length=12, db_index=True)
    is_active = models.BooleanField(default=True)
    settings = models.JSONField(default=dict, blank=True)  # small things applications keep for it, by their name
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        constraints = [models.UniqueConstraint(fields=["code", "region_code"], name="unit_code_region")]

    def __str__(self) -> str:
        return self.name
