"""Sealed records are opened by two people together, on a stated order, and never by one alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties import hooks
from tongban.foundation.parties.models import Disclosure
from tongban.foundation.parties.queries import require
from tongban.foundation.parties.queries.disclosures import DISCLOSURE, READABLE, disclosure_leaf, is_list, is_readable
from tongban.foundation.parties.rules import check_reason
from tongban.lib.actors import Actor
from tongban.lib.identifiers import check_document
from tongban.lib.phones import check_phone
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

LONGEST = timedelta(days=31)
TO_APPROVE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be opened: about whom, for which hours, on which order and why."""

    subject: Mapping[str, str]
    since: datetime
    until: datetime
    basis: str
    reason: str
    purpose: str = "contacts"


@dataclass(frozen=True, slots=True)
class ListOrder:
    """A list of people to be taken away as a file: which (``criteria`` for its app, ``said`` for whoever approves), how long it is, and why."""

    purpose: str  # of the app whose list it is, such as "grid.residents"
    area: str
    criteria: Mapping[str, str]
    said: str
    count: int
    basis: str
    reason: str


@transaction.atomic
def ask_list(order: ListOrder, *, by: Actor) -> Disclosure:
    """Ask for a list of people; there is no file before a second person agrees."""
    require(by, hooks.ASK_LIST, region=order.area)
    if by.person_id is None:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    if order.count < 1:
        raise Refusal("list_empty", T("名单里没有人，不需要导出。", "There is nobody on this list."))
    now = timezone.now()
    return Disclosure.objects.create(
        purpose=order.purpose, subject={**order.criteria, "said": order.said[:200], "count": str(order.count)}, since=now,
        until=now + TO_APPROVE + READABLE, basis=_basis(order.basis), reason=check_reason(order.reason),
        region_code=order.area[:12], asked_by_id=by.person_id, asked_name=by.name[:120],
    )  # fmt: skip


def _basis(basis: str) -> str:
    if len(basis.strip()) < 4:
        raise Refusal("basis_missing", T("请写明依据的文书编号，例如流调通知或协查函的文号。",
                      "Give the number of the order, such as the notice of investigation."), field="basis")  # fmt: skip
    return basis.strip()[:200]


@transaction.atomic
def ask_disclosure(order: Order, *, by: Actor) -> Disclosure:
    """Ask for sealed records to be opened; nothing is read before a second person agrees."""
    require(by, hooks.ASK_DISCLOSURE)
    if by.person_id is None:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    if order.until <= order.since or order.until - order.since > LONGEST:
        raise Refusal("period_wrong", T("时间段的止点要晚于起点，最长 31 天。", "The end follows the beginning, at most 31 days."),
                      field="until")  # fmt: skip
    return Disclosure.objects.create(
        purpose=order.purpose, subject=_checked(order.subject), since=order.since, until=order.until,
        basis=_basis(order.basis), reason=check_reason(order.reason), region_code=by.region,
        asked_by_id=by.person_id, asked_name=by.name[:120],
    )  # fmt: skip


def _checked(subject: Mapping[str, str]) -> dict[str, str]:
    found = {"name": " ".join(subject.get("name", "").split())[:60]}
    if subject.get("document_number"):
        kind = subject.get("document_type") or "resident_id"
        found |= {
            "document_type": kind,
            "document_number": check_document(kind, subject["document_number"], field="document_number"),
        }
    if subject.get("phone"):
        found["phone"] = check_phone(subject["phone"], field="phone")
    if not found.get("document_number") and not found.get("phone"):
        raise Refusal("subject_missing", T("请填写证件号码或手机号，姓名不足以确定一个人。",
                      "Give a document number or a phone: a name does not single out a person."), field="document_number")  # fmt: skip
    return {key: value for key, value in found.items() if value}


