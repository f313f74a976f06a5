"""What pages of halls share: addresses that leave the house, and forms that come back with what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tongban.applications.halls.models import Hall
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.web.forms import HouseForm, show_refusal


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def door_address(request: HttpRequest, hall: Hall, entrance: str = "") -> str:
    """The address a poster's QR code holds."""
    address = request.build_absolute_uri(reverse("halls:door", args=[hall.code]))
    return f"{address}?e={entrance}" if entrance and len(hall.entrances) > 1 else address


def tried(form: HouseForm, act: Callable[[dict[str, Any]], Any]) -> Any:
    """What an action gives for a form's answers; None when the form or the action refused, said in the form."""
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return None
