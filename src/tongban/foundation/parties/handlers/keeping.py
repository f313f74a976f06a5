"""What parties keeps for a time only, and how its rows stand against the public log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongban.foundation.ledger.hooks import Affairs, Due, Retention, affairs, retentions
from tongban.foundation.parties.models import (
    AccessToken,
    Account,
    ApiClient,
    Correction,
    Delegation,
    Device,
    Disclosure,
    ListLook,
    Look,
    Mandate,
    Membership,
    Organisation,
    Person,
    StaffImport,
)
from tongban.foundation.parties.queries import leaves
from tongban.foundation.parties.queries.disclosures import disclosure_leaf
from tongban.lib.ids import uuid7_floor
from tongban.lib.relations import pointed_to_by_nothing
from tongban.lib.words import T

A_DAY = timedelta(days=1)
A_YEAR = timedelta(days=366)
THREE_YEARS = timedelta(days=3 * 365 + 1)
FIVE_YEARS = timedelta(days=5 * 365 + 2)


def _affairs(
    kind: str, rows: Callable[[], QuerySet[Any]], due_of: Callable[[Any], list[Due]], *related: str
) -> Affairs:
    def leaves_of(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
        # Every row, not only those that must have leaves: one that was changed into another kind keeps its leaves.
        found = rows().model._default_manager.filter(pk__in=ids)
        return {row.pk: due_of(row) for row in (found.select_related(*related) if related else found)}

    return Affairs(kind, rows, leaves_of)


def _membership(row: Membership) -> list[Due]:
    ended = [Due("membership.withdrawn", leaves.membership_end_leaf(row))] if row.withdrawn_at else []
    return [Due("membership.granted", leaves.membership_leaf(row)), *ended]


def _delegation(row: Delegation) -> list[Due]:
    ended = [Due("delegation.withdrawn")] if row.withdrawn_at else []
    return [Due("delegation.granted", leaves.delegation_leaf(row)), *ended]


def _mandate(row: Mandate) -> list[Due]:
    accepted = [Due("mandate.accepted")] if row.accepted_at else []
    ended = [Due("mandate.withdrawn", {"reason": ""})] if row.withdrawn_at else []
    return [Due("mandate.granted", leaves.mandate_leaf(row)), *accepted, *ended]


def _organisation(row: Organisation) -> list[Due]:
    return [Due("representative.recorded", leaves.representative_leaf(row), is_last=True)]


def _person(row: Person) -> list[Due]:
    return [Due("identity.verified", leaves.identity_leaf(row), is_last=True)]


def _correction(row: Correction) -> list[Due]:
    return [Due("correction.settled", leaves.correction_leaf(row))] if row.settled_at else []


def _client(row: ApiClient) -> list[Due]:
    ended = [Due("access.withdrawn", {"kind": "client"})] if row.revoked_at else []
    return [Due("access.granted", leaves.client_leaf(row)), *ended]


def _device(row: Device) -> list[Due]:
    ended = [Due("access.withdrawn", {"kind": "device"})] if row.revoked_at else []
    return [Due("access.granted", leaves.device_leaf(row)), *ended]


@affairs.answer
def rows_and_leaves() -> list[Affairs]:
    """Each kind of row that has leaves: which rows, and which leaves they ask for."""
    return [
        _affairs("parties.membership", Membership.objects.all, _membership, "unit"),
        _affairs("parties.delegation", Delegation.objects.all, _delegation),
        _affairs("parties.mandate", Mandate.objects.all, _mandate),
        _affairs("parties.organisation", lambda: Organisation.objects.filter(legal_representative__isnull=False),
                 _organisation),
        _affairs("parties.person", lambda: Person.objects.filter(assurance__gte=Person.Assurance.VERIFIED), _person),
        _affairs("parties.correction", lambda: Correction.objects.filter(settled_at__isnull=False), _correction),
        _affairs("parties.apiclient", ApiClient.objects.all, _client),
        _affairs("parties.device", Device.objects.all, _device),
        _affairs("parties.disclosure", lambda: Disclosure.objects.filter(state=Disclosure.State.OPENED), _disclosure),
    ]  # fmt: skip


def _disclosure(row: Disclosure) -> list[Due]:
    return [Due("disclosure.opened", disclosure_leaf(row))] if row.state == Disclosure.State.OPENED else []


def _made_before(model: Any, age: timedelta, now: datetime) -> QuerySet[Any]:
    """Rows older than ``age``, by the key that knows it."""
    found: QuerySet[Any] = model.objects.filter(pk__lt=uuid7_floor(now - age))
    return found


def _unfinished(now: datetime) -> QuerySet[Account]:
    """Sign-ups nobody finished: who ever came in, by whatever way, has a last_login."""
    rows = _made_before(Account, A_DAY, now)
    return rows.filter(person__isnull=True, phone_verified_at__isnull=True, last_login__isnull=True)


def _ended_mandates(now: datetime) -> QuerySet[Mandate]:
    ended = Q(valid_to__lt=timezone.localdate(now) - FIVE_YEARS) | Q(withdrawn_at__lt=now - FIVE_YEARS)
    return Mandate.objects.filter(ended)


def _needed_by_nothing(now: datetime) -> QuerySet[Person]:
    """People made a year ago or more to whom no row of any app points: no log-in, case, membership, home, look …"""
    return pointed_to_by_nothing(_made_before(Person, A_YEAR, now))


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Looks, corrections, mandates, and what was begun and not finished."""
    three, five = T("三年", "3 years"), T("终止后五年", "5 years after its end")
    return [
        Retention("parties.looks", T("谁看过我的信息", "Who looked at a record"), three, Look,
                  lambda now: _made_before(Look, THREE_YEARS, now)),
        Retention("parties.list_looks", T("谁查过名单", "Who looked at a list"), three, ListLook,
                  lambda now: _made_before(ListLook, THREE_YEARS, now)),
        Retention("parties.disclosures", T("双人批准的调取", "Records opened by two people"), three, Disclosure,
                  lambda now: _made_before(Disclosure, THREE_YEARS, now), kind="parties.disclosure"),
        Retention("parties.corrections", T("更正申请", "Requests for correction"), T("办结后三年", "3 years after settling"),
                  Correction, lambda now: Correction.objects.filter(settled_at__lt=now - THREE_YEARS),
                  kind="parties.correction"),
        Retention("parties.mandates", T("代办授权", "Mandates"), five, Mandate, _ended_mandates, kind="parties.mandate"),
        Retention("parties.people", T("没有任何事项需要的人员", "People nothing needs any more"),
                  T("登记满一年、不再被任何账号、任职、办件等引用", "For a year, and while a log-in, membership, case or other row needs them"),
                  Person, _needed_by_nothing, kind="parties.person"),
        Retention("parties.access_tokens", T("接口访问令牌", "Access tokens of API clients"),
                  T("失效后一天", "1 day after their end"), AccessToken,
                  lambda now: AccessToken.objects.filter(expires_at__lt=now - A_DAY)),
        Retention("parties.signups", T("未完成的注册", "Sign-ups nobody finished"), T("一天", "1 day"), Account, _unfinished),
        Retention("parties.staff_lists", T("未确认的人员名单", "Staff lists nobody confirmed"), T("一天", "1 day"),
                  StaffImport, lambda now: _made_before(StaffImport, A_DAY, now)),
    ]  # fmt: skip
