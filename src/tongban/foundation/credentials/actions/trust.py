"""The trust list: signed here while the root key still lies on this server, else elsewhere and brought in."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.credentials import adapters, hooks
from tongban.foundation.credentials.models import IssuingKey, TrustList, TrustRoot
from tongban.foundation.credentials.queries import (
    draft_trust_list,
    open_current,
    root_file,
    root_in_force,
    root_leaf,
    trust_trouble,
    what_is_due,
)
from tongban.foundation.credentials.rules.verdicts import REASONS
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.foundation.regions.queries import code_of_schema
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import require_current
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban_verify.passes import trust
from tongban_verify.passes.code import moment
from tongban_verify.passes.cose import Malformed, open_token, public_key_of

log = logging.getLogger(__name__)
MOST_IN_ADVANCE = 180  # days; keys that only stand by now are used within this
ROOT_KEY_LENGTH = 32


@transaction.atomic
def adopt_root(public_key: bytes, *, by: Actor) -> TrustRoot:
    """Have lists signed by this root from now on. Verifiers that know only the old one refuse the new lists until
    they are given the new key."""
    require(by, hooks.MANAGE_KEYS)
    if len(public_key) != ROOT_KEY_LENGTH:
        raise Refusal(
            "root_key_wrong", T("根公钥应为 64 位十六进制数字。", "A root key has 64 hexadecimal digits."), field="key"
        )
    known = TrustRoot.objects.filter(public_key=public_key).first()
    if known and known != root_in_force():
        raise Refusal("root_key_old", T("这把根密钥已经被替换，不能再用。", "This root key was replaced; it cannot come back."),
                      field="key", status=409)  # fmt: skip
    if known:
        return known
    try:
        with transaction.atomic():
            root = TrustRoot.objects.create(public_key=public_key)
    except IntegrityError:  # adopted in the same moment
        return TrustRoot.objects.get(public_key=public_key)
    ledger.record("trust_root.adopted", by=by, subject=("credentials.trustroot", root.pk), values=root_leaf(root))
    return root


def ensure_root(*, by: Actor) -> TrustRoot:
    """The root in force; a new house makes one in a file of its own, to be taken off this server later."""
    if found := root_in_force():
        return found
    city = code_of_schema(require_current())
    return adopt_root(public_key_of(adapters.new_root(root_file(city), city)), by=by)


@transaction.atomic
def publish_trust_list(*, by: Actor) -> TrustList | None:
    """Sign and publish what is due; None when nothing is, or when the root key is not on this server."""
    require(by, hooks.MANAGE_KEYS)
    now = timezone.now()
    root = ensure_root(by=by)
    due, city = what_is_due(now), code_of_schema(require_current())
    seed = adapters.root_seed(root_file(city), city, bytes(root.public_key))
    if due is None or seed is None:
        return None
    token = trust.sign_trust_list(due.draft.unsigned(), seed)
    try:
        with transaction.atomic():
            return _store(root, due.draft, token)
    except IntegrityError:  # the same version was published in the same moment
        return None


def draft_trust_lists(days: int, *, by: Actor) -> list[bytes]:
    """Unsigned lists for a root key that is elsewhere: one for today and each day that follows."""
    require(by, hooks.MANAGE_KEYS)
    if not 1 <= days <= MOST_IN_ADVANCE:
        raise Refusal("days_wrong", T("提前签发的天数应在 1 到 {most} 之间。", "Between 1 and {most} days in advance.")
                      .format(most=MOST_IN_ADVANCE), field="days")  # fmt: skip
    now, drafts = timezone.now(), [draft_trust_list(timezone.now())]
    for day in range(1, days):
        drafts.append(draft_trust_list(now + timedelta(days=day), drafts[-1]))
    return [one.unsigned() for one in drafts]


@transaction.atomic
def import_trust_lists(tokens: Sequence[bytes], *, by: Actor) -> int:
    """Take lists that were signed elsewhere: all or none; how many were new. Bringing the same in again changes nothing."""
    require(by, hooks.MANAGE_KEYS)
    root = root_in_force()
    if root is None:
        raise Refusal(
            "root_missing", T("还没有根密钥，请先采用一把。", "There is no root key yet: adopt one first."), status=409
        )
    known = {one.version: bytes(one.token) for one in TrustList.objects.all()}
    newest = max(known, default=0)
    count = 0
    for token in tokens:
        found = _checked(token, root)
        if known.get(found.version) == token:
            continue
        if found.version <= newest:
            raise _refused("list_rolled_back")
        _store(root, found, token)
        newest, count = found.version, count + 1
    return count


def refresh_trust_list(*, by: Actor) -> None:
    """Publish the day's list, and say in the log what an operator must do before verifiers stop believing us."""
    publish_trust_list(by=by)
    if trouble := trust_trouble():
        log.error("trust list: %s", trouble.en)


def _checked(token: bytes, root: TrustRoot) -> trust.TrustList:
    """A list of ours, signed by our root: every key on it is one of our own, none is withdrawn."""
    try:
        found = trust.open_trust_list(token, [bytes(root.public_key)], now=_issued(token))
    except trust.Distrusted as refused:
        raise _refused(refused.reason) from None
    ours = dict(IssuingKey.objects.exclude(state=IssuingKey.State.WITHDRAWN).values_list("kid", "public_key"))
    mine = {bytes(kid): bytes(key) for kid, key in ours.items()}
    if found.city != code_of_schema(require_current()) or any(
        mine.get(kid) != key.public_key for kid, key in found.keys.items()
    ):
        raise Refusal("list_not_ours", T("名单上有不属于本市、或已作废的密钥，没有导入。请重新导出、签发。",
                      "The list names keys that are not this city's, or are withdrawn. Export and sign again."), field="file")  # fmt: skip
    said = open_current()
    if said and not said.withdrawn <= found.withdrawn | _past(said):
        raise _refused("list_rolled_back")
    return found


def _past(said: trust.TrustList) -> frozenset[bytes]:
    """Withdrawn keys nothing can be signed with any more need not be named for ever."""
    kept = IssuingKey.objects.filter(verifies_until__gt=timezone.now()).values_list("kid", flat=True)
    return said.withdrawn - {bytes(kid) for kid in kept}


def _issued(token: bytes) -> datetime:
    """The moment a list says it is for: lists for days to come are read as on their day."""
    try:
        payload = open_token(token, trust.TRUST_TYPE, trust.DEPTH).payload
        return moment(payload.get(trust.ISSUED) if isinstance(payload, dict) else None)
    except Malformed:
        raise _refused("list_malformed") from None


def _refused(reason: str) -> Refusal:
    return Refusal(reason, REASONS[reason], field="file")


def _store(root: TrustRoot, said: trust.TrustList, token: bytes) -> TrustList:
    return TrustList.objects.create(
        root=root, version=said.version, token=token, issued_at=said.issued, expires_at=said.expires
    )
