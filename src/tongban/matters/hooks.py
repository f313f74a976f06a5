"""Moments and rights matters offers."""

from tongban.foundation.documents.hooks import declare_purpose
from tongban.foundation.exchange.hooks import declare_event
from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

submitted = Hook("matters.submitted", "A case was submitted, or submitted again. Arguments: case_id, by.")
decided = Hook(
    "matters.decided",
    "A case was decided; the certificate of a granted one exists already, unless it waits for a fee. "
    "Arguments: case_id, outcome, by.",
)

bars_promise = Hook(
    "matters.bars_promise",
    "Whether an applicant's promise counts for nothing now (容缺受理, 告知承诺): the reason as T, a whole sentence, or None. "
    "Any reason refuses the promise. Arguments: person_id, organisation_id (one of them None), service.",
)

PUBLISH = declare("matters.publish_definition", T("发布事项", "Publish services"), roles=("administrator",))
ACCEPT = declare("matters.accept_case", T("受理办件", "Accept cases"), roles=("clerk", "reviewer", "decider"))
KEEP_CALENDAR = declare("matters.keep_calendar", T("维护工作日历", "Keep the calendar"), roles=("administrator",))
DELIVER = declare("matters.deliver_case", T("送达办件结果", "Deliver results"), roles=("clerk", "decider"))
CHECK_PROMISES = declare("matters.check_promises", T("核查承诺", "Check promises"), roles=("reviewer", "decider"))
COLLECT = declare("matters.collect_fees", T("收费登记", "Record fees"), roles=("clerk", "decider"))
TAKE_IN = declare("matters.take_in", T("窗口收件", "Take applications in at a window"), roles=("clerk",))
REVIEW = declare("matters.review_case", T("审查办件", "Review cases"), roles=("reviewer", "decider"))
DECIDE = declare("matters.decide_case", T("决定办件", "Decide cases"), roles=("decider",))
ANSWER_RATING = declare("matters.answer_rating", T("答复差评", "Answer bad ratings"), roles=("reviewer", "decider"))
SETTLE_RATING = declare(
    "matters.settle_rating", T("裁定评价申诉", "Settle appeals against ratings"), roles=("auditor",)
)
SUPERVISE = declare(
    "matters.supervise", T("查看事项运行情况", "See how services run"), roles=("decider", "auditor", "administrator")
)
ARCHIVE = declare(
    "matters.keep_archive", T("查阅和导出归档办件", "See and export archived cases"), roles=("decider", "auditor")
)
VIEW = declare(
    "matters.view_cases", T("查看办件", "See cases"), roles=("clerk", "reviewer", "decider", "auditor"), clients=False
)
APPLY = declare("matters.apply", T("代本单位申请", "Apply for its own organisation"), clients=True)

# What other systems may hear; clients need matters.hear_cases, and hear of their region only.
HEAR = declare("matters.hear_cases", T("接收办件事件", "Hear of cases"), clients=True)
CASE_SUBMITTED = declare_event("matters.case_submitted", T("办件已提交", "A case was submitted"), capability=HEAR)
CASE_RETURNED = declare_event("matters.case_returned", T("办件退回补正", "A case was returned"), capability=HEAR)
CASE_DECIDED = declare_event("matters.case_decided", T("办件已决定", "A case was decided"), capability=HEAR)
CASE_CLOSED = declare_event(
    "matters.case_closed",
    T("办件未经决定即办结（不予受理、终止、撤回）", "A case ended without a decision"),
    capability=HEAR,
)
CASE_DELIVERED = declare_event(
    "matters.case_delivered", T("办件结果已送达", "A decision reached the applicant"), capability=HEAR
)
FEE_ASKED = declare_event("matters.fee_asked", T("通知缴费", "A fee was asked for"), capability=HEAR)
FEE_PAID = declare_event("matters.fee_paid", T("已缴费", "A fee was paid"), capability=HEAR)
FEE_REFUNDED = declare_event("matters.fee_refunded", T("已退费", "A fee was paid back"), capability=HEAR)
CERTIFICATE_REVOKED = declare_event(
    "matters.certificate_revoked", T("证照已撤销", "A certificate was revoked"), capability=HEAR
)

PAPER = declare_purpose(
    "matters.paper",
    T("法律文书和证照", "Statutory papers and certificates"),
    legal_basis=T(
        "《行政许可法》（2019 年修正）第三十八条、第四十四条",
        "Administrative Licensing Law (2019 revision) Art. 38, 44",
    ),
    retention_days=366,  # at least; as long as the service's cases when that is longer
    types=("pdf",),
)
SIGNED_PAGE = declare_purpose(
    "matters.signed_page",
    T("申请人签字页", "Page signed by the applicant"),
    legal_basis=T(
        "《行政许可法》（2019 年修正）第二十九条、第三十一条",
        "Administrative Licensing Law (2019 revision) Art. 29, 31",
    ),
    retention_days=5 * 365,  # at least; a closed case keeps it as long as its answers
    max_mb=20,
    types=("pdf", "jpeg", "png"),
)
MANDATE_PAGE = declare_purpose(
    "matters.mandate_page",
    T("书面授权", "Mandate in writing"),
    legal_basis=T(
        "《行政许可法》（2019 年修正）第二十九条；《民法典》第一百六十五条",
        "Administrative Licensing Law (2019 revision) Art. 29; Civil Code Art. 165",
    ),
    retention_days=5 * 365,  # at least; a closed case keeps it as long as its answers
    max_mb=20,
    types=("pdf", "jpeg", "png"),
)
