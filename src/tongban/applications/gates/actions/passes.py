"""Passes: taken by whoever is in the register, asked for by others, checked, shown, printed, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from tongban.applications.gates.actions.telling import tell
from tongban.applications.gates.models import Community, Gate, Pass
from tongban.applications.gates.queries.communities import rule_for
from tongban.applications.gates.queries.passes import (
    SUBJECT,
    Home,
    home_needed,
    in_house,
    locked_at_desk,
    pass_of,
    person_needed,
    photo_of,
    shown_code,
    standing_of,
)
from tongban.applications.gates.rules.kinds import (
    ASKED_FOR,
    KINDS,
    RENEWED_BEFORE,
    check_place,
    check_plate,
    end_of,
    gate_bits,
    mask_names,
    ruled_as,
)
from tongban.applications.gates.rules.notices import LEASE_OVER, OWN, REGISTER, RENEWED, TAKEN_BACK
from tongban.foundation.credentials.actions import (
    Content,
    Printed,
    Reach,
    Subject,
    issue,
    phone_code,
    print_cards,
    print_pass,
    revoke,
)
from tongban.foundation.parties.queries import contacts_of
from tongban.lib.actors import Actor
from tongban.lib.names import tidy_name
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI, add_working_days

MOST_WAITING = 5
MOST_CARDS = 50


def check_rules(community: Community, kind: str, dwelling_id: UUID | None, day: date) -> None:
    """Refuse what the rule in force on a day does not let be given."""
    rule = rule_for(community, _ruled(kind), day)
    if rule is None:
        return
    if rule.is_closed:
        raise Refusal("type_closed", T("{name}现在不能办理，到 {day} 为止。依据：{basis}",
                      "No passes for: {name}, until {day}. Basis: {basis}").format(
                          name=KINDS[kind].name, day=rule.last, basis=rule.legal_basis), status=409)  # fmt: skip
    if rule.quota and dwelling_id:
        types = [one for one in KINDS if _ruled(one) == rule.type]
        there = Pass.objects.filter(
            dwelling_id=dwelling_id, kind__in=types, state__in=("active", "invited"), ends_at__gt=timezone.now()
        )
        if there.count() >= rule.quota:
            raise Refusal("quota_reached", T("这一户同时最多 {n} 张，到 {day} 为止。依据：{basis}",
                          "At most {n} at a time for a dwelling, until {day}. Basis: {basis}").format(
                              n=rule.quota, day=rule.last, basis=rule.legal_basis), status=409)  # fmt: skip


def _ruled(kind: str) -> str:
    return ruled_as(KINDS[kind].signed, KINDS[kind].mark)


@transaction.atomic
def take_pass(dwelling_id: UUID, *, by: Actor) -> Pass:
    """The pass of whoever the register knows at a dwelling, at once and with nothing typed; taken again, it is the same one
    until it is about to end."""
    person_id = person_needed(by)
    home = home_needed(by, dwelling_id)
    community = Community.objects.select_for_update().get(pk=home.community.pk)
    now = timezone.now()
    own = Pass.objects.select_for_update().filter(
        person_id=person_id, dwelling_id=dwelling_id, kind__in=("resident", "tenant"), state="active"
    ).first()  # fmt: skip
    ends = home_ends(home, home.kind, now)
    if own is not None and is_fresh(own, ends, now):
        return own
    if own is not None:
        end(own, RENEWED, by, is_told=False)
    check_rules(community, home.kind, dwelling_id, timezone.localdate(now))
    before = own or Pass.objects.filter(person_id=person_id, dwelling_id=dwelling_id).order_by("-asked_at").first()
    row = Pass.objects.create(
        kind=home.kind, community=community, area_code=home.residence.area_code, dwelling_id=dwelling_id, person_id=person_id,
        asked_by_id=person_id, nonce=uuid4(), name=home.residence.name, phone=contacts_of(person_id).phone,
        place=home.place, state="active", starts_at=now, ends_at=ends, decided_at=now, decided_by=REGISTER,
        is_sample=home.residence.is_sample, **_photo_of(before),
    )  # fmt: skip
    return sign(row, by)


def home_ends(home: Home, kind: str, now: datetime) -> datetime:
    """Until when a pass of a home holds: never past the lease it stands on."""
    ends = end_of(now, KINDS[kind].days)
    return min(ends, datetime.combine(home.last, time(23, 59, 59), SHANGHAI)) if home.last else ends


def is_fresh(row: Pass, ends: datetime, now: datetime) -> bool:
    """Whether a pass is far from its end, or a new one would not hold longer."""
    return row.ends_at - now > RENEWED_BEFORE or row.ends_at >= ends


def _photo_of(before: Pass | None) -> dict[str, str]:
    """The photo of somebody's last pass goes on to their new one."""
    return {name: getattr(before, name) for name in ("photo", "thumbnail", "photo_mark")} if before else {}


