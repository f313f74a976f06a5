"""Note how the parts of the log are doing, where pages, probes and the supervisor find it."""

from __future__ import annotations

import time

from django.utils import timezone

from tongban.foundation.ledger.models import Condition
from tongban.foundation.ledger.queries import SEQUENCER
from tongban.lib.jurisdictions import require_current
from tongban.lib.words import T

EVERY_SECONDS = 10.0  # a part that goes on doing well is noted this often
__all__ = ["SEQUENCER", "note_condition"]
_noted: dict[tuple[str, str], tuple[str, float]] = {}


def note_condition(part: str, *, code: str = "", why: T | None = None, count: int = 0) -> None:
    """Say that a part was heard of just now, and what is wrong with it, if anything; ``count`` says of how many."""
    key, now = (require_current(), part), time.monotonic()
    before = _noted.get(key)
    if before and before[0] == code and now - before[1] < EVERY_SECONDS:
        return
    moment = timezone.now()
    said = {"at": moment, "code": code, "zh": why.zh if why else "", "en": why.en if why else "", "count": count}
    found = Condition.objects.filter(part=part).first()
    if found is None:
        Condition.objects.bulk_create([Condition(part=part, since=moment, **said)], ignore_conflicts=True)
    else:
        since = found.since if found.code == code else moment
        Condition.objects.filter(part=part).update(since=since, **said)
    _noted[key] = (code, now)
