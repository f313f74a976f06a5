"""Promises as applicants and offices see them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters.models import Case, Promise
from tongban.matters.queries.cases import NOBODYS, concerned_with
from tongban.matters.queries.definitions import content_of
from tongban.matters.rules.promises import BROKEN, CONDITION, OPEN

# As declared in hooks.py, which stands on the same layer and cannot be imported here.
CHECK, _DECIDE = "matters.check_promises", "matters.decide_case"


def promises_of(case: Case) -> list[Promise]:
    """The promises of a case, as they were made; a service without promises costs no look."""
    return (
        list(Promise.objects.filter(case=case).order_by("made_at", "pk"))
        if content_of(case).definition.promises
        else []
    )


def barred_until(person_id: UUID | None, organisation_id: UUID | None, today: date) -> date | None:
    """Until when an applicant may not promise again; None for nearly everybody."""
    broken = Promise.objects.filter(state=BROKEN, barred_until__gte=today)
    mine = Q(case__organisation_id=organisation_id) if organisation_id else Q(case__person_id=person_id or NOBODYS)
    found: date | None = broken.filter(mine).order_by("-barred_until").values_list("barred_until", flat=True).first()
    return found


def promises_waiting(by: Actor) -> QuerySet[Promise]:
    """Promises that count for the actor's unit, whose day comes first before."""
    require(by, CHECK)
    found = Promise.objects.filter(
        unit_id=by.unit_id or NOBODYS, state=OPEN, due_on__isnull=False, region_code__startswith=by.region
    )
    return found.select_related("case__definition").defer("case__answers").order_by("due_on", "made_at")


def promise_at_desk(promise_id: UUID, by: Actor) -> Promise:
    """A promise for the unit that looks after it or decided its case; not found elsewhere."""
    require(by, CHECK)
    found = Promise.objects.filter(pk=promise_id, region_code__startswith=by.region)
    promise = found.select_related("case__definition", "case__organisation").first()
    if promise is None or by.unit_id not in (promise.unit_id, promise.case.decision_unit_id):
        raise not_found(T("这项承诺", "This promise"))
    return promise


def promise_acts(promise: Promise, today: date, by: Actor) -> list[str]:
    """What the actor may do with a promise now; nothing for somebody concerned with its case."""
    if promise.state != OPEN or concerned_with(promise.case, by):
        return []
    decides = _DECIDE in by.capabilities and promise.case.decision_unit_id == by.unit_id
    if promise.kind == CONDITION:
        return ["kept", "broken"] if decides else ["kept", "report"]
    return ["broken"] if decides and promise.due_on is not None and promise.due_on < today else []