@transaction.atomic
def open_disclosure(disclosure_id: UUID, *, by: Actor) -> Disclosure:
    """The second person opens it: the public log and the places concerned see that it was opened."""
    found = _to_settle(disclosure_id, by)
    found.state, found.settled_by_id = Disclosure.State.OPENED, by.person_id
    found.settled_name, found.settled_at = by.name[:120], timezone.now()
    found.places = [] if is_list(found) else sorted({one.place_key for one in _presences_of(found)})
    found.save(update_fields=["state", "settled_by", "settled_name", "settled_at", "places"])
    ledger.record("disclosure.opened", by=by, subject=("parties.disclosure", found.pk), values=disclosure_leaf(found))
    return found


@transaction.atomic
def decline_disclosure(disclosure_id: UUID, *, by: Actor) -> Disclosure:
    """The second person says no; nothing was read."""
    found = _to_settle(disclosure_id, by)
    found.state, found.settled_by_id = Disclosure.State.DECLINED, by.person_id
    found.settled_name, found.settled_at = by.name[:120], timezone.now()
    found.save(update_fields=["state", "settled_by", "settled_name", "settled_at"])
    return found


def _to_settle(disclosure_id: UUID, by: Actor) -> Disclosure:
    found = Disclosure.objects.select_for_update().filter(pk=disclosure_id).first()
    require(by, hooks.OPEN_DISCLOSURE)
    if found is None or not found.region_code.startswith(by.region):
        raise not_found(DISCLOSURE)
    if found.asked_by_id == by.person_id:
        raise Refusal("second_person_needed", T("申请人不能自己批准，请由另一位有权的人办理。",
                      "Whoever asked cannot open it: another person has to."), status=403)  # fmt: skip
    if found.state != Disclosure.State.ASKED:
        raise Refusal("disclosure_settled", T("这项申请已经处理过。", "This has been settled already."), status=409)
    if timezone.now() > found.asked_at + TO_APPROVE:
        raise Refusal("disclosure_lapsed", T("申请超过 24 小时没有批准，已经失效，请重新申请。",
                      "Not opened within 24 hours: it has lapsed, ask again."), status=409)  # fmt: skip
    return found


@transaction.atomic
def read_disclosure(disclosure_id: UUID, *, by: Actor) -> list[hooks.Presence]:
    """What was opened, for the two who opened it, for seven days; each reading is counted. A list has no presences."""
    found = _readable(disclosure_id, by)
    if is_list(found):
        return []
    _count(found)
    return _presences_of(found)


@transaction.atomic
def read_list(disclosure_id: UUID, *, by: Actor) -> Disclosure:
    """A list two people opened, to be made into a file by its app for whoever asked, for seven days; each is counted."""
    found = _readable(disclosure_id, by)
    if not is_list(found) or found.asked_by_id != by.person_id:
        raise not_found(DISCLOSURE)
    require(by, hooks.ASK_LIST, region=found.subject.get("area") if found.subject else None)
    _count(found)
    return found


def _count(found: Disclosure) -> None:
    Disclosure.objects.filter(pk=found.pk).update(reads=F("reads") + 1)


def _readable(disclosure_id: UUID, by: Actor) -> Disclosure:
    found = Disclosure.objects.select_for_update().filter(pk=disclosure_id).first()
    if found is None or by.person_id not in (found.asked_by_id, found.settled_by_id) or by.person_id is None:
        raise not_found(DISCLOSURE)
    if found.state != Disclosure.State.OPENED:
        raise Refusal(
            "disclosure_not_open", T("还没有经第二人批准。", "A second person has not opened it yet."), status=409
        )
    if not is_readable(found):
        raise Refusal(
            "disclosure_closed",
            T("调取结果只能查看 7 天，现已关闭。", "Readable for seven days only: it is closed."),
            status=409,
        )
    return found


def _presences_of(found: Disclosure) -> list[hooks.Presence]:
    """Where the person was, and who was there at the same time, from every app that knows."""
    subject = found.subject or {}
    answers = hooks.presences.call(subject=subject, since=found.since, until=found.until)
    return sorted((one for answer in answers for one in answer), key=lambda one: one.since)
