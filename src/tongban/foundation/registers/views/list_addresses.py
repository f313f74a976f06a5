"""Addresses of a list nobody could read, told once for all their rows: written on the list's page, or pointed at."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tongban.foundation.registers import actions
from tongban.foundation.registers.forms import AddressForm
from tongban.foundation.registers.hooks import IMPORT_RESIDENTS
from tongban.foundation.registers.queries import dwellings_of, place_visible_to, places_matching, places_under
from tongban.foundation.registers.queries import resident_lists as queries
from tongban.foundation.registers.views.resident_lists import show_list
from tongban.lib.ids import uuid_of
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_in, refusals_told


@audience("staff", capability=IMPORT_RESIDENTS)
@require_POST
def tell_address(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Say how an address is to be read; its rows are tried again."""
    by = actor_of(request)
    found = queries.list_visible_to(by, list_id)
    form = AddressForm(request.POST, auto_id="address-told-%s")
    if form.is_valid():
        with refusals_in(form):
            actions.tell_address(list_id, form.cleaned_data["address"], form.cleaned_data["text"], by=by)
            return redirect("registers:resident_list", list_id)
    return show_list(request, found, address=form)


@audience("staff", capability=IMPORT_RESIDENTS)
@require_GET
def choose_address(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Point at the dwelling an address means: down the tree of the list's area from estate to room, or by name."""
    by = actor_of(request)
    found = queries.list_visible_to(by, list_id)
    raw, term = request.GET.get("address", "")[:400], request.GET.get("q", "").strip()[:40]
    if raw not in found.addresses and raw not in {one.address for one in queries.unread_addresses(found)}:
        return redirect("registers:resident_list", list_id)  # read meanwhile, or never there
    place_id = uuid_of(request.GET.get("place", ""))
    at = place_visible_to(by, place_id) if place_id else None
    if term:
        places = places_matching(by, term, area=found.area_code, limit=50)
    else:
        places = places_under(by, area=found.area_code, parent_id=at.pk if at else None)
    back = reverse("registers:resident_list", args=[list_id])
    context = {
        "found": found, "raw": raw, "term": term, "at": at, "places": [one for one in places if one.level != "grid"],
        "dwellings": dwellings_of(by, at.pk) if at and not term else [],
        "crumbs": [(reverse("registers:resident_lists"), T("居民名单", "Lists of residents")), (f"{back}#addresses", found.title)],
    }  # fmt: skip
    return render(request, "registers/lists/choose.html", context)


@audience("staff", capability=IMPORT_RESIDENTS)
@require_POST
def take_back_address(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Forget how an address was to be read; the list is tried anew."""
    with refusals_told(request):
        actions.take_back_address(list_id, request.POST.get("address", ""), by=actor_of(request))
        messages.success(request, str(T("已撤回，整份名单重新试运行。", "Taken back; the whole list is tried anew.")))
    return redirect("registers:resident_list", list_id)
