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

__all__ = [
    "HallList", "NewHall", "change_hall", "change_windows", "confirm_hall", "import_halls", "open_hall", "renew_links",
    "suspend_hall",
]  # fmt: skip
