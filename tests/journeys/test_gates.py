"""A resident takes a pass and shows it; a guard whose network is off lets it in, and stops it once it was revoked."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.journeys.filming import chromium_filming, film
from tests.journeys.people import enter
from tests.journeys.relay import Relay, relay
from tests.journeys.test_scanner import Gate, network

pytestmark = pytest.mark.journey


class Guard(Gate):
    """The guard's page, as whoever stands at the gate uses it."""

    def is_(self, level: str, waiting: int) -> None:
        self.page.locator(f"[data-guard][data-ready][data-online={level}][data-waiting='{waiting}']").wait_for(
            timeout=15000
        )


def a_face() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), "#886644").save(out, "JPEG")
    return out.getvalue()


def code_of(visit: Any) -> str:
    """The code a phone shows now."""
    visit.page.locator("#pass-code svg").wait_for()
    return str(visit.page.locator("#pass-code").get_attribute("data-code"))


def enrolled(worker: Any, name: str) -> str:
    """The code a phone at the gates is activated with."""
    worker.open("/desk/gates/guards/")
    worker.page.locator("[name=name]").fill(name)
    worker.press("登记")
    told = re.search(r"激活码：([A-Z0-9]+)", worker.page.locator("#new").inner_text())
    assert told
    return told[1]


def asked_and_answered(context: Any, guard: Guard, phone: Any, place: str) -> Any:
    """The guard asks a home about a visitor and closes the page; the home answers; the page opened again shows it."""
    page, address = guard.page, guard.page.url
    page.get_by_text("没有证的访客：问住户").click()
    page.locator("[data-caller-place]").fill(f"示例小区 {place}")  # other estates have a room of this number
    page.locator("[data-caller-name]").fill("王五")
    guard.press("问住户")
    page.get_by_text("等答复").wait_for()
    page.close()
    shown = phone.path
    phone.open("/passes/")
    phone.press("同意进来")
    phone.open(shown)
    page = context.new_page()
    page.goto(address)
    page.locator("[data-verdict].is-allow").get_by_text("王五").wait_for(timeout=15000)
    return page


def test_a_pass_opens_a_gate_without_a_network_until_it_is_revoked(visitor: Any, house: Any, browser: Any) -> None:
    phone = visitor(screen="phone")
    enter(phone, "resident")
    phone.open("/passes/")
    phone.press("领取居民证")
    phone.page.locator("#pass-code svg").wait_for()
    phone.hold()
    phone.page.get_by_role("link", name="放照片").click()
    phone.page.locator("[name=file]").set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": a_face()})
    phone.page.locator("[name=agrees]").check()
    phone.hold()
    phone.press("放上照片")
    shown = code_of(phone)
    worker = visitor()
    enter(worker, "grid1")
    code = enrolled(worker, "南门手机")
    with network(house.port) as cable:
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
        address = f"http://luzhou.localhost:{cable.port}/gates/guard/"
        page = context.new_page()
        guard = Guard(page)
        page.goto(f"{address}#code={code}")
        guard.holds()
        guard.press("激活")
        guard.is_("yes", 0)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        guard.press("试一试：断网时能用吗")
        page.get_by_text("可以离线使用").wait_for()

        cable.cut()
        page.close()  # the second start, without any network
        page = context.new_page()
        guard = Guard(page)
        page.goto(address)
        guard.is_("no", 0)
        guard.scan(shown, "放行")
        page.locator("img[data-photo]").wait_for()  # the photo lies on the phone, sealed
        guard.holds()
        guard.scan(shown, "请核问")  # the same again within minutes
        page.locator("[data-notes]").get_by_text("南门见过").wait_for()
        guard.press("不放行")
        guard.scan(shown[:-6] + "AAAAAA", "不放行")
        guard.is_("no", 3)

        cable.plug_in()
        guard.is_("yes", 0)
        page.get_by_text("码坏了：按手机尾号找").click()
        page.locator("[data-tail]").fill("5100")
        guard.press("查找")
        page.locator("[data-found] img").wait_for()  # damaged codes are compared with the photo, too
        place = str(page.locator("[data-found] li").inner_text()).split(" · ")[2].strip()
        page = asked_and_answered(context, guard, phone, place)
        guard = Guard(page)
        phone.open(phone.path)
        shown = code_of(phone)
        phone.page.get_by_text("丢了，或者不用了").click()
        phone.press("停用这张证")
        before = page.locator("[data-guard]").get_attribute("data-lists")
        page.close()
        page = context.new_page()
        guard = Guard(page)
        page.goto(address)
        page.locator(f"[data-guard][data-ready][data-online=yes]:not([data-lists='{before}'])").wait_for(timeout=15000)
        cable.cut()
        guard.scan(shown, "不放行")
        page.get_by_text("已被签发单位撤销").wait_for()
        guard.holds()
        context.close()
    phone.open(phone.path)
    assert "南门" in phone.page.locator("#scans ~ ul").inner_text()


