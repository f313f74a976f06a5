"""Opening a hall and running it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.halls import actions, queries
from tongban.applications.halls.adapters import hours_words, make_poster
from tongban.applications.halls.forms import BasicsForm, DeclarationForm, HoursForm, OpenHallForm, TurnsForm
from tongban.applications.halls.models import Hall
from tongban.applications.halls.rules.appointments import Rules
from tongban.applications.halls.rules.hours import KINDS, day_starts_for
from tongban.applications.halls.rules.queue import PRIORITIES
from tongban.applications.halls.rules.rights import MANAGE, ROLES_IN_HALL
from tongban.applications.halls.rules.shape import HALL_STATES, HALL_TONES, Declaration, Entrance, Service, letter
from tongban.applications.halls.views.common import door_address
from tongban.foundation.parties.queries import disclosures_at, staff_of_unit
from tongban.foundation.regions.queries import children_of, region_by_code
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.queries import open_definitions
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, tried

_BLANK_ROWS = 3


def _regions(code: str) -> list[tuple[str, Any]]:
    """Districts to choose from: the portal's own region and what lies right under it."""
    own = region_by_code(code)
    under = [
        one for child in children_of(code) for one in ([child] if len(child.code) >= 6 else children_of(child.code))
    ]
    found = [own, *under] if own and len(own.code) >= 6 else under
    return [(one.code, one.title) for one in found]


@audience("person")
@require_http_methods(["GET", "POST"])
def open_hall(request: HttpRequest) -> HttpResponse:
    """Open a hall: one page, and the poster is ready."""
    regions = _regions(request.place.region_code)  # type: ignore[attr-defined]
    form = OpenHallForm(request.POST if request.method == "POST" else None, regions=regions)

    def act(said: dict[str, Any]) -> Hall:
        hours = {kind: said.get(f"hours_{kind}", "") for kind in KINDS}
        new = actions.NewHall(
            name=said["name"], operator=said["operator"], region_code=form.region, address=said["address"],
            phone=said["phone"], capacity=said["capacity"], windows=said["windows"], services=[said["services"]],
            hours=hours, day_starts=day_starts_for(hours), uscc=said["uscc"], name_en=said["name_en"],
        )  # fmt: skip
        return actions.open_hall(new, by=actor_of(request))

    hall = tried(form, act) if request.method == "POST" else None
    if hall is not None:
        messages.success(
            request, str(T("大厅已经开通，现在就能登记。", "The hall is open: visitors can register now."))
        )
        return redirect("halls:home", hall_id=hall.pk)
    crumbs = [(reverse("halls:list"), T("政务大厅", "Service halls"))]
    return render(request, "halls/open.html", {"form": form, "crumbs": crumbs}, status=422 if form.errors else 200)


