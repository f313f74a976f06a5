"""Moments and rights matters offers."""

from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

facts_for = Hook(
    "matters.facts_for",
    "A fact the government already holds on an applicant. Arguments: element, subject (kind, id), purpose (T). The first "
    "answer that is not None counts: (value, source as T).",
)
submitted = Hook("matters.submitted", "A case was submitted or submitted again. Arguments: case_id, by.")
decided = Hook(
    "matters.decided",
    "A case was decided; the certificate of a granted one exists already. Arguments: case_id, outcome, by.",
)

PUBLISH = declare("matters.publish_definition", T("发布事项", "Publish services"), roles=("administrator",))
REVIEW = declare("matters.review_case", T("审查办件", "Review cases"), roles=("reviewer", "decider"))
DECIDE = declare("matters.decide_case", T("决定办件", "Decide cases"), roles=("decider",))
VIEW = declare(
    "matters.view_cases", T("查看办件", "See cases"), roles=("reviewer", "decider", "auditor"), clients=False
)
APPLY = declare("matters.apply", T("代本单位申请", "Apply for its own organisation"), clients=True)
