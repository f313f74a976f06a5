"""A modest limit for public doors that cost work: per address and minute, counted in each web process."""

from __future__ import annotations

import time
from threading import Lock

from django.http import HttpRequest

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_MOST_KEPT = 20_000
_lock = Lock()
_counts: dict[tuple[str, str, int], int] = {}


def limit(request: HttpRequest, door: str, *, per_minute: int) -> None:
    """Refuse with 429 whoever comes to ``door`` more often than this in one minute of the clock."""
    minute = int(time.time() // 60)
    key = (door, str(request.META.get("REMOTE_ADDR", "")), minute)
    with _lock:
        if len(_counts) > _MOST_KEPT:
            for old in [k for k in _counts if k[2] != minute]:
                del _counts[old]
        _counts[key] = count = _counts.get(key, 0) + 1
    if count > per_minute:
        raise Refusal(
            "too_often", T("操作太频繁，请一分钟后再试。", "Too many at once: try again in a minute."), status=429
        )
