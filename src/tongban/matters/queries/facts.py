"""Facts already known, so that nobody types them again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tongban.lib.words import T
from tongban.matters.models import Case
from tongban.matters.rules.answers import check_answers
from tongban.matters.rules.shape import Content

_OWN_RECORD = T("本平台登记的单位信息", "the company's record here")
_OWN_PROFILE = T("您的个人资料", "your profile")


def _legal_representative(case: Case) -> str:
    organisation = case.organisation
    head = organisation.legal_representative if organisation else None
    return head.name if head else ""


_ORGANISATION: dict[str, Callable[[Case], Any]] = {
    "organisation.name": lambda case: case.organisation and case.organisation.name,
    "organisation.uscc": lambda case: case.organisation and case.organisation.uscc,
    "organisation.address": lambda case: case.organisation and case.organisation.address,
    "organisation.industry": lambda case: case.organisation and case.organisation.industry,
    "organisation.legal_representative": _legal_representative,
}
_PERSON: dict[str, Callable[[Case], Any]] = {
    "person.name": lambda case: case.person and case.person.name,
    "person.phone": lambda case: case.person and case.person.phone,
    "person.address": lambda case: case.person and case.person.address,
    "person.document_number": lambda case: case.person and case.person.document_number,
}


def known_fact(case: Case, source: str) -> tuple[Any, T] | None:
    """A fact of the applicant by its name in a form's ``fill``, with where it comes from; None when not known."""
    for readers, origin in ((_ORGANISATION, _OWN_RECORD), (_PERSON, _OWN_PROFILE)):
        if source in readers:
            value = readers[source](case)
            return (value, origin) if value else None
    return None


Lookup = Callable[[str, T], tuple[Any, T] | None]


def fill_in(case: Case, content: Content, now: datetime, lookup: Lookup) -> dict[str, Any]:
    """Answers a new draft starts with, each with its source; what does not pass its own check is left to the applicant.

    ``lookup`` asks the registers for an element and a purpose; what they do not know may stand in our own records.
    """
    answers: dict[str, Any] = {}
    for asked in content.fields():
        fact = lookup(asked.element, content.elements[asked.element].purpose)
        fact = fact or (known_fact(case, asked.fill) if asked.fill else None)
        if fact is None:
            continue
        checked = check_answers(content, {asked.element: fact[0]}, today=now.date(), complete=False)
        if asked.element in checked.values and not checked.refusals:
            answers[asked.element] = {
                "value": checked.values[asked.element], "source": "filled", "from": fact[1].as_json(),
                "at": now.isoformat(timespec="seconds"),
            }  # fmt: skip
    return answers
