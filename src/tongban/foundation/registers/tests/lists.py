"""Lists of residents as communities keep them, made for tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from openpyxl import Workbook

from tongban.foundation.registers import actions
from tongban.foundation.registers.models import ListRow, ResidentList
from tongban.foundation.registers.tests.arrange import COMMUNITY
from tongban.lib.actors import Actor
from tongban.lib.identifiers import synthetic_id_number

HEADINGS = ["序号", "姓名", "性别", "身份证号码", "联系电话", "与户主关系", "居住地址", "人员类别", "备注"]
BORN = date(1984, 5, 1)  # of nobody in other tests


def number_of(person: int) -> str:
    """The identity number of a made-up person."""
    return synthetic_id_number(BORN + timedelta(days=person // 900), person % 900 + 50)


def phone_of(person: int) -> str:
    """A phone of nobody's."""
    return f"138{person:08d}"


def line(person: int, name: str, address: str, **more: str) -> list[str]:
    """One row under HEADINGS."""
    said = {"relation": "", "kind": "户籍", "number": number_of(person), "phone": phone_of(person), "remark": ""} | more
    return [
        str(person),
        name,
        "",
        said["number"],
        said["phone"],
        said["relation"],
        address,
        said["kind"],
        said["remark"],
    ]


def as_csv(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, encoding: str = "utf-8") -> bytes:
    """A list as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode(encoding)


def as_workbook(rows: Sequence[Sequence[Any]], headings: Sequence[Sequence[str]], merged: Sequence[str] = ()) -> bytes:
    """A list as .xlsx below whatever headings, some of them merged."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [*headings, *rows]:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def uploaded(content: bytes, *, by: Actor, area: str = COMMUNITY, title: str = "测试台账", **more: Any) -> ResidentList:
    """A list somebody brought."""
    return actions.upload_list(content, "名单.xlsx", actions.NewList(area, title, **more), by=by)


def tried(content: bytes, run_jobs: Callable[[], int], *, by: Actor, **more: Any) -> ResidentList:
    """A list after its trial run with the columns that were guessed."""
    found = uploaded(content, by=by, **more)
    actions.try_list(found.pk, found.places, by=by)
    run_jobs()
    found.refresh_from_db()
    assert found.state == "checked", found.trouble
    return found


def taken(content: bytes, run_jobs: Callable[[], int], *, by: Actor, **more: Any) -> ResidentList:
    """A list taken over."""
    found = tried(content, run_jobs, by=by, **more)
    actions.confirm_list(found.pk, by=by)
    run_jobs()
    found.refresh_from_db()
    assert found.state == "taken", found.trouble
    return found


def outcome(found: ResidentList) -> dict[int, tuple[str, str]]:
    """By row: verdict, and the code of the first note or why it is open."""
    rows = ListRow.objects.filter(resident_list=found).order_by("number")
    return {row.number: (row.verdict, row.notes[0][0] if row.notes else row.twin_why) for row in rows}
