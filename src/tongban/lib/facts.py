"""Facts the government holds already: how a form asks for them, and how whoever holds them answers.

Registers and connectors stand below the forms that ask, so the question lives here, where both may reach it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from tongban.lib.actors import Actor
from tongban.lib.hooks import Hook
from tongban.lib.words import T

Subject = tuple[Literal["person", "organisation"], UUID]

facts_for = Hook(
    "matters.facts_for",
    "A fact the government already holds on an applicant. Arguments: element, subject (kind, id), purpose (T), by, kept "
    "(a dict that lasts one round of questions: what an answerer reads once it may keep there). Answers a Fact (value, register, its name as T, refreshed_at, legal_basis as T), an Unavailable (register, its name, since), or "
    "None. The first Fact counts; without one, the first Unavailable.",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with what it rests on: the register it stands in, when that was last refreshed, by which law it is read."""

    value: Any
    register: str
    source: T
    refreshed_at: datetime | None = None
    legal_basis: T | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A register that would know, but cannot be asked now: the form goes on without it."""

    register: str
    source: T
    since: datetime | None = None


def ask(
    element: str, subject: Subject, purpose: T, *, by: Actor, kept: dict[Any, Any] | None = None
) -> Fact | Unavailable | None:
    """What is known of a subject, or which register does not answer; None where nobody knows.

    Whoever asks for several elements of one subject passes the same ``kept`` each time, so that a register is read once.
    """
    silent: Unavailable | None = None
    round_of = {} if kept is None else kept
    for answer in facts_for.call_each(element=element, subject=subject, purpose=purpose, by=by, kept=round_of):
        if isinstance(answer, Fact):
            return answer
        if isinstance(answer, Unavailable):
            silent = silent or answer
    return silent
