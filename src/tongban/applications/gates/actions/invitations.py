"""A resident invites a visitor by a link; whoever opens it says who they are and has the pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.applications.gates.actions.passes import check_name, check_rules, sign
from tongban.applications.gates.models import Pass
from tongban.applications.gates.queries.passes import PASS, home_needed, person_needed, standing_of
from tongban.lib.actors import Actor
from tongban.lib.ids import speakable_code
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI

AHEAD = 7
MOST_OPEN = 10


@dataclass(frozen=True, slots=True)
class NewVisitor:
    """Who is expected on which day at which home."""

    nonce: UUID
    dwelling_id: UUID
    day: date
    name: str = ""


@transaction.atomic
def invite(new: NewVisitor, *, by: Actor) -> Pass:
    """A link for a visitor on one day; whoever invites answers for them. The same nonce again is the same link."""
    person_id = person_needed(by)
    known = Pass.objects.filter(asked_by_id=person_id, nonce=new.nonce).first()
    if known is not None:
        return known
    home = home_needed(by, new.dwelling_id)
    now, today = timezone.now(), timezone.localdate()
    if not today <= new.day <= today + timedelta(days=AHEAD):
        raise Refusal(
            "day_wrong", T("请选择今天起 {n} 天内的一天。", "A day within the next {n}.").format(n=AHEAD), field="day"
        )
    check_rules(home.community, "visitor", new.dwelling_id, new.day)
    open_ = Pass.objects.filter(asked_by_id=person_id, kind="visitor", state__in=("invited", "active"), ends_at__gt=now)
    if open_.count() >= MOST_OPEN:
        raise Refusal(
            "too_many_visitors",
            T("您已邀请 {n} 人，请等他们离开。", "You have invited {n} already.").format(n=MOST_OPEN),
            status=409,
        )
    begins = datetime.combine(new.day, time(), SHANGHAI)
    return Pass.objects.create(
        kind="visitor", community=home.community, area_code=home.residence.area_code, dwelling_id=new.dwelling_id,
        asked_by_id=person_id, nonce=new.nonce, name=check_name(new.name) if new.name.strip() else "", place=home.place,
        link=speakable_code(16), state="invited", starts_at=begins, ends_at=begins + timedelta(hours=23, minutes=59, seconds=59),
        is_sample=home.residence.is_sample,
    )  # fmt: skip


@transaction.atomic
def accept_invitation(link: str, *, name: str, phone: str, by: Actor) -> Pass:
    """The visitor says who they are and has the pass; a second time changes nothing."""
    row = (
        Pass.objects.select_for_update(of=("self",)).select_related("community").filter(link=link).first()
        if link
        else None
    )
    if row is None:
        raise not_found(PASS)
    if row.state == Pass.State.ACTIVE:
        return row
    if standing_of(row) != "invited":
        raise Refusal(
            "invitation_over",
            T("这份邀请已经结束，请住户重新邀请。", "This invitation is over: ask for a new one."),
            status=409,
        )
    check_rules(row.community, "visitor", None, timezone.localtime(row.starts_at).date())
    row.name, row.phone = check_name(name or row.name), check_mobile(phone, field="phone")
    row.decided_at, row.decided_by = timezone.now(), by.name[:120] or row.name[:120]
    row.save(update_fields=["name", "phone", "phone_tail_index", "decided_at", "decided_by"])
    return sign(row, by)
