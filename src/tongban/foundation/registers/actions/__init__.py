"""What the office does with registers, addresses and residents; one file per noun."""

from tongban.foundation.registers.actions.facts import Sought, answer_fact, read_facts
from tongban.foundation.registers.actions.imports import (
    Origin,
    Trial,
    confirm_register_list,
    drop_unconfirmed_lists,
    register_list_template,
    try_register_list,
)
from tongban.foundation.registers.actions.registers import connect_register, switch_register

__all__ = [
    "Origin", "Sought", "Trial", "answer_fact", "confirm_register_list", "connect_register", "drop_unconfirmed_lists", "read_facts",
    "register_list_template", "switch_register", "try_register_list",
]  # fmt: skip
