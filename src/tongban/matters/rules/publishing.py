"""How a new version is published, and what becomes of whoever is in the middle of the old one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from tongban.lib.refusals import Refusal, forbidden
from tongban.lib.words import T

PROPOSED, CONFIRMED, WITHDRAWN = "proposed", "confirmed", "withdrawn"
FINISH, MOVE, ASK = "finish", "move", "ask"
CHOICES: dict[str, T] = {
    FINISH: T(
        "按老版办完；到期仍未提交的草稿转到新版", "Finish on the old version; drafts not handed in by the last day move"
    ),
    MOVE: T("能转的转到新版，转不了的按老版办完", "Move those the new version fits; the others finish on the old one"),
    ASK: T("全部转到新版，缺的一次性请申请人补", "Move all; applicants are asked once for what is missing"),
}
_LONGEST = timedelta(days=365)


def check_choice(choice: str, until: date | None, today: date, *, is_first: bool = False) -> None:
    """A known choice; a last day within a year wherever people are given time: nobody is on a version before the first."""
    if choice not in CHOICES:
        raise Refusal(
            "not_a_choice", T("请选择在办件怎么处理。", "Choose what becomes of open cases."), field="in_flight"
        )
    if choice == MOVE or (is_first and until is None):
        return
    if until is None:
        raise Refusal("deadline_missing", T(
            "请写明在办的最后期限（命令行用 --until 2027-01-31）。",
            "Say the last day for those in flight (on the command line --until 2027-01-31)."), field="until")  # fmt: skip
    if not today < until <= today + _LONGEST:
        raise Refusal("deadline_wrong", T("最后期限应当在明天到一年之内。", "The last day lies between tomorrow and a year from now."), field="until")  # fmt: skip


def check_second_person(proposer: UUID | None, person: UUID | None, *, is_machine: bool) -> None:
    """Whoever confirms is somebody, and somebody else; the machine never confirms."""
    if is_machine or person is None or person == proposer:
        refusal = forbidden(T("发布要由另一位管理员确认，提出的人不能自己确认。",
                              "Another administrator has to confirm: nobody confirms what they proposed."))  # fmt: skip
        refusal.code = "second_person_needed"
        raise refusal
