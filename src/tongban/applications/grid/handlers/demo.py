"""Sample work for the demo's grid: tasks, an event with a department, two colleagues who said different things."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from tongban.applications.grid.models import Edit, Event, EventStep, HomeVisit, Task
from tongban.foundation.parties.queries import demo_account, unit_for
from tongban.foundation.registers.queries import dwellings_unvisited, residence_facts, residents_visible_to
from tongban.lib.actors import Actor
from tongban.lib.demo import load_demo
from tongban.lib.jurisdictions import current

COMMUNITY = "510502001007"


@load_demo.answer
def load_work(by: Actor) -> None:
    """Work of 凤凰社区; nothing elsewhere."""
    account = demo_account("grid1") if current() == "j510500" else None
    if account is None or account.person_id is None or Task.objects.filter(is_sample=True).exists():
        return
    today = timezone.localdate()
    home = dwellings_unvisited(by, area=COMMUNITY).first()
    Task.objects.bulk_create(
        Task(title=title, due_on=today + timedelta(days=days), area_code=home.area_code if home and at_home else COMMUNITY,
             dwelling_id=home.pk if home and at_home else None, given_by="凤凰社区居委会", is_sample=True)
        for title, days, at_home in (("核实独居老人情况", 3, True), ("张贴冬季防火通知", 6, False))
    )  # fmt: skip
    _event(account.person_id)
    _clash(account.person_id, by)


def _event(person_id: UUID) -> None:
    unit = unit_for("emergency", COMMUNITY)
    event = Event.objects.create(
        nonce=uuid4(), area_code=f"{COMMUNITY}001", kind="safety", where="示例小区2栋1单元门口", said="消防通道被杂物堵住",
        person_id=person_id, by_name="熊丽", unit=unit, state="dispatched" if unit else "reported", is_sample=True,
        due_on=timezone.localdate() + timedelta(days=1) if unit else None,
    )  # fmt: skip
    EventStep.objects.create(event=event, state="reported", said=event.said, by_name="熊丽", unit_name="凤凰社区居委会")
    if unit:
        EventStep.objects.create(event=event, state="dispatched", by_name="熊丽", unit_name=unit.name)


def _clash(person_id: UUID, by: Actor) -> None:
    row = residents_visible_to(by, area=COMMUNITY, kind="floating").first()
    if row is None:
        return
    visit = HomeVisit.objects.create(
        nonce=uuid4(), person_id=person_id, by_name="付强", dwelling_id=row.dwelling_id, area_code=row.area_code, outcome="met",
        at=timezone.now() - timedelta(hours=20), is_sample=True,
    )  # fmt: skip
    there = residence_facts(row)
    Edit.objects.create(
        visit=visit, residence=row, area_code=row.area_code, seen=there | {"is_present": "yes"}, wanted=there | {"is_present": "no"},
        there=there, there_by=row.confirmed_by, there_at=row.confirmed_at, state="clash",
    )  # fmt: skip