def kiosk_enrolled(worker: Any, relay: Relay) -> tuple[str, str]:
    """The path of a tablet's page, and its code; the relay is told the secret."""
    worker.open("/desk/gates/guards/")
    worker.page.locator("[name=kiosk-name]").fill("车库平板")
    worker.page.locator("[name=kiosk-gate]").select_option(label="地下车库")
    worker.page.locator("[name=kiosk-relay]").fill(relay.address)
    worker.press("登记自助终端")
    text = worker.page.locator("#new").locator("xpath=..").inner_text()
    code, path, secret = (
        re.search(one, text) for one in (r"激活码：([A-Z0-9]+)", r"(/gates/kiosk/[^/]+/)", r"(whsec_\S+)")
    )
    assert code
    assert path
    assert secret
    relay.secret = secret[1]
    return path[1], code[1]


def started(filming: Any, address: str, code: str) -> Guard:
    """A device's page, enrolled, kept on the device and answered by its own worker."""
    context = filming.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", permissions=["camera"])
    page = context.new_page()
    guard = Guard(page)
    page.goto(f"{address}#code={code}")
    assert page.evaluate("() => !('BarcodeDetector' in window)")  # so the house's own reader has to
    guard.press("激活")
    guard.is_("yes", 0)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    guard.is_("yes", 0)
    return guard


def test_cameras_read_a_pass_without_a_network_and_a_tablet_opens_the_gate(
    visitor: Any, house: Any, browser: Any, tmp_path: Path
) -> None:
    phone, worker, reel = visitor(screen="phone"), visitor(), tmp_path / "camera.mjpeg"
    enter(phone, "resident")
    phone.open("/passes/")
    phone.press("领取居民证")
    enter(worker, "grid1")
    code = enrolled(worker, "北门手机")
    with network(house.port) as cable, relay() as opener, chromium_filming(browser, reel) as filming:
        path, kiosk_code = kiosk_enrolled(worker, opener)
        origin = f"http://luzhou.localhost:{cable.port}"
        guard = started(filming, f"{origin}/gates/guard/", code)
        kiosk = started(filming, f"{origin}{path}", kiosk_code)
        cable.cut()
        film(code_of(phone), reel)
        guard.press("用摄像头扫")
        guard.page.locator("[data-guard][data-camera=house]").wait_for()
        guard.page.locator("[data-verdict].is-allow").wait_for(timeout=15000)
        guard.is_("no", 1)
        guard.page.context.close()
        kiosk.press("试开一次门")
        kiosk.page.get_by_text("继电器已应答").wait_for()
        kiosk.press("开始")
        kiosk.page.get_by_text("门已开，请通过").wait_for(timeout=15000)
        kiosk.holds()
        kiosk.page.get_by_text("请把码对准摄像头").wait_for(
            timeout=15000
        )  # back to waiting by itself, the code still held up
        assert (len(opener.opened), opener.refused) == (2, 0)
        film(code_of(phone)[:-6] + "AAAAAA", reel)
        kiosk.page.reload()  # after a power cut it goes on by itself
        kiosk.page.get_by_text("请打门岗电话").wait_for(timeout=15000)
        assert len(opener.opened) == 2
        kiosk.page.context.close()
