"""Phones of a community's gates: enrolled by a code, stopped when lost."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tongban.applications.gates.models import Community
from tongban.applications.gates.queries.communities import community_run_by
from tongban.applications.gates.queries.guards import guards_of
from tongban.applications.gates.queries.passes import in_house
from tongban.foundation.parties import actions as parties
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

MOST_GUARDS = 60


@transaction.atomic
def enrol_guard(name: str, *, by: Actor) -> str:
    """The code a phone is activated with, once and within a day; the log keeps that it may judge here."""
    return enrol(name, "scanner", by=by)[2]


def enrol(name: str, kind: str, *, by: Actor) -> tuple[Community, UUID, str]:
    """A device of the gates somebody runs: their community, locked, the device, and the code it is activated with."""
    community = Community.objects.select_for_update().get(pk=community_run_by(by).pk)
    if guards_of(community).count() >= MOST_GUARDS:
        raise Refusal("too_many_guards", T("一个社区最多 {n} 台门岗设备，请先停用不用的。",
                      "At most {n} devices: stop those no longer in use.").format(n=MOST_GUARDS), status=409)  # fmt: skip
    device, code = parties.enrol_device(name, kind, unit_id=community.unit_id, by=in_house(by))
    community.guards = [*community.guards, str(device.pk)]
    community.save(update_fields=["guards"])
    return community, device.pk, code


@transaction.atomic
def stop_guard(device_id: UUID, *, by: Actor) -> None:
    """A phone or tablet was lost, or is not needed: its token stops at once."""
    community = Community.objects.select_for_update().get(pk=community_run_by(by).pk)
    if not guards_of(community).filter(pk=device_id).exists():
        raise not_found(T("这台设备", "This device"))
    parties.revoke_device(device_id, by=in_house(by))
    if str(device_id) in community.kiosks:
        community.kiosks = {one: said for one, said in community.kiosks.items() if one != str(device_id)}
        community.save(update_fields=["kiosks"])
