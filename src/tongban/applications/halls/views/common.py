"""What pages of halls share: addresses that leave the house."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from tongban.applications.halls.models import Hall


def door_address(request: HttpRequest, hall: Hall, entrance: str = "") -> str:
    """The address a poster's QR code holds, and by which a hall is known in this house."""
    address = request.build_absolute_uri(reverse("halls:door", args=[hall.code]))
    return f"{address}?e={entrance}" if entrance and len(hall.entrances) > 1 else address
