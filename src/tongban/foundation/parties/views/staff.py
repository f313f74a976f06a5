"""Offices and staff: finding, granting, withdrawing, lending, and taking over lists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.forms import (
    DelegationForm,
    GrantForm,
    OfficeForm,
    ReasonForm,
    SearchForm,
    StaffListForm,
    UnitForm,
)
from tongban.foundation.parties.hooks import MANAGE_ORGANISATIONS, MANAGE_STAFF
from tongban.foundation.parties.models import Organisation
from tongban.foundation.parties.views.common import FormPage, form_page, page_of, sent
from tongban.foundation.regions.queries import region_names
from tongban.lib.identifiers import check_citizen_id
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.forms import refusals_in

COMMUNITY = 12  # digits of a community; a grid has three more


@audience("staff", capability=MANAGE_STAFF)
@require_GET
def offices(request: HttpRequest) -> HttpResponse:
    """Offices within reach."""
    form = SearchForm(request.GET)
    rows = queries.offices_visible_to(request.actor, request.GET.get("q", "")[:80])  # type: ignore[attr-defined]
    return render(request, "parties/offices.html", {"filter": form, "page": page_of(request, rows)})


@audience("staff", capability=MANAGE_STAFF)
@require_GET
def office(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """One office with its units."""
    found = queries.office_visible_to(request.actor, organisation_id)  # type: ignore[attr-defined]
    return render(request, "parties/office.html", {"office": found, "units": queries.units_of(found.pk)})


@audience("staff", capability=MANAGE_ORGANISATIONS)
@require_http_methods(["GET", "POST"])
def new_office(request: HttpRequest) -> HttpResponse:
    """Record an office."""
    actor, place = request.actor, request.place  # type: ignore[attr-defined]
    page = FormPage(T("新单位", "New office"), T("登记", "Record"), reverse("parties:offices"), is_desk=True)

    def act(typed: dict[str, Any]) -> None:
        region = typed.pop("region_code") or actor.region or place.region_code
        actions.create_organisation(actions.NewOrganisation(region_code=region, **typed), by=actor)

    return form_page(request, page, OfficeForm(sent(request), initial={"kind": Organisation.Kind.GOVERNMENT}), act)


@audience("staff", capability=MANAGE_ORGANISATIONS)
@require_http_methods(["GET", "POST"])
def new_unit(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Record a unit of an office."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.office_visible_to(actor, organisation_id)
    page = FormPage(
        T("新部门", "New unit"), T("登记", "Record"), reverse("parties:office", args=[found.pk]), is_desk=True
    )

    def act(typed: dict[str, Any]) -> None:
        typed["region_code"] = typed["region_code"] or found.region_code
        actions.create_unit(actions.NewUnit(**typed), organisation_id=found.pk, by=actor)

    return form_page(request, page, UnitForm(sent(request)), act)


@audience("staff", capability=MANAGE_STAFF)
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    """Memberships within reach, found by name, pinyin or initials."""
    actor = request.actor  # type: ignore[attr-defined]
    term, ended = request.GET.get("q", "")[:80], request.GET.get("ended") == "1"
    page = page_of(request, queries.memberships_visible_to(actor, term, ended=ended))
    names = region_names({row.region_code[:COMMUNITY] for row in page.object_list if row.region_code})
    rows = [(row, _scope(row.region_code, names)) for row in page.object_list]
    context = {"filter": SearchForm(request.GET), "page": page, "rows": rows, "ended": ended}
    return render(request, "parties/staff.html", context)


def _scope(code: str, names: dict[str, T]) -> T | str:
    """A scope in words: everywhere, a region, or a grid of its community by number."""
    if not code:
        return T("全域", "Everywhere")
    name = names.get(code[:COMMUNITY])
    if name is None or len(code) <= COMMUNITY:
        return name or code
    grid = T("{place} {number} 号网格", "{place}, grid {number}")
    return grid.format(place=name, number=int(code[COMMUNITY:]))


@audience("staff", capability=MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest) -> HttpResponse:
    """Give somebody a role."""
    actor = request.actor  # type: ignore[attr-defined]
    page = FormPage(
        T("授予岗位", "Grant a role"), T("授予", "Grant"), reverse("parties:staff"),
        T("此人须已登记；新人可用名册导入。", "The person must be recorded; new people come with a staff list."), is_desk=True,
    )  # fmt: skip
    units = [unit for found in queries.offices_visible_to(actor) for unit in queries.units_of(found.pk)]
    form = GrantForm(sent(request), units=units, initial={"valid_from": timezone.localdate()})

    def act(typed: dict[str, Any]) -> None:
        number = check_citizen_id(typed["document_number"], field="document_number")
        person = queries.person_by_document("resident_id", number)
        if person is None:
            raise Refusal("person_unknown", T("没有登记这个身份证号的人。请先登记，或用名册导入。",
                          "Nobody is recorded with this number: record them first, or use a staff list."),
                          field="document_number")  # fmt: skip
        scope = typed["region_code"] or None
        actions.grant_membership(
            person.pk, UUID(typed["unit"]), typed["role"], term=form.term(), region_code=scope, by=actor
        )

    return form_page(request, page, form, act)


@audience("staff", capability=MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Withdraw a role."""
    actor = request.actor  # type: ignore[attr-defined]
    if not queries.memberships_visible_to(actor).filter(pk=membership_id).exists():
        raise not_found(T("这项任职", "This membership"))
    page = FormPage(
        T("收回岗位", "Withdraw a role"), T("收回", "Withdraw"), reverse("parties:staff"),
        T("立即生效；此人打开的工作台随即关闭。", "It takes effect at once; the person's desk closes."), is_desk=True,
    )  # fmt: skip
    return form_page(
        request, page, ReasonForm(sent(request)),
        lambda typed: actions.withdraw_membership(membership_id, reason=typed["reason"], by=actor),
    )  # fmt: skip


