"""Visitors without a pass: the dwelling they want to go to, who may answer for it, what was answered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from tongban.applications.gates.models import Community, Pass
from tongban.applications.gates.queries.guards import community_of_guard
from tongban.applications.gates.queries.passes import homes_of, lives_there, may_answer, place_of_dwelling
from tongban.applications.gates.rules.households import may_hold
from tongban.applications.gates.rules.kinds import check_dwelling
from tongban.foundation.parties.queries import people_by_id
from tongban.foundation.registers.queries import dwellings_numbered, residences_at
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.registers.models import Dwelling

CALLER = T("这位访客", "This visitor")
_SHOWN = timedelta(days=14)


def dwelling_called(community: Community, said: str) -> Dwelling:
    """The one dwelling of a community that a guard means by 7-1-101, or by an estate's name and 7-1-101 where a community has
    several; nothing about who lives there."""
    estate, place = check_dwelling(said)
    rows = dwellings_numbered(community.code, place.rsplit("-", 1)[-1])
    found = [one for one in rows if place_of_dwelling(one).upper() == place and estate in one.address]
    if len(found) > 1:
        several = "；".join(one.address for one in found[:5])
        raise Refusal("dwelling_ambiguous", T("有几处 {place}，请在前面写小区名，例如“示例小区 {place}”：{several}",
                      "Several are numbered {place}; put the estate's name before it: {several}").format(place=place, several=several),
                      field="place")  # fmt: skip
    if not found:
        raise Refusal("dwelling_unknown", T("没有找到这一户。写成 7-2-1503（栋-单元-室），或请打电话问。",
                      "No such dwelling. Write it as 7-2-1503 (building-unit-room), or telephone."), field="place")  # fmt: skip
    return found[0]


def people_to_ask(dwelling_id: UUID) -> list[UUID]:
    """The adults who live at a dwelling, as far as the register is sure of it."""
    rows = [row for row in residences_at(dwelling_id) if lives_there(row)]
    people, today = people_by_id({row.person_id for row in rows}), timezone.localdate()
    return [key for key, one in people.items() if may_answer(one) and may_hold(one.birth_date, today)]


def is_somebody_told(row: Pass) -> bool:
    """Whether there was anybody to ask; otherwise the guard telephones at once."""
    return row.dwelling_id is not None and (row.state != Pass.State.ASKED or bool(people_to_ask(row.dwelling_id)))


def caller_of(by: Actor, nonce: UUID) -> Pass:
    """What became of a question this gate asked."""
    found = Pass.objects.filter(community=community_of_guard(by), asked_by=None, nonce=nonce, kind="visitor").first()
    if found is None:
        raise not_found(CALLER)
    return found


def callers_at_home(by: Actor) -> list[Pass]:
    """Visitors whom gates asked one's homes about in the last fortnight, the newest first."""
    homes = [home.residence.dwelling_id for home in homes_of(by)]
    since = timezone.now() - _SHOWN
    found = (
        Pass.objects.filter(dwelling_id__in=homes, kind="visitor", asked_by=None, asked_at__gte=since)
        if homes
        else Pass.objects.none()
    )
    return list(found.select_related("community").prefetch_related("community__gates").order_by("-asked_at")[:20])
