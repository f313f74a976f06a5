"""What registers keep for a time only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from tongban.foundation.ledger.hooks import Affairs, Due, Retention, affairs, retentions
from tongban.foundation.registers.models import (
    CompanyRecord,
    Lease,
    PersonRecord,
    RegisterImport,
    Residence,
    ResidentList,
    Workplace,
)
from tongban.foundation.registers.queries.leaves import taken_leaf, undone_leaf
from tongban.lib.ids import uuid7_floor
from tongban.lib.words import T

A_DAY = timedelta(days=1)
A_MONTH = timedelta(days=30)
TWO_YEARS = timedelta(days=2 * 365 + 1)  # rules.catalogue.RESIDENCE: after somebody moved out
FIVE_YEARS = timedelta(days=5 * 365 + 2)


def _finished_lists(now: datetime) -> QuerySet[RegisterImport]:
    return RegisterImport.objects.filter(created_at__lt=now - A_DAY)


def _old_resident_lists(now: datetime) -> QuerySet[ResidentList]:
    """Lists of a month ago, taken over or not; one that is just being written waits for the next night."""
    rows = ResidentList.objects.filter(pk__lt=uuid7_floor(now - A_MONTH))
    return rows.exclude(state__in=("checking", "taking", "undoing"))


def _list_leaves(row: ResidentList) -> list[Due]:
    taken = [Due("list.taken", taken_leaf(row))] if row.taken_at else []
    return [*taken, *([Due("list.undone", undone_leaf(row))] if row.undone_at else [])]


@affairs.answer
def rows_and_leaves() -> list[Affairs]:
    """Lists of residents that were taken over."""

    def leaves_of(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
        return {row.pk: _list_leaves(row) for row in ResidentList.objects.filter(pk__in=ids)}

    return [Affairs("registers.residentlist", lambda: ResidentList.objects.filter(taken_at__isnull=False), leaves_of)]


def _long_ago(now: datetime) -> date:
    return timezone.localdate(now) - TWO_YEARS


def _old_leases(now: datetime) -> QuerySet[Lease]:
    """Leases that ended and were told of; those somebody is still recorded with stay."""
    tenants = Residence.objects.filter(lease=OuterRef("pk"))
    return Lease.objects.filter(~Exists(tenants), until__lt=_long_ago(now), told_at__isnull=False)


def _long_unlisted(now: datetime) -> QuerySet[PersonRecord]:
    """People no list has named for two years: each list stamps everybody on it anew."""
    return PersonRecord.objects.filter(refreshed_at__lt=now - TWO_YEARS)


def _long_deregistered(now: datetime) -> QuerySet[CompanyRecord]:
    return CompanyRecord.objects.filter(standing="cancelled", refreshed_at__lt=now - FIVE_YEARS)


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Where people lived and worked until two years ago; records no list names any more; lists between their trial run and their confirmation."""
    moved = T("迁出或终止后两年", "2 years after they ended")
    return [
        Retention("registers.residences", T("居住登记", "Residences"), moved, Residence,
                  lambda now: Residence.objects.filter(until__lt=_long_ago(now))),
        Retention("registers.workplaces", T("就业单位", "Workplaces"), moved, Workplace,
                  lambda now: Workplace.objects.filter(until__lt=_long_ago(now))),
        Retention("registers.leases", T("租赁登记", "Leases"), moved, Lease, _old_leases),
        Retention("registers.people", T("人口登记", "The population register"), T("两年没有再列出", "2 years unlisted"), PersonRecord,
                  _long_unlisted),
        Retention("registers.companies", T("已注销的市场主体", "Companies deregistered"), T("五年没有再列出", "5 years unlisted"),
                  CompanyRecord, _long_deregistered),
        Retention("registers.resident_lists", T("居民名单和导入结果", "Lists of residents and what became of them"), T("30 天", "30 days"),
                  ResidentList, _old_resident_lists, kind="registers.residentlist"),
        Retention("registers.lists", T("登记册导入名单", "Lists for a register"), T("一天", "1 day"), RegisterImport,
                  _finished_lists),
    ]  # fmt: skip
