"""The verdict on a credential: one code, one sentence, in this order of questions. passes.js asks the same ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tongban_verify.passes.code import Claims, Code, Malformed, read
from tongban_verify.passes.status import StatusList
from tongban_verify.passes.trust import SKEW, TrustedKey, TrustList

AMBER_AFTER = timedelta(hours=24)  # credentials.md: a status list older than this is shown as such
ONLINE_AFTER = timedelta(days=7)  # and for people who come and go it is not enough any more
COME_AND_GO = frozenset({"visitor", "courier"})

REASONS: dict[str, tuple[str, str]] = {
    "valid": ("有效：由本系统签发，内容未被改动。", "Valid: issued here and unaltered."),
    "malformed": ("这不是本系统的证件码，或扫描不完整。请对准二维码重扫，或粘贴完整文字。",
                  "This is not one of our codes, or it was read incompletely. Scan it again or paste the whole text."),
    "unknown_key": ("签发方不在可信名单中，可能是伪造的，不能认可。请向签发单位核实。",
                    "The signing key is not on the trust list: perhaps forged. Do not accept it; ask the office that issued it."),
    "key_withdrawn": ("签发用的密钥已作废，不能认可。请向签发单位换领。",
                      "The signing key has been withdrawn. Ask the issuing office for a new one."),
    "edited": ("内容被改动过，或是伪造的，不能认可。", "The content was altered or forged. Do not accept it."),
    "wrong_scope": ("签发方无权签发这一类证件，不能认可。请向签发单位核实。",
                    "The signer may not issue this type. Do not accept it; ask the office that issued it."),
    "another_community": ("这是别的小区的证件，在这里不能用。", "A pass of another community: not good here."),
    "wrong_gate": ("这张证件不能走这个门，请走证件上写的门。", "Not good at this gate: use the gates named on the pass."),
    "not_yet": ("尚未生效，请在生效日之后使用。", "Not valid yet: use it from the day it takes effect."),
    "expired": ("已过有效期，请重新办理。", "Expired: please apply again."),
    "stale_code": ("手机上的码已过时，可能是截屏。请对方打开页面，让码自己刷新后再扫。",
                   "The phone's code is out of date, perhaps a screenshot. Have the page opened and scan the fresh code."),
    "clock_wrong": ("本机时间不准：比签发时间还早。请校准时间后再扫。",
                    "This device's clock is wrong: it is behind the time of signing. Set it and scan again."),
    "revoked": ("已被签发单位撤销，不能再使用。", "Revoked by the issuing office."),
    "not_recorded": ("签名正确，但签发登记里没有这一张。请向签发单位核实。",
                     "The signature is right, but no such credential is on record. Ask the issuing office."),
    "list_unknown": ("签名正确，但这里没有它的撤销名单，请联网核验。",
                     "The signature is right, but its revocation list is not here: check online."),
    "online_only": ("签名正确，但撤销名单已超过七天，访客和配送证件请联网核验。",
                    "The signature is right, but the revocation list is over seven days old: check visitors and couriers online."),
    "list_expired": ("可信名单已过期，什么都不能认可。请联网更新。",
                     "The trust list has expired: nothing can be accepted. Go online to renew it."),
    "list_superseded": ("可信名单已被新名单取代，什么都不能认可。请联网更新。",
                        "The trust list has been superseded: nothing can be accepted. Go online to renew it."),
    "list_rolled_back": ("收到的名单比已有的旧，没有采用。", "The list received is older than the one at hand; it was not taken."),
    "list_malformed": ("收到的不是名单，或已损坏，没有采用。", "What was received is not a list, or is damaged; it was not taken."),
    "list_edited": ("名单的签名不对，没有采用。", "The list's signature is wrong; it was not taken."),
    "unknown_root": ("名单不是本市的根密钥签的，没有采用。", "The list is not signed by this city's root key; it was not taken."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a credential may be accepted, why, and what it says when the signature is right.

    ``age`` is how old the status list is that was asked; ``is_amber``: so old that a guard should know.
    """

    reason: str
    claims: Claims | None = None
    age: timedelta | None = None

    @property
    def is_valid(self) -> bool:
        """Only one reason accepts."""
        return self.reason == "valid"

    @property
    def is_amber(self) -> bool:
        """Whether the status list is older than a day."""
        return self.age is not None and self.age > AMBER_AFTER


@dataclass(frozen=True, slots=True)
class Where:
    """Where a credential is shown: a region's code (only passes from within it count) and the number of a gate."""

    here: str = ""
    gate: int | None = None


