"""Who lives where: residences, households, leases, workplaces."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tongban.foundation.registers.models.place import AREA_LENGTH
from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House
from tongban.lib.named import Named

_OPEN = Q(until__isnull=True)


class Household(House):
    """A registered or living household (户) at a dwelling; its members are residences, its head has relation 01."""

    class Kind(models.TextChoices):
        FAMILY = "family", "家庭户"
        COLLECTIVE = "collective", "集体户"

    number = models.CharField(max_length=40, blank=True)  # 户号
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.FAMILY)
    dwelling = models.ForeignKey("registers.Dwelling", on_delete=models.PROTECT, related_name="households")
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C")
    ended_on = models.DateField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number="") & Q(ended_on__isnull=True), name="household_number_once"
            )
        ]
        indexes = [models.Index(fields=["area_code"], name="household_area")]

    def __str__(self) -> str:
        return self.number or str(self.pk)


class Lease(House):
    """A dwelling, or a room of it, let by a landlord from the first to the last day; tenants are residences with it.

    ``told_at`` says when the hook ``lease_ended`` was answered: the job sets it in the same transaction, once.
    """

    dwelling = models.ForeignKey("registers.Dwelling", on_delete=models.PROTECT, related_name="leases")
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C")
    part = models.CharField(max_length=40, blank=True)  # "" is the whole dwelling
    landlord_person = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    landlord_organisation = models.ForeignKey(
        "parties.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField()
    until = models.DateField()  # last day, as agreed or as ended early
    ended_early_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=40)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=120)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="lease_dates"),
            models.CheckConstraint(
                condition=Q(landlord_person__isnull=True) ^ Q(landlord_organisation__isnull=True),
                name="lease_one_landlord",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(told_at__isnull=True), name="lease_to_end"),
            models.Index(fields=["until"], condition=Q(told_at__isnull=False), name="lease_over"),
            models.Index(fields=["area_code", "until"], name="lease_area"),
        ]

    def __str__(self) -> str:
        return f"{self.dwelling_id} {self.since}–{self.until}"


class Residence(Named, House):
    """A person at a dwelling, of a kind, for an interval: by whom it was said and when somebody last confirmed it.

    Purpose and retention: ``rules.catalogue.RESIDENCE``. ``name``, its keys, ``sex`` and ``birth_year`` are copies from
    the person, so that lists, searches and profiles of a community are one index each; the hook ``person_changed`` of
    parties refreshes them. ``is_present`` says of a registered person whether they really live here.
    """

    class Kind(models.TextChoices):
        REGISTERED = "registered", "户籍"
        FLOATING = "floating", "流动"
        TENANT = "tenant", "租户"
        ABROAD = "abroad", "境外"
        LODGING = "lodging", "寄住"

    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="residences")
    dwelling = models.ForeignKey("registers.Dwelling", on_delete=models.PROTECT, related_name="residences")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    household = models.ForeignKey(
        "registers.Household", null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    relation = models.CharField(max_length=4, blank=True)  # to the head, GB/T 4761-2008
    lease = models.ForeignKey(
        "registers.Lease", null=True, blank=True, on_delete=models.PROTECT, related_name="tenants", db_index=False
    )
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)  # last day
    end_reason = models.CharField(max_length=200, blank=True)
    is_present = models.BooleanField(null=True, blank=True)
    source = models.CharField(max_length=40)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=120, blank=True)
    raw_address = EncryptedTextField()
    sex = models.CharField(max_length=1, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C")
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="residence_dates",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=_OPEN & Q(kind="registered"), name="residence_registered_once"
            ),
            models.UniqueConstraint(fields=["dwelling", "person", "kind"], condition=_OPEN, name="residence_once"),
        ]
        indexes = [
            *(
                index for index in Named.Meta.indexes if index.fields != ["name_initials"]
            ),  # ``residence_initials`` has them
            # With all that a search by letters asks: it reads no rows but the few it shows, in a community by the first, in a
            # city by the second, which has them in the order of initials.
            models.Index(
                fields=["area_code", "name_pinyin"],
                include=["name_initials", "id"],
                condition=_OPEN,
                name="residence_area_name",
            ),
            models.Index(
                fields=["name_initials", "name_pinyin", "id"],
                include=["area_code"],
                condition=_OPEN,
                name="residence_initials",
            ),
            models.Index(fields=["area_code", "kind", "sex", "birth_year"], condition=_OPEN, name="residence_profile"),
            models.Index(fields=["area_code", "confirmed_at"], condition=_OPEN, name="residence_freshness"),
            models.Index(fields=["until"], condition=~_OPEN, name="residence_over"),
            models.Index(fields=["lease"], condition=Q(lease__isnull=False), name="residence_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.kind}"


class Workplace(House):
    """Where a person works: a company of the register or an employer by name, for an interval."""

    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="workplaces")
    company = models.ForeignKey(
        "registers.CompanyRecord", null=True, blank=True, on_delete=models.SET_NULL, related_name="workers"
    )
    employer = models.CharField(max_length=200)
    position = models.CharField(max_length=80, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=40)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "employer"], condition=_OPEN, name="workplace_once")]
        indexes = [models.Index(fields=["until"], condition=~_OPEN, name="workplace_over")]

    def __str__(self) -> str:
        return self.employer
