"""Reads of visits: one by its code, a queue, what may be said about waiting."""

from __future__ import annotations

from datetime import date
from functools import cache
from uuid import UUID

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import ExtractHour
from django.utils import timezone

from tongban.applications.halls.models import Counter, Hall, Visit, Window
from tongban.applications.halls.rules.codes import is_genuine, read_code
from tongban.applications.halls.rules.queue import CALLED, SERVING, WAITING, Pace, Standing, pace_of, wait_range
from tongban.lib.fields import blind_index_any
from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import ring
from tongban.lib.phones import show_phone
from tongban.lib.refusals import Refusal
from tongban.lib.repeated import Repeated
from tongban.lib.words import T

_PACE_FROM = 60


def counted(hall_id: UUID, day: date, prefix: str) -> int:
    """How high a counter of a hall stands."""
    found = Counter.objects.filter(hall_id=hall_id, day=day, prefix=prefix).values_list("value", flat=True).first()
    return found or 0


def visit_secrets() -> list[bytes]:
    """What visit codes are signed with: the current key first."""
    return [key.derive(f"{require_current()}|halls.visit") for key in ring().all("token")]


def code_refusal() -> Refusal:
    """The refusal for a visit code that is not one."""
    return Refusal(
        "visit_code_wrong",
        T("没有这个登记码，请核对后重试；找不到号码，请到窗口询问。",
          "There is no such visit code. Check it and try again, or ask at a window."), field="code", status=404,
    )  # fmt: skip


def visit_by_code(text: str) -> Visit:
    """The visit with a code, with its hall; a code somebody made up is refused without asking the database."""
    code = read_code(text)
    if not is_genuine(code, visit_secrets()):
        raise code_refusal()
    found = Visit.objects.select_related("hall", "window", "slot").filter(code=code, is_anonymous=False).first()
    if found is None:
        raise code_refusal()
    return found


def visit_with_nonce(hall: Hall, nonce: UUID) -> Visit | None:
    """The visit a caller registered with this nonce."""
    return Visit.objects.filter(hall_id=hall.pk, nonce=nonce).first()


def waiting(hall_id: UUID, day: date) -> QuerySet[Visit]:
    """A hall's queue in the order in which it is called."""
    return Visit.objects.filter(hall_id=hall_id, day=day, state=WAITING).order_by("queue_key", "id")


def waiting_at(window: Window, day: date) -> QuerySet[Visit]:
    """Who may be called at a window: whoever was sent to it, and the queues it serves."""
    served = Q(window__isnull=True, line__in=window.prefixes) if window.prefixes else Q(window__isnull=True)
    return waiting(window.hall_id, day).filter(Q(window=window) | served)


def waiting_after(hall_id: UUID, day: date, last: Visit | None, most: int) -> tuple[list[Visit], dict[str, int]]:
    """The queue behind a visitor, and how many of each line stand up to and with them; the whole queue without one."""
    if last is None:
        return _first(most)(hall_id=hall_id, day=day), {}
    behind = Q(queue_key__gt=last.queue_key) | Q(queue_key=last.queue_key, id__gt=last.pk)
    lines = waiting(hall_id, day).exclude(behind).filter(window__isnull=True).order_by().values_list("line")
    return list(_listed(waiting(hall_id, day).filter(behind))[:most]), dict(lines.annotate(n=Count("id")))


@cache
def _first(most: int) -> Repeated[Visit]:
    return Repeated(lambda hall_id, day: _listed(waiting(hall_id, day))[:most])


