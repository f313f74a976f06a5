"""What a door says to a code."""

from __future__ import annotations

from tongban.lib.words import T

ADMITTED, ALREADY_INSIDE, FULL, OUT = "admitted", "already_inside", "full", "out"
UNKNOWN, OTHER_HALL, OTHER_DAY, GONE = "unknown", "other_hall", "other_day", "gone"

VERDICTS: dict[str, T] = {
    ADMITTED: T("请进", "Come in"), ALREADY_INSIDE: T("已在厅内", "Inside already"), OUT: T("慢走", "Goodbye"),
    FULL: T("满员，请稍候", "Full: please wait"), UNKNOWN: T("登记码无效，请重新登记", "No such code: please register"),
    OTHER_HALL: T("这是别的大厅的登记码", "This code is for another hall"),
    OTHER_DAY: T("登记码不是今天的，请重新登记", "This code is of another day: please register"),
    GONE: T("已取消或已离开，请重新登记", "Cancelled, or gone: please register again"),
}  # fmt: skip
TONES = {ADMITTED: "success", OUT: "success", ALREADY_INSIDE: "info", FULL: "warning"}
