"""Hand in many applications in one call, as a bank's or a chain's program does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.documents.actions import hold_documents
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.together import attempt, together
from tongban.lib.words import T
from tongban.matters.actions.applying import only_company
from tongban.matters.actions.common import store
from tongban.matters.actions.drafts import keep_answers, new_case
from tongban.matters.actions.submission import hand_in
from tongban.matters.models import Case
from tongban.matters.queries import content_of
from tongban.matters.queries.cases import caller_of, cases_referred_to
from tongban.matters.rules.bulk import check_references, named_files
from tongban.matters.rules.handling import closes_at_once

_AT_ONCE = 100  # applications to a transaction: others wait for their numbers no longer than for these
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One application of many; ``reference`` is the caller's own name for it, which makes a repeat harmless."""

    reference: str
    service: str
    answers: dict[str, Any]
    organisation_id: UUID | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of what is asked: the same reference must not come to mean something else."""
        asked = [self.service, str(self.organisation_id or ""), self.answers]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: its case, also of an earlier call, or why not."""

    reference: str
    case: Case | None = None
    is_repeat: bool = False
    refusal: Refusal | None = None


def submit_in_bulk(rows: Sequence[Row], *, by: Actor) -> list[Outcome]:
    """Hand in each application as ``apply`` would; one that is refused stops no other. Safe to repeat by reference.

    Each hundred is a transaction of its own: what was handed in stays so when the call breaks off.
    """
    check_references([row.reference for row in rows])
    chunks = [rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE)]
    found = {one.reference: one for chunk in chunks for one in _handed_in(chunk, by)}
    return [found[row.reference] for row in rows]


def _handed_in(rows: Sequence[Row], by: Actor) -> list[Outcome]:
    """What became of a chunk; what cannot be put together with others, or was refused after all, comes one by one."""
    for _ in range(_TRIES):
        try:
            done = _chunk(rows, by)
        except IntegrityError:  # another call handed in the same reference meanwhile: the next look finds it
            continue
        except Refusal as refusal:
            if len(rows) == 1:
                return [Outcome(rows[0].reference, refusal=refusal)]
            break
        settled = {one.reference for one in done}
        return done + [one for row in rows if row.reference not in settled for one in _handed_in([row], by)]
    if len(rows) == 1:
        return [Outcome(rows[0].reference, refusal=_BUSY)]
    return [one for row in rows for one in _handed_in([row], by)]


@transaction.atomic
def _chunk(rows: Sequence[Row], by: Actor) -> list[Outcome]:
    with together():
        known = {case.reference: case for case in cases_referred_to([row.reference for row in rows], by)}
        hold_documents(named_files(row.answers for row in rows))
        outcomes, cases = [], []
        for row in rows:
            try:
                if row.reference in known:
                    outcomes.append(_repeated(row, known[row.reference]))
                    continue
                with attempt():
                    cases.append(_begun(row, by, is_alone=len(rows) == 1))
            except _Alone:
                continue
            except Refusal as refusal:
                outcomes.append(Outcome(row.reference, refusal=refusal))
        outcomes += [Outcome(case.reference, hand_in(case, by=by)) for case in cases]
    return outcomes


class _Alone(Exception):
    """What is closed on the spot reads what it has just written: it needs a transaction of its own."""


def _begun(row: Row, by: Actor, *, is_alone: bool) -> Case:
    case = new_case(row.service, organisation_id=row.organisation_id or only_company(row.service, by), by=by)
    case.reference, case.reference_of, case.reference_hash = row.reference, caller_of(by), row.digest
    keep_answers(case, row.answers, by=by)
    if not is_alone and closes_at_once(content_of(case), case.values, timezone.localdate()):
        raise _Alone
    store(case)
    return case


def _repeated(row: Row, case: Case) -> Outcome:
    if case.reference_hash != row.digest:
        text = T("这个编号已经用于另一件内容不同的申请，请换一个编号。",
                 "This reference stands for a different application already: use another one.")  # fmt: skip
        raise Refusal("reference_reused", text, field="reference", status=409)
    return Outcome(row.reference, case, is_repeat=True)


_BUSY = Refusal("handed_in_elsewhere", T("这一件正由另一次调用提交，请稍后重试。",
                "Another call is handing this one in: try again."), status=409)  # fmt: skip
