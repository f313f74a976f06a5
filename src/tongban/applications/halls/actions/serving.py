"""The window's desk: call, recall, serve, finish, skip, transfer; one visitor at a window at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.applications.halls import hooks
from tongban.applications.halls.models import Hall, Visit, Window
from tongban.applications.halls.queries.board import forget_board
from tongban.applications.halls.queries.halls import check_works_at, hall_worked_at
from tongban.applications.halls.queries.visits import waiting
from tongban.applications.halls.rules.queue import (
    AT_WINDOW,
    CALLED,
    DONE,
    LEFT,
    MISSED_PENALTY,
    NEXT,
    NO_SHOW,
    SERVING,
    STATES,
    WAITING,
)
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

WINDOW = T("这个窗口", "This window")
VISIT = T("这位访客", "This visitor")


@transaction.atomic
def open_window(window_id: UUID, *, by: Actor) -> Window:
    """Sit down at a window; who sat there before is replaced."""
    window = _window(window_id, by)
    window.is_open, window.staffed_by, window.opened_at = True, by.name[:120], timezone.now()
    window.save(update_fields=["is_open", "staffed_by", "opened_at"])
    forget_board(window.hall_id)
    return window


@transaction.atomic
def close_window(window_id: UUID, *, by: Actor) -> Window:
    """Leave a window; whoever is at it must be finished or sent on first."""
    window = _window(window_id, by)
    if _visitor_at(window) is not None:
        raise Refusal("window_busy", T("窗口还有访客，请先办结、转窗口或记过号。", "Somebody is at this window: finish, transfer or skip first."),
                      status=409)  # fmt: skip
    window.is_open, window.staffed_by = False, ""
    window.save(update_fields=["is_open", "staffed_by"])
    forget_board(window.hall_id)
    return window


@transaction.atomic
def call_next(window_id: UUID, *, by: Actor) -> Visit | None:
    """Call whoever is first in the queues of a window; None when nobody waits. Whoever is being served is finished.

    SKIP LOCKED: two clerks who call at the same moment get two visitors.
    """
    window = _window(window_id, by)
    if not window.is_open:
        raise Refusal(
            "window_closed",
            T("窗口还没有开始叫号，请先点“开窗”。", "This window is closed: open it first."),
            status=409,
        )
    now = timezone.now()
    current = _visitor_at(window)
    if current is not None and current.state == CALLED:
        raise Refusal("visitor_called", T("已经叫了 {number} 号：请先开始办理、重呼或记过号。",
                      "Number {number} is called: serve, recall or skip it first.").format(number=f"{current.prefix}{current.number:03d}"),
                      status=409)  # fmt: skip
    if current is not None:
        _end(current, DONE, now, by)
    day = window.hall.schedule.business_day(now)
    queue = waiting(window.hall_id, day).select_for_update(skip_locked=True, of=("self",))
    sent_here = queue.filter(window_id=window.pk).first()
    general = queue.filter(window__isnull=True)
    if window.prefixes:
        general = general.filter(line__in=window.prefixes)
    visit: Visit | None = sent_here or general.first()
    if visit is not None:
        _call(visit, window, now, by)
    forget_board(window.hall_id)
    return visit


@transaction.atomic
def call_number(window_id: UUID, visit_id: UUID, *, by: Actor) -> Visit:
    """Call one visitor out of turn, or one who missed the call and is back at the window."""
    window = _window(window_id, by)
    visit = _locked(visit_id, window.hall_id)
    if visit.state in AT_WINDOW:
        raise Refusal(
            "called_elsewhere", T("这位访客已被另一个窗口叫到。", "Another window has called this visitor."), status=409
        )
    if visit.state == NO_SHOW:
        visit.state = WAITING
    _require_next(visit, CALLED)
    if _visitor_at(window) is not None:
        raise Refusal(
            "window_busy", T("窗口还有访客，请先办结。", "Somebody is at this window: finish first."), status=409
        )
    _call(visit, window, timezone.now(), by)
    forget_board(window.hall_id)
    return visit


def _call(visit: Visit, window: Window, now: datetime, by: Actor) -> None:
    visit.state, visit.window, visit.called_at, visit.calls, visit.served_by = CALLED, window, now, 1, by.name[:120]
    try:
        with transaction.atomic():
            visit.save(update_fields=["state", "window", "called_at", "calls", "served_by"])
    except IntegrityError:  # the same clerk pressed twice: the other press was first
        raise Refusal(
            "window_busy", T("这个窗口刚刚已经叫了号。", "This window has just called a number."), status=409
        ) from None


@transaction.atomic
def recall(visit_id: UUID, *, by: Actor) -> Visit:
    """Call the same number once more."""
    visit = _at_my_window(visit_id, by, CALLED)
    visit.calls += 1
    visit.called_at = timezone.now()
    visit.save(update_fields=["calls", "called_at"])
    forget_board(visit.hall_id)
    return visit


@transaction.atomic
def begin_serving(visit_id: UUID, *, by: Actor) -> Visit:
    """The visitor has come to the window."""
    visit = _at_my_window(visit_id, by, CALLED)
    visit.state, visit.serving_at = SERVING, timezone.now()
    visit.save(update_fields=["state", "serving_at"])
    forget_board(visit.hall_id)
    return visit


@transaction.atomic
def finish(visit_id: UUID, *, by: Actor) -> Visit:
    """The visitor is served; called ones who were served without a press in between, too."""
    visit = _at_my_window(visit_id, by, CALLED, SERVING)
    visit.serving_at = visit.serving_at or visit.called_at
    _end(visit, DONE, timezone.now(), by)
    forget_board(visit.hall_id)
    return visit


@transaction.atomic
def skip(visit_id: UUID, *, by: Actor) -> Visit:
    """The visitor did not come; they may take their place again within the day."""
    visit = _at_my_window(visit_id, by, CALLED)
    visit.window = None
    _end(visit, NO_SHOW, timezone.now(), by)
    forget_board(visit.hall_id)
    return visit


@transaction.atomic
def transfer(visit_id: UUID, *, to_window: UUID | None = None, to_prefix: str = "", by: Actor) -> Visit:
    """Send a visitor on to another window or queue, with the number and the place they have."""
    visit = _at_my_window(visit_id, by, CALLED, SERVING)
    hall = Hall.objects.get(pk=visit.hall_id)
    target = hall.windows.filter(pk=to_window).first() if to_window else None
    if (to_window and target is None) or (not to_window and to_prefix not in {one.prefix for one in hall.service_list}):
        raise Refusal(
            "transfer_nowhere",
            T("请选择要转到的窗口或业务。", "Choose the window or queue to send them to."),
            field="to",
        )
    if target is not None and target.pk == visit.window_id:
        raise Refusal("transfer_here", T("访客就在这个窗口。", "The visitor is at this window."), field="to")
    # The number stays: people have learnt it by heart. Only the queue it stands in is another one.
    visit.state, visit.window, visit.called_at, visit.serving_at, visit.calls = WAITING, target, None, None, 0
    fields = ["state", "window", "called_at", "serving_at", "calls"]
    if target is None:
        visit.service = next(one.code for one in hall.service_list if one.prefix == to_prefix)
        visit.line = to_prefix
        fields += ["service", "line"]
    visit.save(update_fields=fields)
    forget_board(visit.hall_id)
    return visit


@transaction.atomic
def leave(visit: Visit, *, by: Actor) -> Visit:
    """A visitor goes without having been served; by the visitor, or by staff."""
    visit = _locked(visit.pk, visit.hall_id)
    if visit.state == LEFT:
        return visit
    _require_next(visit, LEFT)
    visit.window = None
    _end(visit, LEFT, timezone.now(), by)
    forget_board(visit.hall_id)
    return visit


@transaction.atomic
def rejoin(visit: Visit, *, by: Actor) -> Visit:
    """Somebody who missed the call waits again: as if they had come a quarter of an hour ago, at the earliest."""
    visit = _locked(visit.pk, visit.hall_id)
    hall = Hall.objects.get(pk=visit.hall_id)
    now = timezone.now()
    if visit.state == WAITING:
        return visit
    if visit.state != NO_SHOW or visit.day != hall.schedule.business_day(now):
        raise _state_refusal(visit)
    earliest = visit.queue_key or now
    visit.queue_key = max(earliest, now - timedelta(minutes=MISSED_PENALTY))
    visit.state, visit.ended_at = WAITING, None
    visit.save(update_fields=["queue_key", "state", "ended_at"])
    forget_board(visit.hall_id)
    del by
    return visit


@transaction.atomic
def rate(visit: Visit, stars: int, *, by: Actor) -> Visit:
    """One rating for one visit, by whoever holds its code; the last word counts."""
    del by
    visit = _locked(visit.pk, visit.hall_id)
    if visit.state != DONE:
        raise _state_refusal(visit)
    if not 1 <= stars <= 5:
        raise Refusal("rating_unknown", T("请选择一项评价。", "Choose a rating."), field="rating")
    visit.rating = stars
    visit.save(update_fields=["rating"])
    return visit


# ---- what they share --------------------------------------------------------------------------------------------


def _window(window_id: UUID, by: Actor) -> Window:
    window = Window.objects.select_for_update(of=("self",)).select_related("hall").filter(pk=window_id).first()
    if window is None:
        raise not_found(WINDOW)
    check_works_at(by, window.hall)
    return window


def _visitor_at(window: Window) -> Visit | None:
    return Visit.objects.select_for_update().filter(window_id=window.pk, state__in=AT_WINDOW).first()


def _locked(visit_id: UUID, hall_id: UUID) -> Visit:
    visit = Visit.objects.select_for_update().filter(pk=visit_id, hall_id=hall_id).first()
    if visit is None:
        raise not_found(VISIT)
    return visit


def _at_my_window(visit_id: UUID, by: Actor, *states: str) -> Visit:
    visit = Visit.objects.select_for_update().filter(pk=visit_id).first()
    if visit is None:
        raise not_found(VISIT)
    hall_worked_at(by, visit.hall_id)
    if visit.state not in states:
        raise _state_refusal(visit)
    return visit


def _require_next(visit: Visit, state: str) -> None:
    if state not in NEXT[visit.state]:
        raise _state_refusal(visit)


def _state_refusal(visit: Visit) -> Refusal:
    return Refusal("visit_moved_on", T("这个号现在是“{state}”，不能这样操作。请刷新页面。",
                   "This number is “{state}” now: reload the page.").format(state=STATES[visit.state]), status=409)  # fmt: skip


def _end(visit: Visit, state: str, now: datetime, by: Actor) -> None:
    visit.state, visit.ended_at = state, now
    fields = ["state", "ended_at", "serving_at", "window"]
    if state == DONE and by.is_known:
        visit.served_by = by.name[:120]
        fields.append("served_by")
    visit.save(update_fields=fields)
    if state == DONE:
        hooks.visit_served.call(visit_id=visit.pk, hall_id=visit.hall_id, by=by)
