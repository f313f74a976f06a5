"""What a grid worker does next: whose door, which tasks, what waits for a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tongban.applications.grid.models import Edit, Event, HomeVisit, Task
from tongban.applications.grid.queries.areas import FRESH_DAYS
from tongban.applications.grid.rules.rights import HANDLE, WORK
from tongban.applications.grid.rules.visits import OUTCOMES
from tongban.foundation.parties.queries import people_by_id, people_who_may, require
from tongban.foundation.registers.queries import (
    FACTS,
    KINDS,
    RELATIONS,
    dwelling_visible_to,
    dwellings_unvisited,
    leases_visible_to,
    residence_facts,
    residents_of_dwellings,
    scope_of,
    to_confirm,
)
from tongban.lib.actors import Actor
from tongban.lib.refusals import forbidden, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from tongban.foundation.registers.models import Residence

DOORS = 40
_LOOKED_THROUGH = 400
_OVER = T("租约 {day} 到期，租户还登记在此", "A lease ended on {day}, its tenants are still recorded")
_STALE = T("{n} 人超过 {days} 天没有核实", "{n} not confirmed for {days} days")
_NEVER = T("{n} 人还没有核实过", "{n} never confirmed")
_NEW = T("还没有人上门", "Nobody has been there yet")


@dataclass(slots=True)
class Door:
    """A dwelling to go to and why, the most pressing reason first."""

    dwelling_id: UUID
    address: str
    why: list[T] = field(default_factory=list)
    stale: int = 0
    never: int = 0


def doors(by: Actor, *, area: str = "", most: int = DOORS) -> list[Door]:
    """Where to go next: leases that ended, tasks by their day, facts nobody confirmed of late, homes nobody visited.

    Whoever was visited today is left out. At most five statements.
    """
    scope = scope_of(by, WORK, area)
    found: dict[UUID, Door] = {}

    def door(dwelling_id: UUID, address: str) -> Door:
        return found.setdefault(dwelling_id, Door(dwelling_id, address))

    for lease in leases_visible_to(by, area=scope, ended=True)[:most]:
        door(lease.dwelling_id, lease.dwelling.address).why.append(_OVER.format(day=lease.until))
    for task in own_tasks(by, area=scope).filter(dwelling__isnull=False)[:most]:
        if task.dwelling is not None:
            door(task.dwelling.pk, task.dwelling.address).why.append(T(task.title, task.title))
    for row in to_confirm(by, area=scope, days=FRESH_DAYS)[:_LOOKED_THROUGH]:
        home = door(row.dwelling_id, row.dwelling.address)
        home.stale, home.never = home.stale + bool(row.confirmed_at), home.never + (row.confirmed_at is None)
    if len(found) < most:
        for empty in dwellings_unvisited(by, area=scope)[:most]:
            door(empty.pk, empty.address).why.append(_NEW)
    today = visited_today(found)
    rows = [one for one in found.values() if one.dwelling_id not in today][:most]
    for one in rows:
        one.why += [text.format(n=n, days=FRESH_DAYS) for n, text in ((one.never, _NEVER), (one.stale, _STALE)) if n]
    return rows


def workers_of(by: Actor) -> list[tuple[str, str]]:
    """Whoever works the viewer's own area, by name: to whom a task can be given."""
    found = people_by_id(people_who_may(WORK, scope_of(by, WORK, "")))
    return [(str(one.pk), one.name) for one in sorted(found.values(), key=lambda one: (one.name_pinyin, one.name))]


def visited_today(dwellings: Iterable[UUID]) -> set[UUID]:
    """Which of some dwellings somebody was at today, whatever came of it."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    found = HomeVisit.objects.filter(dwelling__in=list(dwellings), at__gte=start)
    return set(found.values_list("dwelling_id", flat=True))


def tasks_open(by: Actor, *, area: str = "") -> QuerySet[Task]:
    """Tasks of an area, those due first."""
    scope = scope_of(by, WORK, area)
    return Task.objects.filter(area_code__startswith=scope, state="open").order_by("due_on", "pk")


def own_tasks(by: Actor, *, area: str = "") -> QuerySet[Task]:
    """Open tasks of an area given to the viewer, or to whoever works there."""
    mine = Q(worker=None) | Q(worker_id=by.person_id)
    return tasks_open(by, area=area).filter(mine).select_related("dwelling")


def task_visible_to(by: Actor, task_id: UUID) -> Task:
    """One task of one's area."""
    scope = scope_of(by, WORK)
    found = Task.objects.select_related("dwelling").filter(pk=task_id, area_code__startswith=scope).first()
    if found is None:
        raise not_found(T("这项任务", "This task"))
    return found


def edits_to_settle(by: Actor) -> QuerySet[Edit]:
    """What was said on visits and waits for a person: colleagues who disagree, corrections that could not be taken over."""
    scope = scope_of(by, WORK)
    found = Edit.objects.filter(area_code__startswith=scope, state__in=("clash", "refused"))
    return found.select_related("visit__dwelling", "residence").order_by("visit__at", "pk")


