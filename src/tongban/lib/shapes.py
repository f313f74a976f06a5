"""What pydantic finds wrong with a value, said to people: the bounds and choices that read alike everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tongban.lib.words import T

_CHOICE = T("只能写 {expected} 之一", "one of {expected} belongs here")
# By pydantic's names of errors; what stands in braces comes with the error.
_BOUNDS: dict[str, T] = {
    "literal_error": _CHOICE, "enum": _CHOICE,
    "string_too_short": T("不能少于 {min_length} 个字", "at least {min_length} characters"),
    "string_too_long": T("不能超过 {max_length} 个字", "at most {max_length} characters"),
    "string_pattern_mismatch": T("写法不符合规定的样式 {pattern}", "it has to look like {pattern}"),
    "too_short": T("不能少于 {min_length} 项", "at least {min_length} of them"),
    "too_long": T("不能超过 {max_length} 项", "at most {max_length} of them"),
    "greater_than": T("必须大于 {gt}", "it must be more than {gt}"),
    "greater_than_equal": T("不能小于 {ge}", "it must not be less than {ge}"),
    "less_than": T("必须小于 {lt}", "it must be less than {lt}"),
    "less_than_equal": T("不能大于 {le}", "it must not be more than {le}"),
}  # fmt: skip


def bound_broken(found: Mapping[str, Any]) -> T | None:
    """Which bound or choice a value breaks; None where the error is of another kind."""
    said = _BOUNDS.get(found["type"])
    if said is None:
        return None
    given = dict(found.get("ctx", {}))
    if "expected" in given:  # pydantic lists them in English: 'a', 'b' or 'c'
        named = re.findall(r"'([^']*)'", str(given["expected"])) or [str(given["expected"])]
        given["expected"] = T("、".join(named), ", ".join(named))
    return said.format(**given)
