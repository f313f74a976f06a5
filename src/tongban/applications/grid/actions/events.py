"""Events: found in a grid, sent to a department with its clock, seen to or returned, checked and closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.applications.grid.hooks import PHOTO
from tongban.applications.grid.models import Event, EventStep
from tongban.applications.grid.rules.events import KINDS, check_kind, check_said, check_step, found_at
from tongban.applications.grid.rules.rights import HANDLE, WORK
from tongban.foundation.documents.actions import Chosen, attach_document, keep_chosen
from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.queries import departments_for, require, staff_of_unit
from tongban.foundation.registers.queries import dwelling_visible_to, scope_of
from tongban.lib.actors import Actor
from tongban.lib.capabilities import of_role
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.lib.working_days import add_working_days

EVENT = T("这件事", "This event")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What was found where; ``photo`` as a form or a call gives it."""

    nonce: UUID
    kind: str
    said: str
    where: str = ""
    area: str = ""
    dwelling_id: UUID | None = None
    photo: Chosen | None = None
    at: datetime | None = None  # when it was found, where it could not be sent at once


@transaction.atomic
def report_event(new: NewEvent, *, by: Actor) -> Event:
    """Record what was found; sent again, it is the same event."""
    require(by, WORK)
    if by.person_id is None:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    known = Event.objects.filter(person_id=by.person_id, nonce=new.nonce).first()
    if known is not None:
        return known
    dwelling = dwelling_visible_to(by, new.dwelling_id) if new.dwelling_id else None
    where = " ".join(new.where.split())[:200] or (dwelling.address if dwelling else "")
    if not where:
        raise Refusal("address_missing", T("请写明在哪里。", "Say where it is."), field="where")
    area = dwelling.area_code if dwelling else scope_of(by, WORK, new.area)
    photo = keep_chosen(new.photo, purpose=PHOTO, by=by) if new.photo else None
    event, is_new = Event.objects.get_or_create(
        person_id=by.person_id, nonce=new.nonce,
        defaults={"area_code": area, "dwelling": dwelling, "kind": check_kind(new.kind), "where": where,
                  "said": check_said(new.said), "photo_id": photo.pk if photo else None, "by_name": by.name[:120],
                  "reported_at": found_at(new.at, timezone.now())},
    )  # fmt: skip
    if not is_new:
        return event  # the same sent twice in the same moment
    if photo is not None:
        attach_document(photo.pk, app="grid", attached_id=event.pk, by=by)
    _step(event, "reported", event.said, by)
    return event


def _step(event: Event, state: str, said: str, by: Actor, unit_name: str = "") -> None:
    EventStep.objects.create(event=event, state=state, said=said, by_name=by.name[:120], unit_name=unit_name[:200])


def _of_grid(event_id: UUID, to: str, by: Actor) -> Event:
    event = Event.objects.select_for_update().filter(pk=event_id).first()
    require(by, WORK)
    if event is None or not event.area_code.startswith(by.region):
        raise not_found(EVENT)
    check_step(event.state, to)
    return event


def _answered(event_id: UUID, state: Event.State, said: str, by: Actor) -> Event:
    """What the department says to it."""
    event = Event.objects.select_for_update().filter(pk=event_id).first()
    require(by, HANDLE)
    if event is None or event.unit_id is None or event.unit_id != by.unit_id:
        raise not_found(EVENT)
    check_step(event.state, state)
    event.state, text = state, check_said(said)
    event.save(update_fields=["state"])
    _step(event, state, text, by)
    return event


@transaction.atomic
def dispatch_event(event_id: UUID, unit_id: UUID, *, due_on: date | None = None, said: str = "", by: Actor) -> Event:
    """Send an event to a department; its clock runs in working days unless an earlier day is chosen."""
    event = _of_grid(event_id, "dispatched", by)
    unit = next((one for one in departments_for(event.area_code) if one.pk == unit_id), None)
    if unit is None:
        raise Refusal("unit_unknown", T("请选择处置部门。", "Choose the department."), field="unit")
    last = add_working_days(timezone.now(), KINDS[event.kind][1]).date
    if due_on is not None and not timezone.localdate() <= due_on <= last:
        raise Refusal("due_invalid", T("期限在今天和 {day} 之间。", "The last day lies between today and {day}.").format(day=last),
                      field="due_on")  # fmt: skip
    event.unit_id, event.due_on, event.state = unit.pk, due_on or last, Event.State.DISPATCHED
    event.save(update_fields=["unit", "due_on", "state"])
    _step(event, "dispatched", said.strip()[:1000], by, unit.name)
    _tell_department(event, by)
    return event


def _tell_department(event: Event, by: Actor) -> None:
    """Whoever sees to events in the department reads of it, and until when."""
    assert event.unit_id is not None
    parts = {"where": event.where, "kind": KINDS[event.kind][0], "day": str(event.due_on), "event_id": str(event.pk)}
    looking = {one.person_id for one in staff_of_unit(event.unit_id) if HANDLE in of_role(one.role)}
    for person_id in sorted(looking - {by.person_id}):
        notify(template="grid.event_dispatched", parts=parts, person_id=person_id, by=by)


@transaction.atomic
def handle_event(event_id: UUID, *, said: str, by: Actor) -> Event:
    """The department says what it did; whoever reported it looks whether that is so."""
    return _answered(event_id, Event.State.HANDLED, said, by)


@transaction.atomic
def return_event(event_id: UUID, *, said: str, by: Actor) -> Event:
    """The department says why it is not for them; the grid sends it elsewhere or closes it."""
    return _answered(event_id, Event.State.RETURNED, said, by)


@transaction.atomic
def close_event(event_id: UUID, *, said: str = "", by: Actor) -> Event:
    """Somebody of the grid looked: it is put right, or settled otherwise."""
    event = _of_grid(event_id, "closed", by)
    event.state, event.closed_at = Event.State.CLOSED, timezone.now()
    event.save(update_fields=["state", "closed_at"])
    _step(event, "closed", said.strip()[:1000], by)
    return event
