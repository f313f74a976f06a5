"""Halls from a list in Excel or CSV: tens of thousands at once, with a report of the rows that did not fit."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from tongban.applications.halls.actions.halls import NewHall, checked_hall
from tongban.applications.halls.models import Hall, Window
from tongban.applications.halls.rules.hours import DEFAULT_HOURS
from tongban.applications.halls.rules.rights import CONFIRM
from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.spreadsheets import Column, Limits, Rejected, Row, read_table
from tongban.lib.words import T

LIMITS = Limits(bytes=30 << 20, rows=60_000, seconds=60)
_BATCH = 2_000


def _whole(typed: str) -> str:
    if not typed.isdecimal():
        raise Refusal("not_a_number", T("这里填整数。", "A whole number is needed here."))
    return typed


COLUMNS = (
    Column("name", T("大厅名称", "Hall"), ("名称", "政务大厅", "大厅", "场所名称"), is_required=True),
    Column("operator", T("主办单位", "Operator"), ("单位", "单位名称", "管理单位"), is_required=True),
    Column("region_code", T("区划代码", "Region code"), ("区划", "行政区划代码"), is_required=True),
    Column("address", T("地址", "Address"), ("详细地址", "地点"), is_required=True),
    Column("phone", T("联系电话", "Telephone"), ("电话", "联系方式", "手机"), is_required=True),
    Column("services", T("业务", "Services"), ("业务类型", "办理业务", "事项")),
    Column("windows", T("窗口数", "Windows"), ("窗口", "窗口数量"), check=_whole),
    Column("capacity", T("可容纳人数", "Capacity"), ("容量", "人数上限"), check=_whole),
    Column("workday", T("工作日时间", "Hours on working days"), ("开放时间", "工作时间", "工作日")),
    Column("saturday", T("星期六时间", "Hours on Saturdays"), ("星期六", "周六")),
    Column("sunday", T("星期日时间", "Hours on Sundays"), ("星期日", "周日")),
    Column("name_en", T("英文名称", "English name")),
)


@dataclass(frozen=True, slots=True)
class HallList:
    """What became of a list: how many halls opened, how many were there already, and every row refused with its reasons."""

    opened: int
    known: int
    rejected: list[Rejected]
    unknown: list[str]


def import_halls(content: bytes, filename: str, *, by: Actor) -> HallList:
    """Open every hall of a list that is right, confirmed at once; rows that are not come back with their reasons.

    A hall with the same name and address is there already and stays as it is: a list may be sent again.
    """
    require(by, CONFIRM)
    table = read_table(content, filename, COLUMNS, LIMITS)
    rejected, known, opened = list(table.rejected), 0, 0
    seen = set(Hall.objects.filter(region_code__startswith=by.region).values_list("name", "address"))
    fresh: list[tuple[Row, Hall, int]] = []
    regions: dict[str, str] = {}
    for row in table.rows:
        try:
            hall, windows = _hall(row, regions, by)
        except Refusal as refusal:
            every = refusal.refusals if isinstance(refusal, Refusals) else [refusal]
            rejected.append(Rejected(row.number, row.values, tuple(every)))
            continue
        if (hall.name, hall.address) in seen:
            known += 1
            continue
        seen.add((hall.name, hall.address))
        fresh.append((row, hall, windows))
        if len(fresh) == _BATCH:
            opened += _open(fresh, by)
            fresh = []
    opened += _open(fresh, by)
    rejected.sort(key=lambda one: one.number)
    return HallList(opened, known, rejected, table.unknown)


def _hall(row: Row, regions: dict[str, str], by: Actor) -> tuple[Hall, int]:
    values = row.values
    hours = {
        "workday": values["workday"] or DEFAULT_HOURS["workday"], "saturday": values["saturday"], "sunday": values["sunday"]
    }  # fmt: skip
    new = NewHall(
        name=values["name"], operator=values["operator"], region_code=values["region_code"], address=values["address"],
        phone=values["phone"], services=[values["services"] or "综合业务"], hours=hours, name_en=values["name_en"],
        windows=int(values["windows"] or 3), capacity=int(values["capacity"] or 200),
    )  # fmt: skip
    hall, _ = checked_hall(new, opened_by=by.name, regions=regions)
    if not hall.region_code.startswith(by.region):
        raise Refusal(
            "region_not_yours",
            T("这个大厅不在您负责的区域。", "This hall is outside the region you work for."),
            field="region_code",
        )
    hall.state, hall.confirmed_by = "confirmed", by.name[:120]
    return hall, new.windows


@transaction.atomic
def _open(fresh: list[tuple[Row, Hall, int]], by: Actor) -> int:
    """Write a batch in a few statements."""
    if not fresh:
        return 0
    halls = [hall for _, hall, _ in fresh]
    units = parties.create_many_units(
        [(hall.operator, parties.NewUnit(hall.name, "hall", f"hall-{hall.code.lower()}", hall.region_code, hall.name_en))
         for hall in halls], source="hall list", by=by,
    )  # fmt: skip
    for hall, unit_id in zip(halls, units, strict=True):
        hall.unit_id = unit_id
    Hall.objects.bulk_create(halls)
    Window.objects.bulk_create(
        [Window(hall=hall, number=str(n + 1)) for _, hall, windows in fresh for n in range(windows)], batch_size=5_000
    )
    return len(halls)
