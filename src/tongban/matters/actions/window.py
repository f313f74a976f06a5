"""The window (一窗受理): a clerk identifies a visitor, types for them, and hands on; a clerk never decides."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.documents import actions as documents
from tongban.foundation.documents.actions import Chosen
from tongban.foundation.parties.hooks import send_code
from tongban.foundation.parties.queries import colleagues_of, contacts_of, require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions.common import lock_case, record
from tongban.matters.actions.drafts import start_draft
from tongban.matters.actions.submission import submit_case
from tongban.matters.actions.visitors import Visitor, applicant_of, identified
from tongban.matters.models import Case, Intake
from tongban.matters.queries import content_of
from tongban.matters.queries.materials import APP, in_name_of
from tongban.matters.queries.window import asks_for_page, for_visitor, lacks_mandate_page, mandate_in_writing
from tongban.matters.rules.answers import check_answers
from tongban.matters.rules.cases import check_may_edit, check_reason, hash_of

_CODE_LASTS = timedelta(minutes=10)
_MOST_TRIES = 5


@transaction.atomic
def take_in(code: str, visitor: Visitor, *, evidence: str, by: Actor) -> Case:
    """Begin an application for a visitor whose document the clerk has seen, or for whom they act; unknown people are recorded."""
    require(by, hooks.TAKE_IN)
    if by.unit_id is None or by.person_id is None:
        raise Refusal("wrong_unit", T("请先进入窗口工作台。", "Open a window's desk first."), status=403)
    seen = check_reason(evidence, field="evidence")
    person_id = identified(visitor, by)
    kind, applicant_id = applicant_of(visitor, person_id, code, by=by)
    case = start_draft(code, by=for_visitor(by, person_id), **{f"{kind}_id": applicant_id})
    capacity = "mandate" if case.mandate_id else "self" if kind == "person" else "legal_representative"
    Intake.objects.create(
        case=case, visitor_id=person_id, capacity=capacity, evidence=seen, seen_at=timezone.now(), seen_by=by.name[:120],
        seen_by_person_id=by.person_id, unit_id=by.unit_id, holder_id=by.person_id, holder_name=by.name[:120],
    )  # fmt: skip
    record(case, "taken_in", by=by.through("window"))
    return case


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


def confirm_on_paper(case_id: UUID, *, evidence: str, page: Chosen | None = None, by: Actor) -> Case:
    """Hand in what the applicant signed on paper; the clerk says where that is kept, and adds the signed page.

    The page is needed where the service asks to know its applicant well; a page sent survives what is refused afterwards.
    """
    with transaction.atomic():
        acting = in_name_of(_lock(case_id, by)[0], by)
    kept = documents.keep_chosen(page, purpose=hooks.SIGNED_PAGE, by=acting) if page else None
    with transaction.atomic():
        case, intake = _lock(case_id, by)
        _check_complete(case)
        if kept is None and asks_for_page(case):
            raise Refusal("page_missing", T("这项服务要求附上申请人签字页的扫描件或照片。",
                          "This service asks for a scan or a photo of the signed page."), field="page")  # fmt: skip
        if kept is not None:
            documents.attach_document(
                kept.pk, app=APP, attached_id=case.pk, owner=acting.on_behalf_of, by=acting
            )  # fmt: skip
            intake.page_id = kept.pk
        intake.evidence = f"{intake.evidence}；{check_reason(evidence, field='evidence')}"
        _confirm(intake, Intake.Confirmed.PAPER, case)
        return submit_case(case_id, by=for_visitor(by, intake.visitor_id))


def add_mandate_page(case_id: UUID, page: Chosen, *, by: Actor) -> Intake:
    """Add the scan of the mandate in writing by which a visitor acts; a later one takes the place of an earlier one."""
    with transaction.atomic():
        case, _ = _lock(case_id, by)
        if mandate_in_writing(case) is None:
            raise Refusal("no_paper_mandate", T("这件申请不是凭书面授权办理的。",
                          "This application does not rest on a mandate in writing."), status=409)  # fmt: skip
        acting = in_name_of(case, by)
    kept = documents.keep_chosen(page, purpose=hooks.MANDATE_PAGE, by=acting)
    with transaction.atomic():
        case, intake = _lock(case_id, by)
        documents.attach_document(kept.pk, app=APP, attached_id=case.pk, owner=acting.on_behalf_of, by=acting)
        intake.mandate_page_id = kept.pk
        intake.save(update_fields=["mandate_page_id"])
        record(case, "mandate_scanned", by=by.through("window"), page=str(kept.pk))
        return intake


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
    if lacks_mandate_page(case):
        raise Refusal("mandate_page_missing", T("这项服务要求先附上书面授权的扫描件或照片。",
                      "This service asks for a scan or a photo of the mandate in writing first."), status=409)  # fmt: skip


def _confirm(intake: Intake, how: str, case: Case) -> None:
    intake.confirmed_how, intake.confirmed_at, intake.confirmed_hash = how, timezone.now(), hash_of(case.values)
    intake.code_hash = ""
    intake.save(update_fields=["confirmed_how", "confirmed_at", "confirmed_hash", "code_hash", "evidence", "page_id"])
    said: dict[str, Any] = {"page": str(intake.page_id)} if intake.page_id else {}
    record(case, "confirmed", by=for_visitor_named(intake), how=how, **said)


def for_visitor_named(intake: Intake) -> Actor:
    """The visitor, for the line of the history that says they confirmed."""
    return Actor(kind="person", channel="window", name=intake.visitor.name, person_id=intake.visitor_id, assurance=5)


def _digest(intake: Intake, code: str) -> str:
    return hashlib.sha256(f"{intake.pk}:{code}".encode()).hexdigest()
