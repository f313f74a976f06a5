"""The photo on a pass: its page for the holder, and for the window."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.applications.gates import actions, queries
from tongban.applications.gates.forms import PhotoForm
from tongban.applications.gates.models import Pass
from tongban.applications.gates.rules.rights import RUN
from tongban.applications.gates.views.common import looked, may_have_photo, shown
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_told, tried


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def photo(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """Give, replace or remove the photo of one's pass."""
    return _page(request, queries.held_pass(actor_of(request), pass_id), at_desk=False)


@audience("staff", capability=RUN)
@never_cache
@require_http_methods(["GET", "POST"])
def desk_photo(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """The same at the window, for whoever has no phone; opening it is a look its holder sees."""
    by = actor_of(request)
    row = queries.pass_seen_by(by, pass_id)
    looked(row, "在窗口看或换出入证照片", by)
    return _page(request, row, at_desk=True)


def _page(request: HttpRequest, row: Pass, *, at_desk: bool) -> HttpResponse:
    by, back = actor_of(request), "gates:desk_pass" if at_desk else "gates:pass"
    if not (row.photo_mark or may_have_photo(row)):
        messages.info(request, str(T("这张出入证不能放照片。", "No photo can be put on this pass.")))
        return redirect(back, pass_id=row.pk)
    is_removal = request.method == "POST" and request.POST.get("what") == "remove"
    form = PhotoForm(*(() if is_removal or request.method == "GET" else (request.POST, request.FILES)), at_desk=at_desk)
    if is_removal:
        with refusals_told(request):
            actions.remove_photo(row.pk, at_desk=at_desk, by=by)
            messages.success(request, str(T("照片已删除。", "The photo is erased.")))
        return redirect(back, pass_id=row.pk)
    if form.is_bound and tried(form, lambda said: actions.set_photo(row.pk, said["file"], at_desk=at_desk, by=by)):
        messages.success(
            request,
            str(
                T(
                    "照片已放上。以前打印的证请换新的。",
                    "The photo is on the pass. Print it anew: paper from before is no longer good.",
                )
            ),
        )
        return redirect(back, pass_id=row.pk)
    context = shown(row) | {
        "form": form,   "may_give": may_have_photo(row), "picture": queries.photo_shown(row),
        "crumbs": [(reverse("gates:mine"), T("出入证", "Passes")), (reverse(back, args=[row.pk]), shown(row)["kind"])],
    }  # fmt: skip
    return render(
        request, "gates/desk/photo.html" if at_desk else "gates/photo.html", context, status=422 if form.errors else 200
    )
