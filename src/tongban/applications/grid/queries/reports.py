"""Lists communities hand in, filled from what registers hold; and what is missing in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from tongban.applications.grid.rules.reports import FILLABLE, REPORTS, SETTING, Report, read_kept
from tongban.applications.grid.rules.rights import MAKE
from tongban.foundation.parties.queries import require, settings_over, unit_setting
from tongban.foundation.registers.queries import (
    KINDS,
    RELATIONS,
    lacking,
    residence_visible_to,
    residents_visible_to,
    with_work,
)
from tongban.lib.actors import Actor
from tongban.lib.masks import mask_id_number, mask_phone
from tongban.lib.phones import show_phone
from tongban.lib.refusals import not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tongban.foundation.registers.models import Residence

_SEXES = {"1": T("男", "Male"), "2": T("女", "Female")}


def report_of(by: Actor, code: str) -> Report:
    """One of the lists of the viewer's area."""
    found = REPORTS.get(code) or reports_for(by).get(code)
    if found is None:
        raise not_found(T("这张表", "This list"))
    return found


def reports_for(by: Actor) -> dict[str, Report]:
    """Every list of the viewer's area: those that came with the house, then those offices made for it."""
    made = {code: read_kept(kept) for _, lists in settings_over(SETTING, by.region) for code, kept in lists.items()}
    return REPORTS | made


def made_by(by: Actor) -> dict[str, Report]:
    """The lists the viewer's own office made."""
    require(by, MAKE)
    return {code: read_kept(kept) for code, kept in (unit_setting(by.unit_id, SETTING) or {}).items()}


def made_of(by: Actor, code: str) -> Report:
    """One of them."""
    found = made_by(by).get(code)
    if found is None:
        raise not_found(T("这张表", "This list"))
    return found


def people_on(by: Actor, code: str, area: str, *, missing: str = "") -> QuerySet[Residence]:
    """Whom a list names in an area of one's own; with ``missing`` only those of whom that is not recorded."""
    return _people(by, report_of(by, code), area, missing)


def _people(by: Actor, report: Report, area: str, missing: str) -> QuerySet[Residence]:
    this_year = timezone.localdate().year
    found = residents_visible_to(by, area=area)
    if report.kinds:
        found = found.filter(kind__in=report.kinds)
    if report.from_age is not None:
        found = found.filter(birth_year__lte=this_year - report.from_age)
    if report.to_age is not None:
        found = found.filter(birth_year__gte=this_year - report.to_age)
    return with_work(lacking(found, missing) if missing in to_fill(report) else found)


def to_fill(report: Report) -> list[str]:
    """The columns of a list a worker may fill where they are empty."""
    return [key for key in FILLABLE if key in report.columns]


def what_is_missing(by: Actor, code: str, area: str) -> list[tuple[str, int]]:
    """How many cells of each column are empty: what to ask next."""
    report = report_of(by, code)
    return [(key, _people(by, report, area, key).count()) for key in to_fill(report)]


def cell(row: Any, key: str, *, numbers: bool = False) -> str:
    """One cell of a list of ``with_work``, "" where nothing is known; numbers of documents and telephones in full or masked."""
    person = row.person
    document = person.document_number if key == "document" else ""
    phone = person.phone if key == "phone" else ""
    shown: dict[str, Any] = {
        "name": row.name, "sex": _SEXES.get(person.sex, ""), "birth": person.birth_date if key == "birth" else "",
        "document": document if numbers or not document else mask_id_number(document),
        "phone": (show_phone(phone) if numbers else mask_phone(phone)) if phone else "", "kind": KINDS[row.kind],
        "relation": RELATIONS.get(row.relation[:2], ""), "dwelling": row.dwelling.address, "since": row.since or "",
        "employer": row.employer, "confirmed": timezone.localdate(row.confirmed_at) if row.confirmed_at else "",
    }  # fmt: skip
    return str(shown[key])


def missing_of(by: Actor, residence_id: UUID) -> tuple[Any, list[str]]:
    """A residence of one's area and which of the facts a worker asks for are not recorded."""
    row = residence_visible_to(by, residence_id)
    found = with_work(residents_visible_to(by).filter(pk=row.pk)).first()
    if found is None:
        raise not_found(T("这条居住登记", "This residence"))
    return found, [key for key in FILLABLE if not cell(found, key)]
