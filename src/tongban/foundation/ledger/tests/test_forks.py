"""A restored backup whose machine lost its memory, too: the witnesses remember."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.actions import conditions
from tongban.foundation.ledger.adapters import claims
from tongban.foundation.ledger.models import Checkpoint, Entry, Shard
from tongban.foundation.ledger.tests.support import Served, file_case
from tongban.foundation.ledger.tests.test_resuming import TABLES, go_back_to
from tongban.foundation.ledger.tests.witnesses import Circle, served
from tongban.lib.refusals import Refusal
from tongban_verify import merkle
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.cosigning import Answer, Request
from tongban_verify.notes import SigningKey, sign


@pytest.fixture
def circle(tmp_path: Path, settings: Any, committed_db: None) -> Iterator[Circle]:
    conditions._noted.clear()
    made = Circle(tmp_path, settings, "ab", "quorum a")
    yield made
    made.close()


def file_cases(count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            file_case()


def forget(settings: Any) -> None:
    shutil.rmtree(settings.LEDGER_DIR)


def refusal(function: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(Refusal) as refused:
        function(*arguments)
    return refused.value.code


def shard() -> Shard:
    found = queries.current_shard()
    assert found
    return found


def opening() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(Entry.objects.get(position__shard=shard(), position__index=0).body))[
        "open"
    ]
    return found


def restored(circle: Circle, as_owner: Callable[..., int], settings: Any) -> tuple[Shard, Checkpoint]:
    """Eight leaves cosigned, then a backup of three, on a machine that remembers nothing."""
    rounds = circle.rounds()
    file_cases(2)
    circle.turn(rounds)
    file_cases(5)
    circle.turn(rounds)
    signed = queries.newest_checkpoint(shard())
    assert signed
    assert signed.size == 8
    go_back_to(3, as_owner)
    forget(settings)
    return shard(), signed


def test_a_witness_that_saw_more_stops_everything_before_a_place_is_given(
    circle: Circle, as_owner: Callable[..., int], settings: Any
) -> None:
    first, _ = restored(circle, as_owner, settings)
    file_cases(1)
    assert refusal(circle.turn, circle.rounds()) == "ledger_forked"
    assert queries.size_of(first) == 3
    # Stopped for good, even when the witness cannot be asked any more.
    circle.down = {"a", "b"}
    assert refusal(circle.turn, circle.rounds()) == "ledger_forked"
    assert refusal(actions.sequence_all) == "ledger_forked"


def test_the_log_goes_on_chained_to_the_last_witnessed_head(
    circle: Circle, as_owner: Callable[..., int], settings: Any
) -> None:
    first, signed = restored(circle, as_owner, settings)
    assert refusal(actions.resume) == "ledger_not_forked"
    file_cases(1)
    assert refusal(circle.turn, circle.rounds()) == "ledger_forked"
    with served(circle.desks["a"]) as url:
        circle.write({"a": url})
        call_command("ledger", "resume", "j510500", stdout=StringIO())
    assert claims() == []
    circle.write()
    rounds = circle.rounds()
    circle.turn(rounds, 3)
    assert shard().origin == f"{first.origin}-2"
    assert opening()["previous"] == {"origin": first.origin, "size": 8, "root": bytes(signed.root).hex()}
    assert opening()["lost"] == {"from": 3, "to": 8}
    head = queries.newest_checkpoint(shard())
    assert head
    assert head.size == 2
    assert head.cosignatures.count() == 2
    assert f"\n{signed.size}\n".encode() in Served().get(f"{first.name}/checkpoint")  # nobody is told otherwise
    assert refusal(actions.resume) == "ledger_not_forked"


def test_a_head_that_only_a_mirror_kept_is_handed_in(
    circle: Circle, as_owner: Callable[..., int], settings: Any, tmp_path: Path
) -> None:
    first, signed = restored(circle, as_owner, settings)
    assert refusal(circle.turn, circle.rounds()) == "ledger_forked"
    # These witnesses do not show their heads, so they alone are not enough.
    assert refusal(actions.resume) == "ledger_head_missing"
    forged = sign(Head(first.origin, 8, bytes(32)).text(), SigningKey(first.origin, bytes(32)))
    assert refusal(actions.resume, [forged.encode(), b"nonsense"]) == "ledger_head_missing"
    kept = tmp_path / "checkpoint"
    for what, code in (
        (["510500", "--head", str(kept)], "head_unreadable"), (["510502", "--head-lost"], "jurisdiction_unknown"),
    ):  # fmt: skip
        assert refusal(call_command, "ledger", "resume", *what) == code
    kept.write_text(signed.note)
    call_command("ledger", "resume", "510500", "--head", str(kept), stdout=StringIO())
    assert opening()["previous"]["root"] == bytes(signed.root).hex()
    circle.turn(circle.rounds(), 2)


def test_a_head_that_nobody_kept_is_said_to_be_lost(
    circle: Circle, as_owner: Callable[..., int], settings: Any
) -> None:
    first, _ = restored(circle, as_owner, settings)
    assert refusal(circle.turn, circle.rounds()) == "ledger_forked"
    call_command("ledger", "resume", "j510500", "--head-lost", stdout=StringIO())
    assert opening()["previous"]["size"] == 3
    assert opening()["lost"] == {"from": 3, "to": 8}
    file_cases(1)
    circle.turn(circle.rounds(), 5)  # the witnesses still know more of the old shard, which stops nothing any more
    head = queries.newest_checkpoint(shard())
    assert head
    assert head.size == 2
    assert queries.newest_checkpoint(first) != head


def test_a_database_from_before_the_log_is_stopped_too(
    circle: Circle, as_owner: Callable[..., int], settings: Any
) -> None:
    first, signed = restored(circle, as_owner, settings)
    as_owner(f"TRUNCATE {TABLES}")
    file_cases(1)
    # Nobody can ask about a log that is not there: the first head is signed, shown to the witnesses, never published.
    assert refusal(circle.turn, circle.rounds()) == "ledger_forked"
    assert not Checkpoint.objects.exists()
    with served(circle.desks["a"]) as url:
        circle.write({"a": url})
        actions.resume()
    assert shard().origin == f"{first.origin}-2"
    assert opening()["previous"]["root"] == bytes(signed.root).hex()


def test_another_tree_of_the_very_size_the_witness_saw(
    circle: Circle, as_owner: Callable[..., int], settings: Any
) -> None:
    restored(circle, as_owner, settings)
    rounds = circle.rounds()
    file_cases(5)
    actions.sequence()  # in a hurry, without asking first
    assert refusal(rounds.tend) == "ledger_forked"
    assert Checkpoint.objects.filter(size=8).count() == 0
    assert [each.is_disputed for each in claims()] == [True]


def test_another_history_is_refused_by_its_proof(circle: Circle, as_owner: Callable[..., int], settings: Any) -> None:
    restored(circle, as_owner, settings)
    rounds = circle.rounds()
    file_cases(9)
    actions.sequence()
    assert refusal(rounds.tend) == "ledger_forked"


def test_the_word_of_a_witness_that_was_removed_no_longer_counts(circle: Circle, settings: Any, tmp_path: Path) -> None:
    liar = circle.rounds(lambda w, r: Answer(409, size=999_999) if w.name == "b" else circle.ask(w, r))
    file_cases(2)
    assert refusal(circle.turn, liar) == "ledger_forked"
    del circle.desks["b"]
    circle.write()
    circle.turn(circle.rounds(), 2)
    head = queries.newest_checkpoint(shard())
    assert head
    assert head.size == 3


def test_the_house_cannot_show_the_witness_one_tree_and_readers_another(circle: Circle) -> None:
    """Whoever holds the log's key signs a second tree: the witness refuses it, so no reader with a policy takes it."""
    file_cases(4)
    circle.turn(circle.rounds())
    head = queries.newest_checkpoint(shard())
    assert head
    from tongban.foundation.ledger.actions.signing import checked_key

    key = checked_key(shard(), queries.newest_key(shard()))
    other = sign(Head(shard().origin, 6, merkle.leaf_hash(b"another tree")).text(), key).encode()
    assert circle.desks["a"].add_checkpoint(Request(head.size, (bytes(32),) * 3, other).dump()).status == 422
    same = sign(Head(shard().origin, head.size, bytes(32)).text(), key).encode()
    assert circle.desks["a"].add_checkpoint(Request(head.size, (), same).dump()).status == 409
