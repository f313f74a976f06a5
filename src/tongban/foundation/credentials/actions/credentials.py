"""What the office does with credentials: issue, show, revoke."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from tongban.foundation.credentials import hooks
from tongban.foundation.credentials.actions.keys import signing_key
from tongban.foundation.credentials.models import Credential, SealedPaper, StatusList
from tongban.foundation.credentials.queries import (
    issue_leaf,
    revocation_leaf,
    scope_of_current,
    seed_of,
    signed_facts,
    verdict_on,
)
from tongban.foundation.credentials.rules.keys import LONGEST_VALIDITY, list_number, purpose_of
from tongban.foundation.credentials.rules.verdicts import REASONS
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor, system
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban_verify.passes.code import ROTATING, TYPES, Claims, Content, read, write
from tongban_verify.passes.verdicts import Verdict

KEEPER = system("credentials", channel="job")
_TRIES = 40  # a list is at most two thirds full before it grows
_SAMPLE = 4096
_COMMUNITY = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a pass is good (the 12 digits of a community; empty: the whole city) and on which phone (``holder_key``)."""

    community: str = ""
    holder_key: bytes = b""


EVERYWHERE = Reach()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a credential is issued for: an app's model and its row."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Verification:
    """A verdict with what the verifier may see; ``facts`` is empty unless the signature is right."""

    verdict: Verdict
    at: datetime
    facts: list[tuple[T, str]] = field(default_factory=list)
    revoked_at: datetime | None = None

    @property
    def message(self) -> T:
        """The sentence for the verdict."""
        return REASONS[self.verdict.reason]


def verify(text: str) -> Verification:
    """Check a code for anybody, without keeping who asked; upper apps add what the credential was issued for."""
    at = timezone.now()
    verdict, row = verdict_on(text, now=at)
    if verdict.claims is None:
        return Verification(verdict, at)
    known = hooks.facts_shown.first(subject_kind=row.subject_kind, subject_id=row.subject_id) if row else None
    facts = [*(known or [])[:1], *signed_facts(verdict.claims), *(known or [])[1:]]
    return Verification(verdict, at, facts, row.revoked_at if row else None)


