"""Answering with facts: to forms through the hook ``facts_for``, to programs through the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.actions import record_list_look, record_look
from tongban.foundation.parties.queries import document_of, person_by_document, require, uscc_of
from tongban.foundation.registers.actions.registers import note_failure, note_recovery
from tongban.foundation.registers.adapters import SourceFailed, ask_source
from tongban.foundation.registers.hooks import READ_FACTS
from tongban.foundation.registers.models import CompanyRecord, PersonRecord, Register
from tongban.foundation.registers.queries.records import (
    company_record,
    person_record,
    present_residence,
    present_workplace,
)
from tongban.foundation.registers.queries.registers import is_silent, register_row, shown_name
from tongban.foundation.registers.rules.catalogue import COMPANIES, ELEMENTS, POPULATION, RegisterKind, check_purpose
from tongban.lib.actors import Actor
from tongban.lib.facts import Fact, Subject, Unavailable
from tongban.lib.identifiers import check_document, check_uscc, document_key
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

MOST_ELEMENTS = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """What a register says of one subject: values by field, when they were refreshed, where they lie."""

    values: dict[str, Any]
    refreshed_at: datetime | None
    area_code: str = ""
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom a register is asked about: by credit code or document, and in our own register by the person's id."""

    uscc: str = ""
    document: tuple[str, str] = ("", "")
    person_id: UUID | None = None


def answer_fact(
    element: str, subject: Subject, purpose: T, *, by: Actor, kept: dict[Any, Any]
) -> Fact | Unavailable | None:
    """One fact on an applicant for a form; each register is read once a round, and reading about somebody else is a look."""
    kind = ELEMENTS.get(element)
    if kind is None or kind.about != subject[0]:
        return None
    sought = kept.get("registers.sought") or kept.setdefault("registers.sought", _sought(subject))
    found = _entry(kind, sought, str(purpose.en), kept)
    if not isinstance(found, Entry):
        return found
    if subject[0] == "person" and "registers.look" not in kept:
        kept["registers.look"] = record_look(subject[1], what="registers.facts", reason="自动填写申请表", by=by)
    return _fact(kind, kind.elements[element], found)


def answer_name(document_type: str, document_number: str) -> Fact | Unavailable | None:
    """The name under a checked document, for comparing it with what its holder says; nobody is shown it."""
    found = _entry(POPULATION, Sought(document=(document_type, document_number)), "verification", {})
    return _fact(POPULATION, "name", found) if isinstance(found, Entry) else found


def answer_company(uscc: str) -> Entry | Unavailable | None:
    """What the company register says of a checked credit code; for a clerk who has the company's licence in hand."""
    return _entry(COMPANIES, Sought(uscc=uscc), "verification", {})


@transaction.atomic
def read_facts(
    sought: Sought, elements: Sequence[str], *, purpose: str, reason: str, case_number: str = "", by: Actor
) -> dict[str, Fact | Unavailable | None]:
    """Facts on one subject for a program, for a purpose each register allows; what lies outside its region is not there."""
    require(by, READ_FACTS)
    why = " ".join(reason.split())
    if not 2 <= len(why) <= 120:
        raise Refusal(
            "reason_missing",
            T("请写明查询事由，2 至 120 字。", "Say what it is for, in 2 to 120 characters."),
            field="reason",
        )
    sought = _checked(sought)
    kinds = {element: _kind_of(element, sought) for element in elements[:MOST_ELEMENTS]}
    words = [check_purpose(kind, purpose) for kind in kinds.values()]
    kept: dict[Any, Any] = {}
    found: dict[str, Fact | Unavailable | None] = {}
    for element, kind in kinds.items():
        entry = _entry(kind, sought, purpose, kept)
        if isinstance(entry, Entry) and not entry.area_code.startswith(by.region):
            entry = None
        found[element] = _fact(kind, kind.elements[element], entry) if isinstance(entry, Entry) else entry
    if sought.document[1] and words:
        _leave_trace(sought, f"{words[0].zh}：{why}", case_number, by)
    return found


def _leave_trace(sought: Sought, reason: str, case_number: str, by: Actor) -> None:
    if sought.person_id is not None:
        record_look(sought.person_id, what="registers.facts", reason=reason, case_number=case_number, by=by)
    else:
        record_list_look(what="registers.facts", criteria=reason, row_count=1, by=by)


