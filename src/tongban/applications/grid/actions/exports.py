"""Lists of residents as a file: asked for with a reason, approved by a second person, each person on it sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from tongban.applications.grid.queries.areas import area_visible_to
from tongban.applications.grid.queries.exports import criteria_said, people_listed, plain_criteria, typed_of
from tongban.applications.grid.queries.reports import cell, report_of
from tongban.applications.grid.rules.lists import MOST_EXPORTED, RESIDENTS
from tongban.applications.grid.rules.reports import COLUMNS
from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.actions import ListOrder, ask_list, read_list, record_list_look, record_looks
from tongban.foundation.parties.hooks import OPEN_DISCLOSURE
from tongban.foundation.parties.queries import people_who_may
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Disclosure


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
    """Ask to take a list of residents of one's own area away; who may agree is told, and has 24 hours to."""
    area = area_visible_to(by, new.area).code
    criteria = plain_criteria(area, new.typed)
    count = people_listed(by, area, new.typed).count()
    if count > MOST_EXPORTED:
        raise Refusal(
            "export_too_large",
            T("超过 {n} 人，请先筛选。", "More than {n} people: filter first.").format(n=MOST_EXPORTED),
        )
    said = criteria_said(by, criteria, numbers=new.numbers)
    numbers = {"numbers": "yes"} if new.numbers else {}
    asked = ask_list(ListOrder(RESIDENTS, area, criteria | numbers, said, count, new.basis, new.reason), by=by)
    parts = {
        "name": by.name, "said": said, "count": count, "reason": asked.reason, "export_id": str(asked.pk),
    }  # fmt: skip
    for person_id in people_who_may(OPEN_DISCLOSURE, area):
        if person_id != by.person_id:
            notify(template="grid.export_asked", parts=parts, person_id=person_id, by=by)
    return asked


@transaction.atomic
def take_export(disclosure_id: UUID, *, by: Actor) -> tuple[str, list[list[str]]]:
    """The list as it is now, its first line the headings: each person on it sees who took it away and why."""
    found = read_list(disclosure_id, by=by)
    if found.purpose != RESIDENTS or found.subject is None:
        raise not_found(T("这份名单", "This list"))
    rows = list(people_listed(by, found.subject["area"], typed_of(found.subject))[:MOST_EXPORTED])
    record_looks((row.person_id for row in rows), what="grid.export", reason=f"导出名单：{found.reason}"[:200], by=by)
    record_list_look(what="grid.export", criteria=found.subject["said"], row_count=len(rows), by=by)
    numbers, code = found.subject.get("numbers") == "yes", found.subject.get("report", "")
    keys = report_of(by, code).columns if code else tuple(COLUMNS)
    lines = [[cell(row, key, numbers=numbers) for key in keys] for row in rows]
    return found.subject["said"], [[str(COLUMNS[key]) for key in keys], *lines]