@transaction.atomic
def issue(content: Content, *, subject: Subject, not_before: datetime, expires: datetime, by: Actor,
          reach: Reach = EVERYWHERE) -> Credential:  # fmt: skip
    """Sign and record one credential; it verifies from the moment the transaction commits."""
    require(by, hooks.ISSUE)
    _check(content, not_before, expires)
    _check_reach(content, reach)
    purpose = purpose_of(content.type)
    key = signing_key(purpose, timezone.now(), by)
    begin = max(not_before, key.signs_from).replace(microsecond=0)
    if expires > key.verifies_until:
        raise _too_long(purpose)
    issuer = reach.community or key.issuer
    bits = _status_list(issuer, expires, purpose)
    for _ in range(_TRIES):
        index = secrets.randbelow(bits.size)  # random: an index must not tell how many were issued before
        claims = Claims(issuer, secrets.token_bytes(8), begin, expires.replace(microsecond=0), content,
                        (bits.number, index), reach.holder_key)  # fmt: skip
        row = Credential(
            cti=claims.cti, type=content.type, key=key, subject_kind=subject.kind, subject_id=subject.id,
            holder_name=content.name, not_before=claims.not_before, expires_at=claims.expires, issued_by=by.name,
            status_list=bits, status_index=index, code=write(claims, seed_of(key)),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            _grow(bits)  # the bit is taken, rarely: the more so the fuller the list
            continue
        ledger.record(
            "certificate.issued", by=by, subject=("credentials.credential", row.pk), values=issue_leaf(row), is_new=True
        )
        return row
    raise RuntimeError(f"no free bit in status list {bits}")


def phone_code(credential_id: UUID) -> str:
    """The code a phone shows now: the pass signed anew for 90 seconds, to be asked for every 30. Whoever calls has made
    sure that it goes to the holder alone; a revoked or past pass is refused."""
    now = timezone.now()
    row = Credential.objects.filter(pk=credential_id).first()
    if row is None:
        raise not_found(T("这张证件", "This credential"))
    if row.revoked_at:
        raise Refusal("revoked", REASONS["revoked"], status=409)
    if not row.not_before <= now < row.expires_at:
        reason = "expired" if now >= row.expires_at else "not_yet"
        raise Refusal(reason, REASONS[reason], status=409)
    key = signing_key(purpose_of(row.type), now, KEEPER)
    begin = max(now, key.signs_from).replace(microsecond=0)
    claims = replace(read(row.code).claims, not_before=begin, expires=min(begin + ROTATING, row.expires_at))
    return write(claims, seed_of(key))


@transaction.atomic
def revoke(credential_id: UUID, *, reason: str, by: Actor) -> Credential:
    """Revoke a credential for good; a second time changes nothing."""
    credential = Credential.objects.select_for_update().filter(pk=credential_id).first()
    if credential is None:
        raise not_found(T("这张证件", "This credential"))
    require(by, hooks.REVOKE)
    if not reason.strip():
        raise Refusal("reason_missing", T("请写明撤销理由。", "Say why it is revoked."), field="reason")
    if credential.revoked_at:
        return credential
    credential.revoked_at, credential.revoked_by, credential.revoked_reason = timezone.now(), by.name, reason.strip()
    credential.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    ledger.record(
        "certificate.revoked", by=by, subject=("credentials.credential", credential.pk),
        values=revocation_leaf(credential),
    )  # fmt: skip
    hooks.revoked.call(credential_id=credential.pk, reason=reason.strip(), by=by)
    return credential


def _check(content: Content, not_before: datetime, expires: datetime) -> None:
    if content.type not in TYPES:
        raise ValueError(f"unknown credential type {content.type}")
    if expires <= not_before or expires <= timezone.now():
        raise Refusal(
            "dates_wrong", T("有效期的止日必须晚于起日和今天。", "The last day must lie after the first, and after today."),
            field="expires",
        )  # fmt: skip
    purpose = purpose_of(content.type)
    if expires - not_before > LONGEST_VALIDITY[purpose]:
        raise _too_long(purpose)


def _too_long(purpose: str) -> Refusal:
    text = T("有效期不能超过 {days} 天。", "At most {days} days.").format(days=LONGEST_VALIDITY[purpose].days)
    return Refusal("validity_too_long", text, field="expires")


def _check_reach(content: Content, reach: Reach) -> None:
    if reach.community and not (
        _COMMUNITY.fullmatch(reach.community) and reach.community.startswith(scope_of_current())
    ):
        raise Refusal("community_wrong", T("社区代码应为本市的 12 位代码。", "The code of a community of this city has 12 digits."),
                      field="community")  # fmt: skip
    if reach.holder_key and len(reach.holder_key) != 32:
        raise ValueError("a holder's key has 32 bytes")
    if len(content.photo) not in (0, 8) or not 0 <= (content.gates or 0) < 2**53:
        raise ValueError("a photo is named by 8 bytes, and there are 53 gates at most")


def _status_list(issuer: str, expires: datetime, purpose: str) -> StatusList:
    number = list_number(timezone.localtime(expires).date(), purpose)
    return StatusList.objects.get_or_create(issuer=issuer, number=number)[0]


def _grow(bits: StatusList) -> None:
    """Double a list that is half full; lists only grow, so bits already given keep their place.

    Indexes are random, so the list's last part tells how full the whole is, without counting a million rows.
    """
    part = min(bits.size, _SAMPLE)
    if Credential.objects.filter(status_list=bits, status_index__gte=bits.size - part).count() * 2 >= part:
        StatusList.objects.filter(pk=bits.pk, size=bits.size).update(size=F("size") * 2)
    bits.refresh_from_db()


def erase_with(subject_kind: str, subject_ids: list[UUID]) -> list[tuple[str, UUID]]:
    """Erase credentials and records of papers of rows that are being erased, in that transaction; the affairs that went."""
    papers = SealedPaper.objects.filter(subject_kind=subject_kind, subject_id__in=subject_ids)
    papers_gone = [("credentials.sealedpaper", one) for one in papers.values_list("pk", flat=True)]
    papers.delete()
    rows = Credential.objects.filter(subject_kind=subject_kind, subject_id__in=subject_ids)
    gone = [("credentials.credential", one) for one in rows.values_list("pk", flat=True)]
    rows.delete()
    return [*gone, *papers_gone]
