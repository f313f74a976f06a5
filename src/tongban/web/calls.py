"""What is wrong with the shape of a call, said to whoever wrote the calling program: which place, and what belongs there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.shapes import bound_broken
from tongban.lib.words import T

_TEXT = T("应当是文字，放在引号里", "a text in quotes belongs here")
_WHOLE = T("应当是整数，例如 12", "a whole number such as 12 belongs here")
_NUMBER = T("应当是数字，例如 12.5", "a number such as 12.5 belongs here")
_YES_NO = T("只能是 true 或 false", "true or false belongs here")
_DAY = T("应当是日历上有的日期，例如 2026-12-31", "a day of the calendar such as 2026-12-31 belongs here")
_MOMENT = T(
    "应当是带时区的时间，例如 2026-12-31T09:00:00+08:00",
    "a time with its zone such as 2026-12-31T09:00:00+08:00 belongs here",
)
_ID = T(
    "应当是编号（UUID），例如 01a20a12-0228-75c0-ab5f-0bfd13c03f53",
    "an id (UUID) such as 01a20a12-0228-75c0-ab5f-0bfd13c03f53 belongs here",
)
_LIST = T("应当是列表 […]", "a list […] belongs here")
_OBJECT = T("应当是对象，写在花括号里", "an object in curly brackets belongs here")
# By the beginning of pydantic's names of errors.
_KINDS = {
    "string_type": _TEXT, "string_unicode": _TEXT, "int_": _WHOLE, "float_": _NUMBER, "decimal_": _NUMBER,
    "finite_number": _NUMBER, "bool_": _YES_NO, "date_": _DAY, "datetime_": _MOMENT, "timezone_aware": _MOMENT,
    "uuid_": _ID, "list_type": _LIST, "tuple_type": _LIST, "set_type": _LIST, "dict_type": _OBJECT,
    "model_type": _OBJECT, "model_attributes_type": _OBJECT, "mapping_type": _OBJECT,
}  # fmt: skip


def misshapen(found: Mapping[str, Any]) -> Refusal:
    """The refusal for one place that does not fit, from what pydantic found."""
    place = place_of(found["loc"])
    if found["type"] == "missing":
        said = T("缺少“{place}”，请补上。", "“{place}” is missing: add it.")
        return Refusal("invalid", said.format(place=place), field=place)
    why = bound_broken(found) or _kind(found["type"]) or _own_words(found)
    said = T("“{place}”不符合要求：{why}。", "“{place}” is not right: {why}.")
    return Refusal("invalid", said.format(place=place, why=why), field=place)


def place_of(loc: tuple[Any, ...]) -> str:
    """Where a caller finds the place: a body's fields without the name our function has for the body."""
    parts = [str(part) for part in loc]
    return ".".join(parts[2:] if parts[:1] == ["body"] else parts[1:]) or "body"


def _kind(name: str) -> T | None:
    return next((said for begin, said in _KINDS.items() if name.startswith(begin)), None)


def _own_words(found: Mapping[str, Any]) -> T:
    own = str(found["msg"]).removeprefix("Value error, ").rstrip(".。")
    return T("{why}", "{why}").format(why=own)
