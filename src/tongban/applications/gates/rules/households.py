"""Who may be named on a household's pass: children, and the old who have no log-in."""

from __future__ import annotations

from datetime import date

CHILD_UNDER, ADULT_FROM, OLD_FROM = 16, 18, 60
MOST_NAMED = 6  # more makes the code hard to scan


def age_on(born: str, day: date) -> int | None:
    """Full years on a day; None where the date of birth is not known."""
    try:
        birth = date.fromisoformat(born)
    except ValueError:
        return None
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def may_be_named(born: str, *, has_login: bool, day: date) -> bool:
    """Children under 16, and whoever is 60 or older and has no log-in to take a pass of their own with."""
    age = age_on(born, day)
    return age is not None and (age < CHILD_UNDER or (age >= OLD_FROM and not has_login))


def may_hold(born: str, day: date) -> bool:
    """An adult, as far as the register knows their age."""
    age = age_on(born, day)
    return age is None or age >= ADULT_FROM
