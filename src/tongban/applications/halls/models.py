"""Halls, their windows, who comes to them, and what is kept for how long."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from tongban.applications.halls.rules.hours import Schedule
from tongban.applications.halls.rules.shape import Declaration, Entrance, Service
from tongban.lib.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from tongban.lib.models import House
from tongban.lib.named import Named


class Hall(Named, House):
    """A place where people are served. It opens itself as provisional; the district confirms it."""

    is_personal_name = False

    code = models.CharField(max_length=8, unique=True)  # in the poster's address
    unit = models.OneToOneField("parties.Unit", on_delete=models.PROTECT, related_name="hall")
    name_en = models.CharField(max_length=160, blank=True)
    operator = models.CharField(max_length=200)  # the organisation's name as given
    region_code = models.CharField(max_length=12, db_collation="C")
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=20)  # the hall's own, public
    state = models.CharField(max_length=12, default="provisional")
    capacity = models.PositiveIntegerField()  # people inside at once
    hours = models.JSONField(default=dict)
    closures = models.JSONField(default=list)  # {"first", "last", "reason"}
    day_starts = models.PositiveSmallIntegerField(default=240)  # minutes after midnight
    services = models.JSONField(default=list)
    entrances = models.JSONField(default=list)
    declaration = models.JSONField(default=dict)
    head_starts = models.JSONField(default=dict)  # minutes by priority
    asks_document = models.BooleanField(default=True)
    appointment_rules = models.JSONField(default=dict)  # days_ahead, release, per_person
    links_version = models.PositiveSmallIntegerField(default=1)
    moving_to = models.CharField(max_length=200, blank=True)  # asked for; the district has to agree
    moved_to = models.CharField(max_length=200, blank=True)
    moved_from = models.CharField(max_length=200, blank=True)  # the door it had in another house
    moving_key = EncryptedTextField()  # what its arrival code is made of
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=120, blank=True)
    state_reason = models.CharField(max_length=200, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        constraints = [
            models.UniqueConstraint(fields=["moved_from"], condition=~Q(moved_from=""), name="hall_arrived_once")
        ]
        indexes = [*Named.Meta.indexes, models.Index(fields=["region_code", "state"], name="hall_region_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def schedule(self) -> Schedule:
        """When it is open."""
        closures = tuple((date.fromisoformat(one["first"]), date.fromisoformat(one["last"])) for one in self.closures)
        return Schedule(self.hours, closures, self.day_starts)

    @property
    def service_list(self) -> list[Service]:
        """Its services."""
        return [Service.read(one) for one in self.services]

    @property
    def entrance_list(self) -> list[Entrance]:
        """Its entrances."""
        return [Entrance.read(one) for one in self.entrances]

    @property
    def asked(self) -> Declaration:
        """What it asks about health, and when."""
        return Declaration.read(self.declaration)


class Window(House):
    """A counter of a hall: the queues it serves, and who sits there now."""

    hall = models.ForeignKey("halls.Hall", db_index=False, on_delete=models.CASCADE, related_name="windows")
    number = models.CharField(max_length=8)
    name = models.CharField(max_length=80, blank=True)
    prefixes = models.JSONField(default=list)  # empty: every queue
    is_open = models.BooleanField(default=False)
    staffed_by = models.CharField(max_length=120, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hall", "number"], name="window_number")]

    def __str__(self) -> str:
        return self.number


class Counter(House):
    """One number that only grows within a business day, or people inside: changed by one conditional statement."""

    hall = models.ForeignKey("halls.Hall", on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    prefix = models.CharField(max_length=8)  # a queue's letters, "#all" for visits, "#inside" for people inside
    value = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hall", "day", "prefix"], name="counter_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="counter_not_negative"),
        ]
        indexes = [models.Index(fields=["day"], name="counter_day")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.value}"


class Slot(House):
    """Part of a day that can be booked: taken never exceeds capacity."""

    hall = models.ForeignKey("halls.Hall", on_delete=models.CASCADE, related_name="slots", db_index=False)
    service = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hall", "service", "starts_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="slot_not_overbooked"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_order"),
        ]
        indexes = [models.Index(fields=["starts_at"], name="slot_starts")]

    def __str__(self) -> str:
        return f"{self.service} {self.starts_at}"


class Visit(House):
    """One visitor of a hall on one business day, from registration or booking to the end.

    Purpose: serving the visitor in turn. Legal basis: 个人信息保护法 (2021-11-01) Art. 13(3), 34. Retention: name,
    phone and document 90 days, then anonymous. Who was there with whom is kept apart, in ``Trace``.
    Each row has as few indexes as it can: a hall's day is nine million of them.
    """

    hall = models.ForeignKey("halls.Hall", on_delete=models.CASCADE, related_name="visits", db_index=False)
    day = models.DateField()
    code = models.CharField(max_length=14)
    nonce = models.UUIDField()  # the caller's: the same registration sent twice is one visit
    state = models.CharField(max_length=12)
    service = models.CharField(max_length=12)
    prefix = models.CharField(max_length=8, blank=True)  # letters of the number
    line = models.CharField(max_length=8, blank=True)  # the queue: other letters after a transfer
    number = models.PositiveIntegerField(null=True, blank=True)
    masked_name = models.CharField(max_length=80)
    details = EncryptedJSONField(default=dict)  # name, document_type, document_number, phone
    phone_index = BlindIndexField(kind="phone", source="phone")
    person = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="hall_visits", db_index=False
    )
    party = models.PositiveSmallIntegerField(default=1)  # people, companions included
    priorities = models.JSONField(default=list)
    channel = models.CharField(max_length=12)  # poster, window, kiosk, api, appointment
    helped_by = models.CharField(max_length=120, blank=True)
    registered_at = models.DateTimeField()
    queue_key = models.DateTimeField(null=True, blank=True)
    window = models.ForeignKey(
        "halls.Window", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    called_at = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveSmallIntegerField(default=0)
    serving_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    served_by = models.CharField(max_length=120, blank=True)
    case_id = models.UUIDField(null=True, blank=True)
    inside_since = models.DateTimeField(null=True, blank=True)
    outside_since = models.DateTimeField(null=True, blank=True)
    entrance = models.CharField(max_length=12, blank=True)
    slot = models.ForeignKey(
        "halls.Slot", null=True, blank=True, on_delete=models.SET_NULL, related_name="visits", db_index=False
    )
    reminded_at = models.DateTimeField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    is_anonymous = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="visit_code"),  # and no second index for LIKE
            models.UniqueConstraint(fields=["hall", "nonce"], name="visit_once"),
            models.UniqueConstraint(fields=["hall", "day", "prefix", "number"], name="visit_number"),
            models.UniqueConstraint(
                fields=["window"], condition=Q(state__in=("called", "serving")), name="visit_one_at_window"
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "day", "queue_key"], condition=Q(state="waiting"), name="visit_waiting"),
            models.Index(fields=["day"], condition=Q(is_anonymous=False), name="visit_to_erase"),
            models.Index(fields=["slot"], condition=Q(slot__isnull=False), name="visit_slot"),
            models.Index(fields=["person"], condition=Q(person__isnull=False), name="visit_person"),
            models.Index(fields=["window"], condition=Q(window__isnull=False), name="visit_window"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.number or ''} {self.state}"

    @property
    def phone(self) -> str:
        """What the index of the phone is made of."""
        return str((self.details or {}).get("phone", ""))


class Trace(House):
    """Who was in a hall, and when: only for finding contacts of a sick person, opened by two people together.

    Legal basis: 传染病防治法, and the notice the hall states. Encrypted under a key of its own. Retention: 14 days.
    """

    hall = models.ForeignKey("halls.Hall", on_delete=models.CASCADE, related_name="+", db_index=False)
    visit_id = models.UUIDField(unique=True)
    day = models.DateField(db_index=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    is_seen = models.BooleanField(default=False)  # proved by a scan or the screen's code, not only registered
    subject_index = BlindIndexField(kind="halls.subject", source="subject_key")
    phone_index = BlindIndexField(kind="phone", source="phone")
    sealed = EncryptedJSONField(default=dict, compartment="trace")

    class Meta:
        indexes = [models.Index(fields=["hall", "since"], name="trace_hall_since")]

    def __str__(self) -> str:
        return f"{self.hall_id} {self.since}"

    @property
    def subject_key(self) -> str:
        """What the index of the document is made of."""
        sealed = self.sealed or {}
        return f"{sealed.get('document_type', '')}|{sealed['document_number']}" if sealed.get("document_number") else ""

    @property
    def phone(self) -> str:
        """What the index of the phone is made of."""
        return str((self.sealed or {}).get("phone", ""))


class Scan(House):
    """One scan at a door, as it was judged then. Retention: 14 days."""

    append_only = True
    erasable = True

    hall = models.ForeignKey("halls.Hall", on_delete=models.CASCADE, related_name="+")
    nonce = models.UUIDField(unique=True)
    visit_id = models.UUIDField(null=True, blank=True, db_index=True)
    is_entry = models.BooleanField()
    verdict = models.CharField(max_length=24)
    at = models.DateTimeField()  # by the house's clock, or the device's when it was offline
    received_at = models.DateTimeField(db_index=True)
    was_offline = models.BooleanField(default=False)
    entrance = models.CharField(max_length=12, blank=True)
    scanned_by = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.verdict