def edit_visible_to(by: Actor, edit_id: UUID) -> Edit:
    """One of them."""
    found = edits_to_settle(by).filter(pk=edit_id).first()
    if found is None:
        raise not_found(T("这条更正", "This correction"))
    return found


_YES = {"yes": T("是", "Yes"), "no": T("否，不在此居住", "No, lives elsewhere"), "": T("没有说", "Not said")}
_NONE = T("没有填", "Not given")


def in_words(fact: str, value: str) -> T:
    """A fact's value as people read it."""
    if fact == "is_present":
        return _YES.get(value, T(value, value))
    if fact == "kind":
        return KINDS.get(value, T(value, value))
    if fact == "relation" and value:
        return RELATIONS.get(value[:2], T(value, value))
    if fact == "until" and not value:
        return T("没有搬离", "Still recorded")
    return T(value, value) if value else _NONE


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact as it was seen, as it stands, as it was said to be."""

    fact: str
    label: T
    seen: T
    there: T
    wanted: T
    there_value: str
    wanted_value: str

    @property
    def differs(self) -> bool:
        return self.there_value != self.wanted_value


def differences(edit: Edit, there: dict[str, str]) -> list[Difference]:
    """Every fact side by side; ``there`` is what stands now."""
    seen, wanted = edit.seen or {}, edit.wanted or {}
    found = []
    for fact, label in FACTS.items():
        meant = wanted.get(fact, seen.get(fact, there[fact]))
        found.append(
            Difference(fact, label, in_words(fact, seen.get(fact, "")), in_words(fact, there[fact]), in_words(fact, meant),
                       there[fact], meant)
        )  # fmt: skip
    return found


def visits_of(by: Actor, dwelling_id: UUID) -> list[tuple[HomeVisit, T]]:
    """The last visits to a dwelling of one's area."""
    scope = scope_of(by, WORK)
    rows = HomeVisit.objects.filter(dwelling_id=dwelling_id, area_code__startswith=scope).order_by("-at")[:5]
    return [(row, OUTCOMES[row.outcome]) for row in rows]


def events_visible_to(by: Actor, *, open_only: bool = False) -> QuerySet[Event]:
    """Events of the area one works, or those sent to one's department; the nearest last day first."""
    if WORK in by.capabilities:
        found = Event.objects.filter(area_code__startswith=scope_of(by, WORK))
    elif HANDLE in by.capabilities and by.unit_id is not None:
        require(by, HANDLE)
        found = Event.objects.filter(unit_id=by.unit_id)
    else:
        raise forbidden()
    if open_only:
        found = found.exclude(state="closed")
    return found.select_related("unit").order_by("due_on", "reported_at", "pk")


def event_visible_to(by: Actor, event_id: UUID) -> Event:
    """One of them."""
    found = events_visible_to(by).filter(pk=event_id).first()
    if found is None:
        raise not_found(T("这件事", "This event"))
    return found


def is_late(due_on: date | None) -> bool:
    """Whether a last day has passed."""
    return due_on is not None and due_on < timezone.localdate()


def dwelling_address(by: Actor, dwelling_id: UUID) -> str:
    """The address of a dwelling of one's area."""
    return dwelling_visible_to(by, dwelling_id).address


def events_waiting(by: Actor) -> QuerySet[Event]:
    """Events that wait for this desk: at a department those sent to it, in a grid those to send or to check."""
    mine = ("reported", "handled", "returned") if WORK in by.capabilities else ("dispatched",)
    return events_visible_to(by).filter(state__in=mine)


@dataclass(frozen=True, slots=True)
class Stop:
    """A door of a round and who is recorded there: (residence, kind in words, facts)."""

    door: Door
    residents: list[tuple[Residence, T, dict[str, str]]]


def round_of(by: Actor) -> list[Stop]:
    """The next doors with whoever is recorded there; one statement more than ``doors``."""
    found = doors(by)
    living = residents_of_dwellings(by, [one.dwelling_id for one in found])
    return [
        Stop(one, [(row, KINDS[row.kind], residence_facts(row)) for row in living.get(one.dwelling_id, [])])
        for one in found
    ]


def work_done(by: Actor, area: str) -> list[tuple[T, int, str]]:
    """Tasks, events and visits of an area in numbers, each with the page that lists it ("" for those without one)."""
    scope, month = scope_of(by, WORK, area), timezone.now() - timedelta(days=30)
    today = timezone.localdate()
    open_tasks = tasks_open(by, area=scope)
    events = Event.objects.filter(area_code__startswith=scope).exclude(state="closed")
    return [
        (T("待办任务", "Open tasks"), open_tasks.count(), "tasks"),
        (T("超期任务", "Late tasks"), open_tasks.filter(due_on__lt=today).count(), "tasks"),
        (T("未办结事件", "Open events"), events.count(), "events"),
        (T("超期事件", "Late events"), events.filter(state="dispatched", due_on__lt=today).count(), "events"),
        (T("30 天走访", "Visits in 30 days"), HomeVisit.objects.filter(area_code__startswith=scope, at__gte=month).count(), ""),
        (T("30 天办结任务", "Tasks done in 30 days"),
         Task.objects.filter(area_code__startswith=scope, state="done", ended_at__gte=month).count(), ""),
    ]  # fmt: skip
