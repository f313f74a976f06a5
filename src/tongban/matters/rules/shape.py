"""The shape of a definition: what its files may say. Unknown keys are refused, so that a typing error is found."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from tongban.matters.rules.calculations import settling_order
from tongban.matters.rules.parts import (
    Code,
    Day,
    ElementName,
    Expression,
    Fee,
    FileName,
    Notices,
    PromiseShape,
    Reference,
    Shape,
)
from tongban.matters.rules.texts import Text

ElementType = Literal["text", "long_text", "integer", "date", "choice", "choices", "yes_no", "phone", "uscc",
                      "person_name", "promise", "file"]  # fmt: skip
FileKind = Literal["pdf", "photo", "word", "excel", "ofd", "text"]


class Option(Shape):
    """One choice."""

    value: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    label: Text


class Element(Shape):
    """A data element: one fact with its name, type, check, sensitivity and purpose."""

    type: ElementType
    label: Text
    hint: Text | None = None
    purpose: Text
    sensitivity: Literal["public", "internal", "personal", "sensitive"]
    unit: Text | None = None
    longest: int = Field(200, ge=1, le=4000)
    least: int | None = None
    most: int | None = None
    options: list[Option] = []
    # Of a file: what it may be, how many (``most``, else one), and how large one of them.
    kinds: list[FileKind] = Field(["pdf", "photo", "word", "excel", "ofd"], min_length=1)
    max_mb: int = Field(20, ge=1, le=500)

    @property
    def most_files(self) -> int:
        """How many files one answer holds."""
        return min(self.most or 1, 10)


class Rule(Shape):
    """A check across answers: refused with ``message`` at ``field`` unless ``rule`` is true."""

    rule: Expression
    field: ElementName
    code: str = Field(pattern=r"^[a-z][a-z_]{2,39}$")
    message: Text


# What our own record knows of an applicant, by its name in ``fill`` (queries/facts.py reads it).
FILLS = (
    "organisation.name", "organisation.uscc", "organisation.address", "organisation.industry",
    "organisation.legal_representative", "person.name", "person.phone", "person.address", "person.document_number",
)  # fmt: skip


class FormField(Shape):
    """One question: an element, asked always or when ``visible`` is true; or a value computed from others and shown."""

    element: ElementName
    required: bool | Expression = True
    visible: Expression | None = None
    fill: str | None = Field(None, pattern=r"^(organisation|person)\.[a-z_]+$")
    calculate: Expression | None = None  # never typed: computed here from other answers
    label: Text | None = None
    hint: Text | None = None


class Screen(Shape):
    """One group of questions, shown as one page."""

    code: Code
    title: Text
    about: Text | None = None
    fields: list[FormField] = Field(min_length=1)
    rules: list[Rule] = []


class Form(Shape):
    """The questions of a service, screen by screen."""

    screens: list[Screen] = Field(min_length=1)


class Clock(Shape):
    """A period in working days with its source."""

    working_days: int = Field(ge=0, le=400)
    reference: Reference


class DatedValue(Shape):
    """What a parameter is from a day on, until the next one."""

    value: bool | int | str
    since: Day
    reference: Reference


class Parameter(Shape):
    """A number or a word the law sets and changes: rules read it as ``parameters.name``, as of the day of submission."""

    title: Text
    unit: Text | None = None
    values: list[DatedValue] = Field(min_length=1)

    def on(self, day: date) -> bool | int | str | None:
        """The value in force on a day; None before the first."""
        return next((one.value for one in reversed(self.values) if one.since <= day), None)


ParameterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


class Parameters(Shape):
    """parameters.yaml of a service; it may be missing."""

    parameters: dict[ParameterName, Parameter] = {}


class Correction(Shape):
    """How long an applicant may take to correct, and by which rule the clock stands still when it had started.

    Before acceptance the clock has not started. Without ``stops_clock`` it runs on while corrections are awaited.
    """

    days: int = Field(30, ge=1, le=365)  # calendar days
    stops_clock: Reference | None = None


class Clocks(Shape):
    """How long the law allows, how long the office promises, how long one review may take."""

    statutory: Clock
    promised: Clock
    review_working_days: int = Field(ge=0, le=400)
    acceptance: Clock | None = None  # to accept or to tell everything once; silence accepts (行政许可法 Art. 32)
    extension: Clock | None = None  # granted once by the head of the office (行政许可法 Art. 42)
    delivery: Clock | None = None  # from the decision to the applicant's hands (行政许可法 Art. 44)
    rating_follow_up: Clock | None = None  # to answer a bad rating; a local rule (国办发〔2019〕51号 names no number)
    correction: Correction = Correction()
    warning_working_days: int = Field(1, ge=0, le=60)  # yellow when so many are left, or fewer


class Material(Shape):
    """Something to hand in (``element`` names the form's file question), to keep ready, or known here already."""

    name: Text
    need: Literal["required", "optional", "later"]
    source: Literal["self", "government", "other"]
    about: Text | None = None
    element: ElementName | None = None
    kind: Literal["original", "copy", "either"] = "either"
    medium: Literal["electronic", "paper", "either"] = "electronic"
    # Files of the folder's ``files/`` that the guide offers to download: to fill in, and filled in by way of example.
    blank: FileName | None = None
    sample: FileName | None = None


class Question(Shape):
    """A question people ask, with its answer."""

    question: Text
    answer: Text


class Guide(Shape):
    """The service guide: the elements of 实施清单 that people need (domain: GB/T 39554.2-2020)."""

    catalog_code: str = Field(pattern=r"^\d{12}$")
    task_code: str = Field(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}[1-6]\d{12}$")
    task_type: Text
    handling: Literal["instant", "promised"]
    level: Text
    who: Text
    conditions: list[Text] = Field(min_length=1)
    materials: list[Material] = []
    result: Text
    fee: Text
    visits: int = Field(ge=0, le=9)
    scope: Text
    legal_basis: list[Reference] = Field(min_length=1)
    contact: Text
    supervision: Text
    remedy: Text
    questions: list[Question] = []


class Party(Shape):
    """One department that reviews; ``looks_at`` names the screens its opinion rests on."""

    unit: Code
    name: Text
    task: Text
    looks_at: list[Code] = Field(min_length=1)
    when: Expression | None = None  # reviews only if this holds


class Reviews(Shape):
    """Who reviews, all at the same time, and when they are done: all have spoken, enough approve, or the lead has spoken."""

    join: Literal["all", "quorum", "lead"] = "all"
    quorum: int | None = Field(None, ge=1, le=20)
    lead: Code | None = None
    parties: list[Party] = Field([], max_length=20)


class Acceptance(Shape):
    """Who accepts what was handed in: nobody, because the form's checks suffice, or an office that looks first."""

    by: Literal["form", "office"] = "form"
    unit: Code | None = None  # without one: the office that decides


class DecisionShape(Shape):
    """Who decides, and with whose seal; ``automatic``: granted at once when it holds and nobody has to review."""

    unit: Code
    seal: Text
    automatic: Expression | None = None


ProcedureKind = Literal[
    "hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"
]


class ProcedureShape(Shape):
    """A special procedure whose time is not counted (行政许可法 Art. 45); ``longest_days`` in calendar days, told in writing."""

    kind: ProcedureKind
    longest_days: int = Field(ge=1, le=730)
    reference: Reference


class Regime(Shape):
    """How a service is handled in a period: approval, filing with a promise, or closed for some. The first that fits counts."""

    code: Code
    kind: Literal["approval", "filing", "closed"]
    title: Text
    since: Day
    until: Day | None = None
    when: Expression | None = None
    message: Text | None = None  # needed when closed: why, and what to do instead
    reference: Reference


class Retention(Shape):
    """How long answers are kept after the end of the case."""

    years: int = Field(ge=1, le=30)
    reference: Reference


class InForce(Shape):
    """From which day to which last day people may apply."""

    since: Day
    until: Day | None = None


class DefinitionShape(Shape):
    """definition.yaml."""

    code: Code
    name: Text
    about: Text
    theme: Code
    icon: str = Field("file-text", pattern=r"^[a-z0-9-]{1,40}$")
    keywords: list[str] = []
    is_sample: bool = False
    sample_note: Text | None = None
    applicants: list[Literal["person", "company"]] = Field(min_length=1)
    channels: list[Literal["web", "window", "agent", "api"]] = Field(min_length=1)
    assurance: int = Field(ge=1, le=5)
    number_prefix: str = Field(pattern=r"^[A-Z]{2,6}$")
    in_force: InForce
    guide: Guide
    regimes: list[Regime] = []
    acceptance: Acceptance = Acceptance()
    reviews: Reviews
    special_procedures: list[ProcedureShape] = []
    fees: list[Fee] = []
    promises: list[PromiseShape] = []
    clocks: Clocks
    decision: DecisionShape
    notices: Notices
    retention: Retention


class CertificateLine(Shape):
    """One printed fact of a certificate."""

    label: Text
    element: ElementName


class CertificateShape(Shape):
    """certificate.yaml; places in ``statement``: {holder} {service} {number} {office}."""

    title: Text
    statement: Text
    lines: list[CertificateLine] = []
    conditions: list[Text] = []
    valid_days: int = Field(ge=1, le=3650)


class Content(Shape):
    """Everything a published version holds."""

    definition: DefinitionShape
    form: Form
    certificate: CertificateShape
    elements: dict[ElementName, Element]
    certificate_template: str = ""  # certificate.typ of the folder; empty: the house's
    parameters: dict[ParameterName, Parameter] = {}
    as_of: Day | None = Field(None, exclude=True)  # parameters are read as of this day; without one, as of today

    @cached_property
    def settling_order(self) -> tuple[FormField, ...]:
        """Every question after those its ``visible`` and ``calculate`` read."""
        return settling_order(self.fields())

    def screen(self, code: str) -> Screen | None:
        """The screen with this code."""
        return next((screen for screen in self.form.screens if screen.code == code), None)

    def fields(self) -> list[FormField]:
        """Every question in order."""
        return self._fields

    @cached_property
    def _fields(self) -> list[FormField]:
        return [field for screen in self.form.screens for field in screen.fields]
