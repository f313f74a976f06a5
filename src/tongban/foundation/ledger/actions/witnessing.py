"""Ask the witnesses before a head is published (docs/decisions/0014).

One ``Rounds`` lives in each sequencer. Only the calls to the witnesses run in threads, and they touch no database: the
sequencer never waits for a witness longer than a moment, and never holds a transaction open meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from tongban.foundation.ledger.actions.conditions import note_condition
from tongban.foundation.ledger.actions.signing import Draft, add_cosignature, check_not_forked, draft_head, publish
from tongban.foundation.ledger.adapters import Claim, claim, list_logs
from tongban.foundation.ledger.models import Checkpoint, Cosignature, Shard
from tongban.foundation.ledger.queries import every_key, newest_checkpoint, reader_of, shards, size_of, witnessed_size
from tongban.lib.jurisdictions import require_current
from tongban.lib.witnesses import policy
from tongban.lib.words import T
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.cosigning import Answer, Cosigned, Request, ask, check_cosignature
from tongban_verify.errors import Unverified
from tongban_verify.merkle import consistency_proof
from tongban_verify.notes import VerifierKey
from tongban_verify.policy import PolicyFile, Witness

CALL_SECONDS = 5.0  # one call to a witness
GRACE_SECONDS = 0.5  # the sequencer waits for answers in one round
PATIENCE_SECONDS = 45.0  # then a head goes out without its quorum: a receipt is promised within a minute
SHORTEST_REST, LONGEST_REST = 2.0, 60.0  # before a witness that failed is asked again
SHARDS_ASKED = 2  # the current one, and the one before until its last head is cosigned
log = structlog.get_logger(__name__)
Ask = Callable[[Witness, Request], Answer]
Place = tuple[str, UUID, str]  # a witness's word about one shard: jurisdiction, shard, name in the policy


@dataclass(slots=True)
class _Round:
    """One head on its way to the witnesses; ``published`` from the moment everybody may see it."""

    draft: Draft
    begun: float
    published: Checkpoint | None = None
    cosigned: dict[str, Cosigned] = field(default_factory=dict)  # by the witness's name in the policy


@dataclass(slots=True)
class _Call:
    draft: Draft
    old: int
    answer: Future[Answer]


@dataclass(slots=True)
class _Rest:
    until: float
    seconds: float


def _ask(witness: Witness, request: Request) -> Answer:
    return ask(witness.url, request, seconds=CALL_SECONDS)


class Rounds:
    """The conversations of one sequencer with the witnesses of every jurisdiction."""

    def __init__(self, ask: Ask = _ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="witness")
        self._rounds: dict[UUID, _Round] = {}
        self._calls: dict[Place, _Call] = {}
        self._sizes: dict[Place, int] = {}
        self._rests: dict[Place, _Rest] = {}
        self._greeted: set[str] = set()
        self._listed: dict[str, list[str]] = {}

    def close(self) -> None:
        """End; calls on their way are not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def greet(self) -> None:
        """Before the first place is given: refused when a witness has seen more than the database knows.

        A witness that does not answer in time is asked with the next head.
        """
        if require_current() in self._greeted:
            return
        rules = policy()
        for shard in shards()[:1]:
            last = newest_checkpoint(shard)
            if last and rules.witnesses:
                self._rounds[shard.id] = _Round(_draft_of(shard, last), self._clock(), last)
                for witness in _asked(rules):
                    self._sizes[self._place(shard, witness)] = last.size
                    self._call(shard, witness, self._rounds[shard.id])
                wait(self._answers(shard), timeout=CALL_SECONDS)
                self._collect(shard, rules)
        self._greeted.add(require_current())

    def tend(self) -> None:
        """Ask, take in what came, publish what may go out; refused when a witness saw another tree."""
        rules = policy()
        if not rules.witnesses:
            return
        self._list_logs()
        for shard in reversed(shards()[:SHARDS_ASKED]):
            self._collect(shard, rules)
            found = self._round_of(shard, rules)
            if found is None:
                continue
            for _ in range(2):  # a witness that first tells us its size is asked again at once
                for witness in _asked(rules):
                    if witness.name not in found.cosigned and self._may_call(self._place(shard, witness)):
                        self._call(shard, witness, found)
                if self._answers(shard) and not (found.published or self._is_met(found, rules)):
                    wait(self._answers(shard), timeout=GRACE_SECONDS)
                self._collect(shard, rules)
            self._publish(shard, found, rules)

    def _list_logs(self) -> None:
        ours = [key.verifier for key in every_key()]
        if self._listed.get(require_current()) != ours:
            self._listed[require_current()] = ours
            list_logs([each for schema in sorted(self._listed) for each in self._listed[schema]])

    def _round_of(self, shard: Shard, rules: PolicyFile) -> _Round | None:
        """The head to ask for: the tree as it stands, else the last published one while a line is missing."""
        found = self._rounds.get(shard.id)
        if any(place[1] == shard.id for place in self._calls) and found:
            return found  # its answers are on their way
        is_current = shards()[0].id == shard.id
        fresh = draft_head(shard) if is_current else None
        if fresh is None:
            last = newest_checkpoint(shard)
            if found and last and found.published and found.published.id == last.id:
                return found if len(found.cosigned) < len(_asked(rules)) else None
            if last is None or size_of(shard) < last.size:  # its leaves were lost with a backup: nothing to prove with
                return None
            found = _Round(_draft_of(shard, last), self._clock(), last, _known_lines(last, rules))
        elif found is None or found.published:
            found = _Round(fresh, self._clock())
        elif found.draft != fresh:
            found = _Round(fresh, found.begun)  # the oldest leaf that waits counts
        self._rounds[shard.id] = found
        return found

    def _place(self, shard: Shard, witness: Witness) -> Place:
        return (require_current(), shard.id, witness.name)

    def _answers(self, shard: Shard) -> list[Future[Answer]]:
        return [call.answer for place, call in self._calls.items() if place[1] == shard.id]

    def _may_call(self, place: Place) -> bool:
        rest = self._rests.get(place)
        return place not in self._calls and (rest is None or self._clock() >= rest.until)

    def _call(self, shard: Shard, witness: Witness, found: _Round) -> None:
        """Send one request; the proof is made here, from the database, the call in a thread."""
        place, size = self._place(shard, witness), found.draft.head.size
        if place not in self._sizes:
            self._sizes[place] = witnessed_size(shard, witness.key)
        old = self._sizes[place]
        if old > size:  # this head was overtaken: the next one will do
            return
        proof = consistency_proof(reader_of(shard, size), old, size) if 0 < old < size else []
        request = Request(old, tuple(proof), found.draft.note.encode())
        self._calls[place] = _Call(found.draft, old, self._pool.submit(self._ask, witness, request))

    def _collect(self, shard: Shard, rules: PolicyFile) -> None:
        """Take in the answers that came."""
        for witness in _asked(rules):
            place = self._place(shard, witness)
            call = self._calls.get(place)
            if call is None or not call.answer.done():
                continue
            del self._calls[place]
            self._take(shard, witness, call, call.answer.result())

    def _take(self, shard: Shard, witness: Witness, call: _Call, answer: Answer) -> None:
        place, head = self._place(shard, witness), call.draft.head
        if answer.status == 200:
            try:
                cosigned = check_cosignature(call.draft.note.encode(), answer.lines, witness.key)
            except Unverified as wrong:
                self._rest(place, witness, T(wrong.zh, wrong.en))
                return
            self._sizes[place] = head.size
            self._rests.pop(place, None)
            note_condition(witness.key.name)
            self._keep(shard, witness, call.draft, cosigned)
        elif answer.status == 409 and answer.size is not None and answer.size != call.old:
            self._sizes[place] = answer.size
            if answer.size > size_of(shard):
                self._held_against(shard, witness, answer.size, is_disputed=False)
        elif answer.status == 422 or (answer.status == 409 and answer.size == head.size):
            self._held_against(shard, witness, head.size, is_disputed=True)
        else:
            self._rest(place, witness, T(answer.trouble, answer.trouble))

    def _keep(self, shard: Shard, witness: Witness, draft: Draft, cosigned: Cosigned) -> None:
        found = self._rounds.get(shard.id)
        if found and found.draft.head == draft.head:
            found.cosigned[witness.name] = cosigned
            if found.published:
                add_cosignature(found.published, witness.key, cosigned)

    def _held_against(self, shard: Shard, witness: Witness, size: int, *, is_disputed: bool) -> None:
        """A witness has seen another tree: nothing is signed any more until the operator has looked."""
        if shards()[0].id != shard.id:  # of an earlier shard: told, but what goes on now has its own tree
            why = T("对分卷 {name} 有异议", "disputes shard {name}").format(name=shard.name)
            self._rest(self._place(shard, witness), witness, why)
            return
        log.error("ledger.witness_disagrees", jurisdiction=require_current(), witness=witness.key.name, size=size)
        self._rounds.pop(shard.id, None)
        self._sizes.pop(self._place(shard, witness), None)
        claim(Claim(shard.name, size, witness.key.name, is_disputed))
        check_not_forked()

    def _rest(self, place: Place, witness: Witness, why: T) -> None:
        before = self._rests.get(place)
        seconds = min(LONGEST_REST, before.seconds * 2) if before else SHORTEST_REST
        self._rests[place] = _Rest(self._clock() + seconds, seconds)
        log.warning("ledger.witness_silent", jurisdiction=place[0], witness=witness.key.name, why=why.en)
        note_condition(witness.key.name, code="witness_silent", why=why)

    def _is_met(self, found: _Round, rules: PolicyFile) -> bool:
        return rules.policy().is_met([_keys(rules)[name] for name in found.cosigned])

    def _publish(self, shard: Shard, found: _Round, rules: PolicyFile) -> None:
        """Publish with the quorum, or after our patience without it: no witness can keep the log from its holders."""
        if found.published:
            return
        keys, is_met = _keys(rules), self._is_met(found, rules)
        if is_met or self._clock() - found.begun >= PATIENCE_SECONDS:
            lines = [(keys[name], cosigned) for name, cosigned in found.cosigned.items()]
            found.published = publish(shard, found.draft, lines)
            if found.published is None:  # another sequencer was first
                del self._rounds[shard.id]
            if not is_met:
                log.error("ledger.unwitnessed", jurisdiction=require_current(), size=found.draft.head.size)


def _keys(rules: PolicyFile) -> dict[str, VerifierKey]:
    return {witness.name: witness.key for witness in rules.witnesses}


def _asked(rules: PolicyFile) -> list[Witness]:
    return [witness for witness in rules.witnesses if witness.url]


def _draft_of(shard: Shard, published: Checkpoint) -> Draft:
    return Draft(Head(shard.origin, published.size, bytes(published.root)), published.note)


def _known_lines(published: Checkpoint, rules: PolicyFile) -> dict[str, Cosigned]:
    """The lines a published head has already."""
    names = {(witness.key.name, witness.key.id.hex()): witness.name for witness in rules.witnesses}
    rows: Iterator[Cosignature] = Cosignature.objects.filter(checkpoint=published).iterator()
    return {
        names[row.witness, row.key_id]: Cosigned(row.line, int(row.cosigned_at.timestamp()))
        for row in rows
        if (row.witness, row.key_id) in names
    }
