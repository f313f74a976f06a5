"""What a guard's phone keeps, and the phones of a community."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tongban.applications.gates.models import Community, Pass, Scan
from tongban.applications.gates.queries.communities import gates_of, rules_of
from tongban.applications.gates.rules.kiosks import Kiosk
from tongban.foundation.credentials.queries import root_in_force, status_numbers
from tongban.foundation.parties.queries import devices_of_unit
from tongban.lib.actors import Actor
from tongban.lib.phones import show_phone
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Device


def guards_of(community: Community) -> QuerySet[Device]:
    """Phones of a community's gates that were not stopped, the newest first."""
    return devices_of_unit(community.unit_id).filter(pk__in=community.guards)


def community_of_device(by: Actor) -> Community:
    """The community at whose gates a device stands."""
    found = Community.objects.filter(guards__contains=[str(by.device_id)]).first() if by.device_id else None
    if found is None:
        raise no_gate_here()
    return found


def no_gate_here() -> Refusal:
    """A device that no community knows."""
    return Refusal("no_gate_here", T("这台设备没有登记在任何门岗。请社区在“门岗设备”里重新登记。",
                   "This device belongs to no gate: have the community enrol it under “Devices at the gates”."), status=404)  # fmt: skip


def community_of_guard(by: Actor) -> Community:
    """The community at whose gates a guard's phone stands; a tablet nobody watches learns nothing of people."""
    found = community_of_device(by)
    if kiosk_of(found, by.device_id):
        raise Refusal(
            "no_guard_here",
            T("这台自助终端旁边没有门卫，不能这样做。", "Nobody guards this kiosk: this is for a guard's phone."),
            status=403,
        )
    return found


def kiosk_of(community: Community, device_id: UUID | None) -> Kiosk | None:
    """Where a tablet stands and what it opens; none for a guard's phone."""
    said = community.kiosks.get(str(device_id))
    return Kiosk(**said) if said else None


def kiosk_at(device_id: UUID) -> Kiosk:
    """The tablet whose page this is, whoever opens it."""
    community = Community.objects.filter(guards__contains=[str(device_id)]).first()
    found = kiosk_of(community, device_id) if community else None
    if found is None:
        raise not_found(T("这台自助通行终端", "This kiosk"))
    return found


def guard_state(community: Community, device_id: UUID | None = None) -> dict[str, Any]:
    """What a device at the gates needs to judge without the house, except the lists, which prove themselves."""
    now = timezone.now()
    rules = [
        {"type": one.type, "first": one.first.isoformat(), "last": one.last.isoformat(), "is_closed": one.is_closed, "hours": one.hours,
         "gates": one.gates, "legal_basis": one.legal_basis}
        for one in rules_of(community, since=timezone.localdate(now))
    ]  # fmt: skip
    gates = [
        {"number": one.number, "name": {"zh": one.name, "en": one.name_en or one.name}} for one in gates_of(community)
    ]
    kiosk = kiosk_of(community, device_id)
    stands = kiosk and {
        "id": str(device_id), "gate": kiosk.gate, "way": "in" if kiosk.is_entry else "out", "relay": kiosk.relay, "secret": kiosk.secret,
    }  # fmt: skip
    return {
        "kiosk": stands, "community": community.code, "name": community.name, "name_en": community.name_en or community.name,
        "phone": show_phone(community.phone), "gates": gates, "rules": rules, "root": str(root_in_force() or ""),
        "lists": status_numbers(community.code, now),
    }  # fmt: skip


def photo_marks(community: Community) -> list[str]:
    """Marks of the photos on passes in force: what a guard's phone keeps, and nothing else."""
    return list(_with_photos(community).order_by("photo_mark").values_list("photo_mark", flat=True).distinct())


def thumbnails(community: Community, marks: list[str]) -> dict[str, str]:
    """Some of those photos, small, in base64."""
    found = _with_photos(community).filter(photo_mark__in=marks)
    return dict(found.values_list("photo_mark", "thumbnail"))


def _with_photos(community: Community) -> QuerySet[Pass]:
    found = Pass.objects.filter(community=community, state="active", ends_at__gt=timezone.now())
    return found.exclude(photo_mark="")


def scans_of(row: Pass) -> list[Scan]:
    """What gates saw of a pass, the newest first; whoever calls has seen to it that it is the viewer's own."""
    return list(Scan.objects.filter(held=row).order_by("-at")[:100])


def figures_of(community: Community) -> dict[str, int]:
    """Today at the gates, counted: let in, let out, stopped."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    found = Scan.objects.filter(community=community, at__gte=midnight).exclude(verdict="looked_up")
    return found.aggregate(
        entered=Count("pk", filter=Q(was_let=True, is_entry=True)), left=Count("pk", filter=Q(was_let=True, is_entry=False)),
        stopped=Count("pk", filter=Q(was_let=False)),
    )  # fmt: skip


def tag_of(state: dict[str, Any]) -> str:
    """Changes with what a phone is told."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]
