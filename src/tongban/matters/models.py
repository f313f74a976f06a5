"""Services as published, and the cases that run on them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from tongban.lib.fields import EncryptedJSONField, EncryptedTextField
from tongban.lib.models import House
from tongban.lib.named import Named
from tongban.lib.words import T


class Theme(House):
    """A group of services on the portal; a special column is pinned and may have a first and a last day."""

    code = models.CharField(max_length=40, unique=True)
    title = models.JSONField()  # {zh, en}
    about = models.JSONField()
    icon = models.CharField(max_length=40)
    position = models.IntegerField(default=100)
    is_pinned = models.BooleanField(default=False)
    opens = models.DateField(null=True, blank=True)
    closes = models.DateField(null=True, blank=True)  # last day
    is_sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code


class Definition(Named, House):
    """A service; what it says stands in its versions. ``name`` is the Chinese name of the newest version."""

    is_personal_name = False

    code = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=200)
    theme_code = models.CharField(max_length=40, db_index=True)
    version = models.ForeignKey(
        "matters.DefinitionVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )  # the one new cases use
    is_open = models.BooleanField(default=True)

    class Meta(Named.Meta):
        pass

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> T:
        """The name in both languages."""
        return T(self.name, self.name_en)


class DefinitionVersion(House):
    """One published edition of a service: numbered, never changed; a case keeps the one it began with."""

    append_only = True

    definition = models.ForeignKey("matters.Definition", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64, db_index=True)
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.definition_id} v{self.number}"


class CaseCounter(House):
    """The last number given to a service on a day; moved on in one statement."""

    prefix = models.CharField(max_length=6)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "day"], name="case_counter_once")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.day}"


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

    definition = models.ForeignKey("matters.Definition", on_delete=models.PROTECT, related_name="cases")
    version = models.ForeignKey("matters.DefinitionVersion", on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    number = models.CharField(max_length=24, unique=True, null=True, blank=True)  # given when submitted
    region_code = models.CharField(max_length=12)
    person = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )  # the applicant, when a person
    organisation = models.ForeignKey(
        "parties.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
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
        "parties.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="cases_to_decide"
    )
    acceptance_unit = models.ForeignKey(
        "parties.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="cases_to_accept"
    )  # who looks first; none when the form's checks accept
    started_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    regime = models.CharField(max_length=40, blank=True)  # its code in the version; empty for ordinary approval
    accept_by = models.DateField(null=True, blank=True)  # then silence accepts
    correct_by = models.DateField(null=True, blank=True)  # while corrections are awaited: then it is terminated
    # How the clock stands, counted from the events (rules/clocks.py); kept for lists.
    due_on = models.DateField(null=True, blank=True)  # promised
    statutory_due_on = models.DateField(null=True, blank=True)
    due_is_provisional = models.BooleanField(default=False)
    due_because = models.JSONField(default=list)  # [{zh, en}]: how the promised day was counted
    clock_stopped_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        constraints = [
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
            models.Index(
                fields=["acceptance_unit", "accept_by"], condition=Q(state="received"), name="case_acceptance_desk"
            ),
            models.Index(fields=["accept_by"], condition=Q(state="received"), name="case_to_accept"),
            models.Index(fields=["correct_by"], condition=Q(state="returned"), name="case_to_correct"),
            *Named.Meta.indexes,
        ]

    def __str__(self) -> str:
        return self.number or str(self.pk)

    @property
    def values(self) -> dict[str, Any]:
        """The answers without their provenance."""
        return {name: answer["value"] for name, answer in self.answers.items()}


class Review(House):
    """One department's opinion on a case, named and dated; all are opened at the same moment."""

    class State(models.TextChoices):
        OPEN = "open", "审查中"
        APPROVED = "approved", "同意"
        OBJECTED = "objected", "不同意"
        CORRECTION = "correction", "需补正"
        NOT_NEEDED = "not_needed", "未及发表"

    case = models.ForeignKey("matters.Case", on_delete=models.CASCADE, related_name="reviews")
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="reviews")
    unit_code = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    round = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    text = EncryptedTextField()
    by_name = models.CharField(max_length=120, blank=True)
    by_person_id = models.UUIDField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    seen_hash = models.CharField(max_length=64, blank=True)  # of the answers the opinion was given on

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "unit_code"], name="review_once_per_unit")]
        indexes = [models.Index(fields=["unit", "due_on"], condition=Q(state="open"), name="review_open_desk"),
                   models.Index(fields=["unit", "-opened_at"], name="review_desk")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_code}"


class SpecialProcedure(House):
    """A hearing, an expert review …: while it lasts the clock stands still (行政许可法 Art. 45). One at a time."""

    case = models.ForeignKey("matters.Case", on_delete=models.CASCADE, related_name="procedures")
    kind = models.CharField(max_length=16)
    reason = EncryptedTextField()
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    began_at = models.DateTimeField()
    expected_by = models.DateField()  # told to the applicant in writing
    ended_at = models.DateTimeField(null=True, blank=True)
    result = EncryptedTextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="procedure_one_at_a_time")
        ]
        indexes = [models.Index(fields=["case", "began_at"], name="procedure_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class DayOverride(House):
    """A day that differs from the published calendar: a make-up day, a day lost to a flood, a newly announced holiday."""

    day = models.DateField(unique=True)
    is_working = models.BooleanField()
    reason = models.JSONField()  # {zh, en}, shown to whoever asks why a day is due
    source = models.CharField(max_length=200)  # the notice: 国办发明电〔2026〕… or the local one
    completes_year = models.PositiveSmallIntegerField(null=True, blank=True)  # its notice is entered completely now
    set_by = models.CharField(max_length=120)
    set_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.day} {'+' if self.is_working else '-'}"


class Decision(House):
    """The reasoned end of a case: one, never changed."""

    append_only = True

    case = models.OneToOneField("matters.Case", on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=8)  # granted, filed, refused
    reason = EncryptedTextField()
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    by_person_id = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField()
    seen_hash = models.CharField(max_length=64)  # of the answers decided on
    opinions_hash = models.CharField(max_length=64)  # of the opinions decided on

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class Certificate(House):
    """What a granted case gives: printed facts, and the credential that makes them verifiable."""

    case = models.OneToOneField("matters.Case", on_delete=models.PROTECT, related_name="certificate")
    credential = models.ForeignKey("credentials.Credential", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=32, unique=True)
    content = models.JSONField()  # title, statement, lines, conditions, office: as printed, public by definition
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class CaseEvent(House):
    """One thing that happened to a case: who, when, through which channel. The history people see is made of these."""

    append_only = True
    erasable = True

    case = models.ForeignKey("matters.Case", on_delete=models.CASCADE, related_name="events")
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
