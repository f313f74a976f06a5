"""Pages on which one of several acts is taken, each with a form of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web.forms import refusals_in


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its form, what it runs with the row's key and the form's answers, and what is said when it is done."""

    form: type[forms.Form]
    run: Callable[[UUID, dict[str, Any], Actor], object]
    done: T


def blank_form(acts: Mapping[str, Act], name: str, data: Any = None) -> forms.Form:
    """The form of one act; its fields' ids begin with the act's name, because several stand on one page."""
    return acts[name].form(data, auto_id=f"{name}_%s")


def take_act(
    request: HttpRequest, acts: Mapping[str, Act], key: UUID, bound: dict[str, forms.Form],
    form_of: Callable[[str, Any], forms.Form] | None = None,
) -> str:  # fmt: skip
    """The name of the act that was sent and done, or ""; a refused one is put into ``bound`` with what was typed."""
    name = request.POST.get("act", "")
    if request.method != "POST" or name not in acts:
        return ""
    form = bound[name] = form_of(name, request.POST) if form_of else blank_form(acts, name, request.POST)
    if form.is_valid():
        with refusals_in(form):
            acts[name].run(key, form.cleaned_data, request.actor)  # type: ignore[attr-defined]
            messages.success(request, str(acts[name].done))
            return name
    return ""
