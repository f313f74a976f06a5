"""The district's desk: every hall, the ones to confirm, lists of halls."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.halls import actions, queries
from tongban.applications.halls.actions.lists import COLUMNS
from tongban.applications.halls.forms import HallFilter, HallListForm, ReasonForm
from tongban.applications.halls.models import Hall
from tongban.applications.halls.rules.rights import CONFIRM, OVERSEE
from tongban.applications.halls.rules.shape import HALL_STATES, HALL_TONES
from tongban.foundation.regions.queries import region_name
from tongban.lib.phones import show_phone
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried
from tongban.web.tables import Column, listing, table_file

_SHOWN_REJECTED = 200
_REPORT_SECONDS = 3600


def _columns() -> tuple[Column, ...]:
    """The district's list; the names of its places are read once for each place."""
    names: dict[str, Any] = {}

    def place(hall: Any) -> Any:
        code = hall.region_code
        if code not in names:
            names[code] = region_name(code) or code
        return names[code]

    return (
        Column("name", T("大厅", "Hall"), lambda h: h.name, "name_pinyin",
               href=lambda h: reverse("halls:oversee_one", args=[h.pk])),
        Column("operator", T("主办单位", "Operator"), lambda h: h.operator, "operator"),
        Column("region", T("区划", "Region"), place, "region_code"),
        Column("waiting", T("等候", "Waiting"), lambda h: h.waiting, "waiting", is_number=True),
        Column("inside", T("厅内", "Inside"), lambda h: f"{h.inside} / {h.capacity}", "inside", is_number=True),
        Column("phone", T("电话", "Telephone"), lambda h: show_phone(h.phone)),
        Column("opened", T("开通", "Opened"), lambda h: h.opened_at, "opened_at"),
        Column("state", T("状态", "State"), lambda h: HALL_STATES[h.state], "state", tone=lambda h: HALL_TONES[h.state]),
    )  # fmt: skip


@audience("staff", capability=OVERSEE)
@require_GET
def halls(request: HttpRequest) -> HttpResponse:
    """All halls of the region with who waits and who is inside now, the crowded ones first."""
    form = HallFilter(request.GET)
    said = form.cleaned_data if form.is_valid() else {"q": "", "state": ""}
    found = queries.with_crowds(queries.halls_overseen(actor_of(request), state=said["state"], term=said["q"]))
    if request.GET.get("export") == "csv":
        return table_file(found.order_by("region_code", "name_pinyin"), _columns(), name="政务大厅")
    waiting = queries.halls_overseen(actor_of(request), state="provisional")
    context = {
        "listing": listing(request, found, _columns(), sort="-waiting"), "form": form, "waiting": waiting.count(),
        "may_confirm": CONFIRM in actor_of(request).capabilities,
    }  # fmt: skip
    return render(request, "halls/desk/list.html", context)


@audience("staff", capability=OVERSEE)
@require_GET
def hall(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """One hall as the district sees it, with the one click that confirms it."""
    found: Hall | None = queries.halls_overseen(actor_of(request)).filter(pk=hall_id).first()
    if found is None:
        raise not_found(T("这个大厅", "This hall"))
    context = {
        "hall": found, "state": HALL_STATES[found.state], "tone": HALL_TONES[found.state], "phone": show_phone(found.phone),
        "may_confirm": CONFIRM in actor_of(request).capabilities, "form": ReasonForm(),
        "services": found.service_list, "windows": found.windows.count(),
        "region": region_name(found.region_code) or found.region_code,
    }  # fmt: skip
    return render(request, "halls/desk/one.html", context)


@audience("staff", capability=CONFIRM)
@require_POST
def confirm(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Confirm a hall."""
    done = actions.confirm_hall(hall_id, by=actor_of(request))
    messages.success(request, str(T("已确认：{name}", "Confirmed: {name}").format(name=done.name)))
    return redirect("halls:oversee")


@audience("staff", capability=CONFIRM)
@require_POST
def suspend(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Suspend a hall."""
    actions.suspend_hall(hall_id, reason=request.POST.get("reason", ""), by=actor_of(request))
    messages.success(request, str(T("已暂停。", "Suspended.")))
    return redirect("halls:oversee_one", hall_id=hall_id)


@audience("staff", capability=CONFIRM)
@require_POST
def let_move(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Agree that a hall moves to another house."""
    done = actions.let_hall_move(hall_id, by=actor_of(request))
    messages.success(
        request,
        str(
            T("已同意迁出，老网址现在指向 {where}", "The old address leads to {where} now").format(where=done.moved_to)
        ),
    )
    return redirect("halls:oversee_one", hall_id=hall_id)


@audience("staff", capability=CONFIRM)
@require_http_methods(["GET", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """Open many halls from a file; rows that do not fit come back with their reasons, and as a file to mend."""
    form = HallListForm(request.POST or None, request.FILES or None)
    done: actions.HallList | None = None
    if request.method == "POST":
        done = tried(
            form, lambda said: actions.import_halls(said["file"].read(), said["file"].name, by=actor_of(request))
        )
    context: dict[str, Any] = {"form": form, "done": done, "columns": COLUMNS}
    if done is not None:
        report = uuid4()
        cache.set(f"halls-list|{actor_of(request).account_id}|{report}", _report(done), _REPORT_SECONDS)
        context |= {"report": report, "shown": done.rejected[:_SHOWN_REJECTED], "rejected_count": len(done.rejected)}
    return render(request, "halls/desk/import.html", context, status=422 if form.errors else 200)


@audience("staff", capability=CONFIRM)
@require_GET
def import_report(request: HttpRequest, report: UUID) -> HttpResponse:
    """The rows of a list that were refused, as a table file, for an hour after the import."""
    text = cache.get(f"halls-list|{actor_of(request).account_id}|{report}")
    if text is None:
        raise not_found(T("这份报告（保留一小时）", "This report (kept for an hour)"))
    response = HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rejected.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _report(done: actions.HallList) -> str:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["行号", *(column.label.zh for column in COLUMNS), "原因"])
    for one in done.rejected:
        reasons = "；".join(f"{_label(r.field)}：{r.message.zh}" if r.field else r.message.zh for r in one.reasons)
        writer.writerow([one.number, *(_unarmed(one.values.get(column.name, "")) for column in COLUMNS), reasons])
    return out.getvalue()


def _label(field: str) -> str:
    return next((column.label.zh for column in COLUMNS if column.name == field), field)


def _unarmed(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
