"""What registers answer when a form asks for what is known already."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tongban.foundation.parties.hooks import name_on_document, person_changed
from tongban.foundation.registers.actions import refresh_copies
from tongban.foundation.registers.actions.facts import answer_fact, answer_name
from tongban.lib.actors import Actor
from tongban.lib.facts import Fact, Subject, Unavailable, facts_for
from tongban.lib.words import T


@facts_for.answer
def facts_of_registers(
    element: str, subject: Subject, purpose: T, by: Actor, kept: dict[Any, Any]
) -> Fact | Unavailable | None:
    """A fact of one of the registers, or which of them does not answer."""
    return answer_fact(element, subject, purpose, by=by, kept=kept)


@name_on_document.answer
def name_in_population(document_type: str, document_number: str) -> Fact | Unavailable | None:
    """The name the population register holds under a document."""
    return answer_name(document_type, document_number)


@person_changed.answer
def copies_follow(person_id: UUID) -> int:
    """A person was put right: so are the copies in lists of residents."""
    return refresh_copies(person_id)
