"""Answers of a case as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from tongban.foundation.documents.queries import standing_of
from tongban.lib.words import T
from tongban.matters.models import Case
from tongban.matters.queries.cases import reviews_of
from tongban.matters.queries.facts import origin
from tongban.matters.queries.history import unit_title
from tongban.matters.queries.materials import held_documents
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
from tongban.matters.rules.materials import files_in
from tongban.matters.rules.printing import in_words
from tongban.matters.rules.shape import Content

if TYPE_CHECKING:
    from tongban.foundation.documents.models import Document
    from tongban.matters.queries.mine import OwnCase
    from tongban.web.portal import Tone

_GONE = T("文件已不在。", "The file is gone.")

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
class PrintedFile:
    """One attachment: ``standing`` says why it cannot be opened, when it cannot."""

    id: UUID
    name: str
    size: int
    icon: str
    has_thumbnail: bool
    may_open: bool
    may_show: bool
    standing: T | None = None


@dataclass(frozen=True, slots=True)
class PrintedAnswer:
    """One question with its answer in words, and where the answer comes from when nobody typed it."""

    label: T
    text: Any
    source: T | None = None
    is_corrected: bool = False
    files: tuple[PrintedFile, ...] = ()


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


def case_tone(case: Case | OwnCase) -> Tone:
    """The tone of a case's state in badges."""
    return _TONES.get(case.state, "plain")


def _files(ids: list[str], held: Mapping[UUID, Document]) -> tuple[PrintedFile, ...]:
    return tuple(_file(UUID(one), held.get(UUID(one))) for one in ids)


def _file(document_id: UUID, document: Document | None) -> PrintedFile:
    if document is None:
        return PrintedFile(document_id, "—", 0, "file-text", False, False, False, _GONE)
    kind = document.file_type
    ready = document.state == "ready"
    return PrintedFile(
        document_id, document.name, document.size, kind.icon if kind else "file-text", bool(document.thumbnail_size), ready,
        bool(kind and kind.is_inline), None if ready and not document.is_locked else standing_of(document),
    )  # fmt: skip


def printed_screens(case: Case, content: Content) -> list[PrintedScreen]:
    """All answers screen by screen; hidden questions are left out, open ones stand empty."""
    hidden = hidden_elements(content, case.values, timezone.localdate())
    held = held_documents(case) if files_in(content, case.values) else {}
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
            files = _files(answer["value"], held) if answer and element.type == "file" else ()
            rows.append(PrintedAnswer(asked.label or element.label, text, source, corrected, files))
        if rows:
            screens.append(PrintedScreen(screen.code, screen.title, rows))
    return screens


def signed_page(case: Case) -> list[PrintedFile]:
    """The page its applicant signed at a window, as a list of one; empty where nothing was scanned."""
    intake = getattr(case, "intake", None)
    return _scanned(case, intake.page_id if intake else None)


def mandate_page(case: Case) -> list[PrintedFile]:
    """The mandate in writing as it was scanned in at a window, as a list of one; empty where nothing was scanned."""
    intake = getattr(case, "intake", None)
    return _scanned(case, intake.mandate_page_id if intake else None)


def _scanned(case: Case, document_id: UUID | None) -> list[PrintedFile]:
    return [_file(document_id, held_documents(case).get(document_id))] if document_id else []
