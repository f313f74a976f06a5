"""The guard's app: it starts and judges without a network, for a phone enrolled by its community."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tongban.applications.gates.rules.kinds import KINDS, NAMES_BETWEEN, RULED
from tongban.applications.gates.rules.scans import ASKS, VERDICTS
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.shells import Shell, code_reader, texts

GUARD_SHELL = Shell(
    "gate-guard", "gates:guard", "gates/guard.html",
    ("gates/guard.js", "gates/photos.js", "gates/callers.js", "web/offline/shelf.js", "web/offline/sealed.js", "web/offline/device.js", "web/offline/outbox.js", "web/offline/freshness.js", "web/offline/door.js", "web/offline/codes.js",
     "credentials/passes.js", "vendor/noble-ed25519/index.js"),
    ("vendor/tabler/tabler.min.css", "web/tongban.css", "web/components.css", "gates/guard.css", "web/mark.svg"),
    reader="gates:guard_reader",
)  # fmt: skip
_ANSWERS: dict[str, T] = {
    "allow": T("放行", "Let in"), "deny": T("不放行", "Stop"), "ask": T("请核问", "Ask"), "let": T("已放行", "Was let in"),
    "turned": T("未放行", "Was turned away"),
}  # fmt: skip
_BANNER: dict[str, T] = {
    "online": T("在线 · 名单{age}更新", "Online · lists updated {age}"),
    "offline": T("离线 · 按{age}的名单核对，之后撤销的证查不到", "Offline · judging by lists updated {age}: what was revoked since is not known here"),
    "old": T("名单是{age}的，太旧：访客和配送要联网核对", "Lists updated {age}, too old: visitors and couriers are checked online"),
    "none": T("还没有名单，请先联网", "No lists yet: connect first"),
}  # fmt: skip
_CALLERS: dict[str, T] = {
    "waiting": T("已告诉 {place} 的住户，等答复……也可以打电话问。", "The home at {place} was told; waiting for an answer. You can telephone as well."),
    "nobody": T("登记里 {place} 没有能收到消息的人，请打电话问。", "The register knows nobody at {place} who could be told: telephone."),
    "past": T("{place} 15 分钟内没有人答复。", "Nobody at {place} answered within 15 minutes."),
}  # fmt: skip
_WORDS: dict[str, T] = {
    "in": T("进门", "in"), "out": T("出门", "out"),
    "seen": T("本机 {at} 在{gate}见过（{way}）。", "Seen by this phone at {at}, {gate} ({way})."),
    "household": T("同住老幼证，共 {n} 人，请按人数和姓名核对。", "A household's pass for {n}: check how many come, and their names."),
    "compare": T("请对照照片看是不是本人。", "Compare the photo with the person."),
    "photo_missing": T("证上有照片，但还没有到本机，请看纸证或问姓名住处。", "The pass has a photo that this phone lacks: look at the paper, or ask name and dwelling."),
    "no_photo": T("这张证没有照片，请问姓名和住处。", "This pass has no photo: ask name and dwelling."),
    "amber": T("撤销名单是 {hours} 小时前的。", "The revocation list is {hours} hours old."),
    "just_now": T("刚刚", "just now"), "minutes": T(" {n} 分钟前", "{n} min ago"), "hours": T(" {n} 小时前", "{n} h ago"),
    "keys": T("签发密钥还可信 {days} 天", "Keys are trusted for {days} more days"),
    "waiting": T("{n} 条待上传", "{n} to be sent"), "refused": T("{n} 条上传被拒，请告诉社区", "{n} refused by the house: tell the community"),
    "doubts": T("拿不准就打社区电话：{phone}", "When in doubt call the community: {phone}"),
    "no_network": T("连不上平台，这一步需要网络。", "The house cannot be reached: this needs a network."),
    "not_yet": T("还有 {n} 条没有上传，联网后再停用。", "{n} are still to be sent: connect first."),
    "nobody": T("没有找到有效的出入证。", "No pass in force was found."),
    "can_offline": T("可以离线使用：密钥和 {n} 份撤销名单都在本机。", "Ready for working offline: keys and {n} revocation lists are here."),
    "cannot_offline": T("还不能离线使用：请保持联网，再打开一次本页。", "Not ready for working offline: stay connected and open this page once more."),
}  # fmt: skip


@audience("public")
@require_GET
def guard(request: HttpRequest) -> HttpResponse:
    """The app itself, the same for every phone: what it may do stands in its token."""
    return app_page(request, "guard")


def app_page(request: HttpRequest, name: str, *args: object, **more: Any) -> HttpResponse:
    """The page of a guard's phone, or of a tablet without a guard, whose routes begin with ``name``."""
    words: dict[str, Any] = texts(_WORDS) | {
        "verdicts": texts(VERDICTS) | {"list_missing": str(_BANNER["none"])}, "banner": texts(_BANNER), "callers": texts(_CALLERS),
        "answers": texts(_ANSWERS), "types": texts({one: kind.name for one, kind in KINDS.items()}), "ruled": list(RULED), "between": NAMES_BETWEEN, "asks": list(ASKS),
    }  # fmt: skip
    addresses = {part: reverse(f"gates:{name}_{part}", args=args) for part in ("worker", "reader", "manifest")}
    scope = reverse(f"gates:{name}", args=args)
    response = render(
        request, "gates/guard.html", {"words": words | more, "scope": scope, "is_kiosk": bool(more)} | addresses
    )
    response["Cache-Control"] = "no-cache"
    return response


@audience("public")
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the app for starts without a network."""
    del request
    return GUARD_SHELL.worker()


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
    name = T("门岗验证", "Gate guard")
    return GUARD_SHELL.manifest(name, name)
