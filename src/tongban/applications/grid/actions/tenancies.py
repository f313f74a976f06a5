"""Leases registered by their two sides: one registers, the other confirms with a code from their telephone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.applications.grid.models import Tenancy
from tongban.applications.grid.queries.homes import TENANCY, person_of, tenancies_of, tenancy_leaf
from tongban.applications.grid.rules.tenancies import CODE_LASTS, MOST_TRIES, MOST_WAITING
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.queries import contacts_of, people_by_id
from tongban.foundation.registers.actions import NewLease, check_lease, let_to
from tongban.foundation.registers.queries import BOTH_SIDES, dwelling_at
from tongban.lib.actors import Actor, system
from tongban.lib.names import tidy_name
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class NewTenancy:
    """What one side registers: which rooms, from when to when, and who the other side is; ``lets`` for the landlord."""

    lets: bool
    address: str
    since: date
    until: date
    other_name: str
    other_phone: str
    part: str = ""


@transaction.atomic
def register_tenancy(new: NewTenancy, *, by: Actor) -> Tenancy:
    """Register a lease for the other side to confirm; a code goes to their telephone. It is no lease before."""
    person_id = person_of(by)
    name, phone = tidy_name(new.other_name), check_mobile(new.other_phone, field="other_phone")
    if not name:
        raise Refusal("name_missing", T("请填写对方姓名。", "Enter the other side's name."), field="other_name")
    if phone in (contacts_of(person_id).phone, people_by_id([person_id])[person_id].phone):
        raise Refusal("tenancy_with_oneself", T("这是您自己的号码，请填写对方的手机号。", "This is your own number: enter the other side's."),
                      field="other_phone")  # fmt: skip
    dwelling = dwelling_at(new.address)
    span = check_lease(dwelling.pk, new.since, new.until, new.part)
    if (
        Tenancy.objects.filter(asker_id=person_id, state="waiting", code_until__gt=timezone.now()).count()
        >= MOST_WAITING
    ):
        raise Refusal("tenancies_waiting", T("您已有 {n} 份租约在等对方确认。", "{n} of your leases wait to be confirmed already.").format(n=MOST_WAITING),
                      status=409)  # fmt: skip
    # One that lapsed makes room for the next.
    Tenancy.objects.filter(asker_id=person_id, dwelling=dwelling, part=span.part, state="waiting",
                           code_until__lte=timezone.now()).update(state="withdrawn", settled_at=timezone.now())  # fmt: skip
    code = f"{secrets.randbelow(10**6):06d}"
    row = Tenancy(
        dwelling=dwelling, area_code=dwelling.area_code, part=span.part, since=span.first, until=span.last, asker_id=person_id,
        asker_name=by.name[:120], asker_lets=new.lets, other_name=name, other_phone=phone,
        code_until=timezone.now() + CODE_LASTS, is_sample=dwelling.is_sample,
    )  # fmt: skip
    row.code_hash = _digest(row, code)
    _save_once(row)
    _tell_other(row, code, by)
    return row


def _save_once(row: Tenancy) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refusal("tenancy_waits", T("这处房屋您已登记过，正在等对方确认。", "You have registered this already: it waits for the other side."),
                      field="address", status=409) from None  # fmt: skip


def _digest(row: Tenancy, code: str) -> str:
    return hashlib.sha256(f"{row.pk}:{code}".encode()).hexdigest()


def _tell_other(row: Tenancy, code: str, by: Actor) -> None:
    parts = {
        "name": row.asker_name, "address": f"{row.dwelling.address}{row.part}", "since": row.since, "until": row.until,
        "role": T("出租给您", "let to you") if row.asker_lets else T("向您承租", "rented from you"), "code": code,
        "hours": int(CODE_LASTS.total_seconds() // 3600),
    }  # fmt: skip
    notify(template="grid.tenancy_asked", parts=parts, by=by, phone=row.other_phone)


def _lock(tenancy_id: UUID, by: Actor) -> Tenancy:
    """A tenancy the actor is a side of, held, still waiting."""
    visible = tenancies_of(by).filter(pk=tenancy_id).values("pk")
    row = Tenancy.objects.select_for_update().filter(pk__in=visible).first()
    if row is None:
        raise not_found(TENANCY)
    if row.state != Tenancy.State.WAITING:
        raise Refusal("tenancy_settled", T("这份租约已经办结。", "This lease is settled already."), status=409)
    return row


def _lock_asked(tenancy_id: UUID, by: Actor) -> Tenancy:
    row = _lock(tenancy_id, by)
    if row.asker_id == by.person_id:
        raise Refusal("other_side_confirms", T("要由对方确认。", "The other side has to confirm."), status=403)
    if row.code_until <= timezone.now():
        raise Refusal("tenancy_lapsed", T("超过 72 小时没有确认，已经失效，请对方重新登记。",
                      "Not confirmed within 72 hours: it has lapsed and has to be registered anew."), status=409)  # fmt: skip
    return row


def confirm_tenancy(tenancy_id: UUID, code: str, *, by: Actor) -> Tenancy:
    """Confirm with the code from one's telephone: then it is a lease, and the tenant is recorded there.

    Whoever is signed in with another number does not find it; whoever bears another name is refused. A wrong code counts.
    """
    person_of(by)
    with transaction.atomic():
        row = _lock_asked(tenancy_id, by)
        wrong = _wrong(row, code, by)
        if wrong is None:
            _confirm(row, by)
    if wrong is not None:
        raise wrong  # after the commit: a wrong try counts
    return row


def _wrong(row: Tenancy, code: str, by: Actor) -> Refusal | None:
    person = people_by_id([person_of(by)])[person_of(by)]
    if person.name != row.other_name:
        return Refusal("other_name_differs", T("对方填写的姓名与您登记的姓名不一致，不能确认。请拒绝，请对方改正后重新登记。",
                       "The name given is not yours: refuse it, and have it registered anew."), status=409)  # fmt: skip
    if row.tries >= MOST_TRIES:
        return Refusal("code_used_up", T("输错次数太多，请对方重新登记。", "Too many wrong tries: it has to be registered anew."),
                       field="code", status=409)  # fmt: skip
    if not hmac.compare_digest(row.code_hash, _digest(row, code.strip())):
        row.tries += 1
        row.save(update_fields=["tries"])
        return Refusal("code_wrong", T("确认码不对。", "The code is wrong."), field="code")
    return None


def _confirm(row: Tenancy, by: Actor) -> None:
    landlord, tenant = (row.asker_id, by.person_id) if row.asker_lets else (by.person_id, row.asker_id)
    assert tenant is not None
    new = NewLease(row.dwelling_id, row.since, row.until, row.part, landlord_person_id=landlord, source=BOTH_SIDES)
    # The two of them have no right to keep registers; that both agreed is the house's own ground.
    row.lease = let_to(new, tenant, by=system("grid.tenancies", channel="web"))
    row.other_id = by.person_id
    _settle(row, Tenancy.State.CONFIRMED, "")
    ledger.record("tenancy.confirmed", by=by, subject=("grid.tenancy", row.pk), values=tenancy_leaf(row))
    _tell_asker(row, T("已确认，租约登记完成", "confirmed: the lease is registered"), by)


@transaction.atomic
def refuse_tenancy(tenancy_id: UUID, *, reason: str, by: Actor) -> Tenancy:
    """Say that this is no lease of one's own, or not like this; whoever registered it is told why."""
    row = _lock_asked(tenancy_id, by)
    why = " ".join(reason.split())
    if not 2 <= len(why) <= 200:
        raise Refusal("reason_missing", T("请写明为什么拒绝。", "Say why."), field="reason")
    _settle(row, Tenancy.State.REFUSED, why)
    _tell_asker(row, T("对方拒绝：{why}", "refused: {why}").format(why=why), by)
    return row


@transaction.atomic
def withdraw_tenancy(tenancy_id: UUID, *, by: Actor) -> Tenancy:
    """Take back what one registered, before the other side confirms."""
    row = _lock(tenancy_id, by)
    if row.asker_id != by.person_id:
        raise not_found(TENANCY)
    _settle(row, Tenancy.State.WITHDRAWN, "")
    return row


def _settle(row: Tenancy, state: str, reason: str) -> None:
    row.state, row.reason, row.settled_at, row.code_hash = state, reason, timezone.now(), ""
    row.save(update_fields=["state", "reason", "settled_at", "code_hash", "lease", "other"])


def _tell_asker(row: Tenancy, outcome: T, by: Actor) -> None:
    parts = {"address": f"{row.dwelling.address}{row.part}", "outcome": outcome, "tenancy_id": row.pk}
    notify(template="grid.tenancy_settled", parts=parts, by=by, person_id=row.asker_id)
