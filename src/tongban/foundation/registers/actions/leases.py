"""Leases: registered, extended, ended early, and told once when they are over."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.queries import people_by_id, require
from tongban.foundation.registers.actions.places import lock_dwelling
from tongban.foundation.registers.actions.residents import NewResidence, record_residence
from tongban.foundation.registers.hooks import KEEP_RESIDENTS, lease_ended
from tongban.foundation.registers.models import Lease, Residence
from tongban.foundation.registers.rules.leases import Span, check_free, check_span
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import periodic
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

LEASE = T("这份租约", "This lease")
_log = logging.getLogger(__name__)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewLease:
    """Who lets what from when to when (both days included); ``part`` names a room, "" is the whole dwelling."""

    dwelling_id: UUID
    since: date
    until: date
    part: str = ""
    landlord_person_id: UUID | None = None
    landlord_organisation_id: UUID | None = None
    source: str = "grid"


@transaction.atomic
def register_lease(new: NewLease, *, by: Actor) -> Lease:
    """Record a lease; one that overlaps another of the same rooms is refused, also when both come at the same moment."""
    dwelling = lock_dwelling(
        new.dwelling_id, by, KEEP_RESIDENTS
    )  # the lock makes leases of a dwelling follow one another
    if (new.landlord_person_id is None) == (new.landlord_organisation_id is None):
        raise Refusal("landlord_missing", T("请填写出租人：个人或单位，二选一。", "Enter the landlord: a person or an organisation."),
                      field="landlord_person_id")  # fmt: skip
    if new.landlord_person_id is not None and not people_by_id([new.landlord_person_id]):
        raise not_found(T("出租人", "The landlord"))
    span = check_lease(dwelling.pk, new.since, new.until, new.part)
    return Lease.objects.create(
        dwelling=dwelling, area_code=dwelling.area_code, part=span.part, since=span.first, until=span.last,
        landlord_person_id=new.landlord_person_id, landlord_organisation_id=new.landlord_organisation_id,
        source=new.source[:40], confirmed_at=timezone.now(), recorded_by=by.name[:120], is_sample=dwelling.is_sample,
    )  # fmt: skip


def check_lease(dwelling_id: UUID, first: date, last: date, part: str = "") -> Span:
    """Refuse a lease whose days cannot be, or that overlaps one of the same rooms; what it will be written as."""
    span = Span(first, last, " ".join(part.split())[:40])
    check_span(span)
    if last < timezone.localdate():
        raise Refusal(
            "lease_over",
            T("到期日已经过去，请核对合同。", "The last day has passed: check the contract."),
            field="until",
        )
    check_free(span, _spans(Lease.objects.filter(dwelling_id=dwelling_id, until__gte=first)))
    return span


@transaction.atomic
def let_to(new: NewLease, tenant_id: UUID, *, by: Actor) -> Lease:
    """Record a lease and its tenant at the dwelling; somebody recorded there as a tenant already is joined to it.

    Nobody of the grid has been there: the residence waits to be confirmed.
    """
    lease = register_lease(new, by=by)
    known = Residence.objects.select_for_update().filter(
        person_id=tenant_id, dwelling_id=new.dwelling_id, kind="tenant", until__isnull=True
    ).first()  # fmt: skip
    if known is not None:
        known.lease = lease
        known.save(update_fields=["lease"])
        return lease
    since = min(new.since, timezone.localdate())
    row = NewResidence(
        tenant_id, new.dwelling_id, "tenant", since, lease_id=lease.pk, source=new.source, is_confirmed=False
    )
    record_residence(row, by=by)
    return lease


def _spans(leases: object) -> list[Span]:
    return [Span(one.since, one.until, one.part) for one in leases]  # type: ignore[attr-defined]


def _lock_lease(lease_id: UUID, by: Actor) -> Lease:
    known = Lease.objects.filter(pk=lease_id).first()
    require(by, KEEP_RESIDENTS)
    if known is None or not known.area_code.startswith(by.region):
        raise not_found(LEASE)
    lock_dwelling(known.dwelling_id, by, KEEP_RESIDENTS)
    lease = Lease.objects.select_for_update().get(pk=lease_id)
    if lease.told_at is not None:
        raise Refusal(
            "lease_over", T("这份租约已经结束，请登记新租约。", "This lease is over: record a new one."), status=409
        )
    return lease


@transaction.atomic
def extend_lease(lease_id: UUID, until: date, *, by: Actor) -> Lease:
    """Record that a lease goes on until a later day; one that is over already is not revived."""
    lease = _lock_lease(lease_id, by)
    if until <= lease.until:
        raise Refusal(
            "lease_order", T("续租的到期日应晚于原到期日。", "The new last day lies after the old one."), field="until"
        )
    span = Span(lease.since, until, lease.part)
    check_span(span)
    check_free(
        span, _spans(Lease.objects.filter(dwelling_id=lease.dwelling_id, until__gte=lease.since).exclude(pk=lease.pk))
    )
    lease.until, lease.confirmed_at = until, timezone.now()
    lease.save(update_fields=["until", "confirmed_at"])
    return lease


@transaction.atomic
def end_lease(lease_id: UUID, last_day: date, *, reason: str, by: Actor) -> Lease:
    """Record that a lease ends earlier than agreed; with a day that has passed it is over, and told, at once."""
    lease = _lock_lease(lease_id, by)
    why = " ".join(reason.split())
    if not 2 <= len(why) <= 200:
        raise Refusal("reason_missing", T("请写明提前结束的原因。", "Say why it ends early."), field="reason")
    if not lease.since <= last_day < lease.until:
        raise Refusal(
            "date_invalid",
            T("提前结束的日期应在租期之内。", "The day must lie within the lease, before its end."),
            field="until",
        )
    lease.until, lease.ended_early_at, lease.ended_by, lease.end_reason = last_day, timezone.now(), by.name[:120], why
    lease.save(update_fields=["until", "ended_early_at", "ended_by", "end_reason"])
    if last_day < timezone.localdate():
        _tell(lease, by)
    return lease


def _tell(lease: Lease, by: Actor) -> None:
    """Call the hook and write that it was called, in one transaction: neither happens without the other, nor twice."""
    lease.told_at = timezone.now()
    lease.save(update_fields=["told_at"])
    tenants = list(lease.tenants.filter(until__isnull=True).values_list("person_id", flat=True))
    lease_ended.call(
        lease_id=lease.pk,
        dwelling_id=lease.dwelling_id,
        area_code=lease.area_code,
        last_day=lease.until,
        tenants=tenants,
        by=by,
    )


@periodic("7,37 * * * *")
def tell_ended_leases() -> None:
    """Twice an hour: every lease whose last day has passed, each in a transaction of its own and exactly once.

    A lease somebody else holds is left to them or to the next run; one whose answer fails does not keep back the others.
    """
    due = Lease.objects.filter(told_at__isnull=True, until__lt=timezone.localdate()).order_by("until", "pk")
    for lease_id in list(due.values_list("pk", flat=True)[:_AT_ONCE]):
        try:
            with transaction.atomic():
                lease = (
                    Lease.objects.select_for_update(skip_locked=True).filter(pk=lease_id, told_at__isnull=True).first()
                )
                # Its day may have been changed between the list and the lock.
                if lease is not None and lease.until < timezone.localdate():
                    _tell(lease, system("registers.leases", channel="job"))
        except Exception:
            _log.exception("lease %s: its end could not be told", lease_id)
