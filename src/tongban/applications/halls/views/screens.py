"""Screens of a hall, opened by their secret address: the call screen with its rotating code."""

from __future__ import annotations

import hmac
import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongban.applications.halls import queries
from tongban.applications.halls.adapters import hall_title
from tongban.applications.halls.models import Hall
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import audience


def hall_of_screen(code: str, what: str, link: str) -> Hall:
    """The hall of a secret address; an old or invented one leads nowhere."""
    hall = queries.hall_by_code(code)
    if not hmac.compare_digest(queries.link_of(hall, what), link.upper()):
        raise not_found(T("这块屏幕的地址", "The address of this screen"))
    return hall


@audience("public")
@never_cache
@require_GET
def screen(request: HttpRequest, code: str, link: str) -> HttpResponse:
    """The call screen: who is called where, how long the queues are; it speaks where the browser can."""
    hall = hall_of_screen(code, "screen", link)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"code": queries.presence_now(hall), "at": int(time.time())})
    board = queries.board_of(hall)
    context = {
        "hall": hall, "title": hall_title(hall), "board": board, "shown": board.shown, "digits": queries.presence_now(hall),
        "board_url": reverse("halls:board", args=[hall.code]),
        "door": request.build_absolute_uri(reverse("halls:door", args=[hall.code])),
    }  # fmt: skip
    return render(request, "halls/screen.html", context)
