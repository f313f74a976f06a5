"""Files outside the database: seals of licensed authorities (PKCS#12), the authorities known, and the city's root key."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from tongban.foundation.regions.queries import code_of_schema
from tongban.lib.jurisdictions import require_current
from tongban.lib.pdf.sealing import BrokenSealFile, SealKey, key_in_file
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban_verify.errors import Unverified
from tongban_verify.passes.cose import public_key_of
from tongban_verify.witness.keyfile import key_of

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Unit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SealFile:
    """The PKCS#12 file of one unit."""

    path: Path


def _folder() -> Path | None:
    folder: Path | None = settings.ENVIRONMENT.seals_dir
    return folder


def seal_file_of(unit: Unit) -> SealFile | None:
    """``<jurisdiction>/<region>-<unit>.p12`` under TONGBAN_SEALS_DIR; None while a unit has no seal of its own there."""
    folder = _folder()
    if folder is None or not unit.code:
        return None
    path = folder / code_of_schema(require_current()) / f"{unit.region_code}-{unit.code}.p12"
    return SealFile(path) if path.is_file() else None


def open_seal(file: SealFile) -> SealKey:
    """The seal in a file; refused with a sentence for the office, the reason goes to the operators' log."""
    try:
        return key_in_file(file.path, settings.ENVIRONMENT.seals_passphrase.get_secret_value())
    except BrokenSealFile as broken:
        raise seal_unavailable(broken.why) from None


def seal_unavailable(why: str) -> Refusal:
    """The refusal while a seal cannot be used."""
    log.error("seal unavailable: %s", why)
    return Refusal(
        "seal_unavailable",
        T("电子印章暂时不能使用，文书还没有盖章，系统会自动重试。请联系运维人员检查印章文件。",
          "The electronic seal cannot be used at the moment: the paper is not sealed yet; we keep trying. "
          "Ask the operators to check the seal file."), status=503,
    )  # fmt: skip


def validity(certificate: bytes) -> tuple[datetime, datetime]:
    """From when until when a certificate holds."""
    found = x509.load_der_x509_certificate(certificate)
    return found.not_valid_before_utc, found.not_valid_after_utc


def licensed_authorities() -> list[bytes]:
    """The certificates of the authorities whose seals are known beside our own: *.pem under authorities/, as DER."""
    folder = _folder()
    if folder is None:
        return []
    return [
        x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
        for path in sorted((folder / "authorities").glob("*.pem"))
    ]


def new_root(path: Path, city: str) -> bytes:
    """The seed of the root key on this server, made there when there is none."""
    return _seed_in(path, city)


def root_seed(path: Path, city: str, public_key: bytes) -> bytes | None:
    """The seed of this root key; None when its file was taken away, or holds another key."""
    if not path.is_file():
        return None
    seed = _seed_in(path, city)
    return seed if public_key_of(seed) == public_key else None


def _seed_in(path: Path, city: str) -> bytes:
    try:
        return key_of(path, f"{city}/root").seed
    except Unverified as wrong:
        raise Refusal("root_key_file", T(wrong.zh, wrong.en), status=500) from None


def paper_template(name: str) -> str:
    """The Typst template of a printed pass."""
    return (Path(__file__).parent / "templates" / "credentials" / "papers" / f"{name}.typ").read_text("utf-8")
