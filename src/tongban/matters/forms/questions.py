"""Forms made from definitions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.foundation.documents.hooks import MATERIAL
from tongban.lib.phones import show_phone
from tongban.lib.words import T
from tongban.matters.rules.calculations import read_by
from tongban.matters.rules.materials import types_taken
from tongban.matters.rules.printing import in_words
from tongban.matters.rules.shape import Content, Element, FormField, Screen
from tongban.web.file_inputs import DocumentInput, DocumentsInput
from tongban.web.forms import HouseForm, words

_YES_NO = [("yes", T("是", "Yes")), ("no", T("否", "No"))]


class _Shown(forms.Field):
    """A question as shown: the answer is checked by the action, which alone knows the rules."""

    def clean(self, value: Any) -> Any:
        return value


def _file_widget(element: Element, attrs: dict[str, Any] | None = None) -> DocumentInput | DocumentsInput:
    one = DocumentInput(MATERIAL, attrs, types=types_taken(element), max_mb=element.max_mb)
    return DocumentsInput(one, most=element.most_files) if element.most_files > 1 else one


def _widget(element: Element, attrs: dict[str, Any]) -> forms.Widget:
    options = [(option.value, option.label) for option in element.options]
    if element.type in ("choice", "choices"):
        many = element.type == "choices"
        return (forms.CheckboxSelectMultiple if many else forms.RadioSelect)(attrs=attrs, choices=options)
    if element.type == "yes_no":
        return forms.RadioSelect(attrs=attrs | {"class": "tb-choices-inline"}, choices=_YES_NO)
    if element.type == "promise":
        return forms.CheckboxInput(attrs=attrs)
    if element.type == "long_text":
        return forms.Textarea(attrs=attrs | {"rows": 5})
    if element.type == "date":
        return forms.DateInput(attrs=attrs | {"type": "date"}, format="%Y-%m-%d")
    return forms.TextInput(attrs=attrs | _HINTS_FOR_KEYBOARDS.get(element.type, {}))


_HINTS_FOR_KEYBOARDS: dict[str, dict[str, str]] = {
    "integer": {"inputmode": "numeric", "class": "tb-w-short", "autocomplete": "off"},
    "phone": {"type": "tel", "class": "tb-w-medium", "autocomplete": "tel"},
    "uscc": {"class": "tb-w-medium", "autocapitalize": "characters", "spellcheck": "false"},
    "person_name": {"class": "tb-w-medium"},
}


class _Calculated(_Shown):
    """A value computed here: shown, never read from what a browser sends."""

    is_told = True  # so that nobody is invited to leave it out

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was computed, whatever was sent."""
        del data
        return initial


def _field(element: Element, asked: FormField, attrs: dict[str, Any]) -> forms.Field:
    label: Any = asked.label or element.label
    if asked.calculate:
        box = forms.TextInput(attrs={"readonly": True, "class": "tb-w-medium", "tabindex": "0"})
        told = asked.hint or element.hint
        hint: Any = T(f"{told.zh} {_COMPUTED.zh}", f"{told.en} {_COMPUTED.en}") if told else _COMPUTED
        return _Calculated(
            label=label, help_text=hint, required=False, widget=box
        )  # fmt: skip
    widget = _file_widget(element) if element.type == "file" else _widget(element, attrs)
    if element.type == "integer" and element.unit:
        label = T(f"{label.zh}（{element.unit.zh}）", f"{label.en} ({element.unit.en})")
    hint = asked.hint or element.hint or ""
    needed = asked.required is not False
    return _Shown(label=label, help_text=hint, required=needed, widget=widget)


_COMPUTED: Any = T("按您的回答自动算出，不用填写。", "Computed from your answers; nothing to fill in.")


def shown_value(element: Element, value: Any) -> Any:
    """A stored answer as its input shows it."""
    if element.type == "yes_no" and value is not None:
        return "yes" if value else "no"
    if element.type == "phone" and value:
        return show_phone(value)
    if element.type == "file" and value:
        return [UUID(one) for one in value] if element.most_files > 1 else UUID(value[0])
    return value


def screen_form(
    content: Content, screen: Screen, *, values: Mapping[str, Any], hidden: Collection[str], preview_url: str = "",
    data: QueryDict | None = None,
) -> HouseForm:  # fmt: skip
    """The form of one screen: its questions that are not hidden, with stored answers or those just sent."""
    deciding = {name for asked in screen.fields for name in read_by(asked)}
    live = {"hx-post": preview_url, "hx-trigger": "change"}
    form = HouseForm(data)
    form.auto_id = "q_%s"
    for asked in screen.fields:
        if asked.element in hidden:
            continue
        element = content.elements[asked.element]
        attrs: dict[str, Any] = dict(live) if preview_url and asked.element in deciding else {}
        form.fields[asked.element] = _field(element, asked, attrs)
        value = values.get(asked.element)
        form.initial[asked.element] = in_words(element, value) if asked.calculate else shown_value(element, value)
    return form


def raw_answers(content: Content, screen: Screen, data: QueryDict) -> dict[str, Any]:
    """What a browser sent for one screen, by element; an unticked box is an answer, too."""
    raw: dict[str, Any] = {}
    for asked in screen.fields:
        element = content.elements[asked.element]
        if asked.calculate:
            continue
        if element.type == "file":
            found = _file_widget(element).value_from_datadict(data, MultiValueDict(), asked.element)
            chosen = found if isinstance(found, list) else [found]
            raw[asked.element] = [str(one.document_id) for one in chosen if one.document_id]
        else:
            many = element.type == "choices"
            raw[asked.element] = data.getlist(asked.element) if many else data.get(asked.element, "")
    return raw


def files_sent(content: Content, screen: Screen, files: MultiValueDict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Files a browser without scripts sent with the form: the element, the name of the input, the file."""
    for asked in screen.fields:
        element = content.elements[asked.element]
        if element.type != "file":
            continue
        widget = _file_widget(element)
        slots = widget.slots(asked.element) if isinstance(widget, DocumentsInput) else [asked.element]
        yield from ((asked.element, slot, files[slot]) for slot in slots if slot in files)


def name_document(data: QueryDict, slot: str, document_id: UUID) -> None:
    """Let a form name a document in the place of the file that was sent with it."""
    data[f"{slot}-document"] = str(document_id)
    data.pop(f"{slot}-remove", None)


class StartForm(HouseForm):
    """For whom: oneself, another person by mandate, a company."""

    whom = forms.ChoiceField(label=words("为谁办理", "For whom is it"), widget=forms.RadioSelect)
