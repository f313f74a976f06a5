"""Communities with gates, their rules for a time, and passes.

What a guard sees of a pass is signed in its credential; what stands here is for the holder and the community.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tongban.applications.gates.rules.notices import shown
from tongban.lib.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from tongban.lib.models import House
from tongban.lib.phones import phone_tail_key

_AREA = 15
_COMMUNITY = 12


class Community(House):
    """A community that runs gates."""

    code = models.CharField(max_length=_COMMUNITY, unique=True, db_collation="C")
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=24)  # who is asked when a guard has doubts
    check_days = models.PositiveSmallIntegerField(default=2)  # working days to check an application in
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="+")
    guards = models.JSONField(default=list)  # ids of the devices enrolled for its gates
    kiosks = EncryptedJSONField()  # device -> {gate, is_entry, relay, secret}: tablets at gates without a guard
    opened_at = models.DateTimeField(auto_now_add=True)
    is_sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Gate(House):
    """A gate; its number is a bit in the passes and is never given to another one."""

    community = models.ForeignKey("gates.Community", db_index=False, on_delete=models.CASCADE, related_name="gates")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    is_closed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "number"], name="gate_number_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name


class PassRule(House):
    """What holds for one type of pass from a day to a day, and on what basis; after its last day nothing of it is left.

    ``quota`` is how many passes of the type a dwelling may have at a time.
    """

    community = models.ForeignKey("gates.Community", on_delete=models.CASCADE, related_name="rules")
    type = models.CharField(max_length=12)
    first = models.DateField()
    last = models.DateField()
    legal_basis = models.CharField(max_length=200)
    is_closed = models.BooleanField(default=False)
    hours = models.CharField(max_length=11, blank=True)
    gates = models.JSONField(default=list)
    quota = models.PositiveSmallIntegerField(null=True, blank=True)
    set_at = models.DateTimeField(auto_now_add=True)
    set_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True, blank=True)  # before its last day

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="pass_rule_dates")]
        ordering = ["first", "type", "pk"]

    def __str__(self) -> str:
        return f"{self.type} {self.first}–{self.last}"


class Passes(models.Manager["Pass"]):
    """Passes without their photos, which are read where one is shown."""

    def get_queryset(self) -> models.QuerySet[Pass]:
        return super().get_queryset().defer("photo", "thumbnail")


class Pass(House):
    """One person's or vehicle's pass, from being asked for or invited to its end.

    Purpose: letting in who belongs to a community or was invited. Legal basis: 个人信息保护法 (2021-11-01) Art. 13(3),
    and what the rule in force names; the photo by its holder's consent. Retention: 90 days after its end.
    """

    class State(models.TextChoices):
        INVITED = "invited", "已邀请"
        ASKED = "asked", "门岗在问"  # a visitor without a pass stands at the gate
        AGREED = "agreed", "住户同意"
        WAITING = "waiting", "待核对"
        ACTIVE = "active", "有效"
        REFUSED = "refused", "未通过"
        ENDED = "ended", "已结束"

    kind = models.CharField(max_length=10)
    community = models.ForeignKey("gates.Community", on_delete=models.PROTECT, related_name="passes")
    area_code = models.CharField(max_length=_AREA, db_collation="C")
    dwelling = models.ForeignKey(
        "registers.Dwelling", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    person = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        "parties.Person", null=True, blank=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    nonce = models.UUIDField()
    name = EncryptedTextField()
    members = EncryptedJSONField(default=list)  # of a household's pass: [person's id, name]
    phone = EncryptedTextField()
    phone_tail_index = BlindIndexField(kind="phone_tail", source="phone_tail_key")
    reason = EncryptedTextField()  # why it is asked for
    place = models.CharField(max_length=24)
    plate = models.CharField(max_length=10, blank=True)
    gates = models.JSONField(default=list)
    link = models.CharField(max_length=20, unique=True, null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices)
    asked_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    credential_id = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decision = models.CharField(max_length=200, blank=True)  # why it was refused or ended
    told_ending_at = models.DateTimeField(null=True, blank=True)
    photo = EncryptedTextField()  # a JPEG in base64, for paper
    thumbnail = EncryptedTextField()  # a WebP in base64, for the guards' phones
    photo_mark = models.CharField(max_length=16, blank=True)  # of the thumbnail, as signed, in hexadecimal
    is_sample = models.BooleanField(default=False)

    objects = Passes()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asked_by", "nonce"], name="pass_asked_once"),
            models.UniqueConstraint(
                fields=["person", "dwelling"], condition=Q(state="active", kind__in=("resident", "tenant")),
                name="pass_of_home_once",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="pass_dates"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["area_code", "state"], name="pass_area"),
            models.Index(fields=["ends_at"], name="pass_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place} {self.state}"

    @property
    def phone_tail_key(self) -> str:
        """What the index of the phone's last four digits is made of."""
        return phone_tail_key(self.phone, self.community.code)

    @property
    def why(self) -> str:
        """The reason of its decision, for a reader."""
        return shown(self.decision)

    @property
    def decider(self) -> str:
        """Who settled it, for a reader."""
        return shown(self.decided_by)


class Scan(House):
    """One look at a pass at a gate, with the verdict given then and how old the lists were it was given by.

    Purpose: answering for who was let in. Legal basis: 个人信息保护法 (2021-11-01) Art. 13(3). Retention: which pass it was
    for 14 days, the bare count for a year.
    """

    nonce = models.UUIDField(unique=True)  # the caller's: a queue sent twice is counted once
    community = models.ForeignKey("gates.Community", db_index=False, on_delete=models.CASCADE, related_name="+")
    gate = models.PositiveSmallIntegerField()
    held = models.ForeignKey(
        "gates.Pass", null=True, blank=True, db_index=False, on_delete=models.SET_NULL, related_name="scans"
    )
    type = models.CharField(max_length=12, blank=True)
    verdict = models.CharField(max_length=20)
    was_let = models.BooleanField()
    is_entry = models.BooleanField()
    at = models.DateTimeField()  # by the device's clock, within what can be believed
    received_at = models.DateTimeField()
    list_age = models.PositiveIntegerField(null=True, blank=True)  # seconds; none: asked here, not by a list
    was_offline = models.BooleanField(default=False)
    by_name = models.CharField(max_length=120)
    is_anonymous = models.BooleanField(default=False)
    # The scan before it at another gate, sooner than anybody walks: a copy, a loan, or somebody quick. A person judges.
    before = models.ForeignKey("gates.Scan", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)
    said = EncryptedTextField()

    class Meta:
        indexes = [
            models.Index(fields=["community", "at"], name="gate_scan_community"),
            models.Index(fields=["held", "at"], name="gate_scan_pass"),
            models.Index(fields=["at"], condition=Q(is_anonymous=False), name="gate_scan_named"),
            models.Index(
                fields=["at"], condition=Q(before__isnull=False, settled_at__isnull=True), name="gate_scan_doubt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gate} {self.verdict}"
