"""Pages of registers in a real browser: readable by everybody, narrow enough for a phone, silent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tongban.web.tests.desks import ACROSS, Desk, chromium, desk_of, keep

__all__ = ["chromium", "desk_of"]
# Requests of the browser are answered on a connection of their own: what they are to see must be committed.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]
PAGES = {
    "list": "/operations/registers/",
    "one": "/operations/registers/population/",
    "off": "/operations/registers/companies/",
    "own": "/operations/registers/residence/",
    "import": "/operations/registers/companies/list/",
}
VARIANTS = [(360, "zh-hans"), (1280, "zh-hans"), (360, "en"), (1280, "en")]


def test_the_pages_of_registers_are_readable(desk_of: Callable[[Any], Desk]) -> None:
    from django.utils import timezone

    from tongban.foundation.registers import actions
    from tongban.foundation.registers.tests.arrange import company_list, company_row, operator
    from tongban.foundation.registers.tests.test_demo import BY, answers
    from tongban.lib.jurisdictions import enter

    with enter("j510500"):
        for one in answers():
            one(by=BY)
        actions.switch_register("companies", off=True, reason="来源系统维护", by=BY)
        desk = desk_of(operator())
        rows = company_list(company_row(), company_row(501).replace("200万元", "很多"))
        for width, tag in VARIANTS:
            page = desk(width, tag)
            for name, path in PAGES.items():
                page.goto(path)
                keep(page, f"{name}-{width}-{tag}", width)
            page.set_input_files("input[type=file]", {"name": "名单.csv", "mimeType": "text/csv", "buffer": rows})
            page.fill("input[name=source]", "区市场监管局")
            page.fill("input[name=refreshed_on]", timezone.localdate().isoformat())
            page.click("form.tb-panel button")
            page.wait_for_selector("th[scope=row]")
            keep(page, f"trial-{width}-{tag}", width)


def test_the_pages_of_lists_are_readable(desk_of: Callable[[Any], Desk], run_jobs: Callable[[], int]) -> None:
    """A list of each state on its way: just read, tried with rows refused and to settle, taken over."""
    from tongban.foundation.registers.models import Place
    from tongban.foundation.registers.tests.arrange import grid_worker
    from tongban.foundation.registers.tests.conftest import some_communities
    from tongban.foundation.registers.tests.lists import as_csv, line, phone_of, taken, tried, uploaded
    from tongban.lib.jurisdictions import enter

    home, other = "示例小区7栋1单元101室", "示例小区7栋1单元102室"
    with enter("j510500"), some_communities():
        worker = grid_worker()
        over = taken(as_csv([line(1, "张三", home)]), run_jobs, by=worker, title="一月台账")
        rows = [
            line(1, "张三", home, phone=phone_of(9)),
            line(2, "李四", other),
            line(3, "王五", home, number="5.10502E+17"),
            line(5, "孙八", "老粮站后头第二家"),
        ]
        checked = tried(as_csv(rows), run_jobs, by=worker, title="二月台账")
        read = uploaded(as_csv([line(4, "赵六", home)]), by=worker, title="三月台账")
        base, desk = "/desk/resident-lists/", desk_of(worker)
        choose = f"{base}{checked.pk}/address/choose?address=老粮站后头第二家"
        pages = {
            "choose": choose, "choose-room": f"{choose}&place={Place.objects.get(level='unit').pk}",
            "lists": base, "read": f"{base}{read.pk}/", "checked": f"{base}{checked.pk}/", "taken": f"{base}{over.pk}/",
            "settle": f"{base}{checked.pk}/settle/",
        }  # fmt: skip
        for width, tag in ACROSS:
            page = desk(width, tag)
            for name, path in pages.items():
                page.goto(path)
                assert page.locator("h1").count() == 1, name
                keep(page, f"{name}-{width}-{tag}", width)
