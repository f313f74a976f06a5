"""Which sealed records were opened, for whoever works on them and for the places concerned."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongban.foundation.parties.models import Disclosure
from tongban.foundation.parties.queries.access import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import forbidden
from tongban.lib.words import T

READABLE = timedelta(days=7)
DISCLOSURE = T("这项调取", "This disclosure")


def disclosures_visible_to(by: Actor) -> QuerySet[Disclosure]:
    """Disclosures somebody asked for or may open, newest first; without their subject."""
    if "parties.open_disclosure" in by.capabilities:
        require(by, "parties.open_disclosure")
        own = Q(region_code__startswith=by.region)
    elif asks := {"parties.ask_disclosure", "parties.ask_list"} & by.capabilities:
        require(by, asks.pop())
        own = Q(asked_by_id=by.person_id)
    else:
        raise forbidden()
    return Disclosure.objects.filter(own).defer("subject").order_by("-asked_at", "-pk")


def disclosures_at(place_key: str) -> list[Disclosure]:
    """What was opened about a place within ninety days: the place sees that, when and on which order, not about whom."""
    recent = timezone.now() - timedelta(days=90)
    found = Disclosure.objects.filter(places__contains=[place_key], asked_at__gte=recent)
    return list(found.defer("subject").order_by("-settled_at"))


def is_readable(found: Disclosure) -> bool:
    """Whether what two people opened can still be read: for seven days."""
    return found.state == "opened" and found.settled_at is not None and timezone.now() <= found.settled_at + READABLE


def is_list(found: Disclosure) -> bool:
    """Whether it is a list of people to take away, and not where one person was."""
    return found.purpose != "contacts"


def disclosure_leaf(found: Disclosure) -> dict[str, str]:
    """What the public log seals of an opening."""
    about = f"{found.purpose} {found.since.isoformat()}..{found.until.isoformat()}"
    if is_list(found):
        about = f"{found.purpose} {(found.subject or {}).get('said', '')}"
    return {
        "about": about, "purpose": found.reason,
        "basis": found.basis, "approvers": f"{found.asked_by_id} {found.settled_by_id}",
    }  # fmt: skip
