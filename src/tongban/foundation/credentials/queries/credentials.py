"""Reads of credentials and the verdicts on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from tongban.foundation.credentials.models import Credential
from tongban.foundation.credentials.queries.keys import as_trusted, trusted_key
from tongban.lib.repeated import Repeated
from tongban.lib.words import T
from tongban_verify.passes.code import Claims, Malformed, read
from tongban_verify.passes.trust import TrustedKey
from tongban_verify.passes.verdicts import Verdict, judge_code

# As on paper: who the types are for, in the office's words.
TYPE_NAMES: dict[str, T] = {
    "resident": T("居民出入证", "Resident's pass"),
    "tenant": T("租户出入证", "Tenant's pass"),
    "visitor": T("访客出入证", "Visitor's pass"),
    "courier": T("配送出入证", "Courier's pass"),
    "vehicle": T("车辆通行证", "Vehicle pass"),
    "certificate": T("证明", "Certificate"),
}


_ISSUED = Repeated[Credential](
    lambda cti, issuer: (
        Credential.objects.filter(cti=cti, status_list__issuer=issuer).select_related("key").defer("code")
    )
)


def verdict_on(text: str, *, now: datetime) -> tuple[Verdict, Credential | None]:
    """The verdict on a scanned or pasted text, and the row of a credential that is good or revoked."""
    verdict, row = verdict_and_record(text, now=now)
    return verdict, row if verdict.reason in ("valid", "revoked") else None


def verdict_and_record(text: str, *, now: datetime) -> tuple[Verdict, Credential | None]:
    """The verdict on a text, and the row its cti names, whatever the verdict; never looked up by the text.

    One statement for whatever was issued here: its row brings the key it was signed with.
    """
    try:
        code = read(text.strip(" \r\n\t"))
    except Malformed:
        return Verdict("malformed"), None
    row = _ISSUED.first(cti=code.claims.cti, issuer=code.claims.issuer)

    def key_of(kid: bytes) -> TrustedKey | None:
        own = row is not None and bytes(row.key.kid) == kid
        return as_trusted(row.key) if row and own else trusted_key(kid)

    def status_of(*_: Any) -> str:
        if row is None:
            return "not_recorded"
        return "revoked" if row.revoked_at else "valid"

    return judge_code(code, key_of=key_of, status_of=status_of, now=now), row


def signed_facts(claims: Claims) -> list[tuple[T, str]]:
    """What the code itself says, in words; empty facts are left out."""
    said = claims.content
    lines = [
        (T("证件类别", "Type"), str(TYPE_NAMES[said.type])),
        (T("持有人", "Holder"), said.name),
        (T("编号", "Number"), said.number if said.type == "certificate" else ""),  # a pass has its kind there
        (T("地点", "Place"), said.place),
        (T("车牌", "Plate"), said.plate),
        (T("有效期", "Valid"), valid_text(claims)),
    ]
    return [(label, value) for label, value in lines if value]


def valid_text(claims: Claims) -> str:
    """From when until when, in local time."""
    return f"{_day(claims.not_before)} – {_day(claims.expires)}"


def _day(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def credential_of(subject_kind: str, subject_id: UUID) -> Credential | None:
    """The newest credential issued for a subject, revoked or not."""
    return Credential.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("-issued_at").first()


def issue_leaf(row: Credential) -> dict[str, Any]:
    """What the public log keeps of an issue: its last day in the open, the rest as commitments."""
    return {
        "until": row.expires_at.date(), "type": str(row.type), "holder": row.holder_name,
        "number": bytes(row.cti).hex(), "digest": hashlib.sha256(row.code.encode()).hexdigest(),
    }  # fmt: skip


def revocation_leaf(row: Credential) -> dict[str, Any]:
    """What the public log keeps of a revocation."""
    return {"number": bytes(row.cti).hex(), "reason": row.revoked_reason}


def subjects_of_ctis(issuer: str, ctis: Iterable[bytes]) -> dict[bytes, tuple[str, UUID]]:
    """What credentials of an issuer were issued for, by the cti a verifier read."""
    found = Credential.objects.filter(cti__in=list(ctis), status_list__issuer=issuer)
    rows = found.values_list("cti", "subject_kind", "subject_id")
    return {bytes(cti): (kind, subject) for cti, kind, subject in rows}
