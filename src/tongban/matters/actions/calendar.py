"""The working calendar: days that differ from the published one, a year's notice, and what follows for open cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.spreadsheets import Column, Limits, Rejected, read_table
from tongban.lib.words import T
from tongban.lib.working_days import is_published
from tongban.matters import hooks
from tongban.matters.actions.clock import recount_deadlines
from tongban.matters.models import DayOverride
from tongban.matters.rules.cases import check_reason


@dataclass(frozen=True, slots=True)
class NewDay:
    """One day as a notice says it."""

    day: date
    is_working: bool
    reason: T


@transaction.atomic
def set_day(
    day: date, *, is_working: bool, reason: T, source: str, completes_year: bool = False, by: Actor
) -> DayOverride:  # fmt: skip
    """Say that a day differs from the published calendar; open cases are counted again."""
    require(by, hooks.KEEP_CALENDAR)
    kept, is_changed = _keep(
        NewDay(day, is_working, reason), _checked_source(source), day.year if completes_year else None, by
    )
    if is_changed:
        recount_deadlines.later()
    return kept


@transaction.atomic
def set_days(days: list[NewDay], *, source: str, by: Actor) -> int:
    """Take over many days at once, all or none; how many were new or different. Open cases are counted again once."""
    require(by, hooks.KEEP_CALENDAR)
    basis = _checked_source(source)
    found = sum(_keep(one, basis, None, by)[1] for one in days)
    if found:
        recount_deadlines.later()
    return found


def import_days(content: bytes, filename: str, *, source: str, by: Actor) -> int:
    """Read a year's notice from a table of days (日期, 安排, 说明); one wrong row refuses the whole file, row by row."""
    require(by, hooks.KEEP_CALENDAR)
    table = read_table(content, filename, _COLUMNS, Limits(rows=800))
    if table.rejected:
        raise Refusals([_row_refused(one) for one in table.rejected[:20]])
    days = [_new_day(row.values) for row in table.rows]
    if len({one.day for one in days}) != len(days):
        raise Refusal("day_twice", T("表格里同一天出现了两次。", "The table names a day twice."), field="file")
    return set_days(days, source=source, by=by)


@transaction.atomic
def unset_day(day: date, *, reason: str, by: Actor) -> None:
    """Take an override back; the published calendar holds again. Safe to repeat."""
    require(by, hooks.KEEP_CALENDAR)
    why = check_reason(reason)
    found = DayOverride.objects.select_for_update().filter(day=day).first()
    if found is None:
        return
    _write(found, str(found.is_working).lower(), "", why, by)
    found.delete()
    recount_deadlines.later()


@transaction.atomic
def complete_year(year: int, *, source: str, by: Actor) -> DayOverride:
    """Say that a year's notice is entered completely: days in it are no longer provisional. It hangs on 1 January."""
    require(by, hooks.KEEP_CALENDAR)
    if is_published(year):
        text = T("{year} 年的放假安排已随软件发布，不需要录入。", "The notice for {year} came with the software.")
        raise Refusal("year_published", text.format(year=year), field="year", status=409)
    first = date(year, 1, 1)
    known = DayOverride.objects.filter(day=first).first()
    new = NewDay(first, known.is_working, T.read(known.reason)) if known else NewDay(first, False, _NEW_YEAR)
    kept, is_changed = _keep(new, _checked_source(source), year, by)
    if is_changed:
        recount_deadlines.later()
    return kept


@transaction.atomic
def reopen_year(year: int, *, reason: str, by: Actor) -> None:
    """Take back that a year's notice is complete; days in it are provisional again. Safe to repeat."""
    require(by, hooks.KEEP_CALENDAR)
    why = check_reason(reason)
    marked = list(DayOverride.objects.select_for_update().filter(completes_year=year))
    for row in marked:
        row.completes_year = None
        row.save(update_fields=["completes_year"])
        _write(row, f"{year} complete", f"{year} open", why, by)
    if marked:
        recount_deadlines.later()


def _keep(new: NewDay, source: str, completes_year: int | None, by: Actor) -> tuple[DayOverride, bool]:
    before = DayOverride.objects.select_for_update().filter(day=new.day).first()
    completes = completes_year or (before.completes_year if before else None)
    kept, _ = DayOverride.objects.update_or_create(
        day=new.day,
        defaults={
            "is_working": new.is_working, "reason": new.reason.as_json(), "source": source, "set_by": by.name[:120],
            "completes_year": completes,
        },
    )  # fmt: skip
    was = before.is_working if before else None
    is_changed = before is None or was != new.is_working or before.completes_year != completes
    if is_changed:
        _write(kept, "" if was is None else str(was).lower(), str(new.is_working).lower(), source, by)
    return kept, is_changed


def _write(row: DayOverride, before: str, after: str, reason: str, by: Actor) -> None:
    ledger.record(
        "rule.changed", by=by, subject=("matters.calendar", row.pk),
        values={"rule": f"calendar {row.day.isoformat()}", "before": before, "after": after, "reason": reason},
    )  # fmt: skip


def _checked_source(source: str) -> str:
    if not source.strip():
        raise Refusal(
            "source_missing", T("请写明依据（通知名称和文号）。", "Name the notice this rests on."), field="source"
        )
    return source.strip()[:200]


_NEW_YEAR = T("元旦", "New Year's Day")
_ARRANGED = {"休": False, "休息": False, "放假": False, "假": False, "off": False, "rest": False, "holiday": False,
             "班": True, "上班": True, "调休上班": True, "补班": True, "on": True, "work": True, "working": True}  # fmt: skip


def _check_day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip().replace("/", "-").replace(".", "-")[:10]).isoformat()
    except ValueError:
        raise Refusal("not_a_date", T("日期写成 2027-02-08 的样子。", "Write the date as 2027-02-08.")) from None


def _check_arranged(text: str) -> str:
    if text.strip().lower() not in _ARRANGED:
        raise Refusal("not_a_choice", T("“安排”写“休息”或“上班”。", "Write 休息 (rest) or 上班 (working)."))
    return text.strip().lower()


_COLUMNS = [
    Column("day", T("日期", "Date"), aliases=("day",), is_required=True, check=_check_day),
    Column(
        "arranged", T("安排", "Arrangement"), aliases=("类型", "is_working"), is_required=True, check=_check_arranged
    ),
    Column("reason", T("说明", "Reason"), aliases=("节日", "名称"), is_required=True),
    Column("reason_en", T("英文说明", "Reason in English"), aliases=("english",)),
]


def _new_day(values: dict[str, str]) -> NewDay:
    reason = T(values["reason"], values.get("reason_en") or values["reason"])
    return NewDay(date.fromisoformat(values["day"]), _ARRANGED[values["arranged"]], reason)


def _row_refused(row: Rejected) -> Refusal:
    why = row.reasons[0]
    text = T("第 {row} 行：{why}", "Row {row}: {why}").format(row=row.number, why=why.message)
    return Refusal(why.code, text, field="file")
