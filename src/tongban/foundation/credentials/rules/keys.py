"""How long keys sign and verify, who may sign what, and how a status list is numbered."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from tongban_verify.passes.code import TYPES

SIGNING_PERIOD = timedelta(days=90)  # credentials.md: a key signs for 90 days
# What a key signs on its last day ends within this: a pass's key verifies 180 days in all (credentials.md).
LONGEST_VALIDITY = {"pass": timedelta(days=90), "certificate": timedelta(days=3660)}
PASS_LISTS = 1000  # numbers of passes' status lists begin here: a pass's key does not speak for certificates


def purpose_of(credential_type: str) -> str:
    """Which key signs a type."""
    return "certificate" if credential_type == "certificate" else "pass"


def types_of(purpose: str) -> list[str]:
    """What a key of a purpose may sign."""
    return [one for one in sorted(TYPES) if purpose_of(one) == purpose]


def scope_of(code: str) -> str:
    """The issuers a city's keys sign for: all whose codes begin with its own, its trailing 00 cut."""
    return re.sub(r"(00)+$", "", code)


def list_number(day: date, purpose: str) -> int:
    """Months since January 2020 of a last day in China; passes have numbers of their own."""
    return (day.year - 2020) * 12 + day.month - 1 + (PASS_LISTS if purpose == "pass" else 0)


def standby_dates(now: datetime, purpose: str) -> tuple[datetime, datetime, datetime]:
    """From when, until when it signs, until when it verifies at the most: it may wait for a whole period."""
    return now, now + 2 * SIGNING_PERIOD, now + 2 * SIGNING_PERIOD + LONGEST_VALIDITY[purpose]


def active_dates(now: datetime, purpose: str) -> tuple[datetime, datetime, datetime]:
    """The same once it is in use."""
    return now, now + SIGNING_PERIOD, now + SIGNING_PERIOD + LONGEST_VALIDITY[purpose]
