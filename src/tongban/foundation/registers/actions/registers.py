"""What operators do with a register: switch it off and on, connect a source, see it fail and recover."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.foundation.registers.hooks import MANAGE_REGISTERS
from tongban.foundation.registers.models import Register
from tongban.foundation.registers.rules.catalogue import register_kind
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

PAUSE = timedelta(seconds=30)  # a source that failed is left alone for so long: forms must not wait for it each time
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def locked_register(code: str) -> Register:
    """The row of a register, made when missing, held until the transaction ends."""
    register_kind(code)
    Register.objects.get_or_create(code=code)
    return Register.objects.select_for_update().get(code=code)


@transaction.atomic
def switch_register(code: str, *, off: bool, reason: str, by: Actor) -> Register:
    """Say that a register must not be asked for now, or may be again; forms go on without it meanwhile."""
    row = locked_register(code)
    require(by, MANAGE_REGISTERS)
    why = " ".join(reason.split())
    if off and not 2 <= len(why) <= 200:
        raise Refusal(
            "reason_missing",
            T("请写明停用原因，不超过 200 字。", "Say why, in at most 200 characters."),
            field="reason",
        )
    if off == (row.switched_off_at is not None):
        return row
    row.switched_off_at = timezone.now() if off else None
    row.switched_off_by, row.reason = by.name[:120], why
    row.failing_since, row.failure, row.ask_again_at = None, "", None
    row.save()
    return row


@transaction.atomic
def connect_register(code: str, *, endpoint: str, token: str, by: Actor) -> Register:
    """Ask a register's source live from now on, or with no address its list kept here again; an empty token stays."""
    row = locked_register(code)
    require(by, MANAGE_REGISTERS)
    if not register_kind(code).is_imported:
        raise Refusal(
            "register_own",
            T("这个登记库由本平台维护，不接外部来源。", "This register is kept here: it has no source elsewhere."),
        )
    row.endpoint = _check_endpoint(endpoint.strip()) if endpoint.strip() else ""
    if token or not row.endpoint:
        row.token = token
    row.failing_since, row.failure, row.ask_again_at = None, "", None
    row.save()
    return row


def _check_endpoint(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in _LOOPBACK and settings.MODE != "production"
        )
        usable = safe and parts.hostname and not parts.username and len(endpoint) <= 300
    except ValueError:
        usable = False
    if not usable:
        raise Refusal("endpoint_invalid", T("接口地址应为 https:// 开头的完整地址。", "The address must be a full one beginning with https://."),
                      field="endpoint")  # fmt: skip
    return endpoint


@transaction.atomic
def note_failure(code: str, why: str) -> None:
    """Write that a connected source did not answer; whoever finds the row busy leaves it to the other."""
    row = Register.objects.select_for_update(skip_locked=True).filter(code=code).first()
    if row is None:
        return
    now = timezone.now()
    row.failing_since, row.failure, row.ask_again_at = row.failing_since or now, why[:200], now + PAUSE
    row.save(update_fields=["failing_since", "failure", "ask_again_at"])


@transaction.atomic
def note_recovery(code: str) -> None:
    """Write that a connected source answers again."""
    row = Register.objects.select_for_update(skip_locked=True).filter(code=code, failing_since__isnull=False).first()
    if row is not None:
        row.failing_since, row.failure, row.ask_again_at = None, "", None
        row.save(update_fields=["failing_since", "failure", "ask_again_at"])
