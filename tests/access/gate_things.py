"""Things of the demo's gates: passes of residents and of the community, invitations, gates, rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from tests.access.world import EVERYBODY, TESTS, Sample, World
from tongban.applications.gates.actions.passes import sign
from tongban.applications.gates.models import Community, Gate, Pass, PassRule, Scan
from tongban.applications.gates.rules.kiosks import Kiosk
from tongban.foundation.parties.models import Device, Mandate, Person
from tongban.foundation.registers.models import Dwelling
from tongban.lib.ids import uuid7

SOUTH, NORTH = "510502001007", "510502002001"
WORKER, RESIDENT = frozenset({"grid worker"}), frozenset({"resident"})
__all__ = [
    "at_desk",
    "callers",
    "cared_for",
    "doubts",
    "gates",
    "homes",
    "kiosks",
    "links",
    "own",
    "rules",
    "under_mandate",
]


def _community(code: str) -> Community:
    south = Community.objects.get(code=SOUTH)
    return Community.objects.get_or_create(
        code=code, defaults={"name": "东门口社区", "phone": "+868303110012", "unit_id": south.unit_id}
    )[0]


def _pass(world: World, area: str, who: str, **more: Any) -> Pass:
    now: datetime = timezone.now()
    given: dict[str, Any] = {
        "kind": "courier", "community": _community(area), "area_code": area, "asked_by": world.person(who), "nonce": uuid4(),
        "person": world.person(who), "name": "张三", "place": "站点", "state": "waiting", "starts_at": now,
        "ends_at": now + timedelta(days=2), "due_on": timezone.localdate(),
    }  # fmt: skip
    row = Pass.objects.create(**given | more)
    return sign(row, TESTS) if row.state == "active" else row


def own(world: World) -> list[Sample]:
    return [
        Sample("the resident's pass", _pass(world, SOUTH, "resident", state="active").pk, RESIDENT),
        Sample("the owner's pass", _pass(world, SOUTH, "owner", state="active").pk, frozenset({"owner"})),
        Sample("no pass at all", uuid7()),
    ]


def _cared_for(world: World) -> Person:
    """Somebody without a log-in whose mandate for passes the owner holds."""
    known = Mandate.objects.filter(agent=world.person("owner"), services=["passes"]).first()
    if known is not None and known.person is not None:
        return known.person
    principal, today = Person.objects.create(name="罗秀英"), timezone.localdate()
    Mandate.objects.create(
        person=principal, agent=world.person("owner"), services=["passes"], valid_from=today, valid_to=today + timedelta(days=9),
        accepted_at=timezone.now(), granted_by=principal.name,
    )  # fmt: skip
    return principal


def cared_for(world: World) -> list[Sample]:
    return [
        Sample("somebody the owner cares for", _cared_for(world).pk, frozenset({"owner"})),
        Sample("the resident, who gave no mandate", world.person("resident").pk), Sample("nobody", uuid7()),
    ]  # fmt: skip


def under_mandate(world: World) -> list[Sample]:
    row = _pass(world, SOUTH, "owner", person=_cared_for(world), asked_by=None, state="active")
    return [
        Sample("a pass under the owner's mandate", row.pk, frozenset({"owner"})),
        Sample("the resident's own", _pass(world, SOUTH, "resident", state="active").pk), Sample("no pass at all", uuid7()),
    ]  # fmt: skip


def at_desk(world: World) -> list[Sample]:
    return [
        Sample("a pass of the community", _pass(world, SOUTH, "resident", state="active").pk, WORKER),
        Sample("a pass elsewhere", _pass(world, NORTH, "resident", state="active").pk), Sample("no pass at all", uuid7()),
    ]  # fmt: skip


def links(world: World) -> list[Sample]:
    row = Pass.objects.filter(link="ABCDEFGH23456789").first() or _pass(
        world, SOUTH, "resident", kind="visitor", person=None, state="active", link="ABCDEFGH23456789"
    )
    return [Sample("an invitation", row.link, EVERYBODY), Sample("no invitation", "NOBODYSLINK23456")]


def homes(world: World) -> list[Sample]:
    home = Dwelling.objects.filter(residences__person_id=world.person("resident").pk).first()
    assert home is not None
    return [Sample("the resident's home", home.pk, RESIDENT), Sample("no home at all", uuid7())]


def _gate(code: str) -> UUID:
    return Gate.objects.get_or_create(community=_community(code), number=40, defaults={"name": "东门"})[0].pk


def gates(world: World) -> list[Sample]:
    del world
    return [
        Sample("a gate of the community", _gate(SOUTH), WORKER), Sample("a gate elsewhere", _gate(NORTH)),
        Sample("no gate at all", uuid7()),
    ]  # fmt: skip


def rules(world: World) -> list[Sample]:
    del world
    today = timezone.localdate()
    south, north = (
        PassRule.objects.create(
            community=_community(code), type="courier", first=today, last=today, legal_basis="tests", set_by="tests"
        ).pk
        for code in (SOUTH, NORTH)
    )
    return [Sample("a rule", south, WORKER), Sample("a rule elsewhere", north), Sample("no rule at all", uuid7())]


def doubts(world: World) -> list[Sample]:
    def at_two_gates(area: str) -> UUID:
        held, now = _pass(world, area, "resident", state="active"), timezone.now()
        first, second = (
            Scan.objects.create(
                nonce=uuid4(), community=held.community, gate=gate, held=held, verdict="valid", was_let=True, is_entry=True, at=now,
                received_at=now, by_name="tests",
            )
            for gate in (1, 2)
        )  # fmt: skip
        Scan.objects.filter(pk=second.pk).update(before=first)
        return second.pk

    return [
        Sample("a pass at two gates", at_two_gates(SOUTH), WORKER), Sample("one elsewhere", at_two_gates(NORTH)),
        Sample("none at all", uuid7()),
    ]  # fmt: skip


def kiosks(world: World) -> list[Sample]:
    """The page of a tablet holds no secret: what it may do stands in its token."""
    community, here = _community(SOUTH), Device.objects.get(token_prefix=world.token_of("device")[:12]).pk
    kiosk = Kiosk(1, True, "http://192.168.1.20/open", "whsec_dGVzdHM=").as_json()
    Community.objects.filter(pk=community.pk).update(guards=[*community.guards, str(here)], kiosks={str(here): kiosk})
    return [Sample("a tablet's page", here, EVERYBODY), Sample("no tablet at all", uuid7())]


def callers(world: World) -> list[Sample]:
    """Visitors at the gate whom whoever lives there may answer."""
    home = Dwelling.objects.filter(residences__person_id=world.person("resident").pk).first()
    row = _pass(
        world, SOUTH, "resident", kind="visitor", person=None, asked_by=None, state="asked", dwelling=home, gates=[1]
    )
    other = _pass(world, NORTH, "resident", kind="visitor", person=None, asked_by=None, state="asked", gates=[1])
    return [
        Sample("a visitor at the resident's gate", row.pk, RESIDENT),
        Sample("one elsewhere", other.pk),
        Sample("nobody at all", uuid7()),
    ]
