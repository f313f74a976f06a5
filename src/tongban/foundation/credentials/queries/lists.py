"""Reads of the trust list and the status lists."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from tongban.foundation.credentials.models import Credential, IssuingKey, StatusList, TrustList
from tongban.foundation.credentials.queries.keys import WITHDRAWN, as_trusted, root_in_force, seed_of
from tongban.foundation.credentials.rules.keys import PASS_LISTS, list_number
from tongban.foundation.regions.queries import code_of_schema, main_host
from tongban.lib.jurisdictions import require_current
from tongban.lib.words import T
from tongban_verify.passes import trust
from tongban_verify.passes.status import write_status_list

WARN_BEFORE = timedelta(days=3)
EVERY = timedelta(days=1)  # a list is renewed when it is a day old


def current_trust_list(now: datetime | None = None) -> TrustList | None:
    """The list that counts: the highest version whose day has come."""
    day = now or timezone.now()
    return TrustList.objects.filter(issued_at__lte=day).order_by("-version").select_related("root").first()


def open_current(now: datetime | None = None) -> trust.TrustList | None:
    """What the current list says; None without one, or when it has expired."""
    row, at = current_trust_list(now), now or timezone.now()
    if row is None or row.expires_at <= at:
        return None
    return trust.open_trust_list(bytes(row.token), [bytes(row.root.public_key)], now=at)


def status_address() -> str:
    """The address of this jurisdiction's status lists, with ``{issuer}`` and ``{list}`` to be filled in."""
    environment, host = settings.ENVIRONMENT, main_host()
    port = f":{environment.port}" if environment.public_scheme == "http" else ""  # https: the proxy's own port
    return f"{environment.public_scheme}://{host}{port}/api/credentials/status/{{issuer}}/{{list}}"


def draft_trust_list(issued: datetime, before: trust.TrustList | None = None) -> trust.TrustList:
    """The list as it would be signed for a moment, after ``before`` (else after the one that counts now).

    A key withdrawn since makes every older list void at once: ``min_version`` rises to this one.
    """
    previous = before or _last_known()
    newest = TrustList.objects.aggregate(newest=Max("version"))["newest"] or 0
    version = max(newest, previous.version if previous else 0) + 1
    address, keys = status_address(), IssuingKey.objects.filter(verifies_until__gt=issued)
    withdrawn = frozenset(bytes(key.kid) for key in keys if key.state == WITHDRAWN)
    lines = {bytes(key.kid): as_trusted(key, address) for key in keys if key.state != WITHDRAWN}
    old = previous.min_version if previous else 0
    rises = previous is not None and bool(withdrawn - previous.withdrawn)
    begin = issued.replace(microsecond=0)
    return trust.TrustList(code_of_schema(require_current()), version, begin, begin + trust.LIFETIME, lines, withdrawn,
                           version if rises else old)  # fmt: skip


def _last_known() -> trust.TrustList | None:
    row = current_trust_list()
    if row is None:
        return None
    return trust.open_trust_list(bytes(row.token), [bytes(row.root.public_key)], now=row.issued_at)


@dataclass(frozen=True, slots=True)
class Due:
    """A list that ought to be signed now, and why: ``first``, ``changed`` or ``daily``."""

    draft: trust.TrustList
    why: str


def what_is_due(now: datetime) -> Due | None:
    """What a root key would sign now; None while the current list is right and less than a day old."""
    said, draft = open_current(now), draft_trust_list(now)
    if said is None:
        return Due(draft, "first")
    root, row = root_in_force(), current_trust_list(now)
    alike = (said.city, said.keys, said.withdrawn) == (draft.city, draft.keys, draft.withdrawn)
    if root is None or row is None or row.root_id != root.pk or not alike:
        return Due(draft, "changed")
    return Due(draft, "daily") if now - said.issued >= EVERY else None


