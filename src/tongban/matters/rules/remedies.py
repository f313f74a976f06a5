"""What a parser found wrong with a definition, as the person who writes it needs to hear it: what, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongban.lib.shapes import bound_broken
from tongban.lib.words import T

# What libyaml finds, by its own words. The rest is told with its words beside the common remedy.
_YAML = {
    "mapping values are not allowed in this context": T(
        "这一行有两个冒号，或上一行缩进不对。文字里有冒号的，给整段加引号。",
        "Two colons in a line, or the line above is indented wrongly. Put a text that holds a colon in quotes."),
    "found character that cannot start any token": T(
        "这里不能用制表符（Tab）缩进，文字也不能以 @ 或 ` 开头。缩进改用空格；以符号开头的文字加引号。",
        "A tab as indentation, or a text that begins with @ or `. Indent by spaces; put such a text in quotes."),
    "found unexpected end of stream": T("引号没有成对，补上后面的引号。", "A quote is not closed: close it."),
    "did not find expected node content": T(
        "这里缺少内容，或括号没有成对。", "Something is missing here, or a bracket is not closed."),
    "did not find expected key": T(
        "这一行的缩进和上面各行对不齐。同一层的各行要对齐。", "This line does not stand under those of its level: align them."),
    "did not find expected '-' indicator": T(
        "列表里夹着不是列表项的一行。列表的每一项都以“- ”开头。", "A line of a list that is no item: each begins with “- ”."),
    "did not find expected ',' or ']'": T("方括号没有成对，补上 ]。", "A square bracket is not closed: close it."),
    "did not find expected ',' or '}'": T(
        "花括号没有成对，或文字里的 {…} 没有加引号。补上 }，或给整段文字加引号。",
        "A curly bracket is not closed, or a text that holds {…} is not quoted: close it, or put the text in quotes."),
    "could not find expected ':'": T(
        "这一行缺少冒号；是上一行文字的续行的，缩进到它下面。",
        "A colon is missing; a line that goes on with the text above is indented under it."),
    "but found another document": T("一个文件只能有一份内容，删去“---”这一行。", "One file holds one document: remove the line “---”."),
    "found unknown escape character": T(
        "双引号里的反斜杠要写成 \\\\，或改用单引号。", "Write \\\\ for a backslash in double quotes, or use single quotes."),
}  # fmt: skip
_YAML_ELSE = T(
    "YAML 写法有误（{why}）。检查缩进、冒号后的空格和引号。",
    "Not YAML ({why}). Check indentation, the space after a colon, quotes.",
)

_MAPPING = T("应当是“名称: 值”的形式", "names with values belong here, “name: value”")
_LIST = T("应当是列表，每项一行、以“- ”开头", "a list belongs here, an item a line, each beginning with “- ”")
_TEXT = T(
    "应当是文字；数字或日期当文字用时加引号",
    "a text belongs here; put a number or date that is meant as text in quotes",
)
_WHOLE = T("应当是整数，不加引号和单位", "a whole number belongs here, without quotes or unit")
_NUMBER = T("应当是数字，不加引号和单位", "a number belongs here, without quotes or unit")
_YES_NO = T("只能写 true 或 false", "true or false belongs here")
_DAY = T("应当是日期，写成 2026-12-31 的样子", "a date belongs here, written as 2026-12-31")
# What pydantic finds of kinds, by its names of errors; bounds and choices: lib/shapes.py.
_SHAPES = {
    "model_type": _MAPPING, "dict_type": _MAPPING, "mapping_type": _MAPPING, "model_attributes_type": _MAPPING,
    "list_type": _LIST, "tuple_type": _LIST, "set_type": _LIST, "frozen_set_type": _LIST,
    "string_type": _TEXT,
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_from_float": _WHOLE, "int_parsing_size": _WHOLE,
    "float_type": _NUMBER, "float_parsing": _NUMBER, "decimal_type": _NUMBER, "decimal_parsing": _NUMBER,
    "bool_type": _YES_NO, "bool_parsing": _YES_NO,
    "date_type": _DAY, "date_parsing": _DAY, "date_from_datetime_parsing": _DAY, "date_from_datetime_inexact": _DAY,
}  # fmt: skip


NO_FILE = T(
    "缺少这个文件，请补上；写法可参照随附的事项。", "This file is missing: add it; the shipped services show how."
)


class Unfit(ValueError):
    """A value that cannot be used; the message says why in both languages."""

    def __init__(self, message: T) -> None:
        super().__init__(message.en)
        self.message = message


def yaml_remedy(problem: str) -> T:
    """What to do about something that is not YAML."""
    return _YAML.get(problem) or _YAML_ELSE.format(why=problem)


def value_remedy(value: str, tag: str) -> T:
    """What to do about a value that cannot be: 30 February, a number of five thousand digits."""
    if tag.endswith(":timestamp"):
        return T("没有 {value} 这一天，请改正日期。", "There is no day {value}: correct the date.").format(value=value)
    shown = value if len(value) <= 40 else f"{value[:40]}…"
    return T("“{value}”不是能用的值，请改正。", "“{value}” cannot be used as a value: correct it.").format(value=shown)


def shape_remedy(found: Mapping[str, Any]) -> T:
    """Why a value does not fit its place, from what pydantic found; its own words where nothing better is known."""
    given = found.get("ctx", {})
    if isinstance(given.get("error"), Unfit):
        message: T = given["error"].message
        return message
    said = _SHAPES.get(found["type"]) or bound_broken(found)
    if said is None:
        own = str(found["msg"]).removeprefix("Value error, ")
        return T("{why}", "{why}").format(why=own)
    return said