@audience("person")
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Halls I work in."""
    found = list(queries.halls_run_by(actor_of(request)))
    if len(found) == 1:
        return redirect("halls:home", hall_id=found[0].pk)
    return render(request, "halls/mine.html", {"halls": found, "states": HALL_STATES})


@audience("person")
@never_cache
@require_GET
def home(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """One hall for those who work in it: the next step, its poster, its links."""
    hall = queries.hall_run_by(actor_of(request), hall_id)
    site = request.build_absolute_uri("/")[:-1]
    counts = queries.counts_today(hall.pk, hall.schedule.business_day(timezone.now()))
    links = {what: site + reverse(f"halls:{what}", args=[hall.code, queries.link_of(hall, what)]) for what in LINKS}
    context = {
        "hall": hall, "state": HALL_STATES[hall.state], "tone": HALL_TONES[hall.state], "hours": hours_words(hall.hours),
        "manages": queries.may_manage(actor_of(request), hall), "address": door_address(request, hall), "links": links,
        "registered": sum(counts.values()) - counts.get("booked", 0) - counts.get("cancelled", 0),
        "waiting": counts.get("waiting", 0), "inside": queries.board_of(hall).inside,
        "opened": disclosures_at(f"halls.hall/{hall.pk}"), "booking": Rules.read(hall.appointment_rules),
        "people": sum(1 for one in staff_of_unit(hall.unit_id) if one.role in ROLES_IN_HALL),
        "entrances": hall.entrance_list, "windows": list(hall.windows.order_by("number")), "services": hall.service_list,
        "crumbs": [(reverse("halls:mine"), T("我的大厅", "My halls"))],
    }  # fmt: skip
    return render(request, "halls/home.html", context)


LINKS: tuple[str, ...] = ("screen", "kiosk")


@audience("person")
@never_cache
@require_GET
def poster(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """The A4 poster, one for each entrance (``?e=``)."""
    hall = queries.hall_run_by(actor_of(request), hall_id)
    entrances = {one.code: one for one in hall.entrance_list}
    chosen = entrances.get(request.GET.get("e", ""), hall.entrance_list[0])
    content = make_poster(hall, door_address(request, hall, chosen.code), entrance=chosen.name, made_at=timezone.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="poster-{hall.code}.pdf"'
    return response


@audience("person")
@never_cache
@require_GET
def figures(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """What a hall did in the last days: curves by hour as pictures and as a table, for whoever works there."""
    hall = queries.hall_run_by(actor_of(request), hall_id)
    last = hall.schedule.business_day(timezone.now())
    asked = request.GET.get("days", "")
    days = int(asked) if asked in ("1", "7", "30") else 1
    first = last - timedelta(days=days - 1)
    hours = [one for one in queries.hours_of_day(hall, first, last) if 6 <= one[0] <= 22 or one[1]]
    most = max((n for _, n, _ in hours), default=0) or 1
    longest = max((waited for *_, waited in hours), default=0.0) or 1.0
    bars = [
        {"hour": hour, "n": n, "waited": round(waited), "height": round(n / most * 100), "x": place * 24,
         "wait_y": round(100 - waited / longest * 100)}
        for place, (hour, n, waited) in enumerate(hours)
    ]  # fmt: skip
    context = {
        "hall": hall, "days": days, "choices": (1, 7, 30), "figures": queries.figures(hall, first, last), "bars": bars,
        "width": len(bars) * 24, "line": " ".join(f"{one['x'] + 10},{one['wait_y']}" for one in bars),
        "crumbs": [(reverse("halls:home", args=[hall.pk]), hall.name)],
    }  # fmt: skip
    return render(request, "halls/figures.html", context)


@audience("person")
@require_POST
def renew_links(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """New addresses for screens and kiosks."""
    actions.renew_links(hall_id, by=actor_of(request))
    messages.success(request, str(T("屏幕和自助机的地址已经更换。", "Screens and kiosks have new addresses.")))
    return redirect("halls:home", hall_id=hall_id)


# ---- settings, one part a page ---------------------------------------------------------------------------------


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, hall_id: UUID, part: str) -> HttpResponse:
    """Change one part of what a hall says of itself."""
    if part not in _PARTS:
        raise Http404
    hall = queries.hall_run_by(actor_of(request), hall_id, MANAGE)
    title, form_of, save = _PARTS[part]
    form = form_of(hall) if request.method == "GET" else form_of(hall).__class__(request.POST)
    if request.method == "POST":
        done = tried(form, lambda said: save(request, hall, said) or True)
        if done:
            messages.success(request, str(T("已保存。", "Saved.")))
            return redirect("halls:home", hall_id=hall.pk)
    context = {
        "form": form, "hall": hall, "title": title, "part": part, "parts": [(name, one[0]) for name, one in _PARTS.items()],
        "rows": _rows(hall, part, request.POST if request.method == "POST" else None),
        "definitions": [(one.code, one.title) for one in open_definitions()] if part == "services" else [],
        "prefixes": sorted({one.prefix for one in hall.service_list}),
        "crumbs": [(reverse("halls:home", args=[hall.pk]), hall.name)],
    }  # fmt: skip
    return render(request, "halls/settings.html", context, status=422 if form.errors else 200)


def _save_basics(request: HttpRequest, hall: Hall, said: dict[str, Any]) -> None:
    actions.change_hall(hall.pk, said, by=actor_of(request))


def _save_hours(request: HttpRequest, hall: Hall, said: dict[str, Any]) -> None:
    changes = {
        "hours": {kind: said[f"hours_{kind}"] for kind in KINDS}, "day_starts": said["day_starts"],
        "closures": _closures(said["closures"]),
    }  # fmt: skip
    actions.change_hall(hall.pk, changes, by=actor_of(request))


def _save_turns(request: HttpRequest, hall: Hall, said: dict[str, Any]) -> None:
    rules = Rules(said["days_ahead"], said["release"], said["per_person"])
    heads = {code: said[f"head_{code}"] for code in PRIORITIES}
    actions.change_hall(hall.pk, {"appointment_rules": rules, "head_starts": heads}, by=actor_of(request))


_CLOSURE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:\s*[~至到]\s*(\d{4}-\d{1,2}-\d{1,2}))?\s*(.*)")


def _closures(text: str) -> list[dict[str, str]]:
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = _CLOSURE.fullmatch(line)
        try:
            first = _day(match[1]) if match else None
            last = _day(match[2]) if match and match[2] else first
        except ValueError:
            first = last = None
        if first is None or last is None or last < first:
            raise Refusal("closure_unreadable", T("看不懂“{line}”。写成 2026-12-31 原因。", "“{line}” is not readable. Write 2026-12-31 reason.")
                          .format(line=line[:40]), field="closures")  # fmt: skip
        found.append({"first": first.isoformat(), "last": last.isoformat(), "reason": match[3][:80] if match else ""})
    return found


def _day(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    return date(year, month, day)


def _save_declaration(request: HttpRequest, hall: Hall, said: dict[str, Any]) -> None:
    declaration = Declaration(tuple(said["questions"]), said["first"], said["last"], said["legal_basis"].strip())
    actions.change_hall(hall.pk, {"declaration": declaration}, by=actor_of(request))


def _save_services(request: HttpRequest, hall: Hall, _: dict[str, Any]) -> None:
    sent, known = request.POST, {one.code: one for one in hall.service_list}
    services = []
    for place in range(len(known) + _BLANK_ROWS):
        name = " ".join(sent.get(f"name_{place}", "").split())[:40]
        if not name:
            continue
        old = known.get(sent.get(f"code_{place}", ""))
        name_en = " ".join(sent.get(f"name_en_{place}", "").split())[:80] or name
        services.append(Service(
            code=old.code if old else f"s{_next(known)}{place}", name=T(name, name_en),
            prefix=(sent.get(f"prefix_{place}", "").strip().upper() or letter(place)),
            minutes=_number(sent.get(f"minutes_{place}", ""), 10), is_open=f"open_{place}" in sent,
            slot_minutes=_number(sent.get(f"slot_minutes_{place}", ""), 0),
            slot_capacity=_number(sent.get(f"slot_capacity_{place}", ""), 0), definition=_definition(sent.get(f"definition_{place}", "")),
        ))  # fmt: skip
    actions.change_hall(hall.pk, {"services": services}, by=actor_of(request))


def _definition(code: str) -> str:
    return code if any(one.code == code for one in open_definitions()) else ""


def _next(known: dict[str, Service]) -> int:
    return max((int(code[1:]) for code in known if code[1:].isdecimal()), default=0) + 1


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.strip().isdecimal() and len(text) < 6 else otherwise


def _save_windows(request: HttpRequest, hall: Hall, _: dict[str, Any]) -> None:
    sent = request.POST
    wanted = [
        (number, " ".join(sent.get(f"name_{place}", "").split()), sent.getlist(f"prefixes_{place}"))
        for place in range(hall.windows.count() + _BLANK_ROWS)
        if (number := sent.get(f"number_{place}", "").strip())
    ]
    actions.change_windows(hall.pk, wanted, by=actor_of(request))


def _save_entrances(request: HttpRequest, hall: Hall, _: dict[str, Any]) -> None:
    sent = request.POST
    known = [one.code for one in hall.entrance_list]
    found = []
    for place in range(len(known) + _BLANK_ROWS):
        name = " ".join(sent.get(f"name_{place}", "").split())[:20]
        if name:
            code = known[place] if place < len(known) else f"e{place + 1}"
            found.append(Entrance(code, T(name, " ".join(sent.get(f"name_en_{place}", "").split())[:40] or name)))
    if not found:
        raise Refusal("entrance_missing", T("至少要有一个入口。", "There must be one entrance at least."))
    actions.change_hall(hall.pk, {"entrances": found}, by=actor_of(request))


def _rows(hall: Hall, part: str, sent: QueryDict | None) -> list[dict[str, Any]]:
    """Lines of a table to fill in, with empty ones at its end; what was sent stays when it was refused."""
    rows: list[dict[str, Any]] = {
        "services": [one.as_json() | {"name": one.name.zh, "name_en": one.name.en} for one in hall.service_list],
        "windows": [{"number": w.number, "name": w.name, "prefixes": w.prefixes} for w in hall.windows.order_by("number")],
        "entrances": [{"code": e.code, "name": e.name.zh, "name_en": e.name.en} for e in hall.entrance_list],
    }.get(part, [])  # fmt: skip
    if part in ("services", "windows", "entrances"):
        rows += [{"is_open": True, "prefixes": []} for _ in range(_BLANK_ROWS)]
    for place, row in enumerate(rows):
        names = [key[: -len(f"_{place}")] for key in sent if key.endswith(f"_{place}")] if sent else []
        row |= {
            name: sent.getlist(f"{name}_{place}") if name == "prefixes" else sent[f"{name}_{place}"]
            for name in names
            if sent
        }
        row["place"] = place
    return rows


_PARTS: dict[str, tuple[T, Any, Any]] = {
    "basics": (T("门牌信息", "On the door"), BasicsForm.of, _save_basics),
    "hours": (T("开放时间", "Hours"), HoursForm.of, _save_hours),
    "services": (T("业务和取号", "Services and queues"), lambda _: HouseForm(), _save_services),
    "windows": (T("窗口", "Windows"), lambda _: HouseForm(), _save_windows),
    "entrances": (T("入口", "Entrances"), lambda _: HouseForm(), _save_entrances),
    "turns": (T("预约和优先", "Appointments and priorities"), TurnsForm.of, _save_turns),
    "declaration": (T("健康申报", "Health declaration"), DeclarationForm.of, _save_declaration),
}  # fmt: skip
