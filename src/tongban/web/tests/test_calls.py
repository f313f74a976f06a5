"""What is told to programs whose calls do not fit."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, ValidationError

from tongban.web.calls import misshapen


class _Row(BaseModel):
    reference: str = Field(max_length=3)
    day: date = date(2020, 1, 1)
    opinion: Literal["approved", "objected"] = "approved"
    case: UUID | None = None
    many: list[int] = Field(default=[1], min_length=1)


@pytest.mark.parametrize(
    ("given", "field", "zh", "en"),
    [
        ({}, "rows.reference", "缺少“rows.reference”，请补上。", "“rows.reference” is missing: add it."),
        ({"reference": "abcd"}, "rows.reference", "“rows.reference”不符合要求：不能超过 3 个字。",
         "“rows.reference” is not right: at most 3 characters."),
        ({"reference": 1}, "rows.reference", "“rows.reference”不符合要求：应当是文字，放在引号里。",
         "“rows.reference” is not right: a text in quotes belongs here."),
        ({"reference": "a", "day": "2026-02-30"}, "rows.day", "“rows.day”不符合要求：应当是日历上有的日期，例如 2026-12-31。",
         "“rows.day” is not right: a day of the calendar such as 2026-12-31 belongs here."),
        ({"reference": "a", "opinion": "x"}, "rows.opinion", "“rows.opinion”不符合要求：只能写 approved、objected 之一。",
         "“rows.opinion” is not right: one of approved, objected belongs here."),
        ({"reference": "a", "many": []}, "rows.many", "“rows.many”不符合要求：不能少于 1 项。",
         "“rows.many” is not right: at least 1 of them."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_in_both_languages(given: dict[str, Any], field: str, zh: str, en: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Row.model_validate(given)
    [found] = caught.value.errors()
    said = misshapen({**found, "loc": ("body", "wanted", "rows", *found["loc"])})
    assert (said.code, said.field, said.message.zh, said.message.en) == ("invalid", field, zh, en)


def test_a_place_outside_the_body_keeps_its_name() -> None:
    assert misshapen({"type": "missing", "loc": ("query", "offset"), "msg": ""}).field == "offset"
    assert misshapen({"type": "missing", "loc": ("body", "wanted"), "msg": ""}).field == "body"
    other = misshapen({"type": "value_error", "loc": ("path", "kind"), "msg": "Value error, odd"})
    assert other.message.en == "“kind” is not right: odd."
