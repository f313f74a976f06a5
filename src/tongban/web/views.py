"""Pages of the shell: the portal's two halves, search, themes, the desk's first page, help."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web import portal
from tongban.web.audiences import audience
from tongban.web.context import TYPE_COOKIE
from tongban.web.shells import code_reader

TERM_LENGTH = 80
_YEAR = 365 * 24 * 3600
_BOXES = (
    ("case", T("我的办件", "My cases"), "clipboard-list"),
    ("pass", T("我的通行证", "My passes"), "qrcode"),
    ("message", T("我的消息", "My messages"), "mail"),
)


def _themes(request: HttpRequest, space: portal.Space) -> list[portal.Theme]:
    actor, place = request.actor, request.place  # type: ignore[attr-defined]
    return portal.themes_of(space, actor=actor, place=place, today=timezone.localdate())


def _ways(request: HttpRequest) -> list[portal.Way]:
    return portal.gather(portal.ways, actor=request.actor, place=request.place)  # type: ignore[attr-defined]


def _space(request: HttpRequest) -> portal.Space:
    return "company" if request.GET.get("space") == "company" else "person"


def _home(request: HttpRequest, space: portal.Space) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    every = _themes(request, space)
    # A half without services of its own shows the other half's rather than nothing, and says so.
    borrowed: portal.Space | None = None
    if not every:
        borrowed = "company" if space == "person" else "person"
        every = _themes(request, borrowed)
    columns = [theme for theme in every if theme.pinned]
    own = portal.gather(portal.mine, actor=actor) if actor.is_known else []
    urgent = [one for one in own if one.urgent]
    boxes = [
        {"kind": kind, "title": title, "icon": icon, "items": items[:4]}
        for kind, title, icon in _BOXES
        if (items := [one for one in own if one.kind == kind])
    ]
    # With nothing urgent of one's own, the first special column is the next step.
    context = {
        "is_home": True,
        "space": space,
        "shown": borrowed or space,
        "is_borrowed": bool(borrowed and every),
        "step": urgent[0] if urgent else None,
        "more_steps": urgent[1:4],
        "columns": columns,
        "other_columns": columns if urgent else columns[1:],
        "themes": [theme for theme in every if not theme.pinned],
        "popular": list(dict.fromkeys(tile for theme in every for tile in theme.tiles))[:4],
        "boxes": boxes,
        "ways": _ways(request),
    }
    return render(request, "web/pages/home.html", context)


@audience("public")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The portal's half for persons."""
    return _home(request, "person")


@audience("public")
@require_GET
def company(request: HttpRequest) -> HttpResponse:
    """The portal's half for companies."""
    return _home(request, "company")


@audience("public")
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What every app finds for a term, grouped by kind; the term may be pinyin initials."""
    term = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:TERM_LENGTH]
    actor, place = request.actor, request.place  # type: ignore[attr-defined]
    found = portal.gather(portal.search, term=term, actor=actor, place=place) if term else []
    groups: dict[T, list[portal.Found]] = {}
    for one in found:
        groups.setdefault(one.kind, []).append(one)
    context = {
        "term": term,
        "space": _space(request),
        "groups": list(groups.items()),
        "total": len(found),
        "is_home": True,  # the header needs no second way to search
    }
    return render(request, "web/pages/search.html", context)


@audience("public")
@require_GET
def themes(request: HttpRequest) -> HttpResponse:
    """Every service, by theme."""
    space = _space(request)
    return render(request, "web/pages/themes.html", {"themes": _themes(request, space), "space": space})


@audience("public")
@require_GET
def theme(request: HttpRequest, code: str) -> HttpResponse:
    """One theme or special column with its services for persons and companies."""
    spaces: tuple[portal.Space, ...] = ("person", "company")
    found = [one for space in spaces for one in _themes(request, space) if one.code == code]
    if not found:
        raise not_found(T("这个主题", "This theme"))
    tiles = list(dict.fromkeys(tile for one in found for tile in one.tiles))
    crumbs = [(reverse("web:themes"), T("全部事项", "All services"))]
    until = found[0].until
    context = {"theme": found[0], "tiles": tiles, "crumbs": crumbs, "ways": _ways(request), "until_day": until}
    return render(request, "web/pages/theme.html", context)


@audience("staff")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """A member of staff's first page: what waits for them."""
    waiting = [entry for _, entries in portal.frame_of(request).desk for entry in entries if entry.count]
    return render(request, "web/pages/desk.html", {"waiting": waiting, "today": timezone.localdate()})


@audience("public")
@require_GET
def reader(request: HttpRequest) -> HttpResponse:
    """The script that reads codes for pages with a camera, where the browser cannot."""
    del request
    return code_reader()


@audience("public")
@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """How to find, sign in, follow, correct; and how without a telephone."""
    return render(request, "web/pages/help.html", {"ways": _ways(request)})


@cache
def vendored() -> list[dict[str, Any]]:
    """The vendored front-end packages with the addresses of their licences."""
    listing = Path(__file__).resolve().parent / "static" / "vendor" / "vendor.json"
    packages = json.loads(listing.read_text("utf-8"))["packages"]
    return [
        package | {"licence_files": [(Path(n).stem, static(f"vendor/{n}")) for n in package["files"] if "LICENSE" in n]}
        for package in packages
    ]


@audience("public")
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """What this is, under which licence, and whose data and software it stands on."""
    context = {"sources": portal.gather(portal.sources), "packages": vendored()}
    return render(request, "web/pages/about.html", context)


@audience("public")
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "web/pages/accessibility.html")


@audience("public")
@require_POST
def type_size(request: HttpRequest) -> HttpResponse:
    """Keep a visitor's choice of large or standard type for a year, in a cookie that says nothing else."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("web:home")
    response = HttpResponseRedirect(target)
    if request.POST.get("size") == "large":
        response.set_cookie(TYPE_COOKIE, "large", max_age=_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie(TYPE_COOKIE, samesite="Lax")
    return response
