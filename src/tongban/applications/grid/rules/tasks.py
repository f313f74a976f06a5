"""What a task says and until when."""

from __future__ import annotations

from datetime import date

from tongban.lib.refusals import Refusal
from tongban.lib.words import T


def check_task(title: str, due_on: date, today: date) -> str:
    """A task's title as it is kept; refused without one, and with a day that has passed."""
    text = " ".join(title.split())
    if not 4 <= len(text) <= 120:
        raise Refusal("title_missing", T("请写明要做什么，4 到 120 字。", "Say what is to be done, 4 to 120 characters."),
                      field="title")  # fmt: skip
    if due_on < today:
        raise Refusal("date_past", T("完成期限不能早于今天。", "The last day cannot have passed."), field="due_on")
    return text
