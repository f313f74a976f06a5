"""What grids do; one file per noun."""

from tongban.applications.grid.actions.events import (
    NewEvent,
    close_event,
    dispatch_event,
    handle_event,
    report_event,
    return_event,
)
from tongban.applications.grid.actions.tasks import NewTask, ask_after_lease, end_task, give_task
from tongban.applications.grid.actions.visits import Report, Said, report_visit, settle_edit

__all__ = [
    "NewEvent", "NewTask", "Report", "Said", "ask_after_lease", "close_event", "dispatch_event", "end_task", "give_task",
    "handle_event", "report_event", "report_visit", "return_event", "settle_edit",
]  # fmt: skip
