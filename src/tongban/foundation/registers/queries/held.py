"""What the registers hold on one person, in words, for that person."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.utils import timezone

from tongban.foundation.parties.queries import document_of
from tongban.foundation.registers.models import PersonRecord, Residence
from tongban.foundation.registers.queries.records import person_record
from tongban.foundation.registers.queries.registers import shown_name
from tongban.foundation.registers.queries.residents import resident_found
from tongban.foundation.registers.rules.catalogue import POPULATION, RESIDENCE
from tongban.foundation.registers.rules.occupancy import KINDS
from tongban.foundation.registers.rules.records import SEXES
from tongban.lib.words import T

Facts = list[tuple[T, str, T]]


def held_on(person_id: UUID) -> Iterator[tuple[T, Facts]]:
    """Sections of “my data”: (title, facts with their source)."""
    record = person_record(*document_of(person_id))
    if record is not None:
        yield POPULATION.name, _of_population(record)
    yield RESIDENCE.name, _of_residence(person_id)


def _of_population(record: PersonRecord) -> Facts:
    name = shown_name(POPULATION, record.is_sample)
    source = T("{name}，{day} 更新", "{name}, as of {day}").format(
        name=name, day=timezone.localdate(record.refreshed_at)
    )
    sex = SEXES.get(record.sex)
    rows = [
        (T("姓名", "Name"), record.name), (T("证件号码", "Document number"), record.document_number),
        (T("性别", "Sex"), str(sex or "")), (T("出生日期", "Date of birth"), record.birth_date),
        (T("民族", "Ethnicity"), record.ethnicity), (T("户籍地址", "Registered address"), record.registered_address),
    ]  # fmt: skip
    return [(label, value, source) for label, value in rows if value]


def _of_residence(person_id: UUID) -> Facts:
    found = resident_found(person_id, "")
    facts: Facts = []
    for row in found.residences:
        said = f"{row.dwelling.address} · {KINDS[row.kind]}"
        if row.until is not None:
            said += f" · {row.since or ''}–{row.until}"
        facts.append((T("住处", "Dwelling"), said, _confirmed(row)))
    facts += [
        (T("工作单位", "Employer"), row.employer, T("社区登记", "Recorded by the community"))
        for row in found.workplaces
    ]
    facts += [
        (
            T("出租房屋", "Dwelling let"),
            f"{row.dwelling.address} {row.since}–{row.until}",
            T("社区登记", "Recorded by the community"),
        )
        for row in found.leases_let
    ]
    return facts


def _confirmed(row: Residence) -> T:
    if row.confirmed_at is None:
        return T("来源：{source}，未核实", "From {source}, not confirmed").format(source=row.source)
    return T("{who} {day} 核实", "Confirmed by {who} on {day}").format(
        who=row.confirmed_by, day=timezone.localdate(row.confirmed_at)
    )
