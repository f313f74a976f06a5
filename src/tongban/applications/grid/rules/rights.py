"""Names of the rights grid knows; hooks.py declares them."""

WORK = "grid.work_grid"
HANDLE = "grid.handle_events"
MAKE = "grid.make_lists"