@audience("staff")
@require_http_methods(["GET", "POST"])
def delegate(request: HttpRequest) -> HttpResponse:
    """Let a colleague act at one's own desk while one is away."""
    actor = request.actor  # type: ignore[attr-defined]
    page = FormPage(
        T("请同事代行", "Let a colleague act for me"), T("交给同事", "Hand over"), reverse("parties:desk_choose"),
        T("您不在时，由同单位的同事用您的岗位办理；可随时收回。",
          "While you are away a colleague of your organisation works with your role; you can end it at any time."), is_desk=True,
    )  # fmt: skip
    form = DelegationForm(sent(request), colleagues=queries.colleagues_of(actor))
    return form_page(
        request, page, form,
        lambda typed: actions.delegate_membership(
            actor.membership_id, UUID(typed["delegate"]), term=form.term(), reason=typed["reason"], by=actor
        ),
    )  # fmt: skip


@audience("person")
@require_POST
def withdraw_delegation(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """End a delegation."""
    actions.withdraw_delegation(delegation_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("parties:desk_choose")


@audience("staff", capability=MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def staff_list(request: HttpRequest) -> HttpResponse:
    """Try a staff list and see every row that cannot be taken over."""
    form = StaffListForm(sent(request), request.FILES or None)
    context: dict[str, Any] = {"form": form, "columns": actions.COLUMNS}
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        with refusals_in(form):
            context["trial"] = actions.try_staff_list(upload.read(), upload.name, by=request.actor)  # type: ignore[attr-defined]
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "parties/staff_list.html", context, status=status)


@audience("staff", capability=MANAGE_STAFF)
@require_POST
def confirm_staff_list(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Take over the rows that passed."""
    counts = actions.confirm_staff_list(import_id, by=request.actor)  # type: ignore[attr-defined]
    return render(request, "parties/staff_list_done.html", {"counts": counts})


@audience("staff", capability=MANAGE_STAFF)
@require_GET
def staff_list_template(request: HttpRequest) -> HttpResponse:
    """The list to fill in."""
    answer = HttpResponse(actions.staff_list_template(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="staff.csv"'
    return answer
