"""Cases that run on a service, from draft to end, and everything that happened to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tongban.lib.fields import EncryptedJSONField, EncryptedTextField
from tongban.lib.models import House
from tongban.lib.named import Named
from tongban.lib.working_days import Calendar


class CaseCounter(House):
    """The last number given to a service on a day; moved on in one statement."""

    prefix = models.CharField(max_length=6)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "day"], name="case_counter_once")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.day}"


@dataclass(slots=True)
class Written:
    """All reviews, events and documents of a case since it was begun, as they were written; by which calendar."""

    reviews: list[Any] = field(default_factory=list)
    documents: dict[UUID, Any] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    calendar: Calendar | None = None


class Case(Named, House):
    """One application, from draft to its end; ``name`` is the applicant's. Answers keep where each came from.

    Purpose: deciding the application. Legal basis: 个人信息保护法 (2021-11-01) Art. 34. Retention: as the definition says.
    """

    is_personal_name = False

    class State(models.TextChoices):
        DRAFT = "draft", "填写中"
        RECEIVED = "received", "待受理"
        IN_REVIEW = "in_review", "审查中"
        READY = "ready", "待决定"
        RETURNED = "returned", "待补正"
        GRANTED = "granted", "准予"
        FILED = "filed", "已备案"
        REFUSED = "refused", "不予"
        NOT_ACCEPTED = "not_accepted", "不予受理"
        WITHDRAWN = "withdrawn", "已撤回"
        TERMINATED = "terminated", "已终止"

    definition = models.ForeignKey("matters.Definition", db_index=False, on_delete=models.PROTECT, related_name="cases")
    version = models.ForeignKey("matters.DefinitionVersion", on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    number = models.CharField(max_length=24, unique=True, null=True, blank=True)  # given when submitted
    region_code = models.CharField(max_length=12)
    person = models.ForeignKey(
        "parties.Person", null=True, blank=True, db_index=False, on_delete=models.PROTECT, related_name="cases"
    )  # the applicant, when a person
    organisation = models.ForeignKey(
        "parties.Organisation", null=True, blank=True, db_index=False, on_delete=models.PROTECT, related_name="cases"
    )  # the applicant, when an organisation
    started_by = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="cases_started"
    )
    submitted_by = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="cases_submitted"
    )
    mandate_id = models.UUIDField(null=True, blank=True)
    channel = models.CharField(max_length=8)
    operator = models.CharField(max_length=120, blank=True)  # who entered it
    answers = EncryptedJSONField()  # element -> {value, source, at}
    answers_hash = models.CharField(max_length=64, blank=True)  # of what was submitted last
    decision_unit = models.ForeignKey(
        "parties.Unit", null=True, blank=True, db_index=False, on_delete=models.PROTECT, related_name="cases_to_decide"
    )
    acceptance_unit = models.ForeignKey(
        "parties.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="cases_to_accept"
    )  # who looks first; none when the form's checks accept
    # Whoever accepts, reviews or decides it: one look at the row tells whether a desk may see the case.
    units = ArrayField(models.UUIDField(), default=list)
    started_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    reached = models.CharField(max_length=40, blank=True)  # the furthest screen saved, to see where people give up
    asked_known = models.JSONField(default=list)  # elements typed although a register knew them
    was_returned = models.BooleanField(default=False)  # corrections were asked for at least once
    regime = models.CharField(max_length=40, blank=True)  # its code in the version; empty for ordinary approval
    accept_by = models.DateField(null=True, blank=True)  # then silence accepts
    correct_by = models.DateField(null=True, blank=True)  # while corrections are awaited: then it is terminated
    # How the clock stands, counted from the events (rules/clocks.py); kept for lists.
    due_on = models.DateField(null=True, blank=True)  # promised
    statutory_due_on = models.DateField(null=True, blank=True)
    due_is_provisional = models.BooleanField(default=False)
    due_because = models.JSONField(default=list)  # [{zh, en}]: how the promised day was counted
    warn_on = models.DateField(null=True, blank=True)  # from this day on it is yellow
    clock_stopped_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    deliver_by = models.DateField(null=True, blank=True)  # last day for a decision to reach the applicant
    delivered_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)
    # The caller's own name for it, when a program handed in many at once: a repeat finds the case (actions/bulk.py).
    reference = models.CharField(max_length=64, blank=True)
    reference_of = models.UUIDField(null=True, blank=True)
    reference_hash = models.CharField(max_length=64, blank=True)  # of what was asked under it

    written: Written | None = None  # of a case begun in this process: whoever answers with it need not read it again

    class Meta(Named.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["reference_of", "reference"], condition=~Q(reference=""), name="case_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(organisation__isnull=True), name="case_one_applicant"
            ),
            models.CheckConstraint(condition=Q(state="draft") | Q(number__isnull=False) | Q(state="withdrawn"),
                                   name="case_numbered"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["decision_unit", "state", "due_on"], name="case_desk"),
            models.Index(fields=["organisation", "-started_at"], name="case_of_organisation"),
            models.Index(fields=["person", "-started_at"], name="case_of_person"),
            models.Index(fields=["closed_at"], name="case_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["-submitted_at"], name="case_newest", condition=Q(number__isnull=False)),
            models.Index(fields=["state", "-submitted_at"], name="case_in_state", condition=Q(number__isnull=False)),
            models.Index(fields=["due_on"], name="case_due", condition=Q(number__isnull=False)),
            models.Index(
                fields=["due_on"], condition=Q(number__isnull=False, closed_at__isnull=True), name="case_under_way"
            ),
            models.Index(
                fields=["due_on"], condition=Q(closed_at__isnull=True, due_is_provisional=True), name="case_provisional"
            ),
            models.Index(
                fields=["due_on"],
                condition=Q(closed_at__isnull=True, clock_stopped_at__isnull=False),
                name="case_stopped",
            ),
            GinIndex(fields=["units"], name="case_of_unit"),
            models.Index(fields=["definition", "started_at"], name="case_of_service"),
            models.Index(
                fields=["acceptance_unit", "accept_by", "region_code"],
                condition=Q(state="received"),
                name="case_acceptance_desk",
            ),
            models.Index(
                fields=["decision_unit", "due_on", "region_code", "clock_stopped_at"],
                condition=Q(state="ready"),
                name="case_ready",
            ),
            models.Index(fields=["accept_by"], condition=Q(state="received"), name="case_to_accept"),
            models.Index(
                fields=["deliver_by"],
                condition=Q(deliver_by__isnull=False, delivered_at__isnull=True),
                name="case_to_deliver",
            ),
            models.Index(fields=["correct_by"], condition=Q(state="returned"), name="case_to_correct"),
            *Named.Meta.indexes,
        ]

    def __str__(self) -> str:
        return self.number or str(self.pk)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.written = None
        super().refresh_from_db(*args, **kwargs)

    @property
    def values(self) -> dict[str, Any]:
        """The answers without their provenance."""
        return {name: answer["value"] for name, answer in self.answers.items()}


class CaseEvent(House):
    """One thing that happened to a case: who, when, through which channel. The history people see is made of these."""

    append_only = True
    erasable = True

    case = models.ForeignKey("matters.Case", db_index=False, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=24)  # submitted, opened, reviewed, returned, resubmitted, granted, …
    actor_kind = models.CharField(max_length=12)
    actor_name = models.CharField(max_length=120, blank=True)
    membership_id = models.UUIDField(null=True, blank=True)
    unit = models.ForeignKey("parties.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8)
    note = EncryptedTextField()
    facts = models.JSONField(default=dict)  # codes and dates, nothing personal

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="case_event_history")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
