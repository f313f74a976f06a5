"""Promises: what may be handed in later (容缺受理), what counts on somebody's word (告知承诺), and who may not promise."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.rules.answers import hidden_elements
from tongban.matters.rules.parts import PromiseShape
from tongban.matters.rules.shape import Content
from tongban.matters.rules.sources import Fault, Source

MATERIAL, CONDITION = "material", "condition"
OPEN, KEPT, BROKEN, VOID = "open", "kept", "broken", "void"
STATES: dict[str, T] = {
    OPEN: T("待兑现", "To be kept"),
    KEPT: T("已兑现", "Kept"),
    BROKEN: T("未兑现", "Broken"),
    VOID: T("不再需要", "No longer needed"),
}
KINDS: dict[str, T] = {
    MATERIAL: T("容缺后补", "To be handed in later"),
    CONDITION: T("告知承诺", "Taken on somebody's word"),
}


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise as it is made: what is owed, the words shown, and the definition's line behind it."""

    element: str
    title: T
    text: T
    shape: PromiseShape

    @property
    def sha256(self) -> str:
        """Of the words, in both languages."""
        return hashlib.sha256(f"{self.text.zh}\n{self.text.en}".encode()).hexdigest()


def owed_materials(content: Content, values: Mapping[str, Any], today: date) -> list[tuple[str, T]]:
    """Materials that may follow later, are asked of this applicant, and were not handed in."""
    hidden = hidden_elements(content, values, today)
    return [
        (one.element, one.name)
        for one in content.definition.guide.materials
        if one.need == "later" and one.element and one.element not in hidden and not values.get(one.element)
    ]


def promises_in(content: Content, values: Mapping[str, Any], today: date) -> list[Promised]:
    """What these answers promise; refused when something is owed that nobody promised."""
    owed, found = owed_materials(content, values, today), []
    for shape in content.definition.promises:
        if not values.get(shape.promise):
            continue
        if shape.kind == CONDITION:
            found.append(Promised(shape.promise, shape.title, _words(content, shape), shape))
        else:
            names = T("、".join(name.zh for _, name in owed), ", ".join(name.en for _, name in owed))
            found += [Promised(element, name, _words(content, shape, names), shape) for element, name in owed]
    if owed and not any(one.shape.kind == MATERIAL for one in found):
        raise _unpromised(content, owed[0][1])
    return found


def promise_shape(content: Content, kind: str, element: str) -> PromiseShape | None:
    """The definition's line behind a promise that was made; None when the version has it no more."""
    fitting = (one for one in content.definition.promises if one.kind == kind)
    return next((one for one in fitting if kind == MATERIAL or one.promise == element), None)


def check_not_barred(reasons: list[T | None], field: str) -> None:
    """Refuse a promise of somebody whose word does not count now; the first reason is told."""
    reason = next((one for one in reasons if one is not None), None)
    if reason is not None:
        text = T(
            "现在不能以承诺办理：{reason}请交齐材料后提交。",
            "No promise can be taken now: {reason} Hand everything in.",
        )
        raise Refusal("promise_barred", text.format(reason=reason), field=field, status=409)


def _words(content: Content, shape: PromiseShape, owed: T | None = None) -> T:
    """The words as the form shows them: the question, its explanation, and the materials it stands for."""
    asked = next(one for one in content.fields() if one.element == shape.promise)
    element = content.elements[shape.promise]
    parts = [asked.label or element.label, asked.hint or element.hint, owed]
    said = [part for part in parts if part is not None]
    return T("\n".join(part.zh for part in said), "\n".join(part.en for part in said))


def _unpromised(content: Content, name: T) -> Refusal:
    shape = next((one for one in content.definition.promises if one.kind == MATERIAL), None)
    text = T(
        "“{name}”没有交，请上传，或者勾选容缺承诺。",
        "“{name}” is missing: send it, or tick the promise to hand it in later.",
    )
    return Refusal("promise_needed", text.format(name=name), field=shape.promise if shape else "")


# How days stand in a promise's words: what people read, and what is counted, must be the same.
_DAYS_IN_WORDS = (re.compile(r"([0-9]+|[一二三四五六七八九十]+)\s*个?工作日"), re.compile(r"([0-9]+) working days?"))
_YEARS_IN_WORDS = (re.compile(r"([0-9]+|[一二两三四五])年内不"), re.compile(r"for (a|[0-9]+) years?"))
_NUMBERS = {"a": 1, "两": 2} | {one: number for number, one in enumerate("一二三四五六七八九十", 1)}
_DAYS_OF_A_YEAR = (365, 366)


def number_said(said: str) -> int:
    """3, 三, 十五 or 二十 as a number."""
    if said.isascii() and said.isdigit():
        return int(said)
    if len(said) > 1 and "十" in said:
        tens, _, ones = said.partition("十")
        return (_NUMBERS[tens] if tens else 1) * 10 + (_NUMBERS[ones] if ones else 0)
    return _NUMBERS[said]


def _number_faults(content: Content, shape: PromiseShape, source: Source, number: int) -> Iterator[Fault]:
    """The days that stand in a promise's words are those that are counted."""
    words = _words(content, shape)
    for text, days, years in zip((words.zh, words.en), _DAYS_IN_WORDS, _YEARS_IN_WORDS, strict=True):
        wrong = [one for one in days.findall(text) if number_said(one) != shape.working_days]
        if wrong:
            said = T("承诺的文字写的是“{said}”个工作日，这里是 {days}；请改成一致。",
                     "The promise's words say {said} working days, this says {days}: make them agree.")  # fmt: skip
            yield source.fault(
                ("promises", number, "working_days"), said.format(said=wrong[0], days=shape.working_days)
            )
        least, most = _DAYS_OF_A_YEAR
        longer = [one for one in years.findall(text) if not least <= shape.barred_days / number_said(one) <= most]
        if longer:
            said = T("承诺的文字写的是“{said}”年内不再适用，这里是 {days} 天；请改成一致。",
                     "The promise's words bar for {said} year(s), this for {days} days: make them agree.")  # fmt: skip
            yield source.fault(("promises", number, "barred_days"), said.format(said=longer[0], days=shape.barred_days))


def promise_faults(content: Content, source: Source) -> Iterator[Fault]:
    """Each promise is a question of the form to be ticked; what may follow later has one."""
    asked, kinds = {one.element for one in content.fields()}, set()
    for number, shape in enumerate(content.definition.promises):
        element = content.elements.get(shape.promise)
        if shape.promise not in asked or element is None or element.type != "promise":
            text = T("表单里没有“{name}”这个承诺项。", "The form has no promise “{name}” to tick.")
            yield source.fault(("promises", number, "promise"), text.format(name=shape.promise))
        if shape.kind == MATERIAL and MATERIAL in kinds:
            text = T("容缺承诺只能有一条。", "There can be one promise for materials.")
            yield source.fault(("promises", number, "kind"), text)
        kinds.add(shape.kind)
        if element is not None and shape.promise in asked:
            yield from _number_faults(content, shape, source, number)
    may_follow = [one for one in content.definition.guide.materials if one.need == "later"]
    if may_follow and MATERIAL not in kinds:
        text = T(
            "有材料写“容缺后补”，请在 promises 里写明怎样承诺。",
            "A material may follow later: say in promises how it is promised.",
        )
        yield source.fault(("guide", "materials"), text)
