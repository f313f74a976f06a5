"""What happens in a grid: visits and what was said on them, tasks, events sent to departments, what residents propose.

Everything carries the area code of its dwelling, so that "own grids only" is one condition everywhere.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tongban.lib.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from tongban.lib.models import House

_AREA = 15


class HomeVisit(House):
    """Somebody of the grid was at a dwelling. ``nonce`` is the caller's: a phone that sends it again adds nothing.

    Purpose: keeping the registers true. Legal basis: 个人信息保护法 (2021-11-01) Art. 13(3). Retention: a year.
    """

    class Outcome(models.TextChoices):
        MET = "met", "见到住户"
        VACANT = "vacant", "空置"
        ABSENT = "absent", "没有人在家"

    nonce = models.UUIDField()
    person = models.ForeignKey("parties.Person", db_index=False, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    dwelling = models.ForeignKey("registers.Dwelling", on_delete=models.CASCADE, related_name="+")
    area_code = models.CharField(max_length=_AREA, db_collation="C")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    at = models.DateTimeField()  # by the device's clock, within what can be believed
    received_at = models.DateTimeField(auto_now_add=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "nonce"], name="home_visit_once")]
        indexes = [models.Index(fields=["area_code", "at"], name="home_visit_area")]

    def __str__(self) -> str:
        return f"{self.dwelling_id} {self.outcome}"


class Edit(House):
    """What a grid worker said of one residence on a visit: what they saw recorded, what is true, what stood there.

    Kept where something was changed, refused, or clashes with what a colleague wrote meanwhile; a clash waits for a
    person. Retention: a year after it was settled.
    """

    class State(models.TextChoices):
        APPLIED = "applied", "已更正"
        CLASH = "clash", "待核对"
        SETTLED = "settled", "已核对"
        REFUSED = "refused", "未接受"

    visit = models.ForeignKey("grid.HomeVisit", db_index=False, on_delete=models.CASCADE, related_name="edits")
    residence = models.ForeignKey("registers.Residence", on_delete=models.CASCADE, related_name="+")
    area_code = models.CharField(max_length=_AREA, db_collation="C")
    seen = EncryptedJSONField()
    wanted = EncryptedJSONField()
    there = EncryptedJSONField()
    there_by = models.CharField(max_length=120, blank=True)
    there_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices)
    refusal = models.JSONField(default=dict, blank=True)  # code, zh, en
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "residence"], name="edit_once")]
        indexes = [
            models.Index(fields=["area_code"], condition=Q(state__in=("clash", "refused")), name="edit_to_settle")
        ]

    def __str__(self) -> str:
        return f"{self.residence_id} {self.state}"


class Task(House):
    """Something to do in a grid until a day; ``origin`` names what made it by itself, so that it is made once."""

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已办"
        WITHDRAWN = "withdrawn", "已撤回"

    area_code = models.CharField(max_length=_AREA, db_collation="C")
    dwelling = models.ForeignKey(
        "registers.Dwelling", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    title = models.CharField(max_length=120)
    note = EncryptedTextField()
    worker = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    worker_name = models.CharField(max_length=120, blank=True)
    due_on = models.DateField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    origin = models.CharField(max_length=80, unique=True, null=True, blank=True)
    given_by = models.CharField(max_length=120)
    given_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True)
    result = EncryptedTextField()
    is_sample = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["area_code", "due_on"], condition=Q(state="open"), name="task_open"),
            models.Index(fields=["ended_at"], condition=~Q(state="open"), name="task_ended"),
        ]

    def __str__(self) -> str:
        return self.title


class Event(House):
    """What somebody of a grid found and a department has to see to, with the department's clock.

    Purpose: putting right what was found. Legal basis: 个人信息保护法 (2021-11-01) Art. 13(3). Retention: two years
    after it was closed.
    """

    class State(models.TextChoices):
        REPORTED = "reported", "已上报"
        DISPATCHED = "dispatched", "已派单"
        HANDLED = "handled", "已处置，待核实"
        RETURNED = "returned", "已退回"
        CLOSED = "closed", "已办结"

    nonce = models.UUIDField()
    area_code = models.CharField(max_length=_AREA, db_collation="C")
    dwelling = models.ForeignKey(
        "registers.Dwelling", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=12)
    where = EncryptedTextField()
    said = EncryptedTextField()
    photo_id = models.UUIDField(null=True, blank=True)
    person = models.ForeignKey("parties.Person", db_index=False, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    reported_at = models.DateTimeField(
        default=timezone.now
    )  # when it was found, by the device that had no network then
    unit = models.ForeignKey("parties.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REPORTED)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "nonce"], name="grid_event_once")]
        indexes = [
            models.Index(fields=["area_code", "state"], name="event_area"),
            models.Index(fields=["unit", "due_on"], condition=Q(state="dispatched"), name="event_at_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class EventStep(House):
    """One step of an event: who did what when, in their words."""

    event = models.ForeignKey("grid.Event", on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=Event.State.choices)
    said = EncryptedTextField()
    by_name = models.CharField(max_length=120)
    unit_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.event_id} {self.state}"


class Proposal(House):
    """What a resident says is no longer so, or not recorded yet; nothing of it holds before a grid worker confirms it.

    A telephone or employer a grid worker corrects is kept here, too, settled as it is made.

    ``residence`` is whom it is about, ``dwelling`` where somebody moved to. Legal basis: 个人信息保护法 (2021-11-01)
    Art. 46. Retention: a year after it was settled; unsettled, until it is.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待核实"
        ACCEPTED = "accepted", "已采纳"
        REFUSED = "refused", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    what = models.CharField(max_length=8)  # rules.proposals.SAID
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    residence = models.ForeignKey(
        "registers.Residence", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    dwelling = models.ForeignKey(
        "registers.Dwelling", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    area_code = models.CharField(max_length=_AREA, db_collation="C")
    wanted = EncryptedJSONField()
    said = EncryptedTextField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    proposed_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "what", "residence", "dwelling"], condition=Q(state="waiting"), nulls_distinct=False,
                name="proposal_waits_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["area_code", "proposed_at"], condition=Q(state="waiting"), name="proposal_waiting"),
            models.Index(fields=["settled_at"], condition=~Q(state="waiting"), name="proposal_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.state}"


class Tenancy(House):
    """A lease one of its two sides registered and the other has not confirmed yet; only then it is a lease.

    The other side is reached by telephone: a code goes there and comes back from whoever is signed in with that number
    and bears the name given. Legal basis: 民法典 (2021-01-01) Art. 706, 个人信息保护法 Art. 13(2). Retention: a year.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待对方确认"
        CONFIRMED = "confirmed", "双方已确认"
        REFUSED = "refused", "对方拒绝"
        WITHDRAWN = "withdrawn", "已撤回"

    dwelling = models.ForeignKey("registers.Dwelling", on_delete=models.CASCADE, related_name="+")
    area_code = models.CharField(max_length=_AREA, db_collation="C")
    part = models.CharField(max_length=40, blank=True)
    since = models.DateField()
    until = models.DateField()
    asker = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    asker_name = models.CharField(max_length=120)
    asker_lets = models.BooleanField()  # the landlord asked; else the tenant did
    other_name = EncryptedTextField()
    other_phone = EncryptedTextField()
    other_index = BlindIndexField(kind="phone", source="other_phone")
    other = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    lease = models.ForeignKey("registers.Lease", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "dwelling", "part"], condition=Q(state="waiting"), name="tenancy_waits_once"
            )
        ]
        indexes = [models.Index(fields=["asked_at"], name="tenancy_asked")]

    @property
    def last_day(self) -> date:
        """The day the lease ends: as agreed, or as it was moved since."""
        return self.lease.until if self.lease else self.until

    def __str__(self) -> str:
        return f"{self.dwelling_id} {self.state}"
