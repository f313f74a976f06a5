"""Facts already known, so that nobody types them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from tongban.lib.actors import Actor
from tongban.lib.facts import Fact, Subject, Unavailable, ask
from tongban.lib.together import once
from tongban.lib.words import T
from tongban.matters.models import Case
from tongban.matters.queries.cases import events_of
from tongban.matters.rules.answers import check_answers
from tongban.matters.rules.shape import Content

_OWN_RECORD = T("本平台登记的单位信息", "the company's record here")
_COMPUTED = T("按回答自动计算", "computed from the answers")
_OWN_PROFILE = T("您的个人资料", "your profile")


def _legal_representative(case: Case) -> str:
    organisation = case.organisation
    head = organisation.legal_representative if organisation else None
    if head is not None:
        return head.name
    return str(organisation.licence.get("representative", "")) if organisation else ""


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


def known_fact(case: Case, source: str) -> Fact | None:
    """A fact of the applicant by its name in a form's ``fill``, with where it comes from; None when not known."""
    for readers, record in ((_ORGANISATION, _OWN_RECORD), (_PERSON, _OWN_PROFILE)):
        if source in readers:
            value = readers[source](case)
            return Fact(value, "", record) if value else None
    return None


Lookup = Callable[[str, T], Fact | Unavailable | None]


def fill_in(
    case: Case, content: Content, now: datetime, lookup: Lookup
) -> tuple[dict[str, Any], dict[str, Unavailable]]:
    """Answers a new draft starts with, each with its source, and the elements whose register does not answer.

    ``lookup`` asks the registers for an element and a purpose; what they do not know may stand in our own records. What
    does not pass its own check is left to the applicant.
    """
    found: dict[str, Fact] = {}
    silent: dict[str, Unavailable] = {}
    for asked in content.fields():
        if asked.calculate:
            continue
        fact = lookup(asked.element, content.elements[asked.element].purpose)
        if isinstance(fact, Unavailable):
            silent[asked.element] = fact
        if not isinstance(fact, Fact):
            fact = known_fact(case, asked.fill) if asked.fill else None
        if fact is not None:
            found[asked.element] = fact
    known = {element: fact.value for element, fact in found.items()}
    checked = check_answers(content, known, today=now.date(), complete=False)
    wrong = {refusal.field for refusal in checked.refusals}
    kept = {element: fact for element, fact in found.items() if element in checked.values and element not in wrong}
    answers = {element: _filled(checked.values[element], fact, now) for element, fact in kept.items()}
    return answers, {element: one for element, one in silent.items() if element not in answers}


def _filled(value: Any, fact: Fact, now: datetime) -> dict[str, Any]:
    """An answer with everything needed to say later where it came from."""
    answer = {
        "value": value,
        "source": "filled",
        "from": fact.source.as_json(),
        "at": now.isoformat(timespec="seconds"),
    }
    if fact.register:
        answer["register"] = fact.register
    if fact.refreshed_at is not None:
        answer["refreshed"] = timezone.localtime(fact.refreshed_at).date().isoformat()
    if fact.legal_basis is not None:
        answer["basis"] = fact.legal_basis.as_json()
    return answer


def origin(answer: Mapping[str, Any]) -> T | None:
    """Where an answer was filled in from, with the date that source is of; None for what was typed."""
    if answer.get("source") == "calculated":
        return _COMPUTED
    if "from" not in answer:
        return None
    source = T.read(answer["from"])
    if "refreshed" not in answer:
        return source
    dated = T("{source}，{day} 更新", "{source}, as of {day}")
    return dated.format(source=source, day=answer["refreshed"])


def silent_registers(case: Case) -> dict[str, T]:
    """Elements that could not be filled in when the draft began, with the register that did not answer."""
    begun = next((event for event in events_of(case) if event.kind == "started"), None)
    said: dict[str, Any] = begun.facts.get("unavailable", {}) if begun else {}
    return {element: T.read(source) for element, source in said.items()}


def lookup_for(case: Case, by: Actor) -> Callable[[str, T], Fact | Unavailable | None]:
    """How a draft asks the registers about its applicant: each register is read once for all questions."""
    subject: Subject | None = ("organisation", case.organisation_id) if case.organisation_id else None
    if subject is None and case.person_id:
        subject = ("person", case.person_id)
    if subject is None:
        return lambda element, purpose: None
    found, kept = subject, once(("matters.facts", subject, by), dict[Any, Any])
    return lambda element, purpose: ask(element, found, purpose, by=by, kept=kept)
