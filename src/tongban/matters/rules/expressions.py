"""Rules written in CEL: compiled once, evaluated without side effects, on the server only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cel

from tongban.lib.words import T

_TEXT = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
_PATH = re.compile(r"\b([a-z][a-z_]*\.[a-z][a-z0-9_]*)\b(?!\s*\()")
# What an author may call; more is added when a definition needs it.
FUNCTIONS = frozenset({"size", "matches", "startsWith", "endsWith", "contains", "int", "string", "has"})
PARAMETERS = "parameters."
# What CEL raises for answers an expression cannot work with: a division by nothing, a sum past 64 bits, text for a number.
FAILURES = (RuntimeError, TypeError, KeyError, ValueError, ArithmeticError)


class WrongExpression(Exception):
    """An expression that cannot be used; the message says what to change."""

    def __init__(self, message: T) -> None:
        super().__init__(message.en)
        self.message = message


@lru_cache(maxsize=4096)
def _program(expression: str) -> Any:
    return cel.compile(expression)


@lru_cache(maxsize=4096)
def _paths(expression: str) -> frozenset[str]:
    return frozenset(_PATH.findall(_TEXT.sub('""', expression)))


@lru_cache(maxsize=4096)
def elements_in(expression: str) -> frozenset[str]:
    """Names of the data elements an expression reads."""
    return frozenset(path for path in _paths(expression) if not path.startswith(PARAMETERS))


@lru_cache(maxsize=4096)
def parameters_in(expression: str) -> frozenset[str]:
    """Names of the dated parameters an expression reads."""
    return frozenset(path.removeprefix(PARAMETERS) for path in _paths(expression) if path.startswith(PARAMETERS))


def check_expression(expression: str, sample: Mapping[str, Any], gives: type = bool) -> None:
    """Refuse an expression that does not parse, calls what it may not, or does not give ``gives`` for empty answers."""
    try:
        program = _program(expression)
    except ValueError as error:
        raise WrongExpression(
            _unreadable(str(error).removeprefix(f"Failed to parse expression '{expression}': "))
        ) from None
    unknown = sorted(name for name in program.functions() if name[0].isalpha() and name not in FUNCTIONS)
    if unknown:
        raise WrongExpression(
            T("不能使用函数 {name}，可用的有：{known}", "The function {name} is not offered; these are: {known}")
            .format(name=unknown[0], known=", ".join(sorted(FUNCTIONS)))
        )  # fmt: skip
    try:
        result = program.execute(_nested(sample))
    except FAILURES as error:
        raise WrongExpression(
            T("没有回答时表达式不能计算：{why}。", "It cannot be evaluated while nothing is answered: {why}.")
            .format(why=_failure(error))
        ) from None  # fmt: skip
    if type(result) is not gives:
        raise WrongExpression(_GIVES[gives])


def _failure(error: Exception) -> T:
    said = str(error)
    if said.startswith("No such overload"):
        return T("类型对不上，数字、文字、是否不能混着比较或计算；用 int(…) 或 string(…) 转换",
                 "types do not go together: numbers, texts and yes or no are not mixed; convert by int(…) or string(…)")  # fmt: skip
    return T(said, said)


_WHERE = re.compile(r"<input>:\d+:(\d+): Syntax error: (.*)")
_QUOTED = re.compile(r"(?:input|at:?) '(.*?)'(?: expecting|$)")
_MISSING = re.compile(r"missing '(.+?)' at")
_OPERATORS = T("可用的运算符：== != < <= > >= && || ! in + - * / ? :",
               "Operators are == != < <= > >= && || ! in + - * / ? :")  # fmt: skip


def _unreadable(said: str) -> T:
    """What the parser of CEL stumbled over, and where; it goes on for lines about what it would have liked instead."""
    found = _WHERE.search(said)
    place, what = (found[1], found[2].strip()) if found else ("1", said.splitlines()[0])
    quoted, missing = _QUOTED.search(what), _MISSING.search(what)
    if missing:
        text = T("CEL 表达式缺少“{near}”（第 {place} 个字符处），请补上。",
                 "Not a CEL expression: “{near}” is missing at character {place}; add it.")  # fmt: skip
        return text.format(near=missing[1], place=place)
    near = quoted[1].strip() if quoted else what
    if near == "<EOF>":
        return T("CEL 表达式没有写完，请补上后面的部分。", "Not a CEL expression: it ends too early; write the rest.")
    text = T("CEL 表达式在第 {place} 个字符“{near}”处看不懂，请改正或删去。{operators}",
             "Not a CEL expression: character {place}, “{near}”, is not understood; correct or remove it. {operators}")  # fmt: skip
    return text.format(place=place, near=near, operators=_OPERATORS)


_GIVES = {
    bool: T("结果必须是“是”或“否”，请写成比较，例如 a.b > 0", "It must give true or false: write a comparison such as a.b > 0"),
    int: T("结果必须是整数，例如 int(a.b) * 2", "It must give a whole number, such as int(a.b) * 2"),
    str: T("结果必须是文字，例如 a.b == 1 ? \"x\" : \"y\"", "It must give a text, such as a.b == 1 ? \"x\" : \"y\""),
    list: T("结果必须是列表，例如 [\"x\"]", "It must give a list, such as [\"x\"]"),
}  # fmt: skip


def value_of(expression: str, answers: Mapping[str, Any]) -> Any:
    """What an expression gives; one of ``FAILURES`` when these answers do not allow it.

    ``answers`` gives every element and parameter (``parameters.name``) the expression reads, and ``today``.
    """
    return _program(expression).execute(_nested(answers))


def _nested(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as CEL reads them: ``enterprise.name`` is field ``name`` of ``enterprise``."""
    nested: dict[str, Any] = {}
    for path, value in answers.items():
        root, _, leaf = path.partition(".")
        if leaf:
            nested.setdefault(root, {})[leaf] = value
        else:
            nested[root] = value
    return nested
