"""What a guard's phone keeps, and the phones of a community."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tongban.applications.gates.models import Community, Pass, Scan
from tongban.applications.gates.queries.communities import gates_of, rules_of
from tongban.foundation.credentials.queries import root_in_force, status_numbers
from tongban.foundation.parties.queries import devices_of_unit
from tongban.lib.actors import Actor
from tongban.lib.phones import show_phone
from tongban.lib.refusals import Refusal
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
        raise Refusal("no_gate_here", T("这台设备没有登记在任何门岗。请社区在“门岗手机”里重新登记。",
                      "This device belongs to no gate: have the community enrol it under “Guards' phones”."), status=404)  # fmt: skip
    return found


def guard_state(community: Community) -> dict[str, Any]:
    """What a phone at the gates needs to judge without the house, except the lists, which prove themselves."""
    now = timezone.now()
    rules = [
        {"type": one.type, "first": one.first.isoformat(), "last": one.last.isoformat(), "is_closed": one.is_closed, "hours": one.hours,
         "gates": one.gates, "legal_basis": one.legal_basis}
        for one in rules_of(community, since=timezone.localdate(now))
    ]  # fmt: skip
    gates = [
        {"number": one.number, "name": {"zh": one.name, "en": one.name_en or one.name}} for one in gates_of(community)
    ]
    return {
        "community": community.code, "name": community.name, "name_en": community.name_en or community.name,
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
