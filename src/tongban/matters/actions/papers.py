"""The papers of a case: made from its events, sealed, kept; and how the decision reaches the applicant (送达)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.credentials import actions as credentials
from tongban.foundation.documents import actions as documents
from tongban.foundation.documents.actions import Opened
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import job, periodic
from tongban.lib.pdf import make_pdf, qr_millimetres, qr_picture
from tongban.lib.pdf.stamp import stamp_picture
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.lib.working_days import is_past
from tongban.matters import hooks
from tongban.matters.actions.common import announce, lock_case, record, record_act, refuse_own
from tongban.matters.adapters import paper_template
from tongban.matters.models import Case, CaseEvent, Delivery, Paper
from tongban.matters.queries import content_of
from tongban.matters.queries.cases import stands_for
from tongban.matters.queries.papers import (
    case_of_papers,
    office_of,
    paper_event,
    papers_of,
    said_of,
)
from tongban.matters.queries.unfinished import SEALED_BY_JOB
from tongban.matters.rules.cases import DECIDED_STATES, check_reason, moved_on
from tongban.matters.rules.papers import CERTIFICATE, OF_THE_DECISION, PaperKind, notice_content, paper_title

SEALER = system("matters.papers", channel="job")
_NOTE = T("演练用章，无法律效力", "For exercises only: no legal force")
_VERIFY = T("本网站“核验证件”页面（/verify）", "this site's page /verify")
_SEALED_AT_ONCE = 200


def open_paper(case_id: UUID, event_id: UUID, *, by: Actor) -> Opened:
    """A paper of a case for whoever may have it, made and sealed now if nobody has yet.

    The applicant who opens a paper of the decision has it delivered by that (电子送达).
    """
    case = case_of_papers(case_id, by)
    event, kind, _ = paper_event(case, event_id)
    paper = Paper.objects.filter(event=event).first() or make_paper(case_id, event_id)
    opened = documents.open_document(paper.document_id, by=by)
    if kind.code in OF_THE_DECISION:
        note_opened(case, by=by, what=paper.number)
    return opened


def translated_paper(case_id: UUID, event_id: UUID, *, by: Actor) -> tuple[str, bytes]:
    """The English translation of a notice and its file name: not sealed, not kept; the same bytes each time."""
    case = case_of_papers(case_id, by)
    event, kind, number = paper_event(case, event_id)
    if kind.code == CERTIFICATE:
        raise not_found(T("这份文书的译文", "A translation of this paper"))
    return f"{number}-en.pdf", _notice(case, event, kind, number, lang="en", is_test=case.is_sample, stamp="")


@transaction.atomic
def make_paper(case_id: UUID, event_id: UUID) -> Paper:
    """Make and seal the paper of an event; safe to repeat and to do twice at the same moment: there is one."""
    case = lock_case(case_id)
    event, kind, number = paper_event(case, event_id)
    found = Paper.objects.filter(event=event).first()
    if found is not None:
        return found
    unit, office = office_of(case, event)
    assert unit is not None
    seal = credentials.office_seal(unit, office=office.zh, by=SEALER)
    if kind.code == CERTIFICATE:
        pdf, credential_id = _certificate(case, seal.is_test), case.certificate.credential_id
    else:
        pdf, credential_id = _notice(case, event, kind, number, lang="zh", is_test=seal.is_test, stamp=office.zh), None
    title = paper_title(content_of(case), kind)
    what = credentials.Sealing(title, number, credentials.Subject("matters.case", case.pk), credential_id)
    sealed = credentials.seal_paper(pdf, seal=seal, what=what, by=SEALER)
    paper = Paper(case=case, event=event, kind=kind.code, number=number)
    paper.document_id = documents.keep_made(
        sealed.content, name=f"{title.zh} {number}.pdf", purpose=hooks.PAPER, owner=_owner(case),
        attach_to=("matters", paper.pk), until=_keep_until(case), by=SEALER,
    ).pk  # fmt: skip
    paper.save(force_insert=True)
    return paper


@job(retry=5)
def seal_papers(case_id: str) -> None:
    """Make what a decision consists of: its letter and the certificate. Safe to run twice."""
    case = Case.objects.select_related("definition", "version").filter(pk=case_id).first()
    if case is None:
        return
    for line in papers_of(case):
        if line.is_due_at_once and not line.is_sealed:
            make_paper(case.pk, line.event_id)


@periodic("* * * * *")
def seal_what_is_left() -> None:
    """Seal what a failed job left unsealed, some at a time; the desk shows what waits. Safe to run twice."""
    left = CaseEvent.objects.filter(
        kind__in=SEALED_BY_JOB, paper__isnull=True, case__deliver_by__isnull=False,
        at__lt=timezone.now() - timedelta(minutes=1), at__gt=timezone.now() - timedelta(days=30),
    )  # fmt: skip
    for case_id in set(left.values_list("case_id", flat=True)[:_SEALED_AT_ONCE]):
        seal_papers.later(case_id=case_id, lock=f"papers {case_id}")


_OPENED = T("登录后打开 {what}", "Opened {what} after signing in")
_FETCHED = T("经接口取得 {what}", "Fetched {what} through the API")


def note_opened(case: Case, *, by: Actor, what: str) -> None:
    """The applicant has opened a decision: the first time is the proof that it reached them."""
    if by.is_staff or case.delivered_at is not None or case.deliver_by is None or not stands_for(case, by):
        return  # also while the certificate waits for a fee: the decision has not reached them whole
    with transaction.atomic():
        held = lock_case(case.pk)
        if held.delivered_at is None:
            proof = (_FETCHED if by.channel == "api" else _OPENED).format(what=what)
            _deliver(held, Delivery.Way.ELECTRONIC, receiver=by.name, evidence=proof.zh, at=timezone.now(), by=by)


@transaction.atomic
def deliver_at_window(case_id: UUID, *, receiver: str, evidence: str, by: Actor) -> Delivery:
    """Hand a decision over at a window: who took it, and what they showed."""
    case = _lock_to_deliver(case_id, by)
    return _deliver(case, Delivery.Way.WINDOW, receiver=check_reason(receiver, field="receiver"),
                    evidence=check_reason(evidence, field="evidence"), at=timezone.now(), by=by)  # fmt: skip


@transaction.atomic
def send_by_post(case_id: UUID, *, carrier: str, tracking: str, by: Actor) -> Delivery:
    """Hand a decision to the post; it counts as delivered on the day the carrier reports, not before."""
    case = _lock_to_deliver(case_id, by)
    sent = {
        "way": Delivery.Way.POST, "carrier": check_reason(carrier, field="carrier")[:60], "by_name": by.name[:120],
        "tracking": check_reason(tracking, field="tracking")[:60], "sent_at": timezone.now(),
    }  # fmt: skip
    delivery, _ = Delivery.objects.update_or_create(case=case, defaults=sent)
    record(case, "posted", by=by, note=f"{delivery.carrier} {delivery.tracking}")
    return delivery


@transaction.atomic
def confirm_post(case_id: UUID, *, delivered_on: date, receiver: str, by: Actor) -> Delivery:
    """Record the day on which the carrier handed a decision over, and to whom."""
    case = _lock_to_deliver(case_id, by)
    sent = Delivery.objects.filter(case=case, way=Delivery.Way.POST).first()
    if sent is None or sent.sent_at is None:
        raise moved_on("还没有登记交寄。", "It was not handed to the post yet.", code="not_posted")
    first, today = timezone.localdate(sent.sent_at), timezone.localdate()
    if not first <= delivered_on <= today:
        text = T("签收日应当在 {first} 和 {last} 之间。", "The day must lie between {first} and {last}.")
        raise Refusal("wrong_period", text.format(first=first, last=today), field="delivered_on")
    evening = timezone.make_aware(datetime.combine(delivered_on, time(18)))
    at = timezone.now() if delivered_on == today else evening
    evidence = f"{sent.carrier} {sent.tracking} 签收"
    return _deliver(case, Delivery.Way.POST, receiver=check_reason(receiver, field="receiver"), evidence=evidence,
                    at=max(at, sent.sent_at), by=by)  # fmt: skip


def _deliver(case: Case, way: str, *, receiver: str, evidence: str, at: datetime, by: Actor) -> Delivery:
    delivery, _ = Delivery.objects.update_or_create(
        case=case,
        defaults={"way": way, "receiver": receiver, "evidence": evidence, "delivered_at": at, "by_name": by.name[:120]},
    )
    case.delivered_at = at
    case.save(update_fields=["delivered_at"])
    is_late = case.deliver_by is not None and is_past(case.deliver_by, at)
    record_act(case, "delivered", by=by, note=f"{receiver}；{evidence}", way=str(way), is_late=is_late)
    announce(case, hooks.CASE_DELIVERED, by=by, way=str(way))
    return delivery


def _lock_to_deliver(case_id: UUID, by: Actor) -> Case:
    case = lock_case(case_id)
    require(by, hooks.DELIVER, region=case.region_code)
    if case.state not in DECIDED_STATES:
        raise moved_on("这件事还没有作出决定，不能送达。", "Nothing was decided yet.", code="not_decided")
    if case.deliver_by is None:
        raise moved_on("还有费用没有缴纳，缴清或者免缴之后才能送达。", "A fee is not paid yet: it is delivered afterwards.",
                       code="fee_unpaid")  # fmt: skip
    if case.delivered_at is not None:
        raise moved_on("这件事已经送达。", "This was delivered before.", code="already_delivered")
    refuse_own(case, by)
    return case


def _notice(
    case: Case, event: CaseEvent, kind: PaperKind, number: str, *, lang: str, is_test: bool, stamp: str
) -> bytes:
    printed = notice_content(said_of(case, event, kind, number))
    content: dict[str, Any] = printed | {
        "lang": lang, "note": _NOTE if is_test or case.is_sample else None, "stamp": bool(stamp),
        "verify": _VERIFY.en if lang == "en" else _VERIFY.zh,
    }  # fmt: skip
    pictures = {"stamp.svg": stamp_picture(stamp, "演练用章" if is_test else "")} if stamp else {}
    return make_pdf(paper_template("notice"), content, pictures=pictures, made_at=event.at)


def _certificate(case: Case, is_test: bool) -> bytes:
    issued = case.certificate
    code, seal = issued.credential.code, T.read(issued.content["seal"])
    content = issued.content | {
        "valid_from": timezone.localdate(issued.credential.not_before).isoformat(),
        "valid_until": timezone.localdate(issued.credential.expires_at).isoformat(),
        "issued_on": timezone.localdate(issued.issued_at).isoformat(), "qr_mm": qr_millimetres(code),
        "verify": _VERIFY.as_json(), "note": _NOTE if is_test or case.is_sample else None,
    }  # fmt: skip
    pictures = {"qr.svg": qr_picture(code), "stamp.svg": stamp_picture(seal.zh, "演练用章" if is_test else "")}
    template = content_of(case).certificate_template or paper_template("certificate")
    return make_pdf(template, content, pictures=pictures, made_at=issued.issued_at)


def _owner(case: Case) -> tuple[Any, UUID]:
    if case.organisation_id is not None:
        return ("organisation", case.organisation_id)
    assert case.person_id is not None
    return ("person", case.person_id)


def _keep_until(case: Case) -> date:
    """As long as the case: its years from now on, one more for what is still under way, and a certificate's last day."""
    years = content_of(case).definition.retention.years + 1
    until = timezone.localdate() + timedelta(days=366 * years)
    certificate = getattr(case, "certificate", None)
    return max(until, timezone.localdate(certificate.credential.expires_at)) if certificate else until
