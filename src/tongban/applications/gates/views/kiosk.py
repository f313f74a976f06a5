"""The page of a tablet at a gate without a guard: the guard's page with nothing to press, which may call its own relay."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tongban.applications.gates import queries
from tongban.applications.gates.rules.kiosks import origin_of
from tongban.applications.gates.views.guard import GUARD_SHELL, app_page
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.shells import code_reader, texts

_SHELL = replace(
    GUARD_SHELL, name="gate-kiosk", route="gates:kiosk", reader="gates:kiosk_reader", modules=(*GUARD_SHELL.modules, "gates/kiosk.js")
)  # fmt: skip
_WORDS: dict[str, T] = {
    "waiting": T("请把码对准摄像头", "Hold your code up to the camera"),
    "go": T("门已开，请通过", "The gate is open: please go through"),
    "shut": T("门没有打开", "The gate did not open"),
    "stuck": T("出入证没有问题。请再试一次，或打门岗电话 {phone}", "Your pass is good. Try once more, or call {phone}"),
    "call": T("请打门岗电话 {phone}，由工作人员处理", "Please call {phone}: somebody will see to it"),
    "no_camera": T("用不了摄像头：请允许本页使用摄像头，再打开一次", "No camera: allow this page to use it and open it again"),
    "not_one": T("本机登记的是门岗手机，不是自助终端。", "This device was enrolled as a guard's phone, not as a kiosk."),
    "opened": T("继电器已应答，门应当打开了。", "The relay answered: the gate should be open."),
    "unreached": T("继电器没有应答。请检查地址、密钥和网络，浏览器询问时请允许访问本地网络。",
                   "The relay did not answer: check its address, secret and network, and allow the browser to reach the local network."),
}  # fmt: skip


@audience("public")
@require_GET
def kiosk(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """The app itself; it may speak to the house and to this tablet's relay, and to nobody else."""
    relay = queries.kiosk_at(device_id).relay
    page = app_page(request, "kiosk", device_id, kiosk=texts(_WORDS))
    csp_update({"connect-src": ["'self'", origin_of(relay)]})(lambda _: page)(request)
    return page


@audience("public")
@require_GET
def worker(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """The script that keeps the app for starts without a network."""
    del request
    queries.kiosk_at(device_id)
    return _SHELL.worker(device_id)


@audience("public")
@require_GET
def reader(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """The script that reads codes where the browser cannot."""
    del request
    queries.kiosk_at(device_id)
    return code_reader()


@audience("public")
@require_GET
def manifest(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """What a tablet needs to start the app on its whole screen."""
    del request
    queries.kiosk_at(device_id)
    name = T("自助通行", "Gate kiosk")
    return _SHELL.manifest(name, name, device_id, display="fullscreen")
