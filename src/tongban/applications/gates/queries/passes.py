"""Passes: of somebody, of a community, behind a link; and the homes somebody could have one for."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongban.applications.gates.models import Community, Pass
from tongban.applications.gates.rules.rights import RUN
from tongban.foundation.credentials.queries import credential_of
from tongban.foundation.parties.queries import people_by_id, require
from tongban.foundation.registers.queries import BOTH_SIDES, homes_of_person
from tongban.lib.actors import Actor, system
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Person
    from tongban.foundation.registers.models import Dwelling, Residence

PASS = T("这张出入证", "This pass")
SUBJECT = "gates.pass"
_MATCHED = 3  # whoever typed their own particulars is not yet who the register means


@dataclass(frozen=True, slots=True)
class Home:
    """A dwelling somebody lives in by the register, in a community with gates; ``kind`` is the pass they get there."""

    residence: Residence
    community: Community
    place: str
    kind: str
    last: date | None
    own: Pass | None = None


def homes_of(by: Actor) -> list[Home]:
    """Where somebody lives, as far as there are gates, each with the pass they have."""
    person = people_by_id([by.person_id]).get(by.person_id) if by.person_id else None
    if person is None or not may_answer(person):
        return []
    rows = homes_of_person(person.pk)
    codes = {row.area_code[:12] for row in rows}
    communities = {one.code: one for one in Community.objects.filter(code__in=codes)}
    own = {
        one.dwelling_id: one
        for one in Pass.objects.filter(person=person, state="active", kind__in=("resident", "tenant"))
    }
    found = {}
    for row in rows:
        community = communities.get(row.area_code[:12])
        if community is None or not lives_there(row):
            continue
        last = row.lease.until if row.lease else None
        kind = "tenant" if row.kind == "tenant" else "resident"
        found[row.dwelling_id] = Home(row, community, short_place(row), kind, last, own.get(row.dwelling_id))
    return list(found.values())


def may_answer(person: Person) -> bool:
    """Whether somebody is who the register means: they did not only type it themself."""
    return not (person.source == "self" and person.assurance < _MATCHED)


def lives_there(row: Residence) -> bool:
    """Whether the register is sure that somebody lives at a home today."""
    last = row.lease.until if row.lease else None
    if row.source == BOTH_SIDES and row.confirmed_at is None:  # two friends could agree on any home
        return False
    return row.is_present is not False and not (last and last < timezone.localdate())


def short_place(row: Residence) -> str:
    """A dwelling as it stands in a code: 7-2-1503."""
    return place_of_dwelling(row.dwelling)


def place_of_dwelling(room: Dwelling) -> str:
    """The same of a dwelling, whoever lives there."""
    above = room.place.mark if room.place.level in ("unit", "group") else ""
    building = room.building.mark if room.building else ""
    return "-".join(part for part in (building, above, room.mark) if part)[:24]


def in_house(by: Actor) -> Actor:
    """The house, in somebody's name: who may sign passes is not the resident but the rule that gives them theirs."""
    return replace(system("gates", channel=by.channel), name=by.name)


def person_needed(by: Actor) -> UUID:
    """The id of whoever is signed in."""
    if by.person_id is None:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    return by.person_id


def home_needed(by: Actor, dwelling_id: UUID) -> Home:
    """A home of one's own by the register."""
    found = next((one for one in homes_of(by) if one.residence.dwelling_id == dwelling_id), None)
    if found is None:
        raise Refusal("not_registered", T("登记里没有您住在这里。请填写申请，由社区核对。",
                      "The register does not know that you live here: apply, and the community checks."), status=404)  # fmt: skip
    return found


def passes_of(by: Actor) -> QuerySet[Pass]:
    """Passes one holds or asked for, the newest first."""
    if by.person_id is None:
        return Pass.objects.none()
    found = Pass.objects.filter(Q(person_id=by.person_id) | Q(asked_by_id=by.person_id))
    return found.select_related("community").order_by("-asked_at")


def pass_of(by: Actor, pass_id: UUID) -> Pass:
    """One's own pass, or one that one asked for."""
    found = passes_of(by).filter(pk=pass_id).first()
    if found is None:
        raise not_found(PASS)
    return found


def holds(row: Pass, person_id: UUID | None) -> bool:
    """Whether a pass is somebody's to show; a vehicle's and a carer's is shown by whoever asked for it."""
    return person_id is not None and (row.person_id or row.asked_by_id) == person_id and row.kind != "visitor"


def held_pass(by: Actor, pass_id: UUID) -> Pass:
    """A pass that is one's own to show."""
    row = pass_of(by, pass_id)
    if not holds(row, by.person_id):
        raise not_found(PASS)
    return row


def photo_of(row: Pass) -> bytes:
    """The photo of a pass, a JPEG, or nothing; whoever calls has seen to it that it may be seen."""
    return base64.b64decode(row.photo) if row.photo_mark else b""


def photo_shown(row: Pass) -> str:
    """The same within a page: a photo has no address of its own, so that whoever sees it opened a page that says so."""
    return f"data:image/jpeg;base64,{row.photo}" if row.photo_mark else ""


def pass_by_link(link: str) -> Pass:
    """The pass of whoever has its link."""
    found = Pass.objects.filter(link=link).select_related("community").first() if link else None
    if found is None:
        raise not_found(PASS)
    return found


def passes_seen_by(by: Actor) -> QuerySet[Pass]:
    """Passes of the area somebody works for."""
    require(by, RUN)
    return Pass.objects.filter(area_code__startswith=by.region).select_related("community")


def pass_seen_by(by: Actor, pass_id: UUID) -> Pass:
    """One pass of the area somebody works for."""
    found = passes_seen_by(by).filter(pk=pass_id).first()
    if found is None:
        raise not_found(PASS)
    return found


def locked_at_desk(by: Actor, pass_id: UUID) -> Pass:
    """The same, held until whoever changes it is done."""
    row = passes_seen_by(by).select_for_update(of=("self",)).filter(pk=pass_id).first()
    if row is None:
        raise not_found(PASS)
    return row


def standing_of(row: Pass) -> str:
    """The state of a pass, its dates looked at: one whose time is over is ``past`` whatever stands there."""
    return "past" if row.state in ("active", "invited", "asked") and row.ends_at <= timezone.now() else row.state


def shown_code(row: Pass) -> str:
    """The code as it is printed; empty while there is none, or it is no longer good."""
    credential = credential_of(SUBJECT, row.pk) if standing_of(row) == "active" else None
    return credential.code if credential and not credential.revoked_at else ""
