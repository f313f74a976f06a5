"""From a community down to a household by pointing: areas, buildings, dwellings, and lists of who lives there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.applications.grid import queries
from tongban.applications.grid.forms import PeopleForm, ReasonForm, SearchForm
from tongban.applications.grid.queries.areas import FRESH_DAYS
from tongban.applications.grid.rules.lists import LISTS
from tongban.applications.grid.rules.rights import WORK
from tongban.applications.grid.views.common import SIGNS, area_url, crumbs_to
from tongban.foundation.parties.actions import record_list_look
from tongban.foundation.parties.hooks import ASK_LIST
from tongban.foundation.registers import queries as registers
from tongban.foundation.registers.actions import open_resident
from tongban.foundation.registers.hooks import VIEW_RESIDENTS
from tongban.foundation.registers.queries import KINDS, RELATIONS, STATES
from tongban.lib.masks import mask_id_number
from tongban.lib.phones import show_phone
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried
from tongban.web.tables import MOST_COUNTED, Column, listing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tongban.foundation.registers.models import Premises


_AGES = (T("6 岁以下", "Under 6"), T("6–17 岁", "6–17"), T("18–35 岁", "18–35"), T("36–59 岁", "36–59"), T("60–79 岁", "60–79"),
         T("80 岁以上", "80 and over"))  # fmt: skip


@audience("staff", capability=VIEW_RESIDENTS)
@require_GET
def area(request: HttpRequest, code: str = "") -> HttpResponse:
    """An area in numbers, each number with its list; its parts, or its buildings."""
    by = actor_of(request)
    found = queries.area_visible_to(by, code)
    profile = registers.profile_of(by, area=found.code)
    blocks = registers.blocks_in(by, area=found.code) if found.is_small else []
    people = f"{reverse('grid:people')}?area={found.code}"
    context = {
        "area": found, "crumbs": crumbs_to(by, found), "profile": profile, "search": SearchForm(), "people_url": people,
        "kinds": [(label, profile.kinds.get(kind, 0), f"{people}&kind={kind}") for kind, label in KINDS.items()],
        "ages": list(zip(_AGES, profile.ages, strict=True)), "days": FRESH_DAYS,
        "lists": [(LISTS[which], f"{people}&which={which}") for which in ("away", "guest", "stale")],
        "parts": [(one, area_url(one.area)) for one in queries.parts_of(by, found)], "estates": _by_estate(blocks),
    }  # fmt: skip
    return render(request, "grid/area.html", context)


def _by_estate(blocks: list[registers.Block]) -> list[tuple[str, list[registers.Block]]]:
    estates: dict[str, list[registers.Block]] = {}
    for one in blocks:
        estates.setdefault(one.estate, []).append(one)
    return list(estates.items())


def _dwelling_url(row: Any) -> str:
    return reverse("grid:dwelling", args=[row.dwelling_id]) if row.dwelling_id else ""


_PEOPLE = (
    Column("name", T("姓名", "Name"), lambda row: row.name, "name_pinyin", lambda row: reverse("grid:person", args=[row.person_id])),
    Column("kind", T("类别", "Kind"), lambda row: KINDS[row.kind]),
    Column("dwelling", T("房屋", "Dwelling"), lambda row: row.dwelling.address, href=_dwelling_url),
    Column("confirmed", T("最近核实", "Last confirmed"), lambda row: row.confirmed_at, "confirmed_at"),
)  # fmt: skip
_COMPANIES = (
    Column("name", T("企业", "Company"), lambda row: row.company.name, "company__name_pinyin"),
    Column("address", T("地址", "Address"), lambda row: (row.dwelling or row.place).address, href=_dwelling_url),
    Column("industry", T("行业", "Industry"), lambda row: row.company.industry),
    Column("confirmed", T("最近核实", "Last confirmed"), lambda row: row.confirmed_at, "confirmed_at"),
)


@audience("staff", capability=VIEW_RESIDENTS)
@never_cache
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who lives in an area: everybody, one kind, who is away, who is only here, who was not confirmed of late."""
    by = actor_of(request)
    found = queries.area_visible_to(by, request.GET.get("area", "")[:15])
    form = PeopleForm(request.GET)
    typed: dict[str, Any] = form.cleaned_data if form.is_valid() else {"q": "", "which": "", "kind": "", "month": None}
    rows = queries.residents_in(by, found.code, typed, most=MOST_COUNTED)
    shown = listing(request, rows, _PEOPLE, sort="confirmed" if typed["which"] == "stale" else "name")
    criteria = " ".join(filter(None, (found.code, typed["which"], typed["kind"], typed["q"])))
    record_list_look(what="grid.people", criteria=criteria, row_count=len(shown.rows), by=by)
    crumbs = crumbs_to(by, found, (area_url(found), found.name))
    context = {"area": found, "form": form, "listing": shown, "title": LISTS[typed["which"]], "crumbs": crumbs,
               "export_url": f"{reverse('grid:export_new')}?{request.GET.urlencode()}" if ASK_LIST in by.capabilities else ""}  # fmt: skip
    return render(request, "grid/people.html", context)