def _listed(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    return visits.select_related("window", "slot").defer("details")  # a list shows masked names: nothing is unsealed


def before(visit: Visit) -> int:
    """How many stand before a waiting visitor in the same queue."""
    ahead = Q(queue_key__lt=visit.queue_key) | Q(queue_key=visit.queue_key, id__lt=visit.pk)
    return int(waiting(visit.hall_id, visit.day).filter(ahead, line=visit.line, window__isnull=True).count())


def windows_serving(windows: list[Window], prefix: str) -> int:
    """How many open windows take numbers of this queue."""
    return sum(1 for one in windows if one.is_open and (not one.prefixes or prefix in one.prefixes))


def paces(hall: Hall, day: date) -> dict[str, Pace]:
    """How fast each queue moves, learnt from the last visits served today, else from the hall's own figure."""
    served: dict[str, list[float]] = {}
    done = Visit.objects.filter(
        hall_id=hall.pk, day=day, state="done", serving_at__isnull=False, ended_at__isnull=False
    )
    for prefix, began, ended in done.order_by("-ended_at").values_list("line", "serving_at", "ended_at")[
        : _PACE_FROM * 4
    ]:
        assert began is not None
        assert ended is not None
        served.setdefault(prefix, []).append((ended - began).total_seconds() / 60)
    usual = {one.prefix: one.minutes for one in reversed(hall.service_list)}
    return {prefix: pace_of(served.get(prefix, [])[:_PACE_FROM], minutes) for prefix, minutes in usual.items()}


def standing(visit: Visit) -> Standing | None:
    """How many before, and how long it may take; None for whoever does not wait."""
    if visit.state != WAITING:
        return None
    return standing_at(visit, before(visit))


def standing_at(visit: Visit, ahead: int) -> Standing:
    """The same for whoever has counted already how many stand before."""
    from tongban.applications.halls.queries.board import board_of

    line = board_of(visit.hall).lines.get(visit.line)
    return Standing(ahead, wait_range(ahead, line.windows, line.pace) if line else None)


def counts_today(hall_id: UUID, day: date) -> dict[str, int]:
    """How many visits of a day are in each state."""
    rows = Visit.objects.filter(hall_id=hall_id, day=day).values_list("state").annotate(n=Count("id"))
    return dict(rows)


def at_windows(hall_id: UUID, day: date) -> list[Visit]:
    """Who is called or served now, the newest call first."""
    found = Visit.objects.filter(window__hall_id=hall_id, state__in=(CALLED, SERVING), day=day)
    return list(found.select_related("window").order_by(F("called_at").desc(nulls_last=True)))


def today_of(hall: Hall) -> date:
    """The hall's business day that runs now."""
    return hall.schedule.business_day(timezone.now())


def visit_today(hall: Hall, visit_id: UUID) -> Visit | None:
    """A visit of the hall's current business day."""
    day = hall.schedule.business_day(timezone.now())
    return Visit.objects.filter(pk=visit_id, hall_id=hall.pk, day=day).first()


def last_details(phone: str) -> dict[str, str]:
    """What the last visitor with a proved phone filled in, as long as it is kept."""
    found = (
        Visit.objects.filter(phone_index__in=blind_index_any("phone", phone), is_anonymous=False)
        .order_by("-id")
        .first()
    )
    return {key: str(value) for key, value in (found.details or {}).items()} if found else {}


def details_of_person(person_id: UUID) -> dict[str, str]:
    """What the last visit of a signed-in person holds, else nothing."""
    found = Visit.objects.filter(person_id=person_id, is_anonymous=False).order_by("-id").first()
    details = {key: str(value) for key, value in (found.details or {}).items()} if found else {}
    if details.get("phone"):
        details["phone"] = show_phone(details["phone"])
    return details


def waiting_by_hall(hall_ids: list[UUID], since: date) -> dict[UUID, int]:
    """How many wait in each of some halls, in one statement; ``since`` is the earliest business day now running."""
    rows = (
        Visit.objects.filter(hall_id__in=hall_ids, state=WAITING, day__gte=since)
        .values_list("hall_id")
        .annotate(n=Count("*"))  # the index of those who wait is all that is read
    )
    return dict(rows)


def hours_of_day(hall: Hall, first: date, last: date) -> list[tuple[int, int, float]]:
    """For each hour: how many registered, and how many minutes they waited on average, over some business days."""
    rows = (
        Visit.objects.filter(hall_id=hall.pk, day__gte=first, day__lte=last, number__isnull=False)
        .annotate(hour=ExtractHour("registered_at"))
        .values_list("hour")
        .annotate(n=Count("id"), waited=Avg(F("called_at") - F("registered_at"), filter=Q(called_at__isnull=False)))
    )
    found = {hour: (n, waited.total_seconds() / 60 if waited else 0.0) for hour, n, waited in rows}
    return [(hour, *found.get(hour, (0, 0.0))) for hour in range(24)]


def figures(hall: Hall, first: date, last: date) -> dict[str, float]:
    """A hall's figures over some business days: visits, served, missed, minutes waited and served, ratings."""
    found = Visit.objects.filter(hall_id=hall.pk, day__gte=first, day__lte=last, number__isnull=False).aggregate(
        visits=Count("id"), served=Count("id", filter=Q(state="done")), missed=Count("id", filter=Q(state="no_show")),
        waited=Avg(F("called_at") - F("registered_at")), at_window=Avg(F("ended_at") - F("serving_at"), filter=Q(state="done")),
        rated=Count("rating"), good=Count("id", filter=Q(rating__gte=3)),
    )  # fmt: skip
    for name in ("waited", "at_window"):
        found[name] = round(found[name].total_seconds() / 60, 1) if found[name] else 0.0
    return {name: float(value) for name, value in found.items()}
