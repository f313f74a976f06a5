"""Reads of credentials: the trust list, status bits and verdicts."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from tongban.foundation.credentials.models import Credential, IssuingKey, OfficeSeal, SealedPaper, StatusList
from tongban.foundation.credentials.rules.code import Claims
from tongban.foundation.credentials.rules.verdicts import TrustedKey, Verdict, judge
from tongban.lib.words import T

# As on paper: who the types are for, in the office's words.
TYPE_NAMES: dict[str, T] = {
    "resident": T("居民出入证", "Resident's pass"),
    "tenant": T("租户出入证", "Tenant's pass"),
    "visitor": T("访客出入证", "Visitor's pass"),
    "courier": T("配送出入证", "Courier's pass"),
    "vehicle": T("车辆通行证", "Vehicle pass"),
    "certificate": T("证明", "Certificate"),
}


def trusted_key(kid: bytes) -> TrustedKey | None:
    """The trust list's line for a kid, or None."""
    key = IssuingKey.objects.filter(kid=kid).first()
    if key is None:
        return None
    return TrustedKey(
        bytes(key.public_key), key.issuer, frozenset(key.types), key.signs_from, key.signs_until,
        key.state == IssuingKey.State.WITHDRAWN,
    )  # fmt: skip


def verdict_on(text: str, *, now: datetime) -> tuple[Verdict, Credential | None]:
    """The verdict on a scanned or pasted text, and the credential's row; looked up by the signed cti, never by the text."""
    found: list[Credential] = []

    def status_of(claims: Claims) -> str:
        found.extend(Credential.objects.filter(cti=claims.cti, key__issuer=claims.issuer)[:1])
        if not found:
            return "not_recorded"
        return "revoked" if found[0].revoked_at else "valid"

    verdict = judge(text.strip(" \r\n\t"), key_of=trusted_key, status_of=status_of, now=now)
    return verdict, found[0] if found else None


def signed_facts(claims: Claims) -> list[tuple[T, str]]:
    """What the code itself says, in words; empty facts are left out."""
    said = claims.content
    lines = [
        (T("证件类别", "Type"), str(TYPE_NAMES[said.type])),
        (T("持有人", "Holder"), said.name),
        (T("编号", "Number"), said.number),
        (T("地点", "Place"), said.place),
        (T("车牌", "Plate"), said.plate),
        (T("有效期", "Valid"), f"{_day(claims.not_before)} – {_day(claims.expires)}"),
    ]
    return [(label, value) for label, value in lines if value]


def _day(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def credential_of(subject_kind: str, subject_id: UUID) -> Credential | None:
    """The newest credential issued for a subject, revoked or not."""
    return Credential.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("-issued_at").first()


def trust_list() -> list[dict[str, Any]]:
    """The keys a verifier needs: every key whose credentials may still be valid."""
    lines: list[dict[str, Any]] = []
    for key in IssuingKey.objects.order_by("signs_from"):
        lines.append({
            "kid": bytes(key.kid).hex(), "public_key": bytes(key.public_key).hex(), "issuer": key.issuer,
            "types": key.types, "signs_from": key.signs_from, "signs_until": key.signs_until, "state": key.state,
        })  # fmt: skip
    return lines


def status_bits(issuer: str, number: int) -> bytes | None:
    """The bits of one status list, bit 0 of byte 0 first (Token Status List, 1 bit); None for an unknown list."""
    found = StatusList.objects.filter(issuer=issuer, number=number).first()
    if found is None:
        return None
    bits = bytearray(found.size // 8)
    revoked = Credential.objects.filter(status_list=found, revoked_at__isnull=False)
    for index in revoked.values_list("status_index", flat=True).iterator():
        bits[index // 8] |= 1 << (index % 8)
    return bytes(bits)


def issue_leaf(row: Credential) -> dict[str, Any]:
    """What the public log keeps of an issue: its last day in the open, the rest as commitments."""
    return {
        "until": row.expires_at.date(), "type": str(row.type), "holder": row.holder_name,
        "number": bytes(row.cti).hex(), "digest": hashlib.sha256(row.code.encode()).hexdigest(),
    }  # fmt: skip


def revocation_leaf(row: Credential) -> dict[str, Any]:
    """What the public log keeps of a revocation."""
    return {"number": bytes(row.cti).hex(), "reason": row.revoked_reason}


def key_leaf(row: IssuingKey) -> dict[str, Any]:
    """What the public log says of a signing key: who keeps the log can check old certificates with it."""
    return {"kid": bytes(row.kid).hex(), "public_key": bytes(row.public_key).hex(), "until": row.signs_until}


def withdrawn_key_leaf(row: IssuingKey) -> dict[str, Any]:
    """What the public log says of a key that is not to be trusted any more."""
    return {"kid": bytes(row.kid).hex(), "reason": row.withdrawn_reason}


def spot_authorities() -> list[bytes]:
    """The certificates of the authorities made on the spot here, the newest first, as DER."""
    rows = OfficeSeal.objects.filter(unit__isnull=True).order_by("-signs_from")
    return [bytes(one.certificate) for one in rows]


def sealed_paper(sha256: str) -> SealedPaper | None:
    """The record of a sealed file with this digest."""
    return SealedPaper.objects.select_related("seal", "credential").filter(sha256=sha256).first()


def seal_with(certificate: bytes) -> OfficeSeal | None:
    """The seal of this certificate, if it was ever used here."""
    return OfficeSeal.objects.filter(fingerprint=hashlib.sha256(certificate).hexdigest()).first()


def paper_leaf(row: SealedPaper) -> dict[str, Any]:
    """What the public log seals of a sealed paper: enough to prove later that a file was issued."""
    return {"number": row.number, "digest": row.sha256, "seal": row.seal.fingerprint}


def seal_leaf(row: OfficeSeal) -> dict[str, Any]:
    """What the public log says of a seal: its certificate's digest, whether it is for exercises only, its last day."""
    return {
        "fingerprint": row.fingerprint, "is_test": row.is_test, "until": row.signs_until.date(), "office": row.office,
    }  # fmt: skip


def withdrawn_seal_leaf(row: OfficeSeal) -> dict[str, Any]:
    """What the public log says of a seal that is not to be trusted any more."""
    return {"fingerprint": row.fingerprint, "reason": row.withdrawn_reason}


def offline_lists() -> dict[str, str]:
    """Every status list whose credentials may still be good, by ``issuer/number``, as base64."""
    first = (timezone.localdate().year - 2020) * 12 + timezone.localdate().month - 1
    rows = StatusList.objects.filter(number__gte=first).values_list("issuer", "number")
    return {
        f"{issuer}/{number}": base64.b64encode(status_bits(issuer, number) or b"").decode() for issuer, number in rows
    }
