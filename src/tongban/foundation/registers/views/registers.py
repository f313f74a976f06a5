"""Operators' pages: what each register holds, how fresh it is, by which law; switching, connecting, taking lists over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.foundation.registers import actions, queries
from tongban.foundation.registers.forms import ConnectForm, ListForm, SwitchForm
from tongban.foundation.registers.hooks import MANAGE_REGISTERS
from tongban.foundation.registers.queries.registers import days_old
from tongban.foundation.registers.rules.catalogue import PURPOSES
from tongban.foundation.registers.rules.columns import COLUMNS
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.forms import refusals_in

_TONES = {"available": "good", "switched_off": "action", "failing": "bad", "empty": "plain"}


def _crumbs() -> list[tuple[str, T]]:
    return [(reverse("registers:registers"), T("登记库", "Registers"))]


@audience("operator", capability=MANAGE_REGISTERS)
@require_GET
def registers(request: HttpRequest) -> HttpResponse:
    """Every register: how many records, of which day, whether it may be asked."""
    found = queries.registers_visible_to(request.actor)  # type: ignore[attr-defined]
    rows = [(one, _TONES[one.standing], days_old(one.row)) for one in found]
    return render(request, "registers/registers.html", {"rows": rows})


@audience("operator", capability=MANAGE_REGISTERS)
@require_GET
def register(request: HttpRequest, code: str) -> HttpResponse:
    """One register: keeper, law, purposes, fields, standing."""
    return _show(request, code)


def _show(
    request: HttpRequest, code: str, *, switch: SwitchForm | None = None, connect: ConnectForm | None = None
) -> HttpResponse:
    found = queries.register_visible_to(request.actor, code)  # type: ignore[attr-defined]
    kind, row = found.kind, found.row
    pairs = [
        (T("主管部门", "Kept by"), kind.keeper), (T("法律依据", "Legal basis"), kind.legal_basis),
        (T("可用于", "May be read for"), T("；".join(PURPOSES[one].zh for one in kind.purposes), "; ".join(PURPOSES[one].en for one in kind.purposes))),
        (T("保留期限", "Kept until"), kind.retention), (T("内容来源", "Contents from"), row.source),
        (T("记录数", "Records"), found.count),
    ]  # fmt: skip
    context = {
        "found": found, "kind": kind, "row": row, "tone": _TONES[found.standing], "pairs": pairs, "days": days_old(row),
        "switch": switch or SwitchForm(), "connect": connect or ConnectForm(initial={"endpoint": row.endpoint}),
        "is_off": row.switched_off_at is not None, "crumbs": _crumbs(),
    }  # fmt: skip
    refused = any(form is not None and form.errors for form in (switch, connect))
    return render(request, "registers/register.html", context, status=422 if refused else 200)


@audience("operator", capability=MANAGE_REGISTERS)
@require_POST
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """Switch a register off with a reason, or on again."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("to") == "on":
        actions.switch_register(code, off=False, reason="", by=actor)
        messages.success(request, str(T("已恢复使用。", "It may be asked again.")))
        return redirect("registers:register", code)
    form = SwitchForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            actions.switch_register(code, off=True, reason=form.cleaned_data["reason"], by=actor)
            messages.success(
                request,
                str(
                    T("已停用，申请表会请申请人自行填写。", "Switched off: forms ask applicants to fill in themselves.")
                ),
            )
            return redirect("registers:register", code)
    return _show(request, code, switch=form)


@audience("operator", capability=MANAGE_REGISTERS)
@require_POST
def connect(request: HttpRequest, code: str) -> HttpResponse:
    """Connect a register to its source, or ask the list kept here again."""
    form = ConnectForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            actions.connect_register(code, **form.cleaned_data, by=request.actor)  # type: ignore[attr-defined]
            messages.success(request, str(T("已保存。", "Saved.")))
            return redirect("registers:register", code)
    return _show(request, code, connect=form)


@audience("operator", capability=MANAGE_REGISTERS)
@require_http_methods(["GET", "POST"])
def register_list(request: HttpRequest, code: str) -> HttpResponse:
    """Try a list and see what it would change and which rows cannot be taken over."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.register_visible_to(actor, code)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    crumbs = [*_crumbs(), (reverse("registers:register", args=[code]), found.kind.name)]
    context: dict[str, Any] = {
        "crumbs": crumbs,
        "found": found,
        "kind": found.kind,
        "form": form,
        "columns": COLUMNS.get(code, ()),
    }
    if request.method == "POST" and form.is_valid():
        upload, origin = (
            form.cleaned_data["file"],
            actions.Origin(form.cleaned_data["source"], form.cleaned_data["refreshed_on"]),
        )
        with refusals_in(form):
            context["trial"] = actions.try_register_list(code, upload.read(), upload.name, origin=origin, by=actor)
    return render(request, "registers/list.html", context, status=422 if form.is_bound and form.errors else 200)


@audience("operator", capability=MANAGE_REGISTERS)
@require_POST
def confirm_list(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Take over the rows that passed."""
    counts = actions.confirm_register_list(import_id, by=request.actor)  # type: ignore[attr-defined]
    return render(request, "registers/list_done.html", {"counts": counts})


@audience("operator", capability=MANAGE_REGISTERS)
@require_GET
def list_template(request: HttpRequest, code: str) -> HttpResponse:
    """The list to fill in."""
    queries.register_visible_to(request.actor, code)  # type: ignore[attr-defined]
    answer = HttpResponse(actions.register_list_template(code), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    return answer
