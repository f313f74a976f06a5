"""Who acts and what they may do."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongban.foundation.parties.models import AccessToken, Account, Delegation, Device, Membership
from tongban.lib import capabilities
from tongban.lib.actors import ANONYMOUS, Actor, Channel
from tongban.lib.keys import ring
from tongban.lib.refusals import Refusal, forbidden
from tongban.lib.repeated import Repeated
from tongban.lib.words import T

SESSION_MEMBERSHIP = "membership"  # id of the membership the desk is open with; "" is the person alone
SESSION_ACTING_FOR = "acting_for"  # "organisation:<id>" or "person:<id>"; absent: for oneself
SESSION_SECOND_FACTOR = "second_factor"  # "demo" in a demo; a proved one is in allauth's own record
SESSION_PROVED_AT = "second_factor_at"  # in a demo: when it was taken as given, in seconds since 1970


def require(
    by: Actor, capability: str, *, region: str | None = None, unit_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> None:  # fmt: skip
    """Refuse unless ``by`` may do this: the capability, and where given, its region, unit and organisation.

    ``region`` is the code of the thing acted on; the actor's scope must be a prefix of it.
    """
    if capability not in capabilities.ALL:
        raise ValueError(f"undeclared capability {capability}")
    if by.kind in ("system", "job"):
        return
    if not by.is_known:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    if capability not in by.capabilities:
        raise forbidden()
    if by.is_staff and not by.second_factor:
        raise Refusal("second_factor_needed", T("办理公务需要二次验证，请先完成验证。",
                      "Staff work needs a second factor: please confirm it first."), status=403)  # fmt: skip
    if region is not None and not region.startswith(by.region):
        raise forbidden(T("这件事不在您负责的区域。", "This is outside the region you work for."))
    if unit_id is not None and unit_id != by.unit_id:
        raise forbidden(T("这件事由其他部门办理。", "Another unit handles this."))
    if organisation_id is not None and organisation_id != by.organisation_id:
        raise forbidden(T("这件事属于其他单位。", "This belongs to another organisation."))


def require_fresh_factor(by: Actor, within: timedelta) -> None:
    """Refuse a person whose second factor was proved longer ago than ``within``: what binds the office is confirmed anew."""
    if by.kind != "person":
        return
    if by.second_factor_at is None or timezone.now() - by.second_factor_at > within:
        minutes = int(within.total_seconds() // 60)
        text = T("作出决定前请重新验证身份（{minutes} 分钟内有效）。",
                 "Confirm your second factor again before you decide; it counts for {minutes} minutes.")  # fmt: skip
        raise Refusal("second_factor_stale", text.format(minutes=minutes), status=403)


def memberships_in_force(person_id: UUID, on: date) -> QuerySet[Membership]:
    """A person's own memberships on a day, with unit and organisation."""
    return (
        Membership.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
            person_id=person_id, valid_from__lte=on, withdrawn_at__isnull=True,
            unit__is_active=True, unit__organisation__is_active=True,
        )
        .select_related("unit__organisation")
        .order_by("granted_at")
    )  # fmt: skip


def delegations_in_force(person_id: UUID, on: date) -> QuerySet[Delegation]:
    """Memberships of colleagues a person may act with on a day."""
    return Delegation.objects.filter(
        Q(membership__valid_to__isnull=True) | Q(membership__valid_to__gte=on),
        delegate_id=person_id, valid_from__lte=on, valid_to__gte=on, withdrawn_at__isnull=True,
        membership__withdrawn_at__isnull=True, membership__valid_from__lte=on,
    ).select_related("membership__unit__organisation")  # fmt: skip


def _membership(person_id: Any, today: Any, membership_id: Any) -> QuerySet[Membership]:
    return memberships_in_force(person_id, today).filter(pk=membership_id)


def _delegation(person_id: Any, today: Any, membership_id: Any) -> QuerySet[Delegation]:
    return delegations_in_force(person_id, today).filter(membership_id=membership_id)


_MEMBERSHIPS = Repeated[Membership](memberships_in_force)


def memberships_now(person_id: UUID) -> list[Membership]:
    """A person's own memberships today, with unit and organisation."""
    return _MEMBERSHIPS(person_id=person_id, on=timezone.localdate())


