"""What waits for a hand or a seal: applications nobody has signed yet, decisions whose papers are not sealed."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.matters.models import Case, CaseEvent, SignRequest
from tongban.matters.queries.cases import NOBODYS
from tongban.matters.queries.papers import DELIVER
from tongban.matters.queries.window import TAKE_IN
from tongban.matters.rules.cases import DRAFT, RETURNED

SEALED_BY_JOB = ("granted", "refused", "certified")


def cases_unsigned(by: Actor) -> QuerySet[Case]:
    """What a clerk's unit took in, or has on its desk, and its applicant has not confirmed or signed; the oldest first."""
    require(by, TAKE_IN)
    here = by.unit_id or NOBODYS
    asked = SignRequest.objects.filter(case=OuterRef("pk"), state=SignRequest.State.OPEN)
    found = Case.objects.filter(Q(intake__unit_id=here) | Q(Exists(asked), number__isnull=False, units__contains=[here]),
                                state__in=(DRAFT, RETURNED))  # fmt: skip
    lean = found.select_related("definition", "intake").defer("answers", "intake__evidence")
    return lean.annotate(is_asked=Exists(asked)).order_by("started_at", "pk")


def waits_for(case: Case) -> T:
    """For whose hand a case of ``cases_unsigned`` waits."""
    if case.is_asked:  # type: ignore[attr-defined]
        return T("等待请来的人签署", "Whoever was asked to sign")
    if case.state == RETURNED:
        return T("等待补正后再次确认", "Its corrections, then a hand")
    return T("等待申请人签字或验证码确认", "The applicant's hand or code")


def papers_unsealed(by: Actor) -> QuerySet[CaseEvent]:
    """What a decision consists of and nobody has sealed yet, in the actor's region, the oldest first."""
    require(by, DELIVER)
    return (
        CaseEvent.objects.filter(
            kind__in=SEALED_BY_JOB, paper__isnull=True, case__deliver_by__isnull=False,
            case__region_code__startswith=by.region,
        )
        .select_related("case__definition")
        .defer("case__answers")
        .order_by("at", "pk")
    )  # fmt: skip
