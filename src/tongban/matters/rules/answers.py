"""Answers to a form: read by the type of their element, shown or hidden, required, and checked against one another."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from tongban.lib.identifiers import check_uscc
from tongban.lib.names import tidy_name
from tongban.lib.phones import check_phone
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.rules.expressions import FAILURES, PARAMETERS, elements_in, parameters_in, value_of
from tongban.matters.rules.shape import Content, Element, FormField, Screen

_LARGEST_INTEGER = 2**53 - 1  # the largest every JSON reader keeps exactly
_EMPTY: dict[str, Any] = {"integer": 0, "yes_no": False, "promise": False, "choices": [], "file": []}
# What may be computed, and what its rule gives.
CALCULATED: dict[str, type] = {
    "integer": int, "text": str, "long_text": str, "date": str, "choice": str, "choices": list, "yes_no": bool,
}  # fmt: skip
# Unprintable ones, and those that turn the direction of what follows: a certificate would read otherwise than it is.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(slots=True)
class Checked:
    """A form's answers after checking: what may be kept, what is hidden (and dropped), and every refusal."""

    values: dict[str, Any] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    refusals: list[Refusal] = field(default_factory=list)


def empty_of(element: Element) -> Any:
    """What rules read for a question without an answer."""
    return _EMPTY.get(element.type, "")


def is_empty(value: Any) -> bool:
    """Whether nothing was answered; 0 and “no” are answers."""
    return value is None or value in ("", [])


def clean(name: str, element: Element, raw: Any) -> Any:
    """An answer in its stored form, None for no answer; Refusal naming the field for what cannot be read."""
    if isinstance(raw, str):
        raw = raw.strip()
    if is_empty(raw):
        return None
    value = _READERS[element.type](name, element, raw)
    return None if is_empty(value) else value


def _refused(name: str, element: Element, code: str, zh: str, en: str, **parts: Any) -> Refusal:
    message = T("“{label}”" + zh, "{label}: " + en).format(label=element.label, **parts)
    return Refusal(code, message, field=name)


def _text(name: str, element: Element, raw: Any) -> str:
    if not isinstance(raw, str):
        raise _refused(name, element, "not_text", "应当是文字。", "write text.")
    text = raw.replace("\r\n", "\n")
    if element.type == "text":
        text = " ".join(text.split())
    if _CONTROL.search(text):
        raise _refused(name, element, "not_text", "含有不能保存的字符，请删去。", "remove the unprintable characters.")
    if len(text) > element.longest:
        raise _refused(name, element, "too_long", "最多 {most} 个字，现在是 {now} 个。",
                       "at most {most} characters, this has {now}.", most=element.longest, now=len(text))  # fmt: skip
    return text


def _person_name(name: str, element: Element, raw: Any) -> str:
    return tidy_name(_text(name, element, raw))


def _integer(name: str, element: Element, raw: Any) -> int:
    text = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
    if not isinstance(text, str) or not re.fullmatch(r"[+-]?\d{1,16}", text) or abs(int(text)) > _LARGEST_INTEGER:
        raise _refused(name, element, "not_a_number", "请填写整数，例如 12。", "write a whole number such as 12.")
    number = int(text)
    if element.least is not None and number < element.least:
        raise _refused(name, element, "too_small", "不能少于 {least}。", "at least {least}.", least=element.least)
    if element.most is not None and number > element.most:
        raise _refused(name, element, "too_large", "不能多于 {most}。", "at most {most}.", most=element.most)
    return number


def _date(name: str, element: Element, raw: Any) -> str:
    if type(raw) is date:  # as YAML reads it
        return raw.isoformat()
    try:
        return date.fromisoformat(raw).isoformat()
    except (TypeError, ValueError):
        raise _refused(name, element, "not_a_date", "不是日期，请按 2020-02-17 的样子填写。",
                       "not a date: write it as 2020-02-17.") from None  # fmt: skip


def _choice(name: str, element: Element, raw: Any) -> str:
    if raw not in [option.value for option in element.options]:
        raise _refused(name, element, "not_a_choice", "请从列出的选项中选择。", "choose one of the options.")
    return str(raw)


def _choices(name: str, element: Element, raw: Any) -> list[str]:
    if not isinstance(raw, list):
        raise _refused(name, element, "not_a_choice", "请从列出的选项中选择。", "choose from the options.")
    chosen = {_choice(name, element, one) for one in raw}
    return [option.value for option in element.options if option.value in chosen]


