"""Shards, their names, and the clocks leaves are held to."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

SHANGHAI = ZoneInfo("Asia/Shanghai")  # where a legal year ends
CLOCK_SLACK = timedelta(minutes=5)


def year_of(moment: datetime) -> int:
    """The legal year of a moment."""
    return moment.astimezone(SHANGHAI).year


def next_name(year: int, taken: set[str]) -> str:
    """The name of a new shard: 2026, then 2026-2 when a restored backup forced another one."""
    name, number = str(year), 1
    while name in taken:
        number += 1
        name = f"{year}-{number}"
    return name


def origin_of(house: str, schema: str, shard: str) -> str:
    """The name under which a shard signs, e.g. log.example.gov.cn/510500/2026."""
    return f"{house}/{schema.removeprefix('j')}/{shard}"


def check_moment(at: datetime, now: datetime) -> datetime:
    """``at`` itself; refused when it is not now, give or take five minutes: nothing is dated back or forward."""
    if abs(at - now) > CLOCK_SLACK:
        raise Refusal(
            "leaf_misdated",
            T("公开记录的时间须为当前时间（误差不超过 5 分钟）。业务上的早期日期请写入内容。",
              "A leaf is dated now, give or take five minutes. Put an earlier date of the matter itself into its values."),
        )  # fmt: skip
    return at


def earliest_date(previous_checkpoint: datetime | None) -> datetime | None:
    """A leaf about to be sequenced that is dated before this is back-dated; None when there is no head yet."""
    return previous_checkpoint - CLOCK_SLACK if previous_checkpoint else None
