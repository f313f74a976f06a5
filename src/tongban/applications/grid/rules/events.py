"""Kinds of events, how long a department has, and what may follow what.

The days are the county's own, in working days; no law sets them. Whoever dispatches may choose an earlier day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

KINDS: dict[str, tuple[T, int]] = {
    "safety": (T("安全隐患", "Danger"), 1),
    "facility": (T("公共设施损坏", "Broken public facility"), 5),
    "environment": (T("环境卫生", "Litter and hygiene"), 3),
    "dispute": (T("矛盾纠纷", "Dispute"), 5),
    "wish": (T("居民诉求", "Residents' request"), 5),
    "other": (T("其他", "Something else"), 5),
}
OLDEST = timedelta(days=30)  # between finding and reporting, without a network in between
NEXT: dict[str, tuple[str, ...]] = {
    "reported": ("dispatched", "closed"),
    "dispatched": ("handled", "returned"),
    "handled": ("closed", "dispatched"),
    "returned": ("dispatched", "closed"),
    "closed": (),
}


def check_kind(kind: str) -> str:
    """A kind of event."""
    if kind not in KINDS:
        raise Refusal("event_kind_unknown", T("请选择事件类别。", "Choose the kind of event."), field="kind")
    return kind


def found_at(said: datetime | None, now: datetime) -> datetime:
    """When an event was found: a device's clock ahead of ours is set right; what is a month old has to be looked at again."""
    if said is None or said > now:
        return now
    if now - said > OLDEST:
        raise Refusal("event_too_old", T("这件事是 30 多天前记下的，请再去看一次，重新上报。",
                      "This was noted more than 30 days ago: look again and report it anew."), field="at")  # fmt: skip
    return said


def check_said(said: str, field: str = "said") -> str:
    """What somebody wrote, at least a few characters of it."""
    text = said.strip()
    if not 4 <= len(text) <= 1000:
        raise Refusal("text_missing", T("请写明情况，4 到 1000 字。", "Say what happened, 4 to 1000 characters."), field=field)  # fmt: skip
    return text


def check_step(now: str, to: str) -> None:
    """Refuse a step that cannot follow: somebody else was quicker, or the page is old."""
    if to not in NEXT[now]:
        raise Refusal("event_moved_on", T("这件事已有新的进展，请刷新后再办。",
                      "This has moved on meanwhile: load the page again."), status=409)  # fmt: skip
