"""What people do with halls: open, confirm, register, call, count."""

from tongban.applications.halls.actions.appointments import (
    book,
    cancel,
    check_in,
    close_missed_appointments,
    move,
    remind_of_appointments,
)
from tongban.applications.halls.actions.cases import open_case
from tongban.applications.halls.actions.colleagues import add_colleague, remove_colleague
from tongban.applications.halls.actions.devices import enrol_scanner, stop_scanner
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
from tongban.applications.halls.actions.moving import (
    ask_to_move,
    export_hall,
    let_hall_move,
    receive_hall,
    take_move_back,
)
from tongban.applications.halls.actions.presence import Scanned, confirm_presence, scan
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
    "HallList",
    "Manner",
    "NewHall",
    "Said",
    "Scanned",
    "add_colleague",
    "ask_to_move",
    "begin_serving",
    "book",
    "call_next",
    "call_number",
    "cancel",
    "change_hall",
    "change_windows",
    "check_in",
    "close_missed_appointments",
    "close_window",
    "confirm_hall",
    "confirm_presence",
    "enrol_scanner",
    "export_hall",
    "finish",
    "import_halls",
    "leave",
    "let_hall_move",
    "move",
    "open_case",
    "open_hall",
    "open_window",
    "rate",
    "recall",
    "receive_hall",
    "register_visit",
    "rejoin",
    "remind_of_appointments",
    "remove_colleague",
    "renew_links",
    "scan",
    "skip",
    "stop_scanner",
    "suspend_hall",
    "take_move_back",
    "transfer",
    "wanted_by",
]  # fmt: skip
