"""Tasks of one's area."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import EndForm, TaskForm
from tongban.applications.grid.rules.rights import WORK
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_told, tried


@audience("staff", capability=WORK)
@never_cache
@require_http_methods(["GET", "POST"])
def tasks(request: HttpRequest) -> HttpResponse:
    """What is to be done, the nearest day first; and giving a task."""
    by = actor_of(request)
    form = TaskForm(request.POST or None, areas=_areas(by), workers=queries.workers_of(by))
    if request.method == "POST":
        given = tried(form, lambda typed: actions.give_task(actions.NewTask(**typed), by=by))
        if given is not None:
            messages.success(request, str(T("任务已下达。", "The task is given.")))
            return redirect("grid:tasks")
    rows = [(one, queries.is_late(one.due_on)) for one in queries.tasks_open(by).select_related("dwelling")[:100]]
    context = {"rows": rows, "form": form, "end": EndForm(), "me": by.person_id}
    return render(request, "grid/tasks.html", context, status=422 if form.errors else 200)


def _areas(by: Actor) -> list[tuple[str, Any]]:
    own = queries.area_visible_to(by, "")
    return [(own.code, own.name), *((one.area.code, one.area.name) for one in queries.parts_of(by, own))]


@audience("staff", capability=WORK)
@require_POST
def end(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """A task is done, or need not be."""
    by = actor_of(request)
    with refusals_told(request):
        withdrawn = request.POST.get("what") == "withdraw"
        actions.end_task(task_id, result=request.POST.get("result", ""), withdrawn=withdrawn, by=by)
        messages.success(request, str(T("已记录。", "Recorded.")))
    return redirect("grid:tasks")
