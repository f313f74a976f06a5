"""Devices and programs: tokens are shown once and kept as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.actions.organisations import ORGANISATION, UNIT
from tongban.foundation.parties.hooks import MANAGE_CLIENTS
from tongban.foundation.parties.models import AccessToken, ApiClient, Device, Organisation, Unit
from tongban.foundation.parties.queries import require, token_hash
from tongban.foundation.parties.queries.clients import FOR_SECRETS, is_secret_of, token_life
from tongban.foundation.parties.queries.leaves import client_leaf, device_leaf
from tongban.foundation.parties.rules import check_name
from tongban.lib import capabilities
from tongban.lib.actors import Actor
from tongban.lib.ids import speakable_code
from tongban.lib.keys import ring
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

CLIENT = T("这个接口调用方", "This API client")
DEVICE = T("这台设备", "This device")
DEVICE_KINDS = {
    "phone": T("手机", "Phone"), "screen": T("大屏", "Screen"), "kiosk": T("自助机", "Kiosk"), "scanner": T("扫码设备", "Scanner"),
}  # fmt: skip
ENROLMENT_HOURS = 24
LONGEST_CLIENT_DAYS = 366
OVERLAP = timedelta(days=1)  # how long the secret before a change in good order still opens


@dataclass(frozen=True, slots=True)
class NewClient:
    """What an API client may do: capabilities declared for clients, within a region, for so many days."""

    name: str
    capabilities: tuple[str, ...]
    region_code: str = ""
    days: int = 180


def _new_token(kind: str) -> str:
    return f"tb{kind}-{speakable_code(8)}-{secrets.token_urlsafe(32)}"


def _hash(token: str, kind: str = "bearer") -> bytes:
    return token_hash(token, kind)[0]


@transaction.atomic
def create_client(new: NewClient, *, organisation_id: UUID, by: Actor) -> tuple[ApiClient, str]:
    """An API client and its secret, which nobody can read again."""
    require(by, MANAGE_CLIENTS, region=new.region_code)
    if not Organisation.objects.filter(pk=organisation_id, is_active=True).exists():
        raise not_found(ORGANISATION)
    allowed = {found.name for found in capabilities.grantable()}
    if not new.capabilities or not set(new.capabilities) <= allowed:
        raise Refusal("capability_not_for_clients", T("请从列表中选择可以授予接口的权限。",
                      "Choose capabilities from the list for API clients."), field="capabilities")  # fmt: skip
    if not 1 <= new.days <= LONGEST_CLIENT_DAYS:
        raise Refusal("days_out_of_range", T("有效期为 1 至 366 天。", "Valid for 1 to 366 days."), field="days")
    secret = _new_token("c")
    client = ApiClient.objects.create(
        name=check_name(new.name.strip()[:120]), organisation_id=organisation_id,
        secret_hash=_hash(secret, FOR_SECRETS), capabilities=sorted(new.capabilities), region_code=new.region_code,
        expires_at=timezone.now() + timedelta(days=new.days), created_by=by.name,
    )  # fmt: skip
    ledger.record("access.granted", by=by, subject=("parties.apiclient", client.pk), values=client_leaf(client))
    return client, secret


@transaction.atomic
def rotate_client(client_id: UUID, *, at_once: bool = False, by: Actor) -> tuple[ApiClient, str]:
    """A new secret for an API client. The old one opens for a day more; ``at_once`` ends it and every token now."""
    client = _client(client_id, by)
    secret = _new_token("c")
    client.previous_hash = None if at_once else client.secret_hash
    client.previous_until = None if at_once else timezone.now() + OVERLAP
    client.secret_hash = _hash(secret, FOR_SECRETS)
    client.save(update_fields=["secret_hash", "previous_hash", "previous_until"])
    if at_once:
        client.access_tokens.filter(expires_at__gt=timezone.now()).update(expires_at=timezone.now())
    return client, secret


@transaction.atomic
def issue_token(client_id: UUID, scopes: list[str], *, secret: str, by: Actor) -> str:
    """A bearer token of an API client, for as long as the settings say.

    The client stays locked, so that no token of an old secret outlives a change at once.
    """
    del by  # whoever knows the secret
    client = ApiClient.objects.select_for_update().filter(pk=client_id, revoked_at__isnull=True).first()
    if client is None or not is_secret_of(client, secret):
        raise Refusal("client_unknown", T("客户端标识或密钥不对。", "The client's id or secret is wrong."), status=401)
    token = f"tba-{secrets.token_urlsafe(32)}"
    AccessToken.objects.create(
        client=client, token_hash=_hash(token), scopes=sorted(set(scopes) & set(client.capabilities)),
        expires_at=timezone.now() + token_life(client),
    )  # fmt: skip
    return token


@transaction.atomic
def end_token(token: str, *, client_id: UUID, by: Actor) -> None:
    """End a token before its time; one of another client, or of nobody, is left alone."""
    del by  # the client, which proved itself
    found = AccessToken.objects.filter(token_hash__in=token_hash(token), client_id=client_id)
    found.filter(expires_at__gt=timezone.now()).update(expires_at=timezone.now())


@transaction.atomic
def revoke_client(client_id: UUID, *, by: Actor) -> ApiClient:
    """Stop an API client for good."""
    client = _client(client_id, by)
    client.revoked_at = timezone.now()
    client.save(update_fields=["revoked_at"])
    ledger.record("access.withdrawn", by=by, subject=("parties.apiclient", client.pk), values={"kind": "client"})
    return client


def _client(client_id: UUID, by: Actor) -> ApiClient:
    client = ApiClient.objects.select_for_update().filter(pk=client_id).first()
    require(by, MANAGE_CLIENTS, region=client.region_code if client else None)
    if client is None:
        raise not_found(CLIENT)
    if client.revoked_at is not None:
        raise Refusal(
            "client_revoked", T("这个接口调用方已经停用。", "This API client is revoked already."), status=409
        )
    return client


@transaction.atomic
def enrol_device(name: str, kind: str, *, unit_id: UUID, by: Actor) -> tuple[Device, str]:
    """A device and the code it is activated with, once, within a day."""
    unit = Unit.objects.filter(pk=unit_id, is_active=True).first()
    require(by, MANAGE_CLIENTS, region=unit.region_code if unit else None)
    if unit is None:
        raise not_found(UNIT)
    if kind not in DEVICE_KINDS:
        raise Refusal("kind_unknown", T("请从列表中选择类型。", "Choose a kind from the list."), field="kind")
    code = speakable_code(10)
    device = Device.objects.create(
        name=check_name(name.strip()[:120]), kind=kind, unit=unit, enrolment_hash=_code_hash(code),
        enrolment_expires_at=timezone.now() + timedelta(hours=ENROLMENT_HOURS), created_by=by.name,
    )  # fmt: skip
    ledger.record("access.granted", by=by, subject=("parties.device", device.pk), values=device_leaf(device))
    return device, code


@transaction.atomic
def activate_device(code: str, *, by: Actor) -> tuple[Device, str]:
    """Exchange an enrolment code for the device's token; of two that arrive together, one gets it."""
    del by  # whoever holds the code
    now = timezone.now()
    typed = "".join(code.upper().split()).replace("-", "")
    known = [_code_hash(typed, number) for number in range(len(ring().all("token")))]
    device = (
        Device.objects.select_for_update()
        .filter(enrolment_hash__in=known, enrolment_expires_at__gt=now, revoked_at__isnull=True).first()
    )  # fmt: skip
    if device is None:
        raise Refusal("enrolment_code", T("激活码不对、已用过或已过期，请让管理员重新登记设备。",
                      "The code is wrong, used or expired: have the device enrolled again."), field="code")  # fmt: skip
    token = _new_token("d")
    device.token_prefix, device.token_hash, device.enrolled_at = token[:12], _hash(token), now
    device.enrolment_hash = device.enrolment_expires_at = None
    device.save()
    return device, token


