"""Places, heads, keys and years."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.actions import sequencing
from tongban.foundation.ledger.models import Checkpoint, DayCount, Entry, LogKey, Pending, Position, Shard
from tongban.foundation.ledger.tests.support import BY, Served, file_case, fill
from tongban.lib import keys
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KeyRing
from tongban.lib.refusals import Refusal
from tongban.lib.rotation import key_rotated
from tongban_verify import merkle
from tongban_verify.checkpoints import Policy, Receipt, open_checkpoint
from tongban_verify.errors import Unverified
from tongban_verify.notes import VerifierKey


def key_of(shard: Shard) -> str:
    return queries.keys_of(shard)[0].verifier


def refusal(function: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        function()
    return refused.value.code


@pytest.fixture
def new_ring(tmp_path: Any, settings: Any) -> Any:
    """A key file of this test's own, to rotate and to lose."""
    path = tmp_path / "keys.json"
    KeyRing.new().write(path)
    keys.use_file(path)
    yield path
    keys.use_file(settings.KEYS_FILE)


@pytest.mark.django_db
class TestSequencing:
    def test_every_entry_gets_one_place_in_order(self) -> None:
        shard = fill(600)
        assert queries.size_of(shard) == 601
        assert not Pending.objects.exists()
        ids = list(Position.objects.order_by("index").values_list("entry_id", flat=True))
        assert ids[1:] == sorted(ids[1:])
        assert Entry.objects.get(id=ids[0]).type == "shard.opened"
        assert {row.type: row.count for row in DayCount.objects.all()} == {"case.filed": 600, "shard.opened": 1}

    def test_the_head_is_the_root_over_all_leaves(self) -> None:
        shard = fill(600)
        bodies = [bytes(body) for body in Entry.objects.order_by("position__index").values_list("body", flat=True)]
        leaves = [merkle.leaf_hash(body) for body in bodies]
        root = merkle.tree_root(
            lambda level, i: merkle.perfect_root(leaves[i << level : (i + 1) << level]), len(leaves)
        )
        head = queries.newest_checkpoint(shard)
        assert head
        assert bytes(head.root) == root
        opened = open_checkpoint(head.note.encode(), Policy((VerifierKey.parse(key_of(shard)),)))
        assert opened.checkpoint.size == 601

    def test_a_lower_id_that_commits_later_is_not_lost(self) -> None:
        late = file_case()
        Pending.objects.filter(entry=late).delete()  # its transaction has not committed yet
        fill(3)
        Pending.objects.create(entry=late)
        actions.sequence_all()
        assert Position.objects.get(entry=late).index == 4

    def test_nothing_new_signs_nothing(self) -> None:
        fill(2)
        assert actions.sequence_all() == 0
        assert Checkpoint.objects.count() == 1

    def test_batches_of_any_size_make_the_same_tree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(300):
            file_case()
        monkeypatch.setattr(sequencing, "BATCH", 128)
        while actions.sequence(128):
            pass
        shard = queries.current_shard()
        assert shard
        assert actions.sign_checkpoint(shard)
        assert Served().mirror(key_of(shard)).opened.checkpoint.size == 301

    def test_jurisdictions_have_logs_of_their_own(self, elsewhere: str) -> None:
        shard = fill(1)
        with enter(elsewhere):
            other = fill(1)
            receipt = queries.receipt_of(bytes(Entry.objects.get(type="case.filed").hash))
        assert shard.origin == f"tongban.localhost/510500/{timezone.localdate().year}"
        assert other.origin == f"tongban.localhost/510300/{timezone.localdate().year}"
        assert receipt
        assert receipt.receipt
        with pytest.raises(Unverified) as refused:
            receipt.receipt.check(Policy((VerifierKey.parse(key_of(shard)),)))
        assert refused.value.code == "key_unknown"

    def test_a_year_ends_in_a_shard_chained_to_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = fill(3)
        later = timezone.now() + timedelta(days=366)
        monkeypatch.setattr(sequencing.timezone, "now", lambda: later)
        file_case_in(later)
        actions.sequence_all()
        second = queries.current_shard()
        assert second
        assert second.id != first.id
        closed = queries.newest_checkpoint(first)
        opening = json.loads(bytes(Entry.objects.get(position__shard=second, position__index=0).body))
        assert closed
        assert opening["open"]["previous"] == {
            "origin": first.origin, "size": closed.size, "root": bytes(closed.root).hex()
        }  # fmt: skip
        assert Entry.objects.get(position__shard=first, position__index=closed.size - 1).type == "shard.closed"
        assert queries.size_of(second) == 2


def file_case_in(later: datetime) -> None:
    assert later.tzinfo is not None
    file_case()


