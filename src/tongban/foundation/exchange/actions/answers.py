"""Run a writing API call once per idempotency key."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from tongban.foundation.exchange.models import StoredAnswer
from tongban.lib.refusals import Refusal
from tongban.lib.repeated import change
from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answered: status, the headers worth repeating, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_repeat: bool = False


def answer_once(digest: bytes, body_hash: bytes, operation: str, work: Callable[[], Answer]) -> Answer:
    """Do ``work`` and keep its answer, or give the answer that was kept.

    The row comes first, in the transaction of the work: a concurrent repeat waits at the unique index until the first
    call has committed (and gets its answer) or rolled back (and does the work itself). An answer of 400 or more rolls
    everything back and is not kept, so that a corrected or luckier repeat can succeed.
    """
    with transaction.atomic():
        mine = StoredAnswer(digest=digest, body_hash=body_hash, operation=operation[:200])
        if not _is_first(mine):
            return _repeat(StoredAnswer.objects.get(digest=digest), body_hash)
        answer = work()
        if answer.status >= 400:
            transaction.set_rollback(True)
        else:
            _keep(mine, answer)
    return answer


_FIRST = """
INSERT INTO exchange_storedanswer (id, digest, operation, body_hash, status, headers, body, is_base64, created_at)
VALUES (%s, %s, %s, %s, 0, '{}', '', false, %s) ON CONFLICT (digest) DO NOTHING
"""


_ANSWERED = "UPDATE exchange_storedanswer SET status = %s, headers = %s, body = %s, is_base64 = %s WHERE id = %s"


def _is_first(row: StoredAnswer) -> bool:
    """Put the row in its place, and whether that was free: every writing call begins so, and ends with ``_ANSWERED``."""
    row._state.adding = False
    return bool(change(_FIRST, [row.pk, bytes(row.digest), row.operation, bytes(row.body_hash), timezone.now()]))


def _repeat(kept: StoredAnswer, body_hash: bytes) -> Answer:
    if bytes(kept.body_hash) != body_hash:
        raise Refusal(
            "idempotency_key_reused",
            T("这个 Idempotency-Key 已经用于内容不同的请求。新的操作请换一个新的值。",
              "This Idempotency-Key was used for a different request. Use a new value for a new operation."),
            field="Idempotency-Key",
        )  # fmt: skip
    body = base64.b64decode(kept.body) if kept.is_base64 else kept.body.encode()
    return Answer(kept.status, kept.headers, body, is_repeat=True)


def _keep(row: StoredAnswer, answer: Answer) -> None:
    try:
        text, is_base64 = answer.body.decode(), False
    except UnicodeDecodeError:
        text, is_base64 = base64.b64encode(answer.body).decode(), True
    sealed = StoredAnswer._meta.get_field("body").get_db_prep_save(text, connection)
    change(_ANSWERED, [answer.status, json.dumps(answer.headers), sealed, is_base64, row.pk])
