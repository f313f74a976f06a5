"""What operators do by hand, with who and why; background jobs that failed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.exchange.models import OperatorAct
from tongban.foundation.exchange.queries import failed_jobs
from tongban.foundation.exchange.rules import MANAGE_EXCHANGE
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.jobs import app
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


def note_act(what: str, target: UUID | int | str, *, by: Actor, reason: str = "") -> OperatorAct:
    """Write down an intervention."""
    return OperatorAct.objects.create(
        what=what, target=str(target), reason=reason, by_name=by.name[:120] or by.kind, by_kind=by.kind
    )


def check_reason(reason: str) -> str:
    """The reason of an intervention, which must be given."""
    reason = reason.strip()
    if not reason:
        raise Refusal("reason_missing", T("请写明原因，便于日后核查。", "Give the reason: it is kept for later checks."),
                      field="reason")  # fmt: skip
    return reason[:200]


@transaction.atomic
def retry_jobs(job_ids: list[int], *, reason: str, by: Actor) -> int:
    """Run failed jobs of this jurisdiction again; jobs are made to bear it."""
    require(by, MANAGE_EXCHANGE)
    reason = check_reason(reason)
    failed = failed_jobs(by, ids=job_ids)
    if not failed:
        raise Refusal("nothing_to_retry", T("所选任务已不在失败状态。请刷新列表。",
                      "The chosen jobs are not failed any more. Reload the list."), status=409)  # fmt: skip
    for found in failed:
        app.job_manager.retry_job_by_id(found.id, retry_at=timezone.now())
        note_act("retry_job", found.id, reason=reason, by=by)
    return len(failed)
