"""Tasks of a grid: given with a last day, done with a word on what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.applications.grid.models import Task
from tongban.applications.grid.rules.rights import WORK
from tongban.applications.grid.rules.tasks import check_task
from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.queries import people_by_id, people_who_may, require
from tongban.foundation.registers.queries import dwelling_visible_to, scope_of
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

TASK = T("这项任务", "This task")
AFTER_A_LEASE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be done where until when."""

    title: str
    due_on: date
    area: str = ""
    dwelling_id: UUID | None = None
    note: str = ""
    worker_id: UUID | None = None


@transaction.atomic
def give_task(new: NewTask, *, by: Actor) -> Task:
    """Give a task to whoever works an area of one's own or comes to a dwelling, or to one worker of it, who is told."""
    require(by, WORK)
    title = check_task(new.title, new.due_on, timezone.localdate())
    dwelling = dwelling_visible_to(by, new.dwelling_id) if new.dwelling_id else None
    area = dwelling.area_code if dwelling else scope_of(by, WORK, new.area)
    if not area:
        raise Refusal("area_missing", T("请选择社区或网格。", "Choose a community or grid."), field="area")
    worker = _worker(new.worker_id, area) if new.worker_id else None
    task = Task.objects.create(
        title=title, note=new.note.strip()[:1000], due_on=new.due_on, area_code=area, dwelling=dwelling,
        given_by=by.name[:120], worker_id=new.worker_id, worker_name=worker or "",
    )  # fmt: skip
    if task.worker_id is not None and task.worker_id != by.person_id:
        parts = {"who": by.name, "day": str(task.due_on), "title": task.title}
        notify(template="grid.task_given", parts=parts, person_id=task.worker_id, by=by)
    return task


def _worker(person_id: UUID, area: str) -> str:
    """The name of a worker of an area; refused for anybody else."""
    if person_id not in people_who_may(WORK, area):
        raise Refusal("worker_unknown", T("这个人不在这个网格工作，请从名单中选择。",
                      "This person does not work there: choose from the list."), field="worker_id")  # fmt: skip
    return people_by_id([person_id])[person_id].name[:120]


def ask_after_lease(lease_id: UUID, dwelling_id: UUID, area_code: str, last_day: date, *, by: Actor) -> Task:
    """A lease is over with tenants still recorded: somebody has to see whether they left. Once for each lease."""
    task, _ = Task.objects.get_or_create(
        origin=f"lease/{lease_id}",
        defaults={
            "title": f"租约 {last_day.isoformat()} 到期，核实租户是否搬离", "due_on": timezone.localdate() + AFTER_A_LEASE,
            "area_code": area_code, "dwelling_id": dwelling_id, "given_by": by.name[:120] or "系统",
        },
    )  # fmt: skip
    return task


def _lock_task(task_id: UUID, by: Actor) -> Task:
    task = Task.objects.select_for_update().filter(pk=task_id).first()
    require(by, WORK)
    if task is None or not task.area_code.startswith(by.region):
        raise not_found(TASK)
    if task.state != Task.State.OPEN:
        raise Refusal("task_ended", T("这项任务已经结束。", "This task has ended already."), status=409)
    return task


@transaction.atomic
def end_task(task_id: UUID, *, result: str = "", withdrawn: bool = False, by: Actor) -> Task:
    """Say that a task is done, or that it need not be."""
    task = _lock_task(task_id, by)
    task.state = Task.State.WITHDRAWN if withdrawn else Task.State.DONE
    task.result, task.ended_at, task.ended_by = result.strip()[:1000], timezone.now(), by.name[:120]
    task.save(update_fields=["state", "result", "ended_at", "ended_by"])
    return task
