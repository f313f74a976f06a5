"""What cases cost, for applicants and for those who collect."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters.models import Case, Payment
from tongban.matters.queries.cases import concerned_with
from tongban.matters.queries.definitions import content_of
from tongban.matters.rules.fees import ASKED, TO_REFUND

# As declared in hooks.py, which stands on the same layer and cannot be imported here.
COLLECT, _DECIDE = "matters.collect_fees", "matters.decide_case"


def payments_of(case: Case) -> list[Payment]:
    """The fees of a case in the order they were asked for; a service without fees costs no look."""
    return list(case.payments.order_by("asked_at", "order")) if content_of(case).definition.fees else []


def payments_waiting(by: Actor) -> QuerySet[Payment]:
    """What is unpaid, or to be paid back, in the actor's region, most urgent first."""
    require(by, COLLECT)
    found = Payment.objects.filter(state__in=(ASKED, TO_REFUND), region_code__startswith=by.region)
    return found.select_related("case__definition").defer("case__answers").order_by("due_on", "order")


def payment_at_desk(payment_id: UUID, by: Actor) -> Payment:
    """A fee for whoever collects in its region; not found elsewhere."""
    require(by, COLLECT)
    found = Payment.objects.filter(pk=payment_id, region_code__startswith=by.region)
    payment = found.select_related("case__definition", "case__organisation").first()
    if payment is None:
        raise not_found(T("这笔费用", "This fee"))
    return payment


def payment_acts(payment: Payment, by: Actor) -> list[str]:
    """What the actor may do with a fee now; nothing for somebody concerned with its case."""
    case = payment.case
    if payment.state not in (ASKED, TO_REFUND) or concerned_with(case, by):
        return []
    if payment.state == TO_REFUND:
        return ["refund"]
    fee = next((one for one in content_of(case).definition.fees if one.code == payment.code), None)
    may_waive = fee is not None and fee.exemption is not None
    decides = _DECIDE in by.capabilities and case.decision_unit_id == by.unit_id
    return ["window", "exempt"] if may_waive and decides else ["window"]