@audience("staff", capability=VIEW_RESIDENTS)
@require_GET
def companies(request: HttpRequest) -> HttpResponse:
    """Companies at the addresses of an area."""
    by = actor_of(request)
    found = queries.area_visible_to(by, request.GET.get("area", "")[:15])
    rows: QuerySet[Premises] = registers.companies_at(by, area=found.code)
    crumbs = crumbs_to(by, found, (area_url(found), found.name))
    context = {"area": found, "listing": listing(request, rows, _COMPANIES, sort="name"), "crumbs": crumbs}
    return render(request, "grid/companies.html", context)


@audience("staff", capability=VIEW_RESIDENTS)
@never_cache
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """One box for names, initials, ID numbers and telephones; numbers travel in the body, never in an address."""
    by = actor_of(request)
    form = SearchForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    asked = queries.read_term(request.POST.get("term", ""))
    found = tried(form, lambda _: queries.found_by(by, asked)) if request.method == "POST" else None
    if found is not None:
        # The number itself is not written down: it would be left behind in the clear.
        criteria = asked.text if asked.kind == "name" else asked.kind
        record_list_look(what="grid.search", criteria=criteria, row_count=len(found.residents), by=by)
        context |= {"found": found, "residents": [(row, KINDS[row.kind]) for row in found.residents]}
    return render(request, "grid/search.html", context, status=422 if form.is_bound and form.errors else 200)


@audience("staff", capability=VIEW_RESIDENTS)
@require_GET
def building(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """A building as its floors and units, each dwelling by how it stands; the houses of a village group alike."""
    by = actor_of(request)
    matrix = registers.building_matrix(by, place_id)
    found = queries.area_visible_to(by, matrix.building.area_code)
    rows = [(floor, [matrix.cells.get((floor, unit), []) for unit in matrix.units]) for floor in matrix.floors]
    counts = matrix.counts
    context = {
        "building": matrix.building, "units": matrix.units, "rows": rows, "signs": SIGNS,
        "legend": [(state, label, SIGNS[state], counts.get(state, 0)) for state, label in STATES.items()],
        "companies": list(registers.companies_at(by, place_id=matrix.building.pk)[:50]),
        "crumbs": crumbs_to(by, found, (area_url(found), found.name)),
    }  # fmt: skip
    return render(request, "grid/building.html", context)


@audience("staff", capability=VIEW_RESIDENTS)
@never_cache
@require_GET
def dwelling(request: HttpRequest, dwelling_id: UUID) -> HttpResponse:
    """A dwelling: its households and who else lives there, leases, companies, when somebody was there last."""
    by = actor_of(request)
    found = registers.dwelling_visible_to(by, dwelling_id)
    residents = registers.residents_of_dwelling(by, dwelling_id)
    record_list_look(what="grid.dwelling", criteria=found.address, row_count=len(residents), by=by)
    home = queries.area_visible_to(by, found.area_code)
    crumbs = crumbs_to(by, home, (area_url(home), home.name))
    block = found.building or found.place
    if block.level in ("building", "group"):
        crumbs.append((reverse("grid:building", args=[block.pk]), block.name))
    context = {
        "dwelling": found, "households": queries.households(residents), "crumbs": crumbs, "residents": residents,
        "may_work": WORK in by.capabilities, "nonce": uuid4(),
        "companies": list(registers.companies_at(by, dwelling_id=found.pk)[:20]),
        "visits": queries.visits_of(by, found.pk) if WORK in by.capabilities else [],
        "leases": list(registers.leases_visible_to(by, area=found.area_code).filter(dwelling_id=found.pk)),
    }  # fmt: skip
    return render(request, "grid/dwelling.html", context)


@audience("staff", capability=VIEW_RESIDENTS)
@never_cache
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One resident, shown once a reason is given; the person sees who looked and why."""
    by = actor_of(request)
    form = ReasonForm(request.POST or None)
    name = queries.resident_name(by, person_id)
    if request.method == "POST" and form.is_valid():
        found = open_resident(person_id, reason=form.reason(), by=by)
        facts = [
            (T("证件号码", "Document number"), mask_id_number(found.person.document_number)),
            (T("手机", "Mobile"), show_phone(found.person.phone) if found.person.phone else ""),
            (T("性别", "Sex"), {"1": T("男", "Male"), "2": T("女", "Female")}.get(found.person.sex, "")),
            (T("出生日期", "Date of birth"), found.person.birth_date),
        ]
        rows = [(row, KINDS[row.kind], RELATIONS.get(row.relation[:2], "")) for row in found.residences]
        return render(request, "grid/person.html", {"found": found, "facts": facts, "rows": rows})
    context = {"form": form, "name": name}
    return render(request, "grid/open_person.html", context, status=422 if form.is_bound and form.errors else 200)
