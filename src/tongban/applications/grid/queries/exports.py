"""Lists of residents somebody asked to take away, and what such a list is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from tongban.applications.grid.queries.areas import area_visible_to
from tongban.applications.grid.queries.people import residents_in
from tongban.applications.grid.queries.reports import people_on, report_of
from tongban.applications.grid.rules.lists import LISTS, RESIDENTS
from tongban.foundation.parties.queries import disclosures_visible_to
from tongban.foundation.registers.queries import KINDS, with_work
from tongban.lib.actors import Actor

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tongban.foundation.parties.models import Disclosure
    from tongban.foundation.registers.models import Residence


def exports_of(by: Actor) -> QuerySet[Disclosure]:
    """Lists of residents the viewer asked for, newest first."""
    return disclosures_visible_to(by).filter(purpose=RESIDENTS, asked_by_id=by.person_id).defer(None)


def people_listed(by: Actor, area: str, typed: Mapping[str, Any]) -> QuerySet[Residence]:
    """The people of a list to take away: of a report, or of a page's filter."""
    if typed.get("report"):
        return people_on(by, typed["report"], area)
    return with_work(residents_in(by, area, dict(typed)))


def plain_criteria(area: str, typed: Mapping[str, Any]) -> dict[str, str]:
    """What a list is made of, as plain text to be kept."""
    month = typed.get("month")
    return {
        "area": area, "which": typed.get("which") or "", "kind": typed.get("kind") or "", "q": typed.get("q") or "",
        "month": month.isoformat() if month else "", "report": typed.get("report") or "",
    }  # fmt: skip


def typed_of(criteria: Mapping[str, str]) -> dict[str, Any]:
    """The same as a page's form gives it."""
    month = criteria.get("month")
    return {
        "which": criteria.get("which", ""), "kind": criteria.get("kind", ""), "q": criteria.get("q", ""),
        "month": date.fromisoformat(month) if month else None, "report": criteria.get("report", ""),
    }  # fmt: skip


def criteria_said(by: Actor, criteria: Mapping[str, str], *, numbers: bool) -> str:
    """Which list it is, in the office's words, for whoever approves and for the public log."""
    kind = KINDS.get(criteria["kind"])
    parts = [
        area_visible_to(by, criteria["area"]).name.zh, report_of(by, criteria["report"]).title.zh if criteria["report"] else LISTS[criteria["which"]].zh, kind.zh if kind else "", criteria["month"][:7],
        f"姓名“{criteria['q']}”" if criteria["q"] else "", "含完整证件号码和手机号" if numbers else "号码隐去中间几位",
    ]  # fmt: skip
    return "，".join(part for part in parts if part)
