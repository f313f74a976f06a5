"""A scanner at a hall's door is enrolled by a code and goes on when the network is gone, from its second start on."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.people import enter
from tests.journeys.test_hall import open_hall, register
from tongban.web.tests.axe import RULES

pytestmark = pytest.mark.journey


class Network:
    """A cable to the house that can be cut: whoever is connected loses the connection, nobody new gets one."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.cables: list[socket.socket] = []
        self.listener: socket.socket | None = None
        self.port = 0

    def plug_in(self) -> None:
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.cables += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while heard := one.recv(65536):
                other.sendall(heard)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        assert self.listener is not None
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in self.cables:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.cables = []


@contextmanager
def network(port: int) -> Iterator[Network]:
    found = Network(port)
    found.plug_in()
    try:
        yield found
    finally:
        found.cut()


class Gate:
    """The scanner's page, as whoever stands at the door uses it."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def is_(self, level: str, waiting: int) -> None:
        self.page.locator(f"[data-scanner][data-ready][data-level={level}][data-waiting='{waiting}']").wait_for(
            timeout=15000
        )

    def scan(self, text: str, says: str) -> None:
        self.page.fill("#code", text)
        self.page.keyboard.press("Enter")
        self.page.locator("[data-said]").get_by_text(says, exact=False).wait_for(timeout=15000)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def holds(self) -> None:
        found = Axe().run(self.page, options=RULES).response["violations"]
        assert found == [], found
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_scanner_goes_on_without_a_network(visitor: Any, house: Any, browser: Any) -> None:
    owner = visitor()
    enter(owner, "owner")
    door = open_hall(owner, "华阳街道扫码大厅")
    home = owner.path
    owner.open(f"{home}settings/basics/")
    owner.page.locator("[name=capacity]").fill("3")
    owner.press("保存")
    phone = visitor(screen="phone")
    first, second, third = (register(phone, door, n) for n in (1, 2, 3))
    owner.open(f"{home}devices/")
    owner.page.locator("[name=name]").fill("正门手机")
    owner.press("登记")
    told = re.search(r"激活码：([A-Z0-9]+)", owner.page.locator("#new").inner_text())
    assert told
    with network(house.port) as cable:
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
        address = f"http://luzhou.localhost:{cable.port}/halls/scanner/"
        page = context.new_page()
        gate = Gate(page)
        page.goto(f"{address}#code=WRONGCODE1")
        gate.press("激活")
        page.get_by_text("激活码不对、已用过或已过期").wait_for()
        page.fill("#enrol-code", told[1])
        gate.holds()
        gate.press("激活")
        gate.is_("fresh", 0)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        gate.scan(f"https://x/v/{first.split('/')[2]}/", "请进")
        gate.holds()

        cable.cut()
        page.close()  # the second start, without any network
        page = context.new_page()
        gate = Gate(page)
        page.goto(address)
        gate.is_("stale", 0)
        gate.holds()
        page.get_by_text("离线 · 按").wait_for()
        gate.scan(second.split("/")[2], "请进")
        gate.is_("stale", 1)
        gate.scan(second.split("/")[2], "已在厅内")
        gate.scan("ABC", "没有读清")
        late = register(phone, door, 4)  # registered while the scanner knows nothing of it
        gate.scan(late.split("/")[2], "离线名单里没有这个码")
        gate.holds()
        gate.press("不让进")
        gate.scan(late.split("/")[2], "离线名单里没有这个码")
        gate.press("看过本人，让进")
        gate.is_("stale", 2)
        gate.scan(third.split("/")[2], "按本机所知已满员")
        gate.press("不让进")
        gate.press("出门")
        gate.scan(first.split("/")[2], "慢走")
        gate.is_("stale", 3)
        page.close()  # the battery was out; nothing is lost
        page = context.new_page()
        gate = Gate(page)
        page.goto(address)
        gate.is_("stale", 3)

        cable.plug_in()
        gate.is_("fresh", 0)
        page.get_by_text("厅内 2 / 3 人").wait_for()
        gate.press("试一试：断网时能用吗")
        page.get_by_text("可以离线使用：名单里有 4 人").wait_for()
        owner.open(home)
        assert "厅内 2 人" in owner.page.locator("#work ~ p").inner_text()
        owner.open(f"{home}devices/")
        owner.press("停用 正门手机")
        gate.scan(third.split("/")[2], "令牌")
        page.get_by_text("这台设备已停用").wait_for()
        context.close()
