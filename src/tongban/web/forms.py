"""How forms look, and how a refused action comes back to its form or its page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.words import T
from tongban.web.inputs import PLAIN

_WIDGETS = "django/forms/widgets/"


def words(zh: str, en: str) -> Any:
    """A text in both languages for labels and hints; Django's type stubs know only its own lazy strings."""
    return T(zh, en)


class HouseRenderer(TemplatesSetting):
    """Every form of every app and library: label, hint, error and input in the house's own templates."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"
    formset_template_name = "web/forms/formset.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """The plain inputs are written as Django's own templates write them, in a tenth of the time; the rest by template."""
        written = PLAIN.get(template_name.rpartition("/")[2]) if template_name.startswith(_WIDGETS) else None
        return written(context["widget"]) if written else super().render(template_name, context, request)


class HouseForm(forms.Form):
    """A form whose errors name the field and the remedy in both languages, and come back from the server alone.

    Browsers' own bubbles speak the browser's language and hide the error summary; so no ``required`` attribute.
    """

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.label, T) and str(field.error_messages.get("required", "")):
                field.error_messages["required"] = _missing(field)


def _missing(field: forms.Field) -> Any:
    """What to say of an empty field: choose, tick or fill in."""
    label = field.label
    if isinstance(field, forms.BooleanField):
        return T("请勾选“{label}”。", "Tick “{label}”.").format(label=label)
    if isinstance(field, forms.ChoiceField):
        return T("请选择“{label}”。", "Choose: {label}.").format(label=label)
    if isinstance(field, forms.FileField):
        return T("请上传“{label}”。", "Upload: {label}.").format(label=label)
    return T("请填写“{label}”。", "Fill in: {label}.").format(label=label)


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refused action's errors at the fields they name, else on top of the form."""
    for one in refusal.refusals if isinstance(refusal, Refusals) else [refusal]:
        form.add_error(one.field if one.field in form.fields else None, str(one.message))


class refusals_said:  # noqa: N801 - read as the sentence it makes with ``with``
    """What an action refuses inside is said by ``say``, and the page goes on after the block; what stops it is raised on."""

    def __init__(self, say: Callable[[Refusal], object]) -> None:
        self.say = say

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> bool:
        if not isinstance(raised, Refusal) or raised.stops_the_page:
            return False
        self.say(raised)
        return True


def refusals_in(form: forms.BaseForm) -> refusals_said:
    """Refusals inside stand in the form afterwards."""
    return refusals_said(partial(show_refusal, form))


def refusals_told(request: HttpRequest) -> refusals_said:
    """Refusals inside are told on the next page: for buttons without a form."""
    return refusals_said(lambda refusal: messages.error(request, str(refusal.message)))


def tried(form: forms.BaseForm, act: Callable[[Any], Any]) -> Any:
    """What an action gives for a form's answers; None when the form or the action refused, said in the form."""
    if form.is_valid():
        with refusals_in(form):
            return act(form.cleaned_data)
    return None
