"""What happens with passes and gates; one file per noun."""

from tongban.applications.gates.actions.callers import NewCaller, answer_caller, ask_home, note_answer
from tongban.applications.gates.actions.communities import (
    NewRule,
    add_gate,
    change_community,
    close_gate,
    end_rule,
    open_community,
    set_rule,
)
from tongban.applications.gates.actions.doubts import settle_doubt
from tongban.applications.gates.actions.guards import enrol_guard, stop_guard
from tongban.applications.gates.actions.households import end_for_left, end_where_nobody_lives, take_household_pass
from tongban.applications.gates.actions.invitations import NewVisitor, accept_invitation, invite
from tongban.applications.gates.actions.kiosks import EnrolledKiosk, NewKiosk, enrol_kiosk
from tongban.applications.gates.actions.mandates import paper_for, take_pass_for
from tongban.applications.gates.actions.passes import (
    MOST_CARDS,
    NewPass,
    approve,
    ask_for_pass,
    cards_of,
    code_on_phone,
    end_own_pass,
    end_with_lease,
    paper_of,
    refuse,
    revoke_pass,
    take_pass,
)
from tongban.applications.gates.actions.photos import remove_photo, set_photo
from tongban.applications.gates.actions.scans import Scanned, look_up, take_scans
from tongban.applications.gates.actions.telling import tell_of_ending
from tongban.applications.gates.actions.verifying import Judged, verify_at_gate

__all__ = [
    "MOST_CARDS",
    "EnrolledKiosk",
    "Judged",
    "NewCaller",
    "NewKiosk",
    "NewPass",
    "NewRule",
    "NewVisitor",
    "Scanned",
    "accept_invitation",
    "add_gate",
    "answer_caller",
    "approve",
    "ask_for_pass",
    "ask_home",
    "cards_of",
    "change_community",
    "close_gate",
    "code_on_phone",
    "end_for_left",
    "end_own_pass",
    "end_rule",
    "end_where_nobody_lives",
    "end_with_lease",
    "enrol_guard",
    "enrol_kiosk",
    "invite",
    "look_up",
    "note_answer",
    "open_community",
    "paper_for",
    "paper_of",
    "refuse",
    "remove_photo",
    "revoke_pass",
    "set_photo",
    "set_rule",
    "settle_doubt",
    "stop_guard",
    "take_household_pass",
    "take_pass",
    "take_pass_for",
    "take_scans",
    "tell_of_ending",
    "verify_at_gate",
]  # fmt: skip
