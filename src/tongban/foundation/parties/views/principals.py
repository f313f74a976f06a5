"""Devices and API clients, for operators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.forms import ClientForm, DeviceForm
from tongban.foundation.parties.hooks import MANAGE_CLIENTS
from tongban.foundation.parties.models import ApiClient
from tongban.foundation.parties.views.common import FormPage, form_page, page_of, sent
from tongban.foundation.regions.queries import region_by_code
from tongban.lib.capabilities import ALL as CAPABILITIES
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import audience

_ONCE = T("只显示这一次，请立即妥善保存。", "Shown this once only: keep it safe now.")


def _secret(request: HttpRequest, title: T, secret: str, back: str, client: ApiClient | None = None) -> HttpResponse:
    context = {"title": title, "secret": secret, "lead": _ONCE, "back": back, "client": client}
    answer = render(request, "parties/secret.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _region(typed: str) -> str:
    """The code of a region as scopes have it; a client of a region nobody knows would hear of nothing, unexplained."""
    found = region_by_code(typed) if typed else None
    if typed and found is None:
        raise Refusal(
            "region_unknown",
            T("没有区划代码“{code}”。请填写区县、街道或社区的代码，例如 510502；全域的留空。",
              "There is no region “{code}”: give the code of a county, township or community such as 510502, or leave it "
              "empty for the whole jurisdiction.").format(code=typed),
            field="region_code",
        )  # fmt: skip
    return found.code if found else ""


@audience("operator", capability=MANAGE_CLIENTS)
@require_GET
def clients(request: HttpRequest) -> HttpResponse:
    """API clients."""
    page = page_of(request, queries.clients_visible_to(request.actor))  # type: ignore[attr-defined]
    rows = [(row, _rights(row.capabilities)) for row in page.object_list]
    return render(request, "parties/clients.html", {"page": page, "rows": rows, "now": timezone.now()})


def _rights(names: list[str]) -> T:
    labels = [CAPABILITIES[name].label if name in CAPABILITIES else T(name, name) for name in names]
    return T("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))


@audience("operator", capability=MANAGE_CLIENTS)
@require_http_methods(["GET", "POST"])
def new_client(request: HttpRequest) -> HttpResponse:
    """An API client; its secret is shown once."""
    actor = request.actor  # type: ignore[attr-defined]
    back = reverse("parties:clients")
    page = FormPage(T("新接口调用方", "New API client"), T("创建", "Create"), back, is_desk=True)
    form = ClientForm(sent(request), organisations=queries.organisations_in_reach(actor))

    def act(typed: dict[str, Any]) -> HttpResponse:
        region = _region(typed["region_code"]) or actor.region
        new = actions.NewClient(typed["name"], tuple(typed["capabilities"]), region, typed["days"])
        client, secret = actions.create_client(new, organisation_id=UUID(typed["organisation"]), by=actor)
        title = T("{name} 的客户端标识和密钥", "Id and secret of {name}").format(name=client.name)
        return _secret(request, title, secret, back, client)

    return form_page(request, page, form, act)


@audience("operator", capability=MANAGE_CLIENTS)
@require_POST
def rotate(request: HttpRequest, client_id: UUID, *, at_once: bool = False) -> HttpResponse:
    """A new secret; the old one opens for a day more, or ends at once with all tokens."""
    client, secret = actions.rotate_client(client_id, at_once=at_once, by=request.actor)  # type: ignore[attr-defined]
    title = T("{name} 的新密钥", "New secret of {name}").format(name=client.name)
    return _secret(request, title, secret, reverse("parties:clients"), client)


@audience("operator", capability=MANAGE_CLIENTS)
@require_POST
def revoke_client(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Stop an API client."""
    actions.revoke_client(client_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("parties:clients")


@audience("operator", capability=MANAGE_CLIENTS)
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    """Devices."""
    page = page_of(request, queries.devices_visible_to(request.actor))  # type: ignore[attr-defined]
    rows = [(device, actions.DEVICE_KINDS.get(device.kind, device.kind)) for device in page.object_list]
    return render(request, "parties/devices.html", {"page": page, "rows": rows})


@audience("operator", capability=MANAGE_CLIENTS)
@require_http_methods(["GET", "POST"])
def new_device(request: HttpRequest) -> HttpResponse:
    """A device; its activation code is shown once."""
    actor = request.actor  # type: ignore[attr-defined]
    back = reverse("parties:devices")
    page = FormPage(T("登记设备", "Enrol a device"), T("登记", "Enrol"), back, is_desk=True)
    form = DeviceForm(sent(request), units=queries.units_in_reach(actor))

    def act(typed: dict[str, Any]) -> HttpResponse:
        device, code = actions.enrol_device(typed["name"], typed["kind"], unit_id=UUID(typed["unit"]), by=actor)
        return _secret(request, T("{name} 的激活码", "Activation code of {name}").format(name=device.name), code, back)

    return form_page(request, page, form, act)


@audience("operator", capability=MANAGE_CLIENTS)
@require_POST
def revoke_device(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Stop a device."""
    actions.revoke_device(device_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("parties:devices")
