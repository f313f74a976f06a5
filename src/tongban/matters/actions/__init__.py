"""What the office and its applicants do with services and cases; one file per noun."""

from tongban.matters.actions.decisions import decide_case, return_for_correction, revoke_certificate
from tongban.matters.actions.definitions import Published, publish_library
from tongban.matters.actions.drafts import save_answers, start_draft
from tongban.matters.actions.reviews import open_case, review_case
from tongban.matters.actions.submission import apply, submit_case, withdraw_case

__all__ = [
    "Published", "apply", "decide_case", "open_case", "publish_library", "return_for_correction", "review_case", "revoke_certificate",
    "save_answers", "start_draft", "submit_case", "withdraw_case",
]  # fmt: skip
