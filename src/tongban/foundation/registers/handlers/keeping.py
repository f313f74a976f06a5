"""What registers keep for a time only."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from tongban.foundation.ledger.hooks import Retention, retentions
from tongban.foundation.registers.models import (
    CompanyRecord,
    Lease,
    PersonRecord,
    RegisterImport,
    Residence,
    Workplace,
)
from tongban.lib.words import T

A_DAY = timedelta(days=1)
TWO_YEARS = timedelta(days=2 * 365 + 1)  # rules.catalogue.RESIDENCE: after somebody moved out
FIVE_YEARS = timedelta(days=5 * 365 + 2)


def _finished_lists(now: datetime) -> QuerySet[RegisterImport]:
    return RegisterImport.objects.filter(created_at__lt=now - A_DAY)


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
        Retention("registers.lists", T("登记册导入名单", "Lists for a register"), T("一天", "1 day"), RegisterImport,
                  _finished_lists),
    ]  # fmt: skip
