"""The one fills in, the other signs: ask for a signature, sign, send back, take back."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.notifications.actions import notify
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, forbidden
from tongban.lib.words import T
from tongban.matters.actions.common import lock_own_case, record, send_notice
from tongban.matters.actions.submission import check_ready, hand_in
from tongban.matters.models import Case, SignRequest
from tongban.matters.queries import as_agent, content_of
from tongban.matters.queries.cases import standing_in
from tongban.matters.queries.shown import check_unchanged
from tongban.matters.queries.signing import check_not_waiting, check_signers, newest_request, open_request
from tongban.matters.rules.cases import DRAFT, RETURNED, check_may_edit, check_reason, moved_on
from tongban.matters.rules.parts import Notice

_LONGEST_NOTE = 500
_SENT_BACK = Notice(
    title=T("签署前退回修改", "Sent back before signing"),
    text=T(
        "{actor}看过{holder}的“{service}”申请后退回修改，意见请登录查看；改好后再请签署。",
        "{actor} read the application of {holder} for “{service}” and sent it back: sign in for the remark, then ask again.",
    ),
)


@transaction.atomic
def ask_to_sign(case_id: UUID, *, note: str = "", by: Actor) -> SignRequest:
    """Finish filling in and ask whoever may sign; from now on the answers are locked. Safe to repeat."""
    case = lock_own_case(case_id, by)
    waiting = open_request(case)
    if waiting is not None and waiting.asked_by_id == by.person_id:
        return waiting
    check_may_edit(case.state)
    check_not_waiting(case)
    filler_id = by.person_id
    if filler_id is None:
        raise forbidden(T("请由经办人本人登录办理。", "Whoever fills in signs in personally."))
    by = as_agent(case, by)
    check_ready(case, content_of(case))
    case.save(update_fields=["answers"])
    signers = check_signers(case, by)
    request = SignRequest.objects.create(
        case=case, asked_by_id=filler_id, asked_name=by.name[:120], asked_at=timezone.now(), note=_note(note)
    )
    record(case, "sign_asked", by=by, note=request.note, request=str(request.pk))
    for signer in signers:
        parts = {"actor": by.name, "holder": case.name, "service": case.definition.title, "case_id": str(case.pk)}
        notify(template="matters.please_sign", parts=parts, person_id=signer.person_id, by=by)
    return request


def _note(text: str) -> str:
    if len(text.strip()) > _LONGEST_NOTE:
        most = T("最多 {most} 个字。", "At most {most} characters.").format(most=_LONGEST_NOTE)
        raise Refusal("too_long", most, field="note")
    return text.strip()


@transaction.atomic
def sign_case(case_id: UUID, *, shown: str, by: Actor) -> Case:
    """Sign what was ``shown``, which hands it in. Safe to repeat; of two who sign at once the first one did."""
    case = lock_own_case(case_id, by)
    request = open_request(case)
    if request is None:
        newest = newest_request(case)
        if newest and newest.settled_by_id == by.person_id and case.state not in (DRAFT, RETURNED):
            return case
        raise _not_waiting()
    by = as_agent(case, by)
    standing = standing_in(case, by)
    if standing is None or not standing.may_sign:
        raise forbidden(T("您的授权只能填写，不能签署。", "Your mandate covers filling in, not signing."))
    if not shown:
        raise Refusal(
            "shown_missing", T("请先查看申请内容再签署。", "Read the application before you sign."), field="shown"
        )
    check_unchanged(case, shown, opinions_too=False)
    _settle(request, SignRequest.State.SIGNED, by)
    record(case, "signed", by=by, request=str(request.pk), right=standing.right, shown=shown.partition("-")[0])
    return hand_in(case, by=by)


@transaction.atomic
def send_back_unsigned(case_id: UUID, *, remark: str, by: Actor) -> SignRequest:
    """Do not sign yet: back to whoever filled in, with what should be changed."""
    case = lock_own_case(case_id, by)
    request = open_request(case)
    if request is None:
        raise _not_waiting()
    by = as_agent(case, by)
    standing = standing_in(case, by)
    if standing is None or not standing.may_sign:
        raise forbidden(T("由签署人退回；您可以取回。", "Whoever signs sends it back; you may take it back."))
    request.remark = check_reason(remark, field="remark")
    _settle(request, SignRequest.State.SENT_BACK, by)
    record(case, "sign_sent_back", by=by, note=request.remark, request=str(request.pk))
    send_notice(case, _SENT_BACK, to=request.asked_by_id, by=by)
    return request


@transaction.atomic
def take_back_unsigned(case_id: UUID, *, by: Actor) -> SignRequest:
    """Go on filling in: whoever asked takes the application back before it is signed. Safe to repeat."""
    case = lock_own_case(case_id, by)
    request = open_request(case)
    if request is None:
        newest = newest_request(case)
        if newest and newest.state == SignRequest.State.TAKEN_BACK and case.state in (DRAFT, RETURNED):
            return newest
        raise _not_waiting()
    if request.asked_by_id != by.person_id:
        raise forbidden(
            T("由经办人取回；签署人可以退回修改。", "Whoever asked takes it back; whoever signs sends it back.")
        )
    by = as_agent(case, by)
    _settle(request, SignRequest.State.TAKEN_BACK, by)
    record(case, "sign_taken_back", by=by, request=str(request.pk))
    return request


def _settle(request: SignRequest, state: str, by: Actor) -> None:
    request.state, request.settled_at = state, timezone.now()
    request.settled_by_id, request.settled_name = by.person_id, by.name[:120]
    request.save()


def _not_waiting() -> Refusal:
    return moved_on(
        "这份申请现在不等待签署：可能已经签署提交，或者已被取回修改。",
        "This application awaits no signature now: it was signed, or taken back to be changed.",
        code="not_to_sign",
    )
