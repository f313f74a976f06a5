"""When a delivery is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

# Capabilities, declared in hooks.py.
MANAGE_EXCHANGE = "exchange.manage"
SUBSCRIBE = "exchange.subscribe"

# Seconds from each attempt to the next: ten attempts over 23 h 50 min 30 s. Long enough for a night without the
# receiver's operators; after the tenth the delivery is a dead letter.
RETRY_SECONDS = (30, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 28_800)
GIVE_UP_AFTER = timedelta(seconds=sum(RETRY_SECONDS))
# How long a claim on a delivery holds: longer than the longest call (settings allow 60 s).
LEASE = timedelta(minutes=3)
_LONGEST_WISH = 3600


def next_attempt(attempts: int, now: datetime, wish: int | None = None) -> datetime | None:
    """When to try again after ``attempts`` vain ones; None: dead. ``wish`` is a Retry-After, heeded up to an hour."""
    if attempts > len(RETRY_SECONDS):
        return None
    seconds = RETRY_SECONDS[attempts - 1]
    if wish is not None:
        seconds = max(seconds, min(wish, _LONGEST_WISH))
    return now + timedelta(seconds=seconds)
