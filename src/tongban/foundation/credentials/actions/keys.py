"""What the office does with the keys that sign: one in use, one standing by, both on the trust list before they are used."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.credentials import hooks
from tongban.foundation.credentials.actions.trust import refresh_trust_list
from tongban.foundation.credentials.models import IssuingKey
from tongban.foundation.credentials.queries import key_leaf, seed_of, withdrawn_key_leaf
from tongban.foundation.credentials.rules.keys import active_dates, standby_dates, types_of
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.foundation.regions.queries import code_of_schema
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import periodic
from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import ring
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban_verify.passes.cose import kid_of, public_key_of

State = IssuingKey.State
KEEPER = system("credentials", channel="job")


def signing_key(purpose: str, now: datetime, by: Actor) -> IssuingKey:
    """The key that signs now; the one standing by takes over once its period is over or the key file was rotated."""
    newest = ring().current("credential").number
    key = _of(purpose, State.ACTIVE)
    if key and key.signs_until > now and key.ring_number == newest:
        return key
    try:
        with transaction.atomic():
            if key:
                IssuingKey.objects.filter(pk=key.pk, state=State.ACTIVE).update(state=State.RETIRED)
            found = _open(_standby(purpose, now, newest), now, by)
    except IntegrityError:  # somebody else did it in the same moment
        return IssuingKey.objects.get(purpose=purpose, state=State.ACTIVE)
    keep_keys_ready.later()
    return found


@transaction.atomic
def prepare_keys(*, by: Actor) -> None:
    """A key in use and one standing by for each purpose, so that the trust list names them before they are needed."""
    now = timezone.now()
    for purpose in IssuingKey.Purpose.values:
        signing_key(purpose, now, by)
        _standby(purpose, now, ring().current("credential").number)


@periodic("4 * * * *")
def keep_keys_ready() -> None:
    """Make the keys a house needs next, and have the trust list name them: hourly, and whenever a key changes."""
    prepare_keys(by=KEEPER)
    refresh_trust_list(by=KEEPER)


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
    if key.state == State.WITHDRAWN:
        return
    key.state, key.withdrawn_reason = State.WITHDRAWN, reason.strip()[:200]
    key.save(update_fields=["state", "withdrawn_reason"])
    ledger.record(
        "issuer_key.withdrawn", by=by, subject=("credentials.issuingkey", key.pk), values=withdrawn_key_leaf(key)
    )
    keep_keys_ready.later()


def _of(purpose: str, state: str) -> IssuingKey | None:
    return IssuingKey.objects.filter(purpose=purpose, state=state).first()


def _standby(purpose: str, now: datetime, ring_number: int) -> IssuingKey:
    """The key that stands by; one of an older key file is set aside unused. Two at the same moment keep one."""
    key = _of(purpose, State.STANDBY)
    if key and key.ring_number == ring_number:
        return key
    try:
        with transaction.atomic():
            if key:
                IssuingKey.objects.filter(pk=key.pk, state=State.STANDBY).update(state=State.RETIRED)
            return _made(purpose, now, ring_number)
    except IntegrityError:
        return IssuingKey.objects.get(purpose=purpose, state=State.STANDBY)


def _made(purpose: str, now: datetime, ring_number: int) -> IssuingKey:
    begin, until, verifies = standby_dates(now.replace(microsecond=0), purpose)
    key = IssuingKey(
        issuer=code_of_schema(require_current()), purpose=purpose, types=types_of(purpose), ring_number=ring_number,
        signs_from=begin, signs_until=until, verifies_until=verifies,
    )  # fmt: skip
    key.public_key = public_key_of(seed_of(key))
    key.kid = kid_of(bytes(key.public_key))
    key.save(force_insert=True)
    return key


def _open(key: IssuingKey, now: datetime, by: Actor) -> IssuingKey:
    """Take a key into use; IntegrityError when another one is in use."""
    if IssuingKey.objects.filter(pk=key.pk, state=State.STANDBY).update(state=State.ACTIVE) != 1:
        raise IntegrityError("taken into use by somebody else")
    key.state, key.opened_at = State.ACTIVE, now
    key.signs_from, key.signs_until, key.verifies_until = active_dates(now.replace(microsecond=0), key.purpose)
    key.save(update_fields=["opened_at", "signs_from", "signs_until", "verifies_until"])
    ledger.record("issuer_key.opened", by=by, subject=("credentials.issuingkey", key.pk), values=key_leaf(key))
    return key
