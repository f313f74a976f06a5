"""A hall opens itself, a visitor takes a number on a phone without scripts, and is called at a window by keyboard."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

import pytest

from tests.journeys.browsing import Visit
from tests.journeys.people import enter
from tongban.lib.identifiers import synthetic_id_number

pytestmark = pytest.mark.journey
NAME = "华阳街道便民服务中心"
ALL_DAY = "00:00-24:00"


def open_hall(owner: Visit, name: str = NAME) -> str:
    """From nothing to a poster: the address visitors scan."""
    owner.open("/halls/open/")
    owner.page.locator("[name=name]").fill(name)
    owner.page.locator("[name=operator]").fill("江阳区华阳街道办事处")
    owner.page.locator("[name=address]").fill("示例大道 9 号")
    owner.page.locator("[name=phone]").fill("0830-3110009")
    owner.page.locator("[name=capacity]").fill("1")
    owner.page.locator("[name=services]").fill("综合咨询 | Advice\n社保医保 | Social security")
    for kind in ("workday", "saturday", "sunday"):
        owner.page.locator(f"[name=hours_{kind}]").fill(ALL_DAY)
    owner.press("开通")
    owner.page.get_by_text("大厅已经开通").wait_for()
    poster = owner.page.get_by_role("link", name="打印海报")
    assert poster.evaluate("async one => (await (await fetch(one.href)).text()).slice(0, 4)") == "%PDF"
    address = owner.page.get_by_role("link", name="看访客看到的页面").get_attribute("href")
    assert address
    return urlsplit(address).path


def register(visitor: Visit, door: str, nth: int) -> str:
    """A visitor fills in the page of the poster; the path of their visit."""
    visitor.open(door)
    take = "取号" if visitor.language == "zh" else "Take a number"
    if nth == 1:
        visitor.expected = {422}
        visitor.press(take)  # nothing filled in: everything missing is named
        visitor.expected = set()
        assert visitor.page.locator(".error-summary, [role=alert]").count()
    visitor.page.locator("[name=service]").first.check()
    visitor.page.locator("[name=name]").fill("𬭎·买买提" if nth == 1 else "Mary Ann Smith")
    visitor.page.locator("[name=document_number]").fill(synthetic_id_number(date(1990, 1, 1), nth))
    visitor.page.locator("[name=phone]").fill(f"1380000100{nth}")
    visitor.press(take)
    assert re.search(rf"A00{nth}", visitor.page.locator("main").inner_text())
    return visitor.path


def key(clerk: Visit, name: str) -> None:
    """Press a key of the window's desk; what it does opens the page anew."""
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press(name)


def test_a_hall_is_open_and_its_first_visitor_called(visitor):
    owner = visitor()
    enter(owner, "resident")
    door = open_hall(owner)
    home = owner.path
    screen = visitor()
    address = urlsplit(owner.page.locator("#links ~ ul a").first.get_attribute("href")).path
    screen.open(address)

    phone, stranger = visitor(screen="phone", scripts=False), visitor(screen="phone", language="en")
    mine = register(phone, door, 1)
    register(stranger, door, 2)
    assert "下一个就是您" in phone.page.locator("main").inner_text()
    assert "1 before you" in stranger.page.locator("main").inner_text()

    # Inside by the digits of the screen, which a photo of the poster does not show; the second waits outside.
    digits = screen.page.locator("[data-digits]").inner_text()
    phone.page.locator("[name=digits]").fill(digits)
    phone.press("确认到场")
    assert "请进" in phone.page.locator("body").inner_text()
    stranger.page.locator("[name=digits]").fill(digits)
    stranger.press("Confirm")
    assert "Full: please wait" in stranger.page.locator("body").inner_text()
    owner.open(f"{home}doors/?way=out")
    owner.page.locator("[name=code]").fill(owner.house.at(mine, owner.host))
    owner.page.keyboard.press("Enter")
    owner.page.get_by_text("慢走").wait_for()
    stranger.page.locator("[name=digits]").fill(digits)
    stranger.press("Confirm")
    assert "Come in" in stranger.page.locator("body").inner_text()

    owner.open(f"{home}windows/")
    owner.press("1")
    key(owner, "n")
    owner.hold()
    screen.page.locator(".hall-calls .is-new").get_by_text("A001").wait_for()
    screen.page.get_by_text("厅内 1 / 1 人").wait_for()
    assert "请 A" in (screen.page.locator("[data-say]").text_content() or "")
    phone.open(mine)
    assert "请到 1 号窗口" in phone.page.locator("main").inner_text()
    key(owner, "Enter")
    key(owner, "n")  # the first is done, the next is called
    assert "A002" in owner.page.locator(".hall-now").inner_text()
    phone.page.reload()
    phone.press("非常满意")
    owner.open(f"{home}figures/")


def test_the_district_confirms_the_hall(visitor):
    district = visitor()
    enter(district, "administrator1")
    district.open("/desk/halls/?state=provisional")
    district.follow(NAME)
    district.press("确认开通")
    district.page.get_by_text(f"已确认：{NAME}").wait_for()