def _yes_no(name: str, element: Element, raw: Any) -> bool:
    if raw in (True, "yes"):
        return True
    if (raw in (False, "no") and not isinstance(raw, int | float)) or raw is False:
        return False
    raise _refused(name, element, "not_a_choice", "请选择“是”或“否”。", "choose yes or no.")


def _promise(name: str, element: Element, raw: Any) -> Any:
    if raw in (True, "on", "yes"):
        return True
    if raw in (False, "no", "off"):
        return None
    raise _refused(name, element, "not_a_choice", "请勾选。", "tick the box.")


def _files(name: str, element: Element, raw: Any) -> list[str]:
    """Ids of documents sent before; who may use them, and what they are, is for the action to find out."""
    sent = [raw] if isinstance(raw, str) else raw
    try:
        found = [str(UUID(one)) for one in sent]
    except (TypeError, ValueError, AttributeError):
        raise _refused(name, element, "not_a_document", "应当是已上传文件的编号。请先上传文件。",
                       "give the ids of documents: send the files first.") from None  # fmt: skip
    if len(set(found)) < len(found):
        raise _given_twice(name, element)
    if len(found) > element.most_files:
        raise _refused(name, element, "too_many_files", "最多 {most} 个文件，现在是 {now} 个。",
                       "at most {most} files, these are {now}.", most=element.most_files, now=len(found))  # fmt: skip
    return found


def _given_twice(name: str, element: Element) -> Refusal:
    return _refused(name, element, "document_given_twice", "同一个文件交了两次，请删去一份，或换成应交的文件。",
                    "the same file is there twice: remove one, or send the right one.")  # fmt: skip


def _checked_by(check: Callable[..., str]) -> Callable[[str, Element, Any], str]:
    def read(name: str, element: Element, raw: Any) -> str:
        return check(_text(name, element, raw), field=name)

    return read


_READERS: dict[str, Callable[[str, Element, Any], Any]] = {
    "text": _text, "long_text": _text, "person_name": _person_name, "integer": _integer, "date": _date,
    "choice": _choice, "choices": _choices, "yes_no": _yes_no, "promise": _promise, "file": _files,
    "phone": _checked_by(check_phone), "uscc": _checked_by(check_uscc),
}  # fmt: skip


def hidden_elements(content: Content, values: Mapping[str, Any], today: date) -> set[str]:
    """Elements not asked, given these answers."""
    return settle(content, values, today).hidden


def settle(content: Content, values: Mapping[str, Any], today: date) -> Checked:
    """Drop the answers to hidden questions and compute what is calculated, whatever was sent for it; one pass in order.

    A value is computed once everything needed for it has been answered; then what cannot be computed is refused.
    """
    computed = calculated(content, values)
    found = Checked(values={name: value for name, value in values.items() if name not in computed})
    for asked in content.settling_order:
        if asked.visible and not holds(content, asked.visible, found.values, today, unclear=True):
            found.hidden.add(asked.element)
            found.values.pop(asked.element, None)
        elif asked.calculate:
            _calculate(content, asked, found, today)
    return found


