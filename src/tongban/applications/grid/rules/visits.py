"""When a visit can be believed, and what a phone may keep for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

KEPT_ON_A_PHONE = timedelta(hours=72)  # what was loaded onto a phone is gone from it after that
OLDEST = timedelta(days=7)
OUTCOMES: dict[str, T] = {
    "met": T("见到住户", "Somebody was there"),
    "vacant": T("空置", "Vacant"),
    "absent": T("没有人在家", "Nobody at home"),
}


def believable(said: datetime | None, now: datetime) -> datetime:
    """When somebody was there: a device's clock ahead of ours is set right, a visit a week past is refused."""
    if said is None or said > now:
        return now
    if now - said > OLDEST:
        raise Refusal("visit_too_old", T("这次走访超过 7 天才上传，请重新上门核实。",
                      "This visit arrived after more than 7 days: go there again."), field="at")  # fmt: skip
    return said
