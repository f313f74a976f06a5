"""What the office and its applicants do with services and cases; one file per noun."""

from tongban.matters.actions.acceptance import accept_case, decline_case
from tongban.matters.actions.applying import apply
from tongban.matters.actions.archiving import archive_case, archive_what_is_over, open_archive
from tongban.matters.actions.bulk import Outcome, Row, submit_in_bulk
from tongban.matters.actions.calendar import (
    NewDay,
    complete_year,
    import_days,
    reopen_year,
    set_day,
    set_days,
    unset_day,
)
from tongban.matters.actions.checks import break_promise, confirm_promise, report_promise
from tongban.matters.actions.common import confirm_anew
from tongban.matters.actions.decisions import (
    decide_case,
    extend_case,
    return_for_correction,
    revoke_certificate,
    terminate_case,
)
from tongban.matters.actions.definitions import Published, publish_library, publish_themes, set_open
from tongban.matters.actions.desks import Together, approve_together, assign_case
from tongban.matters.actions.drafts import save_answers, start_draft
from tongban.matters.actions.materials import note_refused_material, send_file, send_owed_file
from tongban.matters.actions.moving import move_case
from tongban.matters.actions.papers import (
    confirm_post,
    deliver_at_window,
    make_paper,
    note_opened,
    open_paper,
    seal_papers,
    seal_what_is_left,
    send_by_post,
    translated_paper,
)
from tongban.matters.actions.payments import (
    exempt_payment,
    record_refund,
    record_window_payment,
    refund_payment,
    remind_of_fees,
    return_surplus,
    take_notification,
)
from tongban.matters.actions.procedures import begin_procedure, end_procedure
from tongban.matters.actions.promises import remind_of_promises, supply_material, tell_of_overdue_promises
from tongban.matters.actions.publishing import (
    InFlight,
    confirm_publication,
    propose_publication,
    withdraw_publication,
)
from tongban.matters.actions.ratings import answer_rating, appeal_rating, call_back, rate_case, settle_appeal
from tongban.matters.actions.reviews import open_case, review_case
from tongban.matters.actions.signing import ask_to_sign, send_back_unsigned, sign_case, take_back_unsigned
from tongban.matters.actions.submission import submit_case, withdraw_case
from tongban.matters.actions.visitors import PaperMandate, Principal, ShownLicence, Visitor, record_company
from tongban.matters.actions.window import (
    add_mandate_page,
    confirm_by_code,
    confirm_on_paper,
    hand_over,
    send_confirmation,
    take_in,
)

__all__ = [
    "InFlight",
    "NewDay",
    "Outcome",
    "PaperMandate",
    "Principal",
    "Published",
    "Row",
    "ShownLicence",
    "Together",
    "Visitor",
    "accept_case",
    "add_mandate_page",
    "answer_rating",
    "appeal_rating",
    "apply",
    "approve_together",
    "archive_case",
    "archive_what_is_over",
    "ask_to_sign",
    "assign_case",
    "begin_procedure",
    "break_promise",
    "call_back",
    "complete_year",
    "confirm_anew",
    "confirm_by_code",
    "confirm_on_paper",
    "confirm_post",
    "confirm_promise",
    "confirm_publication",
    "decide_case",
    "decline_case",
    "deliver_at_window",
    "end_procedure",
    "exempt_payment",
    "extend_case",
    "hand_over",
    "import_days",
    "make_paper",
    "move_case",
    "note_opened",
    "note_refused_material",
    "open_archive",
    "open_case",
    "open_paper",
    "propose_publication",
    "publish_library",
    "publish_themes",
    "rate_case",
    "record_company",
    "record_refund",
    "record_window_payment",
    "refund_payment",
    "remind_of_fees",
    "remind_of_promises",
    "reopen_year",
    "report_promise",
    "return_for_correction",
    "return_surplus",
    "review_case",
    "revoke_certificate",
    "save_answers",
    "seal_papers",
    "seal_what_is_left",
    "send_back_unsigned",
    "send_by_post",
    "send_confirmation",
    "send_file",
    "send_owed_file",
    "set_day",
    "set_days",
    "set_open",
    "settle_appeal",
    "sign_case",
    "start_draft",
    "submit_case",
    "submit_in_bulk",
    "supply_material",
    "take_back_unsigned",
    "take_in",
    "take_notification",
    "tell_of_overdue_promises",
    "terminate_case",
    "translated_paper",
    "unset_day",
    "withdraw_case",
    "withdraw_publication",
]
