"""Inputs written in Python are those of Django's templates."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting

from tongban.lib.words import T
from tongban.web.forms import HouseRenderer
from tongban.web.inputs import PLAIN

CHOICES = [("", T("全部", "All")), ("a&b", "<b>一</b>"), (T("组", "Group"), [(1, "二"), (2, '三"')])]
WIDGETS = {
    "text": forms.TextInput(attrs={"placeholder": T("名称 & 编号", "Name & number"), "class": "form-control"}),
    "number": forms.NumberInput(attrs={"min": 0, "max": 9.5, "step": "any"}),
    "date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    "hidden": forms.HiddenInput(),
    "email": forms.EmailInput(attrs={"disabled": True, "readonly": False}),
    "select": forms.Select(choices=CHOICES, attrs={"aria-label": 'a"b'}),
    "textarea": forms.Textarea(attrs={"rows": 4}),
}
VALUES: list[Any] = [None, "", "a&b", 1, "<script>alert('1')</script>", "两行\n第二行", T("中", "en")]


def _plain(html: str) -> str:
    return re.sub(r">\s+<", "><", html.strip())


def test_every_plain_input_is_compared() -> None:
    assert {f"{name}.html" for name in WIDGETS} | {"input.html"} == set(PLAIN)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", WIDGETS)
def test_an_input_is_that_of_djangos_template(name: str, value: Any) -> None:
    widget, attrs = WIDGETS[name], {"id": "id_x"}
    ours = widget.render("x<", value, attrs, HouseRenderer())
    django = widget.render("x<", value, attrs, TemplatesSetting())
    assert _plain(ours) == _plain(django)


def test_what_nobody_writes_comes_from_its_template() -> None:
    widget = forms.RadioSelect(choices=[("a", "一")])
    assert "tb-choices" in widget.render("x", "a", {"id": "id_x"}, HouseRenderer())
