"""Electronic seals on PDFs (PAdES, ETSI EN 319 142-1, level B-B): sealing, and reading the seals of a file.

The keys are ECDSA P-256: what Adobe Reader, poppler and pyHanko all verify, and small enough to be derived from the key ring.
pyHanko takes a third of a second to import, and most processes never seal: whoever needs it imports it.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

# What a stranger's file provokes is told to the stranger, not to the log.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko.sign.signers").setLevel(logging.CRITICAL)

_certificate: Any = asn1_x509.Certificate.load  # asn1crypto carries no types
_private: Any = asn1_keys.PrivateKeyInfo.load
FIELD = "OfficeSeal"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256, FIPS 186-4 D.1.2.3


@dataclass(frozen=True, slots=True)
class SealKey:
    """What seals: a signer pyHanko knows, its certificate and those above it, all as DER."""

    signer: Signer
    certificate: bytes


@dataclass(frozen=True, slots=True)
class SealFound:
    """One seal read in a PDF.

    ``is_intact``: what it covers is as it was sealed; ``is_whole``: nothing was added afterwards; ``is_trusted``: its
    certificate leads to one of the authorities given. ``sealed`` is the file up to the seal's end.
    """

    is_intact: bool
    is_whole: bool
    is_trusted: bool
    certificate: bytes
    signed_at: datetime | None
    sealed: bytes


class UnreadablePdf(Exception):
    """Not a PDF, or not one that can be read."""


class BrokenSealFile(Exception):
    """A PKCS#12 file does not open; ``why`` is for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The P-256 key that 32 secret bytes stand for, always the same."""
    return ec.derive_private_key(int.from_bytes(secret, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def authority_certificate(key: ec.EllipticCurvePrivateKey, *, name: str, since: datetime, years: int = 20) -> bytes:
    """The certificate an authority made on the spot gives itself, as DER."""
    subject = _name(name, name)
    begun = _builder(subject, subject, key.public_key(), since, years)
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    whole = begun.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    whole = whole.add_extension(usage, critical=True)
    return whole.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def seal_certificate(
    key: ec.EllipticCurvePrivateKey, *, office: str, authority: bytes, authority_key: ec.EllipticCurvePrivateKey,
    since: datetime, years: int,
) -> bytes:  # fmt: skip
    """The certificate of an office's seal, given by an authority made on the spot, as DER."""
    above = x509.load_der_x509_certificate(authority)
    begun = _builder(_name(office, office), above.subject, key.public_key(), since, years)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    whole = begun.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    whole = whole.add_extension(usage, critical=True)
    whole = whole.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    whole = whole.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
    )
    return whole.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
        x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
    ])  # fmt: skip


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, since: datetime, years: int
) -> x509.CertificateBuilder:
    begin = since.astimezone(UTC).replace(microsecond=0) - timedelta(minutes=5)  # clocks of readers differ
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def key_of(key: ec.EllipticCurvePrivateKey, certificate: bytes, above: Sequence[bytes]) -> SealKey:
    """A seal of our own making."""
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    new_store: Any = SimpleCertificateStore  # it carries no types
    store = new_store()
    store.register_multiple([_certificate(one) for one in above])
    signer = SimpleSigner(
        signing_cert=_certificate(certificate), cert_registry=store,
        signing_key=_private(plain),
    )  # fmt: skip
    return SealKey(signer, certificate)


def key_in_file(path: Path, passphrase: str) -> SealKey:
    """The seal of a PKCS#12 file, as licensed authorities give it out; BrokenSealFile when it does not open."""
    from pyhanko.sign.signers import SimpleSigner

    try:
        signer = SimpleSigner.load_pkcs12_data(path.read_bytes(), [], passphrase.encode())
    except (OSError, ValueError) as error:
        raise BrokenSealFile(f"{path.name}: {error}") from None
    if signer is None or signer.signing_cert is None:
        raise BrokenSealFile(f"{path.name}: wrong passphrase, or not a PKCS#12 file with a key and a certificate")
    return SealKey(signer, signer.signing_cert.dump())


def seal_pdf(pdf: bytes, key: SealKey, *, office: str, reason: str) -> bytes:
    """The PDF with an office's seal over all of it; any later change shows. The visible ring is part of the page."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, name=office, reason=reason, md_algorithm="sha256", certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES, subfilter=fields.SigSeedSubFilter.PADES,
    )  # fmt: skip
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signers.PdfSigner(meta, key.signer).sign_pdf(writer, output=out)
    return out.getvalue()


def read_seals(pdf: bytes, *, authorities: Sequence[bytes]) -> list[SealFound]:
    """The seals in a PDF, the first one first; UnreadablePdf for anything that cannot be read as one."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    roots = [_certificate(one) for one in authorities]
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        return [_found(one, roots, pdf) for one in reader.embedded_regular_signatures]
    except Exception as error:  # pyHanko's errors share no base; whatever a forged file provokes is unreadable
        raise UnreadablePdf(str(error)) from None


def _found(embedded: Any, roots: list[Any], pdf: bytes) -> SealFound:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    signed_at = embedded.self_reported_timestamp
    context = ValidationContext(
        trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail", moment=signed_at,
        best_signature_time=signed_at,
    )  # fmt: skip
    status = validate_pdf_signature(embedded, context, key_usage_settings=KeyUsageConstraints(key_usage=set()))
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    start, first, second, length = (int(number) for number in embedded.byte_range)
    del start, first
    return SealFound(
        is_intact=bool(status.intact and status.valid), is_whole=whole, is_trusted=bool(status.trusted),
        certificate=embedded.signer_cert.dump(), signed_at=signed_at, sealed=pdf[: second + length],
    )  # fmt: skip
