"""The round: a page that stays on the phone, works without a network and sends what was done when there is one again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongban.applications.grid.rules.rights import WORK
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.shells import Shell, texts

_SHELL = Shell(
    "grid-round", "grid:round", "grid/round.html",
    ("grid/round.js", "web/offline/shelf.js", "web/offline/sealed.js", "web/offline/outbox.js", "web/offline/device.js"),
    ("vendor/tabler/tabler.min.css", "web/tongban.css", "web/components.css", "web/desk.css", "web/print.css", "grid/grid.css",
     "vendor/htmx/htmx.min.js", "web/tongban.js", "web/mark.svg", "vendor/tabler-icons/icons.svg"),
)  # fmt: skip
WORDS: dict[str, T] = {
    "online": T("有网络。走访结果随时上传。", "Connected: visits are sent at once."),
    "offline": T("没有网络。照常核实，回到有网络的地方自动上传。", "No network. Go on confirming: visits are sent when there is one again."),
    "impossible": T("这个浏览器不能离线工作，请用“网格工作”页面。", "This browser cannot work offline: use the page “My grid”."),
    "loaded": T("名单：{age}", "List: {age}"),
    "now": T("刚刚下载", "loaded just now"),
    "minutes": T("{n} 分钟前下载", "loaded {n} minutes ago"),
    "hours": T("{n} 小时前下载", "loaded {n} hours ago"),
    "unsent": T("待上传 {n} 户", "{n} to send"),
    "sent": T("都已上传", "Everything is sent"),
    "vacant": T("空置", "Vacant"),
    "absent": T("没有人在家", "Nobody at home"),
    "here": T("属实", "Still so"),
    "away": T("不在此居住", "Lives elsewhere"),
    "gone": T("已搬离", "Moved out"),
    "save": T("保存这一户", "Save this dwelling"),
    "nobody": T("没有登记居住的人", "Nobody recorded here"),
    "empty": T("没有要走访的，或者还没有下载名单。", "Nothing to visit, or no list loaded yet."),
    "done": T("已核实，待上传", "Confirmed, to be sent"),
    "clash": T("有 {n} 条和同事说法不同，请核对。", "{n} differ from what a colleague said: compare."),
    "compare": T("去核对", "Compare them"),
    "refused": T("未能上传：{why}", "Not taken over: {why}"),
    "noted": T("知道了", "Noted"),
    "another": T("这台手机上有另一位网格员未上传的走访，请其登录后上传。",
                 "This phone holds visits of another worker: they have to sign in to send them."),
}  # fmt: skip


@audience("staff", capability=WORK)
@never_cache
@require_GET
def round_page(request: HttpRequest) -> HttpResponse:
    """The page itself holds nobody's data: its script loads the round and keeps it sealed on the device."""
    start: dict[str, Any] = {
        "words": texts(WORDS), "person": str(actor_of(request).person_id),
        "worker": reverse("grid:worker"), "edits": reverse("grid:edits"),
    }  # fmt: skip
    return render(request, "grid/round.html", {"start": start})


@audience("staff", capability=WORK)
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page for starts without a network."""
    del request
    return _SHELL.worker()


@audience("public")
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone's home screen shows; browsers ask for it without saying who asks."""
    del request
    return _SHELL.manifest(T("通办·网格", "Tongban grid"), T("网格", "Grid"), scope="/desk/grid/")
