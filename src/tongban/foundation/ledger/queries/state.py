"""How the log of a jurisdiction is doing, for probes and the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tongban.foundation.ledger.models import Condition, Pending
from tongban.foundation.ledger.queries.tree import current_shard, newest_checkpoint, waiting
from tongban.foundation.ledger.queries.witnesses import WitnessState, conditions, is_unwitnessed, witness_states

SEQUENCER = "sequencer"
SILENT = timedelta(seconds=90)  # it notes itself each ten seconds, and rests thirty when refused


@dataclass(frozen=True, slots=True)
class LogState:
    """The newest head, what waits for a place, what the sequencer says, how the witnesses stand."""

    size: int
    signed_at: datetime | None
    waiting: int
    waiting_since: datetime | None
    sequencer: Condition | None
    is_unwitnessed: bool
    witnesses: list[WitnessState]

    @property
    def is_running(self) -> bool:
        """Whether a sequencer was heard of lately."""
        return bool(self.sequencer and timezone.now() - self.sequencer.at < SILENT)

    @property
    def is_silent(self) -> bool:
        """Whether leaves wait and nobody gives them places."""
        return not self.is_running and bool(self.waiting)

    @property
    def trouble(self) -> str:
        """What is wrong, in one line with the remedy; empty when nothing is."""
        if self.sequencer and self.sequencer.code:
            return f"{self.sequencer.code}: {self.sequencer.en}"
        if self.is_silent:
            return "leaves wait and no sequencer is running (run: tongban sequencer)"
        late = [state.name for state in self.witnesses if state.is_late]
        if self.is_unwitnessed:
            return f"the newest head lacks its quorum; late: {', '.join(late) or '-'} (see /log/ and docs/ledger.md)"
        return f"late witnesses: {', '.join(late)}" if late else ""


def log_state() -> LogState:
    """The state of the current jurisdiction's log."""
    shard = current_shard()
    head = newest_checkpoint(shard) if shard else None
    oldest = Pending.objects.order_by("entry_id").select_related("entry").first()
    return LogState(
        head.size if head else 0, head.signed_at if head else None, waiting(), oldest.entry.at if oldest else None,
        conditions().get(SEQUENCER), is_unwitnessed(shard), witness_states(shard),
    )  # fmt: skip
