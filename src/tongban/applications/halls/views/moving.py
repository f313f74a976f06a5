"""A hall moves to another house: its file, its arrival, and the district's word on this side."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.halls import actions, queries
from tongban.applications.halls.forms import HallFileForm, MoveForm
from tongban.applications.halls.rules.codes import shown_groups
from tongban.applications.halls.rules.moving import LARGEST
from tongban.applications.halls.rules.rights import MANAGE
from tongban.applications.halls.views.common import door_address
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Leave for another house: take the file along, then say where the hall is now."""
    hall = queries.hall_run_by(actor_of(request), hall_id, MANAGE)
    form = MoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        done = tried(form, lambda said: actions.ask_to_move(
            hall.pk, said["address"], said["code"], own_host=request.get_host(), plain=not settings.HTTPS,
            by=actor_of(request),
        ))  # fmt: skip
        if done is not None:
            messages.success(request, str(T("已提交，等区县同意后海报二维码就会指向新网址。",
                             "Asked. Once the district agrees, the posters lead to the new address.")))  # fmt: skip
            return redirect("halls:move", hall_id=hall.pk)
    code = queries.arrival_code_of(hall, door_address(request, hall))
    context = {
        "hall": hall, "form": form, "door": door_address(request, hall), "arrival": shown_groups(code) if code else "",
        "crumbs": [(reverse("halls:home", args=[hall.pk]), hall.name)],
    }  # fmt: skip
    return render(request, "halls/move.html", context, status=422 if form.errors else 200)


@audience("person")
@never_cache
@require_GET
def hall_file(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """The file a hall takes along."""
    hall = queries.hall_run_by(actor_of(request), hall_id, MANAGE)
    content = actions.export_hall(hall.pk, address=door_address(request, hall), by=actor_of(request))
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="hall-{hall.code}.json"'
    return response


@audience("person")
@require_POST
def take_move_back(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Stay after all."""
    actions.take_move_back(hall_id, by=actor_of(request))
    messages.success(request, str(T("已撤回迁出申请。", "The hall stays.")))
    return redirect("halls:move", hall_id=hall_id)


@audience("person")
@require_http_methods(["GET", "POST"])
def arrive(request: HttpRequest) -> HttpResponse:
    """Bring a hall here from the file it took along."""
    form = HallFileForm(request.POST, request.FILES) if request.method == "POST" else HallFileForm()
    if request.method == "POST":
        hall = tried(form, lambda said: actions.receive_hall(said["file"].read(LARGEST + 1), by=actor_of(request)))
        if hall is not None:
            messages.success(request, str(T("大厅已经迁入，现在就能登记。区县确认后，这里会显示到达码。",
                             "The hall has arrived: visitors can register now. Once the district has confirmed it, the arrival code stands here.")))  # fmt: skip
            return redirect("halls:move", hall_id=hall.pk)
    crumbs = [(reverse("halls:list"), T("政务大厅", "Service halls"))]
    return render(request, "halls/arrive.html", {"form": form, "crumbs": crumbs}, status=422 if form.errors else 200)
