"""The round: a page that stays on the phone, works without a network and sends what was done when there is one again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongban.applications.grid.forms import NotedEventForm
from tongban.applications.grid.rules.events import KINDS
from tongban.applications.grid.rules.rights import WORK
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.shells import Shell, texts

_SHELL = Shell(
    "grid-round", "grid:round", "grid/round.html",
    ("grid/round.js", "grid/report.js", "web/offline/shelf.js", "web/offline/sealed.js", "web/offline/outbox.js", "web/offline/device.js"),
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
    "report_here": T("上报这里的事件", "Report an event here"),
    "kept": T("已存在手机里，有网络时自动上报。", "Kept on the phone; it is reported when there is a network."),
    "events_unsent": T("待上报 {n} 件事", "{n} events to report"),
    "event_waits": T("待上报", "to be reported"),
    "reported": T("已上报 {n} 件事。", "{n} events reported."),
    "see_events": T("看进展", "Follow them"),
    "photo_lost": T("照片没有收下（{why}），事件已经上报。", "A photo was not taken ({why}); the event is reported."),
    "photo_unreadable": T("这张照片读不出来，请换一张，或者不附照片。", "This photo cannot be read: take another one, or leave it out."),
    "not_kept": T("手机里存不下了。请先上传别的，或者不附照片；填的内容还在。",
                  "The phone has no room for it: send the others first, or leave out the photo. What you wrote is still there."),
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
        "events": reverse("grid:events"), "kinds": texts({code: one[0] for code, one in KINDS.items()}),
    }  # fmt: skip
    return render(request, "grid/round.html", {"start": start, "report_form": NotedEventForm(auto_id="report_%s")})


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
