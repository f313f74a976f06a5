"""Old heads are thinned out; whoever holds a receipt or a mirror loses nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.actions import signing, thinning
from tongban.foundation.ledger.models import Checkpoint, Cosignature, LogKey
from tongban.foundation.ledger.tests.support import BY, Served, file_case
from tongban.lib import keys
from tongban.lib.keys import KeyRing
from tongban_verify.checkpoints import Policy, Receipt
from tongban_verify.notes import VerifierKey

pytestmark = pytest.mark.django_db


def sizes() -> list[int]:
    return list(Checkpoint.objects.order_by("size").values_list("size", flat=True))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sign a head over one more leaf at a moment of the past."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=60)

    def sign(hours: int, minutes: int = 0) -> None:
        file_case()
        actions.sequence()
        shard = queries.current_shard()
        assert shard
        with monkeypatch.context() as patched:
            patched.setattr(signing.timezone, "now", lambda: hour + timedelta(hours=hours, minutes=minutes))
            assert actions.sign_checkpoint(shard)

    return sign


def test_the_last_head_of_each_hour_stays_and_all_of_two_days(at: Any) -> None:
    for hours, minutes in ((0, 1), (0, 2), (0, 59), (1, 0), (5, 1), (5, 2), (20, 1), (20, 2), (20, 3)):
        at(hours, minutes)
    assert sizes() == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert actions.thin_checkpoints() == 3
    assert sizes() == [4, 5, 7, 8, 9, 10]
    assert actions.thin_checkpoints() == 0


def test_lines_of_witnesses_go_with_their_heads(at: Any) -> None:
    at(0, 1)
    at(0, 2)
    for head in Checkpoint.objects.all():
        Cosignature.objects.create(checkpoint=head, witness="w", key_id="00000000", line="", cosigned_at=head.signed_at)
    assert actions.thin_checkpoints() == 1
    assert Cosignature.objects.count() == 1


def test_many_are_removed_in_portions(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for minute in range(7):
        at(0, minute)
    monkeypatch.setattr(thinning, "AT_ONCE", 2)
    assert actions.thin_checkpoints() == 6


def test_the_first_head_under_a_new_key_stays(at: Any, tmp_path: Path, settings: Any) -> None:
    KeyRing.new().write(tmp_path / "keys.json")
    keys.use_file(tmp_path / "keys.json")
    try:
        at(0, 1)
        KeyRing.read(tmp_path / "keys.json").with_new("ledger").write(tmp_path / "keys.json")
        actions.rotate_key(by=BY)
        for minute in (2, 3, 4):
            at(0, minute)
        begin = LogKey.objects.exclude(entry=None).get().entry.position.index  # type: ignore[union-attr]
        actions.thin_checkpoints()
        assert sizes() == [begin + 2, sizes()[-1]]  # the head that holds the leaf was of one more leaf
    finally:
        keys.use_file(settings.KEYS_FILE)


def test_the_last_head_stays_however_old(at: Any) -> None:
    at(0, 1)
    assert actions.thin_checkpoints() == 0
    assert sizes() == [2]


def test_a_receipt_under_a_head_that_is_gone_stays_good(at: Any, tmp_path: Path) -> None:
    entry = file_case()
    at(0, 1)
    found = queries.receipt_of(bytes(entry.hash))
    assert found
    assert found.receipt
    held = found.receipt.dump()
    shard = queries.current_shard()
    assert shard
    key = VerifierKey.parse(queries.keys_of(shard)[0].verifier)
    into = tmp_path / "mirror"
    at(0, 2)
    actions.thin_checkpoints()
    assert Receipt.parse(held).check(Policy((key,))).checkpoint.size not in sizes()
    Served().mirror(str(key), into)
    from tongban_verify.cli import main

    (tmp_path / "mine.tlog-proof").write_bytes(held)
    assert main(["receipt", str(tmp_path / "mine.tlog-proof"), "--key", str(key), "--mirror", str(into)]) == 0
