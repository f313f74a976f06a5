"""The certificate a granted or filed case gives."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from tongban.foundation.credentials import actions as credentials
from tongban.lib.actors import Actor
from tongban.lib.masks import mask_name
from tongban.lib.words import T
from tongban.matters.actions.common import record
from tongban.matters.actions.promises import owed_after_decision
from tongban.matters.models import Case, Certificate
from tongban.matters.queries import content_of
from tongban.matters.queries.history import unit_title
from tongban.matters.rules.printing import certificate_content


def certify(case: Case, now: datetime, by: Actor) -> Certificate:
    """Issue the certificate of a locked case, as printed on this day, with its credential."""
    content = content_of(case)
    assert case.decision_unit is not None
    holder = _holder(case)
    number = f"{case.number}-1"
    printed = certificate_content(
        content, case.values, holder=holder, number=number, office=unit_title(case.decision_unit)
    )
    printed["conditions"] += [
        _OWED.format(name=T.read(one["title"]), day=one["until"]).as_json() for one in owed_after_decision(case)
    ]
    last_day = timezone.localdate(now) + timedelta(days=content.certificate.valid_days)
    expires = timezone.make_aware(datetime.combine(last_day, time.max)).replace(microsecond=0)
    credential = credentials.issue(
        credentials.Content("certificate", holder.zh[:60], number=number),
        subject=credentials.Subject("matters.case", case.pk), not_before=now, expires=expires, by=by,
    )  # fmt: skip
    certificate = Certificate.objects.create(
        case=case, credential=credential, number=number, content=printed, issued_at=now
    )
    record(case, "certified", by=by, at=now, number=number)
    return certificate


_OWED = T("“{name}”承诺于 {day} 前补交，逾期未交的，本证可以撤销",
          "“{name}” was promised by {day}; otherwise this certificate may be revoked")  # fmt: skip


def _holder(case: Case) -> T:
    """As printed: a company whole and in both languages, a person masked."""
    if case.organisation is not None:
        return T(case.name, case.organisation.name_en or case.name)
    masked = mask_name(case.name)
    return T(masked, masked)
