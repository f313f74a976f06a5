"""Reads of grid; one file per noun."""

from tongban.applications.grid.queries.areas import Area, Part, area_visible_to, parts_of, path_of
from tongban.applications.grid.queries.homes import (
    Beside,
    OwnHome,
    facts_beside,
    own_home,
    own_proposals,
    person_of,
    proposal_address,
    proposal_leaf,
    proposal_visible_to,
    proposals_held,
    proposals_to_settle,
    tenancies_held,
    tenancies_of,
    tenancies_to_confirm,
    tenancy_leaf,
    tenancy_visible_to,
)
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
    "Area", "Beside", "Difference", "Door", "Found", "Home", "Numbers", "OwnHome", "Part", "Stop", "area_visible_to",
    "differences", "doors", "dwelling_address", "edit_visible_to", "edits_to_settle", "event_visible_to",
    "events_visible_to", "events_waiting", "facts_beside", "found_by", "households", "is_late", "named", "own_home",
    "own_proposals", "parts_of", "path_of", "person_of", "proposal_address", "proposal_leaf", "proposal_visible_to",
    "proposals_held", "proposals_to_settle", "read_term", "resident_name", "round_of", "shown_facts", "task_visible_to", "tasks_open",
    "tenancies_held", "tenancies_of", "tenancies_to_confirm", "tenancy_leaf", "tenancy_visible_to", "visits_of", "work_done",
]  # fmt: skip
