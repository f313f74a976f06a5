"""Lists of residents as a file: asked for with a reason, approved by a second person, each person on it sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from tongban.applications.grid.queries.areas import area_visible_to
from tongban.applications.grid.queries.exports import criteria_said, plain_criteria, typed_of
from tongban.applications.grid.queries.people import residents_in
from tongban.applications.grid.rules.lists import MOST_EXPORTED, RESIDENTS
from tongban.foundation.parties.actions import ListOrder, ask_list, read_list, record_list_look, record_looks
from tongban.foundation.parties.queries import people_by_id
from tongban.foundation.registers.queries import KINDS, RELATIONS
from tongban.lib.actors import Actor
from tongban.lib.masks import mask_id_number, mask_phone
from tongban.lib.phones import show_phone
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Disclosure, Person
    from tongban.foundation.registers.models import Residence

_SEXES = {"1": T("男", "Male"), "2": T("女", "Female")}
HEADINGS = (
    T("姓名", "Name"), T("性别", "Sex"), T("出生日期", "Date of birth"), T("证件号码", "Document number"), T("手机号", "Phone"),
    T("类别", "Kind"), T("与户主关系", "Relation to the head"), T("房屋", "Dwelling"), T("入住日期", "Living here since"),
    T("最近核实", "Last confirmed"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewExport:
    """Which list (as a page's filter gives it), on which basis, for what; ``numbers`` in full or masked."""

    area: str
    typed: Mapping[str, Any]
    basis: str
    reason: str
    numbers: bool = False


@transaction.atomic
def ask_export(new: NewExport, *, by: Actor) -> Disclosure:
    """Ask to take a list of residents of one's own area away; a second person has to agree within 24 hours."""
    area = area_visible_to(by, new.area).code
    criteria = plain_criteria(area, new.typed)
    count = residents_in(by, area, dict(new.typed)).count()
    if count > MOST_EXPORTED:
        raise Refusal(
            "export_too_large",
            T("超过 {n} 人，请先筛选。", "More than {n} people: filter first.").format(n=MOST_EXPORTED),
        )
    said = criteria_said(by, criteria, numbers=new.numbers)
    numbers = {"numbers": "yes"} if new.numbers else {}
    return ask_list(ListOrder(RESIDENTS, area, criteria | numbers, said, count, new.basis, new.reason), by=by)


@transaction.atomic
def take_export(disclosure_id: UUID, *, by: Actor) -> tuple[str, list[list[str]]]:
    """The list as it is now, its first line the headings: each person on it sees who took it away and why."""
    found = read_list(disclosure_id, by=by)
    if found.purpose != RESIDENTS or found.subject is None:
        raise not_found(T("这份名单", "This list"))
    rows = list(residents_in(by, found.subject["area"], typed_of(found.subject))[:MOST_EXPORTED])
    people = people_by_id({row.person_id for row in rows})
    record_looks(people, what="grid.export", reason=f"导出名单：{found.reason}"[:200], by=by)
    record_list_look(what="grid.export", criteria=found.subject["said"], row_count=len(rows), by=by)
    numbers = found.subject.get("numbers") == "yes"
    return found.subject["said"], [
        [str(one) for one in HEADINGS],
        *(_line(row, people[row.person_id], numbers) for row in rows),
    ]


def _line(row: Residence, person: Person, numbers: bool) -> list[str]:
    document, phone = person.document_number, person.phone
    return [
        row.name, str(_SEXES.get(person.sex, "")), person.birth_date, document if numbers else mask_id_number(document) if document else "",
        show_phone(phone) if numbers and phone else mask_phone(phone) if phone else "", str(KINDS[row.kind]),
        str(RELATIONS.get(row.relation[:2], "")), row.dwelling.address, row.since.isoformat() if row.since else "",
        row.confirmed_at.date().isoformat() if row.confirmed_at else "",
    ]  # fmt: skip
