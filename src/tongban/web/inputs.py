"""Plain inputs of forms: what Django's templates of the same names write, without a template for each option."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]


def _attributes(widget: Widget) -> str:
    written = []
    for name, value in widget["attrs"].items():
        if value is True:
            written.append(f" {conditional_escape(name)}")
        elif value is not False:
            written.append(f' {conditional_escape(name)}="{conditional_escape(value)}"')
    return "".join(written)


def _input(widget: Widget) -> SafeString:
    given = widget["value"]
    value = "" if given is None else f' value="{conditional_escape(given)}"'
    name = conditional_escape(widget["name"])
    return mark_safe(f'<input type="{widget["type"]}" name="{name}"{value}{_attributes(widget)}>')  # noqa: S308 - escaped


def _select(widget: Widget) -> SafeString:
    written = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            written.append(f'<optgroup label="{conditional_escape(group)}">')
        for one in options:
            label, value = conditional_escape(one["label"]), conditional_escape(one["value"])
            written.append(f'<option value="{value}"{_attributes(one)}>{label}</option>')
        if group:
            written.append("</optgroup>")
    return mark_safe("\n".join([*written, "</select>"]))  # noqa: S308 - escaped


def _textarea(widget: Widget) -> SafeString:
    text = conditional_escape(widget["value"] or "")
    name = conditional_escape(widget["name"])
    return mark_safe(f'<textarea name="{name}"{_attributes(widget)}>\n{text}</textarea>')  # noqa: S308 - escaped


PLAIN: dict[str, Callable[[Widget], SafeString]] = {
    **dict.fromkeys(("text.html", "number.html", "date.html", "hidden.html", "email.html", "input.html"), _input),
    "select.html": _select,
    "textarea.html": _textarea,
}
