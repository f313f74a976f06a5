"""What definitions are written with: the base of every shape, references to the law, fees, promises, notices."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from tongban.matters.rules.texts import Text

Day = Annotated[
    date, BeforeValidator(lambda v: date.fromisoformat(v) if isinstance(v, str) else v), PlainSerializer(str)
]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
ElementName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*\.[a-z][a-z0-9_]*$", max_length=60)]
FileName = Annotated[str, Field(pattern=r"^[^/\\.][^/\\]*$", max_length=120)]
Expression = Annotated[str, Field(min_length=1, max_length=500)]


class Shape(BaseModel):
    """The base of every part: no key unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reference(Shape):
    """Where a number or a duty comes from."""

    title: Text
    article: Text | None = None
    in_force: Day
    url: str | None = None


class Fee(Shape):
    """What has to be paid: ``amount`` in fen, a whole number or a rule that gives one."""

    code: Code
    title: Text
    amount: Annotated[int, Field(ge=0)] | Expression
    basis: Reference
    when: Literal["before_decision", "before_certificate"] = "before_decision"
    due_days: int = Field(15, ge=1, le=365)  # calendar days to pay it in
    refund: list[Literal["withdrawn", "refused", "terminated"]] = []  # ends of a case that give it back
    exemption: Reference | None = None  # the rule by which the office may waive it; without one it may not


class PromiseShape(Shape):
    """What may be promised: materials to hand in later (容缺受理), or that a condition is met (告知承诺).

    ``promise`` is the form's question to tick; its words are what is promised. Days of materials count from acceptance,
    those of a condition from the decision: until then somebody of ``checked_by`` (else of the deciding office) looks.
    """

    kind: Literal["material", "condition"]
    promise: ElementName
    title: Text
    working_days: int = Field(ge=1, le=400)
    holds_decision: bool = True  # of materials: nothing is granted before they are there
    checked_by: Code | None = None
    barred_days: int = Field(365, ge=0, le=3650)  # whoever breaks it may not promise again for so long
    reference: Reference


class Notice(Shape):
    """A message to the applicant; places: {number} {service} {holder} {day}."""

    title: Text
    text: Text


class Notices(Shape):
    """What the applicant is told at each step."""

    submitted: Notice
    returned: Notice
    granted: Notice
    refused: Notice
    accepted: Notice | None = None
    not_accepted: Notice | None = None
    filed: Notice | None = None
    terminated: Notice | None = None
    clock_stopped: Notice | None = None
    clock_resumed: Notice | None = None
    extended: Notice | None = None
    revoked: Notice | None = None
    promise_due: Notice | None = None
    promise_broken: Notice | None = None
    fee_asked: Notice | None = None
    fee_due: Notice | None = None
    fee_paid: Notice | None = None
    fee_exempted: Notice | None = None
    fee_refunded: Notice | None = None
