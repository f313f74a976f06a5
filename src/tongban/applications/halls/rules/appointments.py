"""Which slots a hall offers, from when they can be booked, and what an appointment is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tongban.applications.halls.rules.hours import Schedule
from tongban.applications.halls.rules.shape import Service
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI

EARLY, LATE = timedelta(minutes=30), timedelta(minutes=15)
"""How long before its slot, and after it, an appointment is honoured."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How far ahead one may book, at what time a new day is released, and how many appointments one person may hold."""

    days_ahead: int = 7
    release: time = time(8)
    per_person: int = 2

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Rules:
        """From the stored form."""
        given = dict(found)
        if "release" in given:
            given["release"] = time.fromisoformat(given["release"])
        return cls(**given)

    def as_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "days_ahead": self.days_ahead,
            "release": self.release.isoformat("minutes"),
            "per_person": self.per_person,
        }


def check_rules(rules: Rules) -> Rules:
    """Rules a hall may set."""
    if not 1 <= rules.days_ahead <= 60 or not 1 <= rules.per_person <= 10:
        raise Refusal("appointment_rules_wrong", T("提前天数填 1 至 60，每人预约数填 1 至 10。",
                      "1 to 60 days ahead, 1 to 10 appointments a person."), field="days_ahead")  # fmt: skip
    return rules


def slots_on(schedule: Schedule, service: Service, day: date) -> list[tuple[datetime, datetime]]:
    """The slots of a service on a business day; a rest shorter than a slot is not offered."""
    if not service.has_slots or not service.is_open:
        return []
    step = timedelta(minutes=service.slot_minutes)
    found = []
    for begin, end in schedule.periods(day):
        at = begin
        while at + step <= end:
            found.append((at, at + step))
            at += step
    return found


def is_released(rules: Rules, day: date, now: datetime) -> bool:
    """Whether a day can be booked already: from the release time of its earliest booking day on."""
    return datetime.combine(day - timedelta(days=rules.days_ahead), rules.release, SHANGHAI) <= now


def is_honoured(starts: datetime, ends: datetime, now: datetime) -> bool:
    """Whether somebody who comes now is on time."""
    return starts - EARLY <= now <= ends + LATE
