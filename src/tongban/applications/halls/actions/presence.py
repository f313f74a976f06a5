"""Who is inside: by a scan at the door, by staff, or by the digits on the hall's own screen; never past capacity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.applications.halls.actions.appointments import check_in
from tongban.applications.halls.actions.counting import UNLIMITED, count_down, count_up, would_pass
from tongban.applications.halls.models import Hall, Scan, Trace, Visit
from tongban.applications.halls.queries.board import forget_board
from tongban.applications.halls.queries.halls import is_present
from tongban.applications.halls.queries.visits import code_refusal, visit_secrets
from tongban.applications.halls.rules.codes import is_genuine, read_code
from tongban.applications.halls.rules.presence import (
    ADMITTED,
    ALREADY_INSIDE,
    FULL,
    GONE,
    OTHER_DAY,
    OTHER_HALL,
    OUT,
    UNKNOWN,
)
from tongban.applications.halls.rules.queue import BOOKED, CANCELLED, INSIDE, LEFT, NO_SHOW
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_LATEST_OFFLINE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan: the code as read, a nonce of the scanner's, which door, which way; ``at`` and ``verdict`` when it was offline."""

    code: str
    nonce: UUID
    is_entry: bool = True
    entrance: str = ""
    at: datetime | None = None
    verdict: str = ""


def scan(hall: Hall, scanned: Scanned, *, by: Actor) -> Scan:
    """Judge and keep one scan; the same nonce again gives the same verdict and counts nobody twice.

    Whoever calls this has seen to it that ``by`` stands at a door of this hall.
    """
    known = Scan.objects.filter(nonce=scanned.nonce).first()
    if known is not None:
        return known
    try:
        return _scan(hall, scanned, by)
    except IntegrityError:
        known = Scan.objects.filter(nonce=scanned.nonce).first()
        if known is None:
            raise
        return known


@transaction.atomic
def _scan(hall: Hall, scanned: Scanned, by: Actor) -> Scan:
    now = timezone.now()
    at = _moment(scanned.at, now)
    row = Scan(
        hall_id=hall.pk, nonce=scanned.nonce, is_entry=scanned.is_entry, at=at, received_at=now,
        was_offline=scanned.at is not None, entrance=scanned.entrance[:12], scanned_by=by.name[:120],
    )  # fmt: skip
    visit = _visit(read_code(scanned.code))
    verdict = _judge(hall, visit, at)
    if visit is not None and not verdict:
        row.visit_id = visit.pk
        verdict = _enter(hall, visit, at, scanned, by) if scanned.is_entry else _go_out(hall, visit, at)
    row.verdict = verdict
    row.save(force_insert=True)
    forget_board(hall.pk)
    return row


def _moment(at: datetime | None, now: datetime) -> datetime:
    """When an offline scan happened by its device's clock, held between two days ago and now: phones' clocks are wrong."""
    return now if at is None else max(min(at, now), now - _LATEST_OFFLINE)


def _visit(code: str) -> Visit | None:
    if not is_genuine(code, visit_secrets()):
        return None
    return Visit.objects.select_for_update().filter(code=code, is_anonymous=False).first()


def _judge(hall: Hall, visit: Visit | None, at: datetime) -> str:
    """Why a code opens nothing here today; empty when it does."""
    if visit is None:
        return UNKNOWN
    if visit.hall_id != hall.pk:
        return OTHER_HALL
    if visit.day != hall.schedule.business_day(at):
        return OTHER_DAY
    return GONE if visit.state in (CANCELLED, LEFT) else ""


def _enter(hall: Hall, visit: Visit, at: datetime, scanned: Scanned, by: Actor) -> str:
    if visit.inside_since is not None and visit.outside_since is None:
        return ALREADY_INSIDE
    was_admitted = scanned.verdict == ADMITTED  # offline, at the door, by what the device knew then: a fact now
    most = UNLIMITED if was_admitted else hall.capacity
    # Before a full hall hundreds are turned away: they must not queue for the counter's row, which its owner holds to the end.
    if would_pass(hall.pk, visit.day, INSIDE, step=visit.party, most=most):
        return FULL
    if count_up(hall.pk, visit.day, INSIDE, step=visit.party, most=most) is None:
        return FULL
    visit.inside_since, visit.outside_since = visit.inside_since or at, None
    visit.save(update_fields=["inside_since", "outside_since"])
    if visit.state in (BOOKED, NO_SHOW) and visit.number is None:
        check_in(hall, visit, by=by)
    Trace.objects.filter(visit_id=visit.pk, is_seen=False).update(since=at, is_seen=True)
    Trace.objects.filter(visit_id=visit.pk).update(until=None)
    return ADMITTED


def _go_out(hall: Hall, visit: Visit, at: datetime) -> str:
    if visit.inside_since is None or visit.outside_since is not None:
        return OUT  # nobody is held back at the exit
    visit.outside_since = at
    visit.save(update_fields=["outside_since"])
    count_down(hall.pk, visit.day, INSIDE, step=visit.party)
    Trace.objects.filter(visit_id=visit.pk).update(until=at)
    return OUT


def confirm_presence(hall: Hall, visit: Visit, digits: str, nonce: UUID, *, by: Actor) -> Scan:
    """The visitor types the digits on the hall's screen: a photo of the poster would not know them."""
    if visit.hall_id != hall.pk:
        raise code_refusal()
    if not is_present(hall, digits):
        raise Refusal("presence_code_wrong", T("到场码不对或已经换了，请看大厅屏幕上的六位数字重新输入。",
                      "This code is wrong or has changed: type the six digits on the hall's screen."), field="digits")  # fmt: skip
    return scan(hall, Scanned(visit.code, nonce), by=by)
