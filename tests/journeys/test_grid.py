"""A grid worker's day: from the community to a household, a visit, an event; and a round without a network."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from tests.journeys.browsing import Visit
from tests.journeys.people import enter

pytestmark = pytest.mark.journey
TEN = 10


def test_a_worker_goes_down_to_a_household_and_confirms_it(visitor):
    worker = visitor(screen="phone")
    enter(worker, "grid1")
    worker.open("/desk/grid/areas/")
    worker.page.locator(".grid-blocks a").first.click()
    worker.page.locator(".grid-matrix").wait_for()
    worker.hold()
    worker.page.locator(".grid-cell.is-together, .grid-cell.is-apart").first.click()
    worker.page.get_by_role("button", name="全部属实").wait_for()
    worker.hold()
    worker.press("全部属实")
    worker.page.get_by_text("已记录").wait_for()
    worker.page.locator(".grid-person a").first.click()
    worker.page.get_by_role("heading", name="查看居民").wait_for()
    worker.hold()
    worker.press("查看")
    assert "住处" in worker.page.locator("main").inner_text()
    worker.open("/desk/grid/edits/")
    worker.page.locator("main .tb-rows a").first.click()
    worker.page.get_by_text("走访时看到的").first.wait_for()
    worker.hold()
    worker.press("按选的保存")
    worker.open("/desk/grid/tasks/")
    worker.open("/desk/grid/board/")
    worker.page.locator("#chart-flows svg").wait_for()
    worker.page.locator("#flows ~ .tb-scroll td a").first.click()
    worker.page.get_by_text("迁入的人").first.wait_for()
    worker.hold()
    worker.open("/desk/grid/events/new/")
    worker.page.locator("[name=kind][value=facility]").check()
    worker.page.locator("[name=said]").fill("路灯不亮，已有三天")
    worker.page.locator("[name=where]").fill("示例小区门口")
    worker.press("上报")
    worker.page.get_by_text("已上报，待派单").first.wait_for()


def without_network(worker: Visit) -> list[str]:
    """Ten households confirmed with the network off; the addresses, in their order."""
    page = worker.page
    addresses: list[str] = []
    told = False
    for number in range(TEN):
        door = page.locator("[data-doors] > li:has(details)").first
        addresses.append(door.locator("strong").first.inner_text())
        door.locator("summary").click()
        if door.locator("fieldset").count() and not told:
            told = True
            # Recorded as living here, and found to live elsewhere: what a colleague will have said differently.
            door.locator("input[value=away]").first.check()
        door.locator("button[type=submit]").click()
        page.get_by_text(f"待上传 {number + 1} 户").wait_for()
    return addresses


def an_event_with_a_photo(worker: Visit) -> str:
    """Found at a door, noted without a network: it lies on the phone, and its form is empty again; where it was."""
    page, form = worker.page, worker.page.locator("[data-report]")
    door = page.locator("[data-doors] > li:has(details)").first
    address = door.locator("strong").first.inner_text()
    door.locator("summary").click()
    door.get_by_role("button", name="上报这里的事件").click()
    assert form.locator("[name=where]").input_value() == address
    form.locator("[name=kind][value=facility]").check()
    form.locator("[name=said]").fill("楼道灯坏了，晚上看不见台阶")
    out = BytesIO()
    Image.new("RGB", (2400, 1800), (90, 120, 90)).save(out, "JPEG")
    form.locator("[name=photo]").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    )
    form.locator("button").click()
    page.get_by_text("已存在手机里").wait_for()
    page.get_by_text("待上报 1 件事").wait_for()
    assert page.locator("[data-reports] li").count() == 1
    assert form.locator("[name=said]").input_value() == ""
    return address


def leads_nowhere(worker: Visit) -> None:
    """A network is there and the house is not: the banner says what happened, not what the telephone believes."""
    load, banner = worker.page.locator("[data-load]"), worker.page.locator("[data-banner]")
    worker.context.route("**/api/grid/round", lambda route: route.abort())
    load.click()
    banner.get_by_text("没有网络").wait_for()
    worker.context.unroute("**/api/grid/round")
    load.click()
    banner.get_by_text("有网络。").wait_for()
    worker.complaints.clear()


def test_ten_households_without_a_network_and_a_colleague_who_disagrees(visitor):
    worker = visitor(screen="phone")
    enter(worker, "grid1")
    worker.open("/desk/grid/round/")
    worker.page.locator("[data-doors] details").first.wait_for()
    worker.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    first = worker.page.locator("[data-doors] li:has(details):has(fieldset)").first
    room = first.locator("details").get_attribute("data-dwelling")
    worker.context.set_offline(True)
    worker.page.reload()  # from what the phone keeps
    worker.page.get_by_text("没有网络").wait_for()
    worker.complaints.clear()
    assert len(without_network(worker)) == TEN
    where = an_event_with_a_photo(worker)

    colleague = visitor()
    enter(colleague, "grid2")
    colleague.open(f"/desk/grid/dwellings/{room}/")
    colleague.page.get_by_role("link", name="更正").first.click()
    colleague.page.locator("[name=until]").wait_for()
    colleague.hold()
    colleague.page.locator("[name=is_present][value=yes]").check()
    colleague.page.locator("[name=since]").fill("2020-05-01")
    colleague.press("保存")

    worker.context.set_offline(False)
    worker.page.get_by_text("都已上传").wait_for()
    worker.page.get_by_text("已上报 1 件事。").wait_for()
    worker.complaints.clear()
    worker.hold()
    leads_nowhere(worker)
    worker.page.get_by_role("link", name="去核对").click()
    worker.page.get_by_text("两人说法不同").first.wait_for()
    worker.page.locator("main .tb-rows a").first.click()
    worker.page.locator("input[value=wanted]").first.check()
    worker.hold()
    worker.press("按选的保存")
    worker.page.get_by_text("已核对").wait_for()
    worker.open("/desk/grid/events/")
    worker.page.get_by_role("row").filter(has_text=where).get_by_role("link", name="公共设施损坏").click()
    worker.page.get_by_text("楼道灯坏了").first.wait_for()
    assert worker.page.get_by_role("link", name="看照片").count() == 1


def test_what_another_worker_left_on_the_phone_keeps_nothing_back(visitor):
    worker = visitor(screen="phone")
    enter(worker, "grid1")
    page = worker.open("/desk/grid/round/")
    page.locator("[data-doors] details").first.wait_for()
    page.evaluate("""async () => {
      const { openShelf } = await import("/static/web/offline/shelf.js");
      const { openSealed } = await import("/static/web/offline/sealed.js");
      await (await openSealed(await openShelf("grid-round"))).add({ person: "another", visit: { dwelling_id: "elsewhere" } });
    }""")
    page.reload()
    page.get_by_text("另一位网格员").wait_for()
    page.locator("[data-doors] summary").first.click()
    with page.expect_response("**/api/grid/visits", timeout=10_000) as told:
        page.locator("[data-doors] details[open]").get_by_role("button", name="没有人在家").click()
    assert told.value.json()[0]["state"] == "recorded"
    page.get_by_text("待上传 1 户").wait_for()
