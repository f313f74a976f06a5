"""Pages of registers: the operators' registers, and lists of residents taken over at a desk."""

from tongban.foundation.registers.views.list_addresses import choose_address, take_back_address, tell_address
from tongban.foundation.registers.views.registers import (
    confirm_list,
    connect,
    list_template,
    register,
    register_list,
    registers,
    switch,
)
from tongban.foundation.registers.views.resident_lists import (
    confirm,
    discard,
    leave_out,
    progress,
    report,
    resident_list,
    resident_lists,
    settle,
    settle_one,
    try_columns,
    undo,
)

__all__ = [
    "choose_address", "confirm", "confirm_list", "connect", "discard", "leave_out", "list_template", "progress", "register",
    "register_list", "registers", "report", "resident_list", "resident_lists", "settle", "settle_one", "switch",
    "take_back_address", "tell_address", "try_columns", "undo",
]  # fmt: skip
