"""Answers and certificates in words, for people and for paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongban.lib.phones import show_phone
from tongban.lib.words import T
from tongban.matters.rules.shape import CertificateShape, Content, Element

YES, NO = T("是", "Yes"), T("否", "No")


def in_words(element: Element, value: Any) -> T | str:
    """An answer as people read it."""
    if value is None or value == "":
        return ""
    if element.type in ("yes_no", "promise"):
        return YES if value else NO
    if element.type in ("choice", "choices"):
        labels = {option.value: option.label for option in element.options}
        chosen = [labels[one] for one in ([value] if isinstance(value, str) else value) if one in labels]
        return T("、".join(label.zh for label in chosen), ", ".join(label.en for label in chosen))
    if element.type == "file":
        return T("{n} 个文件", "{n} file(s)").format(n=len(value))
    if element.type == "integer" and element.unit:
        return T(f"{value:,} {element.unit.zh}", f"{value:,} {element.unit.en}")
    return show_phone(str(value)) if element.type == "phone" else str(value)


def certificate_content(
    content: Content, values: Mapping[str, Any], *, holder: T, number: str, office: T
) -> dict[str, Any]:
    """Everything printed on a certificate, in both languages, as it stands the day it is issued."""
    shape: CertificateShape = content.certificate
    service = content.definition.name
    statement = shape.statement.format(holder=holder, service=service, number=number, office=office)
    lines = []
    for line in shape.lines:
        said = in_words(content.elements[line.element], values.get(line.element))
        text = said.as_json() if isinstance(said, T) else {"zh": said, "en": said}
        if text["zh"]:
            lines.append({"label": line.label.as_json(), "value": text})
    return {
        "title": shape.title.as_json(), "service": service.as_json(), "holder": holder.zh, "number": number,
        "statement": statement.as_json(), "lines": lines, "conditions": [one.as_json() for one in shape.conditions],
        "office": office.as_json(), "seal": content.definition.decision.seal.as_json(),
        "remedy": content.definition.guide.remedy.as_json(),
    }  # fmt: skip