def sign(row: Pass, by: Actor) -> Pass:
    """Give a pass its credential."""
    content = Content(
        KINDS[row.kind].signed, mask_names(row.name), place=row.place, gates=gate_bits(row.gates), plate=row.plate,
        photo=bytes.fromhex(row.photo_mark), number=KINDS[row.kind].mark,
    )  # fmt: skip
    credential = issue(
        content, subject=Subject(SUBJECT, row.pk), not_before=row.starts_at, expires=row.ends_at, by=in_house(by),
        reach=Reach(row.community.code),
    )  # fmt: skip
    row.credential_id, row.state = credential.pk, Pass.State.ACTIVE
    row.save(update_fields=["credential_id", "state"])
    return row


def resign(row: Pass, reason: str, by: Actor) -> Pass:
    """A pass whose content has changed gets a new credential; the old one is revoked."""
    if row.credential_id:
        revoke(row.credential_id, reason=reason, by=in_house(by))
    return sign(row, by)


@dataclass(frozen=True, slots=True)
class NewPass:
    """What somebody asks for whom the register does not know; a carer's home is the one they come to."""

    nonce: UUID
    kind: str
    community_id: UUID
    name: str
    phone: str
    place: str
    reason: str
    plate: str = ""
    dwelling_id: UUID | None = None


@transaction.atomic
def ask_for_pass(new: NewPass, *, by: Actor) -> Pass:
    """Ask the community for a pass; it checks within its deadline. Asked again with the same nonce, it is the same."""
    person_id = person_needed(by)
    known = Pass.objects.filter(asked_by_id=person_id, nonce=new.nonce).first()
    if known is not None:
        return known
    if new.kind not in ASKED_FOR:
        raise Refusal("kind_unknown", T("请选择办哪一种。", "Choose a kind."), field="kind")
    community = Community.objects.filter(pk=new.community_id).first()
    if community is None:
        raise Refusal("community_unknown", T("请选择社区。", "Choose the community."), field="community")
    home = home_needed(by, new.dwelling_id) if new.dwelling_id else None
    now = timezone.now()
    check_rules(community, new.kind, new.dwelling_id, timezone.localdate(now))
    if Pass.objects.filter(asked_by_id=person_id, state="waiting").count() >= MOST_WAITING:
        raise Refusal("too_many_waiting", T("您有 {n} 份申请还在核对，请等核对完。", "{n} of your applications are being checked.").format(
            n=MOST_WAITING), status=409)  # fmt: skip
    place = home.place if home else check_place(new.place)
    reason = new.reason.strip()
    if not reason:
        raise Refusal("reason_missing", T("请说明来做什么、住在哪里或为谁服务，便于核对。",
                      "Say what you come for, where you live or whom you work for."), field="reason")  # fmt: skip
    row = Pass.objects.create(
        kind=new.kind, community=community, area_code=home.residence.area_code if home else community.code, dwelling_id=new.dwelling_id,
        person_id=None if new.kind == "carer" else person_id, asked_by_id=person_id, nonce=new.nonce,
        name=check_name(new.name), phone=check_mobile(new.phone, field="phone"), place=place, reason=reason[:500],
        plate=check_plate(new.plate) if new.kind == "vehicle" else "", state="waiting",
        due_on=add_working_days(now, community.check_days).date, starts_at=now, ends_at=end_of(now, KINDS[new.kind].days),
    )  # fmt: skip
    tell(row, "asked", by=by)
    return row


def check_name(said: str) -> str:
    """A person's name as it is kept."""
    name = tidy_name(said)
    if not 2 <= len(name) <= 60:
        raise Refusal("name_missing", T("请填写姓名。", "Enter the name."), field="name")
    return name


def _waiting(pass_id: UUID, by: Actor) -> Pass:
    row = locked_at_desk(by, pass_id)
    if row.state != Pass.State.WAITING:
        raise Refusal(
            "pass_settled", T("这份申请已经处理过。", "This application has been settled already."), status=409
        )
    return row


