"""The window (一窗受理): a clerk identifies a visitor, types for them, and hands on; a clerk never decides."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.hooks import send_code
from tongban.foundation.parties.queries import (
    colleagues_of,
    contacts_of,
    organisation_by_uscc,
    person_by_document,
    require,
)
from tongban.lib.actors import Actor
from tongban.lib.identifiers import check_document, check_uscc
from tongban.lib.names import tidy_name
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions.common import lock_case, record
from tongban.matters.actions.drafts import start_draft
from tongban.matters.actions.submission import submit_case
from tongban.matters.models import Case, Intake
from tongban.matters.queries import content_of
from tongban.matters.queries.window import for_visitor
from tongban.matters.rules.answers import check_answers
from tongban.matters.rules.cases import check_may_edit, check_reason, hash_of

_CODE_LASTS = timedelta(minutes=10)
_MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at the counter, as their document says; ``uscc`` when they apply for a company."""

    name: str
    document_type: str
    document_number: str
    phone: str = ""
    uscc: str = ""


@transaction.atomic
def take_in(code: str, visitor: Visitor, *, evidence: str, by: Actor) -> Case:
    """Begin an application for a visitor whose document the clerk has seen; a person not known yet is recorded."""
    require(by, hooks.TAKE_IN)
    if by.unit_id is None or by.person_id is None:
        raise Refusal("wrong_unit", T("请先进入窗口工作台。", "Open a window's desk first."), status=403)
    seen = check_reason(evidence, field="evidence")
    person_id = _identified(visitor, by)
    if person_id == by.person_id:
        raise Refusal(
            "own_case", T("自己的事请到其他窗口办理。", "A colleague takes in your own application."), status=403
        )
    organisation_id = _company(visitor.uscc) if visitor.uscc.strip() else None
    acting = for_visitor(by, person_id)
    case = start_draft(code, organisation_id=organisation_id, by=acting)
    capacity = "self" if organisation_id is None else "mandate" if case.mandate_id else "legal_representative"
    Intake.objects.create(
        case=case, visitor_id=person_id, capacity=capacity, evidence=seen, seen_at=timezone.now(), seen_by=by.name[:120],
        seen_by_person_id=by.person_id, unit_id=by.unit_id, holder_id=by.person_id, holder_name=by.name[:120],
    )  # fmt: skip
    record(case, "taken_in", by=by.through("window"))
    return case


def _identified(visitor: Visitor, by: Actor) -> UUID:
    number = check_document(visitor.document_type, visitor.document_number, field="document_number")
    known = person_by_document(visitor.document_type, number)
    if known is None:
        particulars = parties.Particulars(
            visitor.name, visitor.document_type, number, visitor.phone, region_code=by.region
        )
        known = parties.register_person(particulars, source="window", by=by)
    elif known.name != tidy_name(visitor.name):
        raise Refusal("name_differs", T("姓名和登记的不一致，请核对证件；确有变化，先办理信息更正。",
                      "The name differs from the record: check the document, or correct the record first."), field="name")  # fmt: skip
    if known.assurance < 5:
        parties.verify_at_counter(known.pk, by=by)
    return known.pk


def _company(uscc: str) -> UUID:
    found = organisation_by_uscc(check_uscc(uscc, field="uscc"))
    if found is None:
        raise Refusal("company_unknown", T("这家单位还没有登记，请先由法定代表人在“我的单位”登记，或请管理员登记。",
                      "This organisation is not recorded yet: its representative or an administrator records it first."),
                      field="uscc")  # fmt: skip
    return found.pk


@transaction.atomic
def send_confirmation(case_id: UUID, *, by: Actor) -> Intake:
    """Send the applicant a code for exactly the answers as they stand; a new code ends the one before."""
    case, intake = _lock(case_id, by)
    phone = contacts_of(intake.visitor_id).phone
    if not phone:
        raise Refusal(
            "no_phone", T("没有登记手机号，请打印后签字确认。", "No phone is recorded: print it and have it signed.")
        )
    _check_complete(case)
    code = f"{secrets.randbelow(10**6):06d}"
    intake.code_hash, intake.code_for = _digest(intake, code), hash_of(case.values)
    intake.code_until, intake.code_tries = timezone.now() + _CODE_LASTS, 0
    intake.save(update_fields=["code_hash", "code_for", "code_until", "code_tries"])
    purpose = T("确认窗口代录的申请", "confirming an application typed at a window")
    send_code.call(
        phone=phone, code=code, purpose=purpose, language=contacts_of(intake.visitor_id).language, minutes=10
    )
    return intake