def trust_trouble(now: datetime | None = None) -> T | None:
    """What an operator must do before verifiers stop believing us; None when all is well."""
    at = now or timezone.now()
    if not IssuingKey.objects.exists():
        return None  # nothing is signed yet
    said = open_current(at)
    if said is None:
        return T("没有有效的可信名单，离线核验已停止：请运行 tongban trust publish，或用根密钥签发后导入。",
                 "There is no trust list in force, nothing verifies offline: run tongban trust publish, or sign with the "
                 "root key and import.")  # fmt: skip
    withdrawn = {bytes(kid) for kid in IssuingKey.objects.filter(state=WITHDRAWN).values_list("kid", flat=True)}
    if any(kid in said.keys for kid in withdrawn):
        return T("已作废的密钥还在可信名单上：请马上签发并导入新名单。",
                 "A withdrawn key is still on the trust list: sign and import a new list at once.")  # fmt: skip
    active = IssuingKey.objects.filter(state=IssuingKey.State.ACTIVE).values_list("kid", flat=True)
    if any(bytes(kid) not in said.keys for kid in active):
        return T("正在签发的密钥不在可信名单上，新证件离线不能核验：请签发并导入新名单。",
                 "A signing key is not on the trust list, new passes do not verify offline: sign and import a new list.")  # fmt: skip
    last = TrustList.objects.filter(version__gte=said.version).aggregate(end=Max("expires_at"))["end"]
    if last - at < WARN_BEFORE:
        return T("可信名单 {end} 到期，此后离线什么都不能认可：请签发并导入新名单。",
                 "The trust list ends at {end}; after that nothing is accepted offline: sign and import a new list.").format(
                     end=timezone.localtime(last).strftime("%Y-%m-%d %H:%M"))  # fmt: skip
    return None


def status_bits(issuer: str, number: int) -> bytes | None:
    """The bits of one status list, bit 0 of byte 0 first (Token Status List, 1 bit); None for an unknown list."""
    found = StatusList.objects.filter(issuer=issuer, number=number).first()
    if found is None:
        return None
    bits = bytearray(found.size // 8)
    revoked = Credential.objects.filter(status_list=found, revoked_at__isnull=False)
    for index in revoked.values_list("status_index", flat=True).iterator():
        bits[index >> 3] |= 1 << (index & 7)
    return bytes(bits)


def signed_status_list(issuer: str, number: int, now: datetime | None = None) -> bytes | None:
    """One status list as a signed token, made from the rows as they are: two revocations at once both stand in it.

    Signed by a key verifiers know already; None for an unknown list, and before there is a key.
    """
    at, said = now or timezone.now(), open_current(now)
    purpose = IssuingKey.Purpose.PASS if number >= PASS_LISTS else IssuingKey.Purpose.CERTIFICATE
    keys = IssuingKey.objects.filter(purpose=purpose, verifies_until__gt=at).exclude(state=WITHDRAWN)
    in_order = sorted(
        keys, key=lambda key: (said is None or bytes(key.kid) in said.keys, key.state == "active", key.signs_from)
    )
    bits = status_bits(issuer, number) if in_order else None
    if bits is None:
        return None
    signer = in_order[-1]
    line = said.key(bytes(signer.kid)) if said else None
    address = (line or as_trusted(signer, status_address())).status_address(issuer, number)
    return write_status_list(
        address, bits, issued=at, seed=seed_of(signer), min_version=said.min_version if said else 0
    )


def offline_lists(now: datetime) -> list[str]:
    """Every status list whose credentials may still be good, signed, as base64."""
    day = timezone.localdate(now)
    firsts = [list_number(day, purpose) for purpose in ("certificate", "pass")]
    rows = StatusList.objects.filter(number__gte=firsts[0]).exclude(number__gte=PASS_LISTS, number__lt=firsts[1])
    tokens = (signed_status_list(issuer, number, now) for issuer, number in rows.values_list("issuer", "number"))
    return [base64.b64encode(token).decode() for token in tokens if token]


def status_numbers(issuer: str, now: datetime) -> list[int]:
    """Numbers of the status lists of an issuer whose passes may still be good."""
    first = list_number(timezone.localdate(now), "pass")
    rows = StatusList.objects.filter(issuer=issuer, number__gte=first)
    return list(rows.order_by("number").values_list("number", flat=True))