@transaction.atomic
def approve(pass_id: UUID, *, gates: Sequence[int] = (), days: int | None = None, by: Actor) -> Pass:
    """The community checked: the pass is signed, for these gates (none: all) and so many days."""
    row = _waiting(pass_id, by)
    most = KINDS[row.kind].days
    if days is not None and not 1 <= days <= most:
        raise Refusal(
            "days_wrong", T("这一类最多 {n} 天。", "At most {n} days for this kind.").format(n=most), field="days"
        )
    known = set(Gate.objects.filter(community=row.community, is_closed=False).values_list("number", flat=True))
    if not set(gates) <= known:
        raise Refusal("gate_unknown", T("请从现有的门中选择。", "Choose from the gates there are."), field="gates")
    now = timezone.now()
    check_rules(row.community, row.kind, row.dwelling_id, timezone.localdate(now))
    row.gates, row.starts_at, row.ends_at = sorted(set(gates)), now, end_of(now, days or most)
    row.decided_at, row.decided_by = now, by.name[:120]
    row.save(update_fields=["gates", "starts_at", "ends_at", "decided_at", "decided_by"])
    tell(sign(row, by), "approved", by=by)
    return row


@transaction.atomic
def refuse(pass_id: UUID, *, reason: str, by: Actor) -> Pass:
    """The community checked: no, and why."""
    row = _waiting(pass_id, by)
    row.state, row.decided_at, row.decided_by, row.decision = (
        Pass.State.REFUSED,
        timezone.now(),
        by.name[:120],
        _reason(reason),
    )
    row.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    tell(row, "refused", by=by)
    return row


def _reason(said: str) -> str:
    text = " ".join(said.split())[:200]
    if not text:
        raise Refusal("reason_missing", T("请写明理由，对方会看到。", "Say why: they will read it."), field="reason")
    return text


@transaction.atomic
def revoke_pass(pass_id: UUID, *, reason: str, by: Actor) -> Pass:
    """The community ends one pass alone; a guard's phone knows with its next list."""
    row = locked_at_desk(by, pass_id)
    return end(row, _reason(reason), by)


@transaction.atomic
def end_own_pass(pass_id: UUID, *, by: Actor) -> Pass:
    """The holder, or whoever invited, ends a pass: lost, not needed."""
    row = Pass.objects.select_for_update().get(pk=pass_of(by, pass_id).pk)
    is_guest = row.kind == "visitor"
    return end(row, TAKEN_BACK if is_guest else OWN, by, is_told=is_guest)


def end(row: Pass, reason: str, by: Actor, *, is_told: bool = True) -> Pass:
    """End a pass that has not ended, its credential with it; its holder is told unless they did it."""
    if row.state not in (Pass.State.ACTIVE, Pass.State.INVITED, Pass.State.WAITING):
        raise Refusal("pass_ended", T("这张出入证已经结束。", "This pass has ended already."), status=409)
    if row.credential_id:
        revoke(row.credential_id, reason=reason, by=in_house(by))
    row.state, row.decision, row.decided_at, row.decided_by = Pass.State.ENDED, reason, timezone.now(), by.name[:120]
    row.save(update_fields=["state", "decision", "decided_at", "decided_by"])
    if is_told:
        tell(row, "ended", by=by)
    return row


@transaction.atomic
def end_with_lease(dwelling_id: UUID, tenants: Sequence[UUID], *, by: Actor) -> int:
    """A lease is over: the passes of its tenants end, and what they asked for others at that dwelling."""
    rows = Pass.objects.select_for_update().filter(
        dwelling_id=dwelling_id, asked_by_id__in=list(tenants), state__in=("active", "invited", "waiting")
    ).exclude(kind__in=("resident", "household"))  # fmt: skip
    return len([end(row, LEASE_OVER, by) for row in rows.order_by("pk")])


def code_on_phone(row: Pass) -> str:
    """The code of 90 seconds for whoever was shown to hold the pass."""
    if standing_of(row) != "active" or row.credential_id is None:
        raise Refusal("pass_ended", T("这张出入证现在不能用。", "This pass is not good now."), status=409)
    return phone_code(row.credential_id)


def paper_of(row: Pass) -> bytes:
    """The pass on A6."""
    code = shown_code(row)
    if not code:
        raise Refusal("pass_ended", T("这张出入证现在不能用。", "This pass is not good now."), status=409)
    return print_pass(_printed(row, code))


def cards_of(rows: Sequence[Pass]) -> bytes:
    """Those of some passes that are good now as cards, ten to a sheet."""
    found = [_printed(row, code) for row in rows[:MOST_CARDS] if (code := shown_code(row))]
    if not found:
        raise Refusal("no_cards", T("没有可以打印的有效出入证。", "There is no pass in force to print."), status=409)
    return print_cards(found)


def _printed(row: Pass, code: str) -> Printed:
    return Printed(code, photo_of(row), KINDS[row.kind].title)