def confirm_by_code(case_id: UUID, code: str, *, by: Actor) -> Case:
    """Hand in what the applicant confirmed with the code from their phone; five wrong tries end it."""
    with transaction.atomic():
        case, intake = _lock(case_id, by)
        wrong = _wrong_code(case, intake, code)
        if wrong is None:
            _confirm(intake, Intake.Confirmed.CODE, case)
    if wrong is not None:
        raise wrong  # after the commit: a wrong try counts
    return submit_case(case_id, by=for_visitor(by, intake.visitor_id))


def _wrong_code(case: Case, intake: Intake, code: str) -> Refusal | None:
    if not intake.code_hash or intake.code_until is None or intake.code_until < timezone.now():
        return Refusal(
            "code_expired", T("验证码已过期，请重新发送。", "The code has expired: send a new one."), field="code"
        )
    if intake.code_tries >= _MOST_TRIES:
        return Refusal(
            "code_used_up", T("输错次数太多，请重新发送。", "Too many wrong tries: send a new one."), field="code"
        )
    if intake.code_for != hash_of(case.values):
        return Refusal("changed_meanwhile", T("发送验证码之后内容有改动，请重新发送。",
                       "The answers changed after the code was sent: send a new one."), field="code", status=409)  # fmt: skip
    if not hmac.compare_digest(intake.code_hash, _digest(intake, code.strip())):
        intake.code_tries += 1
        intake.save(update_fields=["code_tries"])
        return Refusal("code_wrong", T("验证码不对。", "The code is wrong."), field="code")
    return None


@transaction.atomic
def confirm_on_paper(case_id: UUID, *, evidence: str, by: Actor) -> Case:
    """Hand in what the applicant signed on paper; the clerk says what was signed and where it is kept."""
    case, intake = _lock(case_id, by)
    _check_complete(case)
    intake.evidence = f"{intake.evidence}；{check_reason(evidence, field='evidence')}"
    _confirm(intake, Intake.Confirmed.PAPER, case)
    return submit_case(case_id, by=for_visitor(by, intake.visitor_id))


@transaction.atomic
def hand_over(case_id: UUID, person_id: UUID, *, by: Actor) -> Intake:
    """Give a case taken in to a colleague of the hall, who goes on with it; the history keeps both."""
    case, intake = _lock(case_id, by, must_edit=False)
    colleague = next((one for one in colleagues_of(by) if one.pk == person_id), None)
    if colleague is None:
        raise Refusal(
            "not_a_colleague", T("请选择本单位在岗的同事。", "Choose a colleague of your office."), field="person"
        )
    intake.holder_id, intake.holder_name = colleague.pk, colleague.name[:120]
    intake.save(update_fields=["holder_id", "holder_name"])
    record(case, "handed_over", by=by.through("window"), note=colleague.name)
    return intake


def _lock(case_id: UUID, by: Actor, *, must_edit: bool = True) -> tuple[Case, Intake]:
    case = lock_case(case_id)
    require(by, hooks.TAKE_IN)
    intake = Intake.objects.select_for_update().filter(case=case, holder_id=by.person_id).first()
    if intake is None:
        raise not_found(T("这件收件", "This case"))
    if must_edit:
        check_may_edit(case.state)
    return case, intake


def _check_complete(case: Case) -> None:
    if check_answers(content_of(case), case.values, today=timezone.localdate()).refusals:
        raise Refusal(
            "incomplete", T("还有没填好的内容，请先补全。", "Something is missing yet: complete it first."), status=409
        )


def _confirm(intake: Intake, how: str, case: Case) -> None:
    intake.confirmed_how, intake.confirmed_at, intake.confirmed_hash = how, timezone.now(), hash_of(case.values)
    intake.code_hash = ""
    intake.save(update_fields=["confirmed_how", "confirmed_at", "confirmed_hash", "code_hash", "evidence"])
    record(case, "confirmed", by=for_visitor_named(intake), how=how)


def for_visitor_named(intake: Intake) -> Actor:
    """The visitor, for the line of the history that says they confirmed."""
    return Actor(kind="person", channel="window", name=intake.visitor.name, person_id=intake.visitor_id, assurance=5)


def _digest(intake: Intake, code: str) -> str:
    return hashlib.sha256(f"{intake.pk}:{code}".encode()).hexdigest()
