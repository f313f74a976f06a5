"""What people are told of their passes, by message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongban.applications.gates.models import Pass
from tongban.applications.gates.rules.kinds import KINDS, RENEWED_BEFORE
from tongban.applications.gates.rules.notices import BY_THE_HOUSE, NOTICES
from tongban.foundation.notifications.actions import notify
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import periodic
from tongban.lib.phones import show_phone
from tongban.lib.words import T

ENDING = timedelta(days=7)


def tell(row: Pass, what: str, *, by: Actor, **more: Any) -> None:
    """Tell whoever holds a pass, or asked for it; a visitor, who has no log-in, by their telephone. Nobody reachable is no error."""
    title, text = NOTICES[what]
    community = T(row.community.name, row.community.name_en or row.community.name)
    day = row.due_on if what == "asked" else timezone.localtime(row.ends_at).date()
    said = text.format(community=community, kind=KINDS[row.kind].name, day=day, reason=BY_THE_HOUSE.get(row.decision, row.decision.rstrip("。.")), phone=show_phone(row.community.phone),
                       **more)  # fmt: skip
    if row.kind == "visitor":
        if row.phone:
            notify(template="gates.pass_sms", parts={"text": said}, phone=row.phone, by=by)
        return
    parts = {"title": title, "text": said, "pass_id": row.pk}
    notify(template="gates.pass_notice", parts=parts, person_id=row.person_id or row.asked_by_id, by=by)


@periodic("30 1 * * *")  # half past nine in China
def tell_of_ending() -> None:
    """Tell of passes that hold for long and end within a week, each once. Safe to run twice."""
    long = [code for code, kind in KINDS.items() if timedelta(days=kind.days) > RENEWED_BEFORE]
    now = timezone.now()
    due = Pass.objects.filter(
        kind__in=long, state="active", told_ending_at__isnull=True, ends_at__gt=now, ends_at__lte=now + ENDING
    )
    for pass_id in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            row = due.select_for_update(of=("self",)).select_related("community").filter(pk=pass_id).first()
            if row is not None:
                row.told_ending_at = now
                row.save(update_fields=["told_ending_at"])
                tell(row, "ending", by=system("gates", channel="job"))