ANYWHERE = Where()


def judge(text: str, *, key_of: Callable[[bytes], TrustedKey | None], status_of: Callable[[Claims, TrustedKey], str],
          now: datetime, where: Where = ANYWHERE, trouble: str = "") -> Verdict:  # fmt: skip
    """The verdict on a text. ``key_of`` looks a kid up; ``status_of`` answers ``valid``, ``revoked`` or why it cannot tell."""
    try:
        code = read(text)
    except Malformed:
        return Verdict("malformed")
    return judge_code(code, key_of=key_of, status_of=status_of, now=now, where=where, trouble=trouble)


def judge_code(code: Code, *, key_of: Callable[[bytes], TrustedKey | None], status_of: Callable[[Claims, TrustedKey], str],
               now: datetime, where: Where = ANYWHERE, trouble: str = "") -> Verdict:  # fmt: skip
    """The same on a code that was read already."""
    if trouble:
        return Verdict(trouble)
    key = key_of(code.kid)
    if key is None:
        return Verdict("unknown_key")
    if key.is_withdrawn:
        return Verdict("key_withdrawn")  # whoever has the key may have written anything: nothing of it is shown
    if not code.signed.is_by(key.public_key):
        return Verdict("edited")
    claims = code.claims
    reason = _scope(claims, key) or _place(claims, where) or _dates(claims, now) or status_of(claims, key)
    return Verdict(reason, claims)


@dataclass(frozen=True, slots=True)
class Offline:
    """What a device without a network holds: the trust list, and status lists by their addresses."""

    trust: TrustList
    lists: Mapping[str, StatusList] = field(default_factory=dict)

    def judge(self, text: str, *, now: datetime, where: Where = ANYWHERE) -> Verdict:
        """The verdict by what is held."""
        needed = max((one.min_version for one in self.lists.values()), default=0)
        used: list[StatusList] = []

        def status_of(claims: Claims, key: TrustedKey) -> str:
            found = self._list_of(claims, key)
            if found is None:
                return "list_unknown"
            used.append(found)
            return _status(claims, found, now)

        verdict = judge(text, key_of=self._key_of, status_of=status_of, now=now, where=where,
                        trouble=self.trust.trouble(now, needed))  # fmt: skip
        return Verdict(verdict.reason, verdict.claims, now - used[0].issued) if used else verdict

    def _key_of(self, kid: bytes) -> TrustedKey | None:
        if kid in self.trust.withdrawn:
            return _WITHDRAWN
        return self.trust.key(kid)

    def _list_of(self, claims: Claims, key: TrustedKey) -> StatusList | None:
        """The list the credential names, if whoever signed the list may speak for such credentials, still."""
        found = self.lists.get(key.status_address(claims.issuer, claims.status[0]))
        signer = self.trust.key(found.kid) if found and found.kid not in self.trust.withdrawn else None
        speaks = signer and claims.issuer.startswith(signer.scope) and claims.content.type in signer.types
        return found if speaks else None


_LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
_WITHDRAWN = TrustedKey(bytes(32), "", frozenset(), _LONG_AGO, _LONG_AGO, is_withdrawn=True)


def _status(claims: Claims, found: StatusList, now: datetime) -> str:
    is_set = found.is_set(claims.status[1])
    if is_set is None:
        return "list_unknown"
    if is_set:
        return "revoked"
    if now < found.issued - SKEW:
        return "clock_wrong"
    return "online_only" if claims.content.type in COME_AND_GO and now - found.issued > ONLINE_AFTER else "valid"


def _scope(claims: Claims, key: TrustedKey) -> str:
    # A key signs for its period only; nothing in a credential says when it was signed, so both its ends are looked at.
    in_time = claims.not_before >= key.signs_from - SKEW and claims.expires <= key.verifies_until
    right = claims.issuer.startswith(key.scope) and claims.content.type in key.types and in_time
    return "" if right else "wrong_scope"


def _place(claims: Claims, where: Where) -> str:
    if not claims.issuer.startswith(where.here):
        return "another_community"
    return "" if where.gate is None or claims.content.opens(where.gate) else "wrong_gate"


def _dates(claims: Claims, now: datetime) -> str:
    if now < claims.not_before - SKEW:
        return "clock_wrong" if claims.is_rotating else "not_yet"
    if claims.is_rotating:
        return "stale_code" if now >= claims.expires + SKEW else ""
    return "expired" if now >= claims.expires else ""
