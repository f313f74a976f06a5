"""Reads of grid; one file per noun."""

from tongban.applications.grid.queries.areas import Area, Part, area_visible_to, parts_of, path_of
from tongban.applications.grid.queries.people import (
    Found,
    Home,
    Numbers,
    found_by,
    households,
    named,
    read_term,
    resident_name,
    shown_facts,
)
from tongban.applications.grid.queries.work import (
    Difference,
    Door,
    Stop,
    differences,
    doors,
    dwelling_address,
    edit_visible_to,
    edits_to_settle,
    event_visible_to,
    events_visible_to,
    events_waiting,
    is_late,
    round_of,
    task_visible_to,
    tasks_open,
    visits_of,
    work_done,
)

__all__ = [
    "Area", "Difference", "Door", "Found", "Home", "Numbers", "Part", "Stop", "area_visible_to", "differences", "doors",
    "dwelling_address",
    "edit_visible_to", "edits_to_settle", "event_visible_to", "events_visible_to", "events_waiting", "found_by", "households", "is_late",
    "named", "parts_of", "path_of", "read_term", "resident_name", "round_of", "shown_facts", "task_visible_to", "tasks_open", "visits_of", "work_done",
]  # fmt: skip