def _checked(sought: Sought) -> Sought:
    if sought.uscc:
        return Sought(uscc=check_uscc(sought.uscc, field="uscc"))
    number = check_document(*sought.document, field="document_number")
    person = person_by_document(sought.document[0], number)
    return Sought(document=(sought.document[0], number), person_id=person.pk if person else None)


def _kind_of(element: str, sought: Sought) -> RegisterKind:
    kind = ELEMENTS.get(element)
    about = "organisation" if sought.uscc else "person"
    if kind is None or kind.about != about:
        raise Refusal("element_unknown", T("“{element}”不在任何登记库里，或与查询对象不符。",
                      "No register answers “{element}” for this subject.").format(element=element[:80]), field="elements")  # fmt: skip
    return kind


def _sought(subject: Subject) -> Sought:
    if subject[0] == "organisation":
        return Sought(uscc=uscc_of(subject[1]))
    return Sought(document=document_of(subject[1]), person_id=subject[1])


def _entry(kind: RegisterKind, sought: Sought, purpose: str, kept: dict[Any, Any]) -> Entry | Unavailable | None:
    """What a register says of a subject, read once a round."""
    key = ("registers.entry", kind.code)
    if key not in kept:
        row = register_row(kind.code)
        since = is_silent(row, timezone.now())
        kept[key] = (
            Unavailable(kind.code, shown_name(kind, row.is_sample), since)
            if since
            else _read(kind, row, sought, purpose)
        )
    found: Entry | Unavailable | None = kept[key]
    return found


def _read(kind: RegisterKind, row: Register, sought: Sought, purpose: str) -> Entry | Unavailable | None:
    if row.endpoint:
        return _read_live(kind, row, sought, purpose)
    if kind.code == "companies":
        company = company_record(sought.uscc)
        return _entry_of(kind, company, company.refreshed_at, company.region_code) if company else None
    if kind.code == "population":
        person = person_record(*sought.document)
        return _entry_of(kind, person, person.refreshed_at, person.registered_region) if person else None
    return _read_residence(sought)


def _read_residence(sought: Sought) -> Entry | None:
    if sought.person_id is None:
        return None
    home, work = present_residence(sought.person_id), present_workplace(sought.person_id)
    if home is None:
        return None
    values = {"address": home.dwelling.address, "employer": work.employer if work else ""}
    return Entry(values, home.confirmed_at, home.area_code, home.is_sample)


def _read_live(kind: RegisterKind, row: Register, sought: Sought, purpose: str) -> Entry | Unavailable | None:
    key = sought.uscc or document_key(*sought.document)
    if not key:
        return None
    try:
        said = ask_source(row.endpoint, row.token, register=kind.code, key=key, purpose=purpose)
        entry = said.record and _entry_said(kind, said.record, said.refreshed_at)
    except (SourceFailed, ValueError, TypeError) as failure:
        note_failure(kind.code, str(failure) if isinstance(failure, SourceFailed) else "answer not understood")
        return Unavailable(kind.code, shown_name(kind, row.is_sample), row.failing_since or timezone.now())
    if row.failing_since is not None:
        note_recovery(kind.code)
    return entry or None


def _entry_said(kind: RegisterKind, record: dict[str, Any], refreshed_at: datetime | None) -> Entry:
    """A live answer as an entry: known fields only, each of the type our own tables hold."""
    known = {field.name for field in kind.fields}
    values = {name: value for name, value in record.items() if name in known and value not in (None, "")}
    if "registered_on" in values:
        values["registered_on"] = date.fromisoformat(values["registered_on"])
    if "capital_fen" in values:
        values["capital_yuan"] = int(values["capital_fen"]) // 100
    if any(not isinstance(value, str | int | date) for value in values.values()):
        raise TypeError
    area = values.get("region_code") or values.get("registered_region") or ""
    return Entry(values, refreshed_at, str(area))


def _entry_of(
    kind: RegisterKind, record: CompanyRecord | PersonRecord, refreshed_at: datetime, area_code: str
) -> Entry:
    fields = set(kind.elements.values())
    return Entry({name: getattr(record, name) for name in fields}, refreshed_at, area_code, record.is_sample)


def _fact(kind: RegisterKind, field: str, entry: Entry) -> Fact | None:
    value = entry.values.get(field)
    if value in (None, ""):
        return None
    plain = value.isoformat() if isinstance(value, date) else value
    return Fact(plain, kind.code, shown_name(kind, entry.is_sample), entry.refreshed_at, kind.legal_basis)