@pytest.mark.django_db
class TestAttacks:
    def test_a_leaf_dated_before_the_last_head_is_told_to_everybody(self) -> None:
        shard = fill(2)
        old = file_case()
        # Whoever can insert can try; the date is also in the body, so a real attempt makes its own row.
        body = json.loads(bytes(old.body)) | {"at": "2020-01-01T00:00:00Z"}
        from tongban.foundation.ledger.rules import canonical

        raw = canonical(body)
        forged = Entry.objects.create(
            type="case.filed", at=datetime(2020, 1, 1, tzinfo=UTC), body=raw, hash=merkle.leaf_hash(raw)
        )
        Pending.objects.create(entry=forged)
        actions.sequence_all()
        late = json.loads(bytes(Entry.objects.get(type="leaf.late").body))
        assert late["open"] == {"leaf": bytes(forged.hash).hex(), "dated": "2020-01-01T00:00:00Z"}
        found = Served().mirror(key_of(shard))
        assert [index for index, _, _ in found.findings] == [Position.objects.get(entry=forged).index]

    def test_the_database_refuses_a_second_tree_of_one_size(self) -> None:
        shard = fill(2)
        from django.db import IntegrityError

        with pytest.raises(IntegrityError), transaction.atomic():
            Checkpoint.objects.create(shard=shard, size=3, root=bytes(32), note="", signed_at=timezone.now())

    def test_a_place_is_given_once(self) -> None:
        shard = fill(2)
        from django.db import IntegrityError

        with pytest.raises(IntegrityError), transaction.atomic():
            Position.objects.create(entry=file_case(), shard=shard, index=1)

    def test_with_another_key_nothing_is_signed(self, new_ring: Any) -> None:
        shard = fill(1)
        KeyRing.new().write(new_ring)
        file_case()
        actions.sequence()
        assert refusal(lambda: actions.sign_checkpoint(shard)) == "ledger_key_differs"


@pytest.mark.django_db
class TestKeys:
    def test_the_log_says_that_its_key_changed_and_is_followed(self, new_ring: Any) -> None:
        shard = fill(2)
        first = key_of(shard)
        KeyRing.read(new_ring).with_new("ledger").write(new_ring)
        assert key_rotated.call(kind="ledger", by=BY)
        assert not any(key_rotated.call(kind="ledger", by=BY))  # again changes nothing
        file_case()
        actions.sequence_all()
        found = Served().mirror(first)
        assert [str(key) for _, key in found.keys] == [key.verifier for key in queries.keys_of(shard)]
        assert found.findings == []
        head = queries.newest_checkpoint(shard)
        assert head
        with pytest.raises(Unverified):
            open_checkpoint(head.note.encode(), Policy((VerifierKey.parse(first),)))

    def test_until_its_leaf_is_in_the_tree_the_old_key_signs(self, new_ring: Any) -> None:
        shard = fill(2)
        KeyRing.read(new_ring).with_new("ledger").write(new_ring)
        file_case()
        actions.sequence()
        actions.rotate_key(by=BY)
        head = actions.sign_checkpoint(shard)
        assert head
        open_checkpoint(head.note.encode(), Policy((VerifierKey.parse(key_of(shard)),)))

    def test_a_rotation_before_the_first_leaf_needs_no_leaf(self, new_ring: Any) -> None:
        assert actions.rotate_key(by=BY) is None
        assert not LogKey.objects.exists()


class TestTogether:
    def test_two_sequencers_at_once_give_each_place_once(
        self, committed_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Without the hint of the advisory lock only the unique index stands between them.
        monkeypatch.setattr(sequencing, "is_alone", lambda what: True)
        with transaction.atomic():
            fill_waiting(40)
        actions.sequence(1)
        barrier, total = Barrier(2), []

        def run() -> None:
            with enter("j510500"):
                barrier.wait()
                while Pending.objects.exists():
                    total.append(actions.sequence(10))
            connection.close()

        threads = [Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        shard = queries.current_shard()
        assert shard
        actions.sign_checkpoint(shard)
        assert sum(total) == 39
        assert list(Position.objects.order_by("index").values_list("index", flat=True)) == list(range(41))
        Served().mirror(key_of(shard))

    def test_what_the_owner_removes_or_rolls_back_stops_the_signing(
        self, committed_db: None, as_owner: Callable[..., int]
    ) -> None:
        with transaction.atomic():
            shard = fill(5)
        as_owner("DELETE FROM ledger_position WHERE index = 5")
        assert refusal(lambda: actions.sign_checkpoint(shard)) == "ledger_rewritten"

    def test_what_the_owner_changes_or_swaps_stops_the_signing_and_the_mirror(
        self, committed_db: None, as_owner: Callable[..., int]
    ) -> None:
        with transaction.atomic():
            shard = fill(5)
        entry = Position.objects.get(index=3).entry
        assert as_owner("UPDATE ledger_entry SET body = %s WHERE id = %s", b"{}", entry.id) == 1
        with pytest.raises(Unverified) as refused:
            Served().mirror(key_of(shard))
        assert refused.value.code == "tile_differs"
        as_owner("UPDATE ledger_entry SET body = %s WHERE id = %s", bytes(entry.body), entry.id)
        for change in ("index = 99 WHERE index = 1", "index = 1 WHERE index = 2", "index = 2 WHERE index = 99"):
            as_owner(f"UPDATE ledger_position SET {change}")
        assert refusal(lambda: actions.sign_checkpoint(shard)) == "ledger_rewritten"
        with pytest.raises(Unverified) as refused:
            Served().mirror(key_of(shard))
        assert refused.value.code == "root_differs"

    def test_a_receipt_stays_good_and_a_promise_becomes_one(self, committed_db: None) -> None:
        with transaction.atomic():
            entry = file_case()
        waiting = queries.receipt_of(bytes(entry.hash))
        assert waiting
        assert waiting.receipt is None
        with transaction.atomic():
            shard = fill(300)
        found = queries.receipt_of(bytes(entry.hash))
        assert found
        assert found.receipt
        again = Receipt.parse(found.receipt.dump())
        assert again.extra == bytes(entry.body)
        again.check(Policy((VerifierKey.parse(key_of(shard)),)))


def fill_waiting(count: int) -> None:
    for _ in range(count):
        file_case()
