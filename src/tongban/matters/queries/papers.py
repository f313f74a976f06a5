"""What the papers of a case say, read from its events; and who may have them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from tongban.foundation.documents.queries import documents_attached_to
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.lib.working_days import add_working_days
from tongban.matters.models import Case, CaseEvent, Delivery
from tongban.matters.queries.cases import cases_visible_to, stands_for
from tongban.matters.queries.clocks import calendar_now
from tongban.matters.queries.definitions import content_of
from tongban.matters.queries.history import unit_title
from tongban.matters.rules.cases import DECIDED_STATES, OPEN, REVIEW_STATES
from tongban.matters.rules.papers import (
    CERTIFICATE,
    DELIVERY,
    KIND_OF_EVENT,
    OF_THE_DECISION,
    WAYS,
    PaperKind,
    Said,
    paper_number,
    paper_title,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tongban.foundation.parties.models import Unit

DELIVER = "matters.deliver_case"  # as hooks.py declares it, which stands on the same layer
_PAPER = T("这份文书", "This paper")
_DAYS_TO_DELIVER = 10  # working days, 行政许可法 (2019 revision) Art. 44


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper a case owes or has: ``is_sealed`` once it was made; it is made at the latest when somebody opens it."""

    event_id: UUID
    kind: PaperKind
    title: T
    number: str
    at: datetime
    is_sealed: bool
    is_due_at_once: bool  # sealed by a job right after the decision: until then the page says so


def papers_of(case: Case) -> list[PaperLine]:
    """The papers of a case, oldest first."""
    content, count, lines = content_of(case), Counter[str](), []
    for event in case.events.filter(kind__in=KIND_OF_EVENT).select_related("paper").order_by("at", "pk"):
        kind = KIND_OF_EVENT[event.kind]
        count[kind.code] += 1
        lines.append(PaperLine(
            event.pk, kind, paper_title(content, kind), number_of(case, event, kind, count[kind.code]), event.at,
            hasattr(event, "paper"), kind.code in OF_THE_DECISION,
        ))  # fmt: skip
    return lines


def paper_event(case: Case, event_id: UUID) -> tuple[CaseEvent, PaperKind, str]:
    """The event of a paper, its kind and its number; not found when the event owes none."""
    events = case.events.filter(kind__in=KIND_OF_EVENT).select_related("unit").order_by("at", "pk")
    count: Counter[str] = Counter()
    for event in events:
        kind = KIND_OF_EVENT[event.kind]
        count[kind.code] += 1
        if event.pk == event_id:
            return event, kind, number_of(case, event, kind, count[kind.code])
    raise not_found(_PAPER)


def number_of(case: Case, event: CaseEvent, kind: PaperKind, place: int) -> str:
    """A paper's number; a certificate has its own."""
    if kind.code == CERTIFICATE:
        return str(event.facts["number"])
    return paper_number(case.number or "", kind, place)


def case_of_papers(case_id: UUID, by: Actor) -> Case:
    """A case for whoever may have its papers: its applicant, the offices that handle it, who delivers it."""
    case = (
        Case.objects.select_related(
            "definition",
            "version",
            "person",
            "organisation",
            "decision_unit",
            "acceptance_unit",
            "certificate__credential",
        )
        .filter(pk=case_id, number__isnull=False)
        .first()
    )
    if case is None or not may_have_papers(case, by):
        raise not_found(_PAPER)
    return case


def may_have_papers(case: Case, by: Actor) -> bool:
    """Whether an actor may open the papers of a case."""
    if not by.is_staff:
        return stands_for(case, by)
    if DELIVER in by.capabilities and case.deliver_by is not None and case.region_code.startswith(by.region):
        return True
    return "matters.view_cases" in by.capabilities and cases_visible_to(by).filter(pk=case.pk).exists()


def cases_to_deliver(by: Actor) -> QuerySet[Case]:
    """Decided cases of the actor's region that have not reached the applicant, most urgent first."""
    require(by, DELIVER)
    return (
        Case.objects.select_related("definition")
        .defer("answers")
        .filter(
            deliver_by__isnull=False, delivered_at__isnull=True, state__in=DECIDED_STATES,
            region_code__startswith=by.region,
        )
        .order_by("deliver_by", "closed_at")
    )  # fmt: skip


