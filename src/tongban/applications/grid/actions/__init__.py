"""What grids do; one file per noun."""

from tongban.applications.grid.actions.contacts import check_contact, correct_contact, open_contact
from tongban.applications.grid.actions.events import (
    NewEvent,
    close_event,
    dispatch_event,
    handle_event,
    report_event,
    return_event,
)
from tongban.applications.grid.actions.exports import NewExport, ask_export, take_export
from tongban.applications.grid.actions.leases import lease_to_move, move_lease
from tongban.applications.grid.actions.proposals import (
    NewProposal,
    accept_proposal,
    open_proposal,
    propose,
    propose_move,
    refuse_proposal,
    withdraw_proposal,
)
from tongban.applications.grid.actions.reports import fill_missing, make_report, remove_report
from tongban.applications.grid.actions.tasks import NewTask, ask_after_lease, end_task, give_task
from tongban.applications.grid.actions.tenancies import (
    NewTenancy,
    confirm_tenancy,
    refuse_tenancy,
    register_tenancy,
    withdraw_tenancy,
)
from tongban.applications.grid.actions.visits import Report, Said, report_visit, settle_edit

__all__ = [
    "NewEvent", "NewExport", "NewProposal", "NewTask", "NewTenancy", "Report", "Said", "accept_proposal", "ask_after_lease", "ask_export", "check_contact", "close_event",
    "confirm_tenancy", "correct_contact", "dispatch_event", "end_task", "fill_missing", "give_task", "handle_event", "lease_to_move", "make_report", "move_lease", "open_contact", "open_proposal", "propose", "propose_move", "refuse_proposal", "refuse_tenancy",
    "register_tenancy", "remove_report", "report_event", "report_visit", "return_event", "settle_edit", "take_export", "withdraw_proposal", "withdraw_tenancy",
]  # fmt: skip