def calculated(content: Content, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of some answers those that were computed, None where nothing could be."""
    return {asked.element: values.get(asked.element) for asked in content.fields() if asked.calculate}


def _calculate(content: Content, asked: FormField, found: Checked, today: date) -> None:
    assert asked.calculate is not None
    for one in content.fields():
        waits = one.element in elements_in(asked.calculate) and one.element not in found.hidden
        if waits and one.element not in found.values and is_required(content, one, found.values, today):
            return
    element = content.elements[asked.element]
    try:
        result = value_of(asked.calculate, _context(content, asked.calculate, found.values, today))
        value = clean(asked.element, element, result)
    except FAILURES:
        found.refusals.append(_refused(asked.element, element, "cannot_calculate", "按现在的回答算不出来，请检查前面的数字。",
                                       "cannot be computed from these answers: check the numbers."))  # fmt: skip
    except Refusal as refusal:
        found.refusals.append(refusal)
    else:
        if value is not None:
            found.values[asked.element] = value


def check_answers(
    content: Content, raw: Mapping[str, Any], *, today: date, only: Collection[str] | None = None, complete: bool = True
) -> Checked:
    """Check answers as typed or stored. ``only`` names the screens looked at; ``complete`` demands required ones."""
    found = Checked()
    known = {asked.element for asked in content.fields()}
    for name in sorted(set(raw) - known):
        text = T("这张表里没有“{name}”这一项。", "This form has no question “{name}”.")
        found.refusals.append(Refusal("unknown_element", text.format(name=name[:60]), field=name[:60]))
    screens = [screen for screen in content.form.screens if only is None or screen.code in only]
    looked_at = {asked.element for screen in screens for asked in screen.fields}
    for name in known & set(raw):
        try:
            value = clean(name, content.elements[name], raw[name])
        except Refusal as refusal:
            if name in looked_at:
                found.refusals.append(refusal)
            continue
        if value is not None:
            found.values[name] = value
    settled = settle(content, found.values, today)
    found.values, found.hidden = settled.values, settled.hidden
    dropped = found.hidden | calculated(content, found.values).keys()
    found.refusals = [r for r in found.refusals if r.field not in dropped]
    found.refusals += [one for one in settled.refusals if complete and one.field in looked_at]
    found.refusals += [one for one in _shared_files(content, found.values) if one.field in looked_at]
    for screen in screens:
        _check_screen(content, screen, found, today, complete)
    order = {name: place for place, name in enumerate(asked.element for asked in content.fields())}
    found.refusals.sort(key=lambda refusal: order.get(refusal.field, -1))
    return found


def _shared_files(content: Content, values: Mapping[str, Any]) -> list[Refusal]:
    """One file cannot stand for two materials."""
    seen: set[str] = set()
    found = []
    for asked in content.fields():
        element = content.elements[asked.element]
        ids = set(values.get(asked.element, [])) if element.type == "file" else set()
        if ids & seen:
            found.append(_given_twice(asked.element, element))
        seen |= ids
    return found


def _check_screen(content: Content, screen: Screen, found: Checked, today: date, complete: bool) -> None:
    wrong = {refusal.field for refusal in found.refusals}
    if complete:
        for asked in screen.fields:
            name = asked.element
            missing = name not in found.values and name not in found.hidden and name not in wrong
            if missing and not asked.calculate and is_required(content, asked, found.values, today):
                found.refusals.append(_missing(name, content.elements[name], asked))
    for rule in screen.rules:
        if elements_in(rule.rule) <= set(found.values) and not holds(content, rule.rule, found.values, today):
            found.refusals.append(Refusal(rule.code, rule.message, field=rule.field))


def is_required(content: Content, asked: FormField, values: Mapping[str, Any], today: date) -> bool:
    """Whether a question must be answered, given the other answers."""
    if isinstance(asked.required, bool):
        return asked.required
    return holds(content, asked.required, values, today, unclear=True)


def _missing(name: str, element: Element, asked: FormField) -> Refusal:
    label = asked.label or element.label
    if element.type == "promise":
        text = T("请阅读并勾选“{label}”。", "Read and tick: {label}")
    elif element.type in ("choice", "choices", "yes_no"):
        text = T("请选择“{label}”。", "Choose: {label}")
    elif element.type == "file":
        text = T("请上传“{label}”。", "Send: {label}")
    else:
        text = T("请填写“{label}”。", "Fill in: {label}")
    return Refusal("required", text.format(label=label), field=name)


def holds(
    content: Content, expression: str, values: Mapping[str, Any], today: date, *, unclear: bool = False
) -> bool:  # fmt: skip
    """Whether a rule of the definition is true for these answers; a question without an answer reads as empty.

    ``unclear`` is what counts when these answers do not allow the rule to be evaluated (a division by nothing …).
    """
    try:
        return bool(value_of(expression, _context(content, expression, values, today)))
    except FAILURES:
        return unclear


def _context(content: Content, expression: str, values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Everything an expression reads: answers, parameters in force, and today."""
    known: dict[str, Any] = {
        name: values.get(name, empty_of(content.elements[name])) for name in elements_in(expression)
    }
    for name in parameters_in(expression):
        known[PARAMETERS + name] = content.parameters[name].on(content.as_of or today)
    return known | {"today": today.isoformat()}


def number_of(content: Content, rule: int | str, values: Mapping[str, Any], today: date) -> int:
    """A whole number of the definition, or what its rule gives for these answers; Refusal when that cannot be said."""
    if isinstance(rule, int):
        return rule
    try:
        found = value_of(rule, _context(content, rule, values, today))
    except FAILURES:
        found = None
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise Refusal("cannot_calculate", T("按现在的回答算不出金额，请联系受理窗口。",
                                            "The amount cannot be computed from these answers: ask the office."))  # fmt: skip
    return found