_MEMBERSHIP, _DELEGATION = Repeated[Membership](_membership), Repeated[Delegation](_delegation)


def desk_chosen(person_id: UUID, membership_id: UUID) -> Membership | Delegation | None:
    """What a person's desk is open with, while that is in force: a membership of their own, or a colleague's."""
    asked = {"person_id": person_id, "today": timezone.localdate(), "membership_id": membership_id}
    return _MEMBERSHIP.first(**asked) or _DELEGATION.first(**asked)


_ACCOUNT = Repeated[Account](lambda account_id: Account.objects.filter(pk=account_id).select_related("person"))


def account_with_person(account_id: UUID) -> Account | None:
    """A log-in with whose it is."""
    return _ACCOUNT.first(account_id=account_id)


def actor_of_account(
    account: Account, *, channel: Channel, second_factor: bool, second_factor_at: datetime | None = None
) -> Actor:
    """The person behind a log-in, acting for themselves; a second factor without a time counts as proved just now."""
    person = account.person
    return Actor(
        kind="person", channel=channel, name=person.name if person else account.username, account_id=account.pk,
        person_id=account.person_id, assurance=person.assurance if person else 1, second_factor=second_factor,
        second_factor_at=(second_factor_at or timezone.now()) if second_factor else None,
    )  # fmt: skip


def with_membership(actor: Actor, membership: Membership, *, delegation_id: UUID | None = None) -> Actor:
    """The same person, working with a membership."""
    return replace(
        actor, membership_id=membership.pk, delegation_id=delegation_id, role=membership.role,
        unit_id=membership.unit_id, organisation_id=membership.unit.organisation_id, region=membership.region_code,
        capabilities=capabilities.of_role(membership.role),
    )  # fmt: skip


def token_hash(token: str, kind: str = "bearer") -> list[bytes]:
    """Hashes of a token under every token key in the ring, the current one first; each ``kind`` has keys of its own."""
    return [hmac.new(key.derive(kind), token.encode(), hashlib.sha256).digest() for key in ring().all("token")]


_TOKEN = Repeated[AccessToken](
    lambda hashes, now: AccessToken.objects.filter(
        token_hash__one_of=hashes, expires_at__gt=now, client__revoked_at__isnull=True, client__expires_at__gt=now,
    ).select_related("client")
)  # fmt: skip
_DEVICE = Repeated[Device](
    lambda prefix: (
        Device.objects.filter(token_prefix=prefix, revoked_at__isnull=True).select_related("unit").order_by("pk")
    )
)


def actor_of_token(token: str) -> Actor:
    """The API client or device a bearer token belongs to; refuses unknown, expired and revoked ones alike."""
    now = timezone.now()
    found = _TOKEN.first(hashes=token_hash(token), now=now)
    if found:
        client = found.client
        return Actor(
            kind="client", channel="api", name=client.name, client_id=client.pk,
            organisation_id=client.organisation_id, region=client.region_code, assurance=5, second_factor=True,
            capabilities=frozenset(found.scopes) & frozenset(client.capabilities),
        )  # fmt: skip
    device = _DEVICE.first(prefix=token[:12])
    if device and device.token_hash and opens(token, device.token_hash):
        return Actor(
            kind="device", channel="api", name=device.name, device_id=device.pk, unit_id=device.unit_id,
            organisation_id=device.unit.organisation_id, region=device.unit.region_code, assurance=1,
            second_factor=True,
        )  # fmt: skip
    raise Refusal("token_invalid", T("访问令牌无效、已过期或已停用。接口调用方请重新换取令牌，设备请重新激活。",
                  "This token is unknown, expired or revoked: fetch a new one; a device is activated again."), status=401)  # fmt: skip


def opens(token: str, stored: bytes | memoryview, kind: str = "bearer") -> bool:
    """Whether a stored hash is this token's."""
    return any(hmac.compare_digest(bytes(stored), known) for known in token_hash(token, kind))


def nobody(channel: Channel) -> Actor:
    """A visitor nobody knows."""
    return replace(ANONYMOUS, channel=channel)
