"""What people do with halls: open, confirm, register, call, count."""

from tongban.applications.halls.actions.halls import (
    NewHall,
    change_hall,
    change_windows,
    confirm_hall,
    open_hall,
    renew_links,
    suspend_hall,
)
from tongban.applications.halls.actions.lists import HallList, import_halls
from tongban.applications.halls.actions.registering import Manner, register_visit, wanted_by
from tongban.applications.halls.actions.serving import (
    begin_serving,
    call_next,
    call_number,
    close_window,
    finish,
    leave,
    open_window,
    rate,
    recall,
    rejoin,
    skip,
    transfer,
)
from tongban.applications.halls.rules.visitors import Said

__all__ = [
    "HallList", "Manner", "NewHall", "Said", "begin_serving", "call_next", "call_number", "change_hall", "change_windows",
    "close_window", "confirm_hall", "finish", "import_halls", "leave", "open_hall", "open_window", "rate", "recall",
    "register_visit", "rejoin", "renew_links", "skip", "suspend_hall", "transfer", "wanted_by",
]  # fmt: skip
