"""What the office does with credentials: issue, revoke, change keys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from tongban.foundation.credentials import hooks
from tongban.foundation.credentials.models import Credential, IssuingKey, SealedPaper, StatusList
from tongban.foundation.credentials.queries import (
    issue_leaf,
    key_leaf,
    revocation_leaf,
    signed_facts,
    verdict_on,
    withdrawn_key_leaf,
)
from tongban.foundation.credentials.rules.code import TYPES, Claims, Content, kid_of, write
from tongban.foundation.credentials.rules.verdicts import Verdict
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.foundation.regions.queries import code_of_schema
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import ring
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

SIGNING_PERIOD = timedelta(days=90)  # credentials.md: a key signs for 90 days
LONGEST_VALIDITY = timedelta(days=3660)
_TRIES = 12


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
def issue(content: Content, *, subject: Subject, not_before: datetime, expires: datetime, by: Actor) -> Credential:
    """Sign and record one credential; it verifies from the moment the transaction commits."""
    require(by, hooks.ISSUE)
    _check(content, not_before, expires)
    key = _signing_key(timezone.now(), by)
    begin = max(not_before, key.signs_from).replace(microsecond=0)
    bits = _status_list(key.issuer, expires)
    for _ in range(_TRIES):
        index = secrets.randbelow(bits.size)  # random: an index must not tell how many were issued before
        cti = secrets.token_bytes(8)
        claims = Claims(key.issuer, cti, begin, expires.replace(microsecond=0), content, (bits.number, index))
        row = Credential(
            cti=cti, type=content.type, key=key, subject_kind=subject.kind, subject_id=subject.id,
            holder_name=content.name, not_before=claims.not_before, expires_at=claims.expires, issued_by=by.name,
            status_list=bits, status_index=index, code=write(claims, _seed(key)),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            _grow(bits)  # the bit is taken, rarely: the more so the fuller the list
            continue
        ledger.record("certificate.issued", by=by, subject=("credentials.credential", row.pk), values=issue_leaf(row))
        return row
    raise RuntimeError(f"no free bit in status list {bits}")


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


@transaction.atomic
def withdraw_key(kid: bytes, *, reason: str, by: Actor) -> None:
    """Withdraw a signing key that may be in wrong hands: everything it signed stops verifying at once. A second
    time changes nothing."""
    require(by, hooks.MANAGE_KEYS)
    if not reason.strip():
        raise Refusal("reason_missing", T("请写明作废理由。", "Say why the key is withdrawn."), field="reason")
    key = IssuingKey.objects.select_for_update().filter(kid=kid).first()
    if key is None:
        raise not_found(T("这把密钥", "This key"))
    if key.state == IssuingKey.State.WITHDRAWN:
        return
    key.state, key.withdrawn_reason = IssuingKey.State.WITHDRAWN, reason.strip()[:200]
    key.save(update_fields=["state", "withdrawn_reason"])
    ledger.record(
        "issuer_key.withdrawn", by=by, subject=("credentials.issuingkey", key.pk), values=withdrawn_key_leaf(key)
    )


def _check(content: Content, not_before: datetime, expires: datetime) -> None:
    if content.type not in TYPES:
        raise ValueError(f"unknown credential type {content.type}")
    if expires <= not_before or expires <= timezone.now():
        raise Refusal(
            "dates_wrong", T("有效期的止日必须晚于起日和今天。", "The last day must lie after the first, and after today."),
            field="expires",
        )  # fmt: skip
    if expires - not_before > LONGEST_VALIDITY:
        raise Refusal("validity_too_long", T("有效期不能超过十年。", "At most ten years."), field="expires")


def _seed(key: IssuingKey) -> bytes:
    """The Ed25519 seed: derived from the key file for this jurisdiction and key, never stored."""
    secret = ring().numbered("credential", key.ring_number)
    return secret.derive(f"{require_current()}|{key.issuer}|{key.pk}")


def _signing_key(now: datetime, by: Actor) -> IssuingKey:
    """The key that signs now; a new one once its period is over or the key file was rotated."""
    key = IssuingKey.objects.filter(state=IssuingKey.State.ACTIVE).first()
    newest = ring().current("credential").number
    if key and key.signs_until > now and key.ring_number == newest:
        return key
    try:
        with transaction.atomic():
            if key:
                IssuingKey.objects.filter(pk=key.pk).update(state=IssuingKey.State.RETIRED)
            return _new_key(now, newest, by)
    except IntegrityError:  # somebody else made it in the same moment
        return IssuingKey.objects.get(state=IssuingKey.State.ACTIVE)


def _new_key(now: datetime, ring_number: int, by: Actor) -> IssuingKey:
    begin = now.replace(microsecond=0)
    key = IssuingKey(
        issuer=code_of_schema(require_current()), types=sorted(TYPES), ring_number=ring_number,
        signs_from=begin, signs_until=begin + SIGNING_PERIOD,
    )  # fmt: skip
    key.public_key = Ed25519PrivateKey.from_private_bytes(_seed(key)).public_key().public_bytes_raw()
    key.kid = kid_of(bytes(key.public_key))
    key.save(force_insert=True)
    ledger.record("issuer_key.opened", by=by, subject=("credentials.issuingkey", key.pk), values=key_leaf(key))
    return key


def _status_list(issuer: str, expires: datetime) -> StatusList:
    local = timezone.localtime(expires)
    number = (local.year - 2020) * 12 + local.month - 1
    return StatusList.objects.get_or_create(issuer=issuer, number=number)[0]


def _grow(bits: StatusList) -> None:
    """Double a list once it is half full; lists only grow, so bits already given keep their place."""
    if Credential.objects.filter(status_list=bits).count() * 2 >= bits.size:
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
