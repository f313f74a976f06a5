"""Reads of halls."""

from tongban.applications.halls.queries.appointments import Offer, bookable_days, offers
from tongban.applications.halls.queries.board import board_of, forget_board
from tongban.applications.halls.queries.halls import (
    hall_by_code,
    hall_run_by,
    halls_near,
    halls_overseen,
    halls_run_by,
    is_present,
    link_of,
    may_manage,
    presence_now,
)
from tongban.applications.halls.queries.visits import (
    before,
    counts_today,
    details_of_person,
    figures,
    hours_of_day,
    last_details,
    standing,
    visit_by_code,
    visit_today,
    waiting,
    waiting_by_hall,
)

__all__ = [
    "Offer",
    "before",
    "board_of",
    "bookable_days",
    "counts_today",
    "details_of_person",
    "figures",
    "forget_board",
    "hall_by_code",
    "hall_run_by",
    "halls_near",
    "halls_overseen",
    "halls_run_by",
    "hours_of_day",
    "is_present",
    "last_details",
    "link_of",
    "may_manage",
    "offers",
    "presence_now",
    "standing",
    "visit_by_code",
    "visit_today",
    "waiting",
    "waiting_by_hall",
]
