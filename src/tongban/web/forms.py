"""How forms look, and how a refused action comes back to its form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.words import T


def words(zh: str, en: str) -> Any:
    """A text in both languages for labels and hints; Django's type stubs know only its own lazy strings."""
    return T(zh, en)


class HouseRenderer(TemplatesSetting):
    """Every form of every app and library: label, hint, error and input in the house's own templates."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"
    formset_template_name = "web/forms/formset.html"


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
