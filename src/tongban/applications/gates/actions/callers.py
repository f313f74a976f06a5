"""Visitors without a pass: the guard asks the home, whoever lives there answers, or the guard notes what was said by telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.applications.gates.actions.passes import check_name, check_rules
from tongban.applications.gates.models import Community, Pass, Scan
from tongban.applications.gates.queries.callers import CALLER, dwelling_called, people_to_ask
from tongban.applications.gates.queries.communities import gates_of
from tongban.applications.gates.queries.guards import community_of_guard
from tongban.applications.gates.queries.passes import homes_of, person_needed, place_of_dwelling, standing_of
from tongban.applications.gates.rules.notices import ANSWERED, BY_TELEPHONE
from tongban.foundation.notifications.actions import notify
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

ANSWERED_WITHIN = timedelta(minutes=15)
MOST_AT_A_HOME = 5


@dataclass(frozen=True, slots=True)
class NewCaller:
    """Who stands at which gate and wants to go to which dwelling, as the guard types it: 7-1-101."""

    nonce: UUID
    gate: int
    place: str
    name: str


@transaction.atomic
def ask_home(new: NewCaller, *, by: Actor) -> Pass:
    """Tell whoever lives there, and wait for their answer. The same nonce again is the same question."""
    community = Community.objects.select_for_update().get(pk=community_of_guard(by).pk)
    known = Pass.objects.filter(community=community, asked_by=None, nonce=new.nonce).first()
    if known is not None:
        return known
    gate = next((one for one in gates_of(community) if one.number == new.gate), None)
    if gate is None:
        raise Refusal("gate_unknown", T("请从现有的门中选择。", "Choose from the gates there are."), field="gate")
    dwelling, name, now = dwelling_called(community, new.place), check_name(new.name), timezone.now()
    check_rules(community, "visitor", None, timezone.localdate(now))
    waiting = Pass.objects.filter(dwelling=dwelling, state=Pass.State.ASKED, ends_at__gt=now)
    if waiting.count() >= MOST_AT_A_HOME:
        raise Refusal("too_many_callers", T("这一户还有 {n} 位访客没有答复，请打电话问。", "{n} visitors still wait for this home: telephone.").format(
            n=MOST_AT_A_HOME), status=409)  # fmt: skip
    row = Pass.objects.create(
        kind="visitor", community=community, area_code=dwelling.area_code, dwelling=dwelling, nonce=new.nonce, name=name,
        place=place_of_dwelling(dwelling), gates=[gate.number], state=Pass.State.ASKED, starts_at=now, ends_at=now + ANSWERED_WITHIN,
        is_sample=dwelling.is_sample,
    )  # fmt: skip
    parts = {"gate": T(gate.name, gate.name_en or gate.name), "place": row.place, "name": name}
    for person_id in people_to_ask(dwelling.pk):
        notify(template="gates.visitor_at_gate", parts=parts, by=by, person_id=person_id)
    return row


@transaction.atomic
def answer_caller(pass_id: UUID, *, is_welcome: bool, by: Actor) -> Pass:
    """Whoever lives there says whether the visitor may come in; the guard's phone shows it."""
    person_needed(by)
    homes = [home.residence.dwelling_id for home in homes_of(by)]
    rows = Pass.objects.select_for_update().filter(pk=pass_id, kind="visitor", asked_by=None, dwelling_id__in=homes)
    row = rows.first() if homes else None
    if row is None:
        raise not_found(CALLER)
    return _settle(row, is_welcome, ANSWERED, by)


@transaction.atomic
def note_answer(nonce: UUID, *, is_welcome: bool, who: str, by: Actor) -> Pass:
    """The guard telephoned: what was said, and by whom. Whoever lives there sees that it was noted."""
    community, said = community_of_guard(by), " ".join(who.split())[:60]
    row = (
        Pass.objects.select_for_update().filter(community=community, asked_by=None, nonce=nonce, kind="visitor").first()
    )
    if row is None:
        raise not_found(CALLER)
    if not said:
        raise Refusal("who_missing", T("请填写电话里是谁答复的。", "Say who answered on the telephone."), field="who")
    return _settle(row, is_welcome, f"{BY_TELEPHONE}{said}", by)


def _settle(row: Pass, is_welcome: bool, decision: str, by: Actor) -> Pass:
    if standing_of(row) != "asked":
        raise Refusal(
            "caller_settled",
            T("已经答复过，或者过了时间。", "This was answered already, or its time is over."),
            status=409,
        )
    now = timezone.now()
    row.state, row.decision = (Pass.State.AGREED if is_welcome else Pass.State.REFUSED), decision
    row.decided_at, row.decided_by = now, by.name[:120]
    row.save(update_fields=["state", "decision", "decided_at", "decided_by"])
    Scan.objects.create(
        nonce=row.pk, community_id=row.community_id, gate=row.gates[0], held=row, type="visitor", verdict="consented" if is_welcome else "not_consented",
        was_let=is_welcome, is_entry=True, at=now, received_at=now, by_name=by.name[:120],
    )  # fmt: skip
    return row
