"""Lists of what waits for a hand or a seal."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.queries.history import EVENTS
from tongban.matters.queries.printing import case_tone
from tongban.matters.queries.unfinished import cases_unsigned, papers_unsealed, waits_for
from tongban.matters.rules.cases import STATES
from tongban.matters.views.desk import Waiting, waiting_list
from tongban.web.audiences import actor_of, audience
from tongban.web.links import links
from tongban.web.tables import Column


def _intake_page(case: Any, person_id: Any) -> str:
    """Where whoever holds a case at the window goes on with it; a colleague's is only listed."""
    intake = getattr(case, "intake", None)
    return reverse("matters:window_case", args=[case.pk]) if intake and intake.holder_id == person_id else ""


def _holder(case: Any) -> str:
    intake = getattr(case, "intake", None)
    return str(intake.holder_name if intake else case.operator)


_UNSIGNED = Waiting(T("待签署", "To sign"), cases_unsigned, (), ())


@audience("staff", capability=hooks.TAKE_IN)
@require_GET
def unsigned(request: HttpRequest) -> HttpResponse:
    """What was taken in or filled in and has no hand under it yet."""
    by = actor_of(request)
    columns = (
        Column("name", T("申请人", "Applicant"), lambda c: c.name, "name_pinyin", href=lambda c: _intake_page(c, by.person_id)),
        Column("service", T("事项", "Service"), lambda c: c.definition.title),
        Column("waits", T("等什么", "Waits for"), lambda c: str(waits_for(c))),
        Column("since", T("开始", "Begun"), lambda c: c.started_at, "started_at"),
        Column("holder", T("经办人", "Handled by"), _holder),
        Column("state", T("状态", "State"), lambda c: STATES[c.state], tone=case_tone),
    )  # fmt: skip
    return waiting_list(request, _UNSIGNED, sort="since", columns=columns)


_delivery_page = links("matters:desk_delivery")
_COLUMNS = (
    Column("number", T("编号", "Number"), lambda e: e.case__number, "case__number", href=lambda e: _delivery_page(e.case_id)),
    Column("name", T("申请人", "Applicant"), lambda e: e.case__name, "case__name_pinyin"),
    Column("service", T("事项", "Service"), lambda e: T(e.case__definition__name, e.case__definition__name_en)),
    Column("what", T("文书", "Paper"), lambda e: str(EVENTS[e.kind])),
    Column("at", T("作出", "Made"), lambda e: e.at, "at"),
    Column("due", T("最迟送达", "Deliver by"), lambda e: e.case__deliver_by, "case__deliver_by"),
)  # fmt: skip
_UNSEALED = Waiting(
    T("待盖章", "To seal"), papers_unsealed, _COLUMNS,
    ("case_id", "case__number", "case__name", "case__definition__name", "case__definition__name_en", "kind", "at", "case__deliver_by"),
)  # fmt: skip


@audience("staff", capability=hooks.DELIVER)
@require_GET
def unsealed(request: HttpRequest) -> HttpResponse:
    """Decisions whose letter or certificate is not sealed yet: made at once, or by the next minute's job."""
    return waiting_list(request, _UNSEALED, sort="at")
