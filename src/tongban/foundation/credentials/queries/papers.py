"""Reads of seals and of the papers they are on."""

from __future__ import annotations

import hashlib
from typing import Any

from tongban.foundation.credentials.models import OfficeSeal, SealedPaper


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