def delivery_of(case: Case) -> Delivery | None:
    """How a case was delivered, or is on its way."""
    return Delivery.objects.filter(case=case).first()


def deliver_by(case: Case, decided_at: datetime) -> date:
    """The last day for a decision to reach the applicant."""
    clock = content_of(case).definition.clocks.delivery
    return add_working_days(decided_at, clock.working_days if clock else _DAYS_TO_DELIVER, calendar_now()).date


def office_of(case: Case, event: CaseEvent) -> tuple[Unit | None, T]:
    """Whose paper it is: the unit, and its name as it stands in the seal. What nobody did is the deciding office's."""
    said = content_of(case).definition.decision.seal
    acting = event.unit if event.kind in ("not_accepted", "clock_stopped") else None
    if acting is None and event.kind in ("submitted", "resubmitted", "accepted") and case.acceptance_unit_id:
        acting = case.acceptance_unit
    if acting is None or acting.pk == case.decision_unit_id:
        return case.decision_unit, said
    return acting, unit_title(acting)


def said_of(case: Case, event: CaseEvent, kind: PaperKind, number: str) -> Said:
    """What a notice is made from: the event, and what stands beside it since."""
    certificate = getattr(case, "certificate", None)
    return Said(
        content_of(case), kind, number, case.number or "", _holder(case), office_of(case, event)[1],
        timezone.localdate(event.at), event.note, event.facts, _materials(case, event, kind), _opinions(case, kind),
        _accept_by(case, event, kind), certificate.number if certificate else "", _rows(case, kind),
    )  # fmt: skip


def _holder(case: Case) -> T:
    if case.organisation is not None:
        return T(case.name, case.organisation.name_en or case.name)
    return T(case.name, case.name)


def _materials(case: Case, event: CaseEvent, kind: PaperKind) -> tuple[str, ...]:
    if kind.code != "receipt":
        return ()
    screens = content_of(case).form.screens
    form = f"《{case.definition.name}》申请表（{'、'.join(screen.title.zh for screen in screens)}），1 份"
    files = documents_attached_to("matters", case.pk).filter(uploaded_at__lte=event.at, erased_at__isnull=True)
    return (form, *(one.name for one in files))


def _opinions(case: Case, kind: PaperKind) -> tuple[T, ...]:
    if kind.code != "granted":
        return ()
    reviews = case.reviews.exclude(state=OPEN).select_related("unit").order_by("position")
    return tuple(
        T("{unit}：{said}", "{unit}: {said}").format(unit=unit_title(one.unit), said=REVIEW_STATES[one.state])
        for one in reviews
    )


def _accept_by(case: Case, event: CaseEvent, kind: PaperKind) -> date | None:
    is_looked_at = kind.code == "receipt" and case.acceptance_unit_id is not None
    return date.fromisoformat(event.facts["due_on"]) if is_looked_at else None


def _rows(case: Case, kind: PaperKind) -> tuple[tuple[T, str], ...]:
    delivery = delivery_of(case) if kind.code == DELIVERY else None
    if delivery is None or delivery.delivered_at is None:
        return ()
    papers = "、".join(f"{line.title.zh}（{line.number}）" for line in papers_of(case) if line.is_due_at_once)
    rows = [
        (T("送达文书", "Papers"), papers),
        (T("受送达人", "Addressee"), case.name),
        (T("送达方式", "Way"), str(WAYS[delivery.way].zh)),
        (T("邮寄单位和单号", "Carrier and tracking number"), f"{delivery.carrier} {delivery.tracking}".strip()),
        (T("交寄时间", "Posted"), _moment(delivery.sent_at)),
        (T("送达时间", "Delivered"), _moment(delivery.delivered_at)),
        (T("收件人", "Received by"), delivery.receiver),
        (T("送达凭据", "Proof"), delivery.evidence),
        (T("经办人", "Recorded by"), delivery.by_name),
    ]
    return tuple((label, value) for label, value in rows if value)


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
