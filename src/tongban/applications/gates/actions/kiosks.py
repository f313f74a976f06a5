"""Tablets at gates without a guard: enrolled with the relay they open, stopped like phones."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tongban.applications.gates.actions.guards import enrol
from tongban.applications.gates.queries.communities import community_run_by, gates_of
from tongban.applications.gates.rules.kiosks import Kiosk, check_relay
from tongban.foundation.exchange.actions import new_secret
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class NewKiosk:
    """What a tablet is called, where it stands, which way people go there, what it opens."""

    name: str
    gate: int
    is_entry: bool
    relay: str


@dataclass(frozen=True, slots=True)
class EnrolledKiosk:
    """Both are shown once: the code for the tablet, the secret for its relay."""

    device_id: UUID
    code: str
    secret: str


@transaction.atomic
def enrol_kiosk(new: NewKiosk, *, by: Actor) -> EnrolledKiosk:
    """A tablet that judges at a gate and opens its relay; the log keeps that it may judge here."""
    if new.gate not in {one.number for one in gates_of(community_run_by(by))}:
        raise Refusal("gate_unknown", T("请从现有的门中选择。", "Choose from the gates there are."), field="gate")
    kiosk = Kiosk(new.gate, new.is_entry, check_relay(new.relay), new_secret())
    community, device_id, code = enrol(new.name, "kiosk", by=by)
    community.kiosks = {**community.kiosks, str(device_id): kiosk.as_json()}
    community.save(update_fields=["kiosks"])
    return EnrolledKiosk(device_id, code, kiosk.secret)
