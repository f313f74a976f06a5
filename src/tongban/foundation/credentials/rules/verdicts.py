"""The verdict on a credential: one code, one sentence, in this order of questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongban.foundation.credentials.rules.code import Claims, Code, Malformed, is_signed_by, read
from tongban.lib.words import T

CLOCK_SKEW = timedelta(seconds=60)

REASONS: dict[str, T] = {
    "valid": T("有效：由本系统签发，内容未被改动。", "Valid: issued here and unaltered."),
    "malformed": T("这不是本系统的证件码，或扫描不完整。请对准二维码重扫，或粘贴完整文字。",
                   "This is not one of our codes, or it was read incompletely. Scan it again or paste the whole text."),
    "unknown_key": T("签发方不在可信名单中，不能认可。请向签发单位核实。",
                     "The signing key is not on the trust list. Ask the office that issued it."),
    "edited": T("内容被改动过，或是伪造的，不能认可。", "The content was altered or forged. Do not accept it."),
    "wrong_scope": T("签发方无权签发这一类证件，不能认可。请向签发单位核实。",
                     "The signer may not issue this type. Do not accept it; ask the office that issued it."),
    "not_yet": T("尚未生效，请在生效日之后使用。", "Not valid yet: use it from the day it takes effect."),
    "expired": T("已过有效期，请重新办理。", "Expired: please apply again."),
    "revoked": T("已被签发单位撤销，不能再使用。", "Revoked by the issuing office."),
    "key_withdrawn": T("签发用的密钥已作废，不能认可。请向签发单位换领。",
                       "The signing key has been withdrawn. Ask the issuing office for a new one."),
    "not_recorded": T("签名正确，但签发登记里没有这一张。请向签发单位核实。",
                      "The signature is right, but no such credential is on record. Ask the issuing office."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One line of the trust list: a key, for which issuer and types it may sign, and when."""

    public_key: bytes
    issuer: str
    types: frozenset[str]
    signs_from: datetime
    signs_until: datetime
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a credential may be accepted (``is_valid``), why, and what it says when the signature is right."""

    reason: str
    claims: Claims | None = None

    @property
    def is_valid(self) -> bool:
        """Only one reason accepts."""
        return self.reason == "valid"

    @property
    def message(self) -> T:
        """The sentence for the reason."""
        return REASONS[self.reason]


def judge(text: str, *, key_of: Callable[[bytes], TrustedKey | None], status_of: Callable[[Claims], str],
          now: datetime) -> Verdict:  # fmt: skip
    """The verdict on a text. ``key_of`` looks a kid up; ``status_of`` answers ``valid``, ``revoked`` or ``not_recorded``."""
    try:
        code = read(text)
    except Malformed:
        return Verdict("malformed")
    key = key_of(code.kid)
    if key is None:
        return Verdict("unknown_key")
    if not is_signed_by(code, key.public_key):
        return Verdict("edited")
    claims = code.claims
    reason = _scope(code, key) or _dates(claims, now) or status_of(claims)
    return Verdict(reason, claims)


def _scope(code: Code, key: TrustedKey) -> str:
    if key.is_withdrawn:
        return "key_withdrawn"
    claims = code.claims
    # A key signs for its period only; when the credential begins later than it was signed, the end alone can tell.
    began = claims.not_before >= key.signs_from - CLOCK_SKEW
    right = claims.issuer == key.issuer and claims.content.type in key.types and began
    return "" if right else "wrong_scope"


def _dates(claims: Claims, now: datetime) -> str:
    if now < claims.not_before - CLOCK_SKEW:
        return "not_yet"
    return "expired" if now >= claims.expires else ""
