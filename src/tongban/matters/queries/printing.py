"""Answers of a case as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tongban.lib.words import T
from tongban.matters.models import Case
from tongban.matters.queries.cases import reviews_of
from tongban.matters.queries.facts import origin
from tongban.matters.queries.history import unit_title
from tongban.matters.rules.answers import hidden_elements
from tongban.matters.rules.cases import (
    DRAFT,
    FILED,
    GRANTED,
    IN_REVIEW,
    NOT_ACCEPTED,
    READY,
    RECEIVED,
    REFUSED,
    RETURNED,
    REVIEW_STATES,
    TERMINATED,
)
from tongban.matters.rules.printing import in_words
from tongban.matters.rules.shape import Content

if TYPE_CHECKING:
    from tongban.web.portal import Tone

_TONES: dict[str, Tone] = {
    DRAFT: "plain",
    IN_REVIEW: "progress",
    READY: "progress",
    RETURNED: "action",
    RECEIVED: "progress",
    GRANTED: "good",
    FILED: "good",
    REFUSED: "bad",
    NOT_ACCEPTED: "bad",
    TERMINATED: "bad",
}

_REVIEW_TONES: dict[str, Tone] = {"open": "progress", "approved": "good", "objected": "bad", "correction": "action",
                                 "not_needed": "plain"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PrintedAnswer:
    """One question with its answer in words, and where the answer comes from when nobody typed it."""

    label: T
    text: Any
    source: T | None = None
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class PrintedScreen:
    """One group of answers."""

    code: str
    title: T
    answers: list[PrintedAnswer]


@dataclass(frozen=True, slots=True)
class PrintedOpinion:
    """One department's opinion in words; ``at`` is None while it is reviewing, until ``due``."""

    unit: T
    state: T
    tone: Tone
    text: str
    by: str
    at: datetime | None
    due: date
    round: int


def printed_opinions(case: Case) -> list[PrintedOpinion]:
    """What every department said, or until when it has the case."""
    return [
        PrintedOpinion(
            unit_title(review.unit), REVIEW_STATES[review.state], _REVIEW_TONES[review.state], review.text,
            review.by_name, review.closed_at, review.due_on, review.round,
        )
        for review in reviews_of(case)
    ]  # fmt: skip


def case_tone(case: Case) -> Tone:
    """The tone of a case's state in badges."""
    return _TONES.get(case.state, "plain")


def printed_screens(case: Case, content: Content) -> list[PrintedScreen]:
    """All answers screen by screen; hidden questions are left out, open ones stand empty."""
    hidden = hidden_elements(content, case.values, timezone.localdate())
    screens = []
    for screen in content.form.screens:
        rows = []
        for asked in screen.fields:
            if asked.element in hidden:
                continue
            element, answer = content.elements[asked.element], case.answers.get(asked.element)
            text = in_words(element, answer["value"]) if answer else ""
            source = origin(answer) if answer else None
            corrected = bool(answer and answer["source"] == "corrected")
            rows.append(PrintedAnswer(asked.label or element.label, text, source, corrected))
        if rows:
            screens.append(PrintedScreen(screen.code, screen.title, rows))
    return screens
