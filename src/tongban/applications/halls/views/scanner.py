"""The scanner of a door: an app that starts without a network, for a device enrolled by its hall."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.applications.halls.rules.presence import VERDICTS
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.shells import Shell, code_reader, texts

_SHELL = Shell(
    "hall-scanner", "halls:scanner", "halls/scanner.html",
    ("halls/scanner.js", "web/offline/shelf.js", "web/offline/device.js", "web/offline/outbox.js", "web/offline/freshness.js", "web/offline/door.js", "web/offline/codes.js"),
    ("vendor/tabler/tabler.min.css", "web/tongban.css", "web/components.css", "halls/scanner.css", "web/mark.svg"),
    reader="halls:scanner_reader",
)  # fmt: skip

_SAID: dict[str, T] = VERDICTS | {
    "misread": T("没有读清，请再扫一次", "Not read: scan again"),
    "unsure": T("离线名单里没有这个码：可能刚登记，也可能是假码", "Not on the list kept here: registered since, or forged"),
    "unsure_day": T("名单不是今天的，离线无法核对", "The list kept here is of another day: this code cannot be checked"),
    "full": T("按本机所知已满员", "Full, as far as this device knows"),
    "turned_away": T("未放行", "Not let in"),
}  # fmt: skip
_WORDS: dict[str, T] = {
    "inside": T("厅内 {n} / {most} 人", "{n} / {most} inside"),
    "waiting": T("{n} 条待上传", "{n} to be sent"), "refused": T("{n} 条上传被拒，请告诉负责人", "{n} refused by the house: tell the manager"),
    "differs": T("{n} 次离线放行与平台核对不一致", "{n} let in offline differ from the house"),
    "no_network": T("连不上平台，激活需要网络。", "The house cannot be reached: activating needs a network."),
    "not_yet": T("还有 {n} 条没有上传，联网后再停用。", "{n} are still to be sent: connect first."),
    "can_offline": T("可以离线使用：名单里有 {n} 人。", "Ready for working offline: {n} people on the list."),
    "cannot_offline": T("还不能离线使用：请保持联网，再打开一次本页。", "Not ready for working offline: stay connected and open this page once more."),
}  # fmt: skip
_BANNER: dict[str, T] = {
    "fresh": T("在线 · 名单 {at} 更新，{n} 人", "Online · list of {at}, {n} people"),
    "stale": T("离线 · 按 {at} 的名单核对，之后登记的人和其他门口的进出查不到",
               "Offline · judging by the list of {at}; whoever registered since, and other doors, are not known here"),
    "old": T("离线 · 名单已过期（{at}），无法核对，请人工放行", "Offline · the list of {at} is out of date: nothing can be checked, decide yourself"),
    "none": T("还没有名单，请先联网", "No list yet: connect first"),
}  # fmt: skip


@audience("public")
@require_GET
def scanner(request: HttpRequest) -> HttpResponse:
    """The app itself, the same for every device: what it may do stands in its token."""
    words: dict[str, Any] = texts(_WORDS) | {"verdicts": texts(_SAID), "banner": texts(_BANNER)}
    response = render(request, "halls/scanner.html", {"words": words})
    response["Cache-Control"] = "no-cache"
    return response


@audience("public")
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the app for starts without a network."""
    del request
    return _SHELL.worker()


@audience("public")
@require_GET
def reader(request: HttpRequest) -> HttpResponse:
    """The script that reads codes where the browser cannot."""
    del request
    return code_reader()


@audience("public")
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the app on its first screen."""
    del request
    name = T("大厅扫码", "Hall scanner")
    return _SHELL.manifest(name, name)