@transaction.atomic
def revoke_device(device_id: UUID, *, by: Actor) -> Device:
    """Stop a device for good: lost, broken or handed on."""
    device = Device.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=device_id).first()
    require(by, MANAGE_CLIENTS, region=device.unit.region_code if device else None)
    if device is None:
        raise not_found(DEVICE)
    if device.revoked_at is not None:
        raise Refusal("device_revoked", T("这台设备已经停用。", "This device is revoked already."), status=409)
    device.revoked_at = timezone.now()
    device.save(update_fields=["revoked_at"])
    ledger.record("access.withdrawn", by=by, subject=("parties.device", device.pk), values={"kind": "device"})
    return device


_seen_today: set[tuple[UUID, date]] = set()


def mark_used(by: Actor) -> None:
    """Note the day on which a device or API client was last at work; one write per process and day."""
    today = timezone.localdate()
    principal = by.client_id or by.device_id
    if principal is None or (principal, today) in _seen_today:
        return
    if len(_seen_today) > 10_000:
        _seen_today.clear()
    _seen_today.add((principal, today))
    ApiClient.objects.filter(pk=principal).update(last_used_on=today)
    Device.objects.filter(pk=principal).update(last_seen_on=today)


def _code_hash(code: str, number: int = 0) -> bytes:
    """Under the current token key, or the ``number``-th newest."""
    return hmac.new(ring().all("token")[number].derive("enrolment"), code.encode(), hashlib.sha256).digest()
