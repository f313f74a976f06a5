"""The working calendar for administrators: a year at a glance, days that differ, a year's notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters import actions, hooks
from tongban.matters.forms.calendar import DayForm, ImportForm, TakeBackForm, YearForm
from tongban.matters.queries.calendar import provisional_cases, year_of
from tongban.web.audiences import audience
from tongban.web.forms import HouseForm, refusals_in

_FIRST, _LAST = 2004, 2099  # what the published calendar begins with, and what anybody will plan for
_FORMS: dict[str, type[HouseForm]] = {
    "day": DayForm, "import": ImportForm, "complete": YearForm, "reopen": TakeBackForm, "unset": TakeBackForm,
}  # fmt: skip


@audience("staff", capability=hooks.KEEP_CALENDAR)
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """A year of working days; what is changed here counts all open cases again."""
    year = _year(request)
    bound: dict[str, HouseForm] = {}
    name = request.POST.get("act", "")
    if request.method == "POST" and name in _FORMS:
        form = bound[name] = _FORMS[name](request.POST, request.FILES, auto_id=f"{name}_%s")
        if form.is_valid():
            with refusals_in(form):
                done = _ACTS[name](request, year, form.cleaned_data, request.actor)  # type: ignore[attr-defined]
                messages.success(request, str(done))
                return HttpResponseRedirect(f"{reverse('matters:desk_calendar')}?year={year}")
    forms = {one: bound.get(one) or kind(auto_id=f"{one}_%s") for one, kind in _FORMS.items() if one != "unset"}
    context = {
        "year": year_of(year), "before": year - 1 if year > _FIRST else None, "after": year + 1 if year < _LAST else None,
        "forms": forms, "bound": bound, "provisional": provisional_cases(), "today": timezone.localdate(),
        "weekdays": _WEEKDAYS, "unset": bound.get("unset"), "months": _MONTHS,
    }  # fmt: skip
    return render(request, "matters/desk/calendar.html", context, status=422 if bound else 200)


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    asked = int(text) if text.isdecimal() and len(text) == 4 else timezone.localdate().year
    return min(max(asked, _FIRST), _LAST)


def _set(request: HttpRequest, year: int, said: dict[str, Any], by: Actor) -> T:
    del request, year
    reason = T(said["reason"], said["reason_en"] or said["reason"])
    actions.set_day(said["day"], is_working=said["is_working"] == "yes", reason=reason, source=said["source"], by=by)
    return T("已保存，未办结的办件正在重新计算时限。", "Saved; open cases are being counted again.")


def _import(request: HttpRequest, year: int, said: dict[str, Any], by: Actor) -> T:
    del request, year
    file = said["file"]
    count = actions.import_days(file.read(), file.name, source=said["source"], by=by)
    return T(
        "已录入 {n} 天，未办结的办件正在重新计算时限。", "{n} days entered; open cases are being counted again."
    ).format(n=count)


def _complete(request: HttpRequest, year: int, said: dict[str, Any], by: Actor) -> T:
    del request
    actions.complete_year(year, source=said["source"], by=by)
    return T(
        "{year} 年的放假安排已录入完整，到期日不再是暂定。",
        "The notice for {year} is complete: days are no longer provisional.",
    ).format(year=year)


def _reopen(request: HttpRequest, year: int, said: dict[str, Any], by: Actor) -> T:
    del request
    actions.reopen_year(year, reason=said["reason"], by=by)
    return T("已撤销，{year} 年的到期日重新标为暂定。", "Taken back: days in {year} are provisional again.").format(
        year=year
    )


def _unset(request: HttpRequest, year: int, said: dict[str, Any], by: Actor) -> T:
    del year
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise Refusal("not_a_date", T("请选择日期。", "Choose a day.")) from None
    actions.unset_day(day, reason=said["reason"], by=by)
    return T("已撤销，这一天按公布的日历计算。", "Taken back: the published calendar holds for that day.")


_ACTS: dict[str, Callable[[HttpRequest, int, dict[str, Any], Actor], T]] = {
    "day": _set, "import": _import, "complete": _complete, "reopen": _reopen, "unset": _unset,
}  # fmt: skip
_WEEKDAYS = [T("一", "Mo"), T("二", "Tu"), T("三", "We"), T("四", "Th"), T("五", "Fr"), T("六", "Sa"), T("日", "Su")]
_MONTHS = [
    T(f"{n}月", name)
    for n, name in enumerate(
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
         "December"), 1
    )
]  # fmt: skip
