"""A restored backup: the log does not fork, and goes on in the open."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.models import Checkpoint, Entry
from tongban.foundation.ledger.tests.support import Served, file_case
from tongban.lib.refusals import Refusal

TABLES = "ledger_cosignature, ledger_checkpoint, ledger_position, ledger_subtree, ledger_pending, ledger_salt, ledger_logkey, ledger_shard"


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, settings: Any, committed_db: None) -> Path:
    settings.LEDGER_DIR = tmp_path / "ledger"
    return settings.LEDGER_DIR


def committed(count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            file_case()
    actions.sequence_all()


def go_back_to(size: int, as_owner: Callable[..., int]) -> None:
    """What restoring a backup taken at this size leaves of the log."""
    cosigned = "SELECT id FROM ledger_checkpoint WHERE size > %s"
    as_owner(f"DELETE FROM ledger_cosignature WHERE checkpoint_id IN ({cosigned})", size)
    as_owner("DELETE FROM ledger_checkpoint WHERE size > %s", size)
    as_owner("DELETE FROM ledger_position WHERE index >= %s", size)


def refusal(function: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        function()
    return refused.value.code


def test_a_fork_is_refused_and_the_log_goes_on_in_a_new_shard(as_owner: Callable[..., int]) -> None:
    committed(2)
    committed(5)
    first = queries.current_shard()
    assert first
    signed = queries.newest_checkpoint(first)
    assert signed
    assert signed.size == 8
    assert refusal(actions.resume) == "ledger_not_forked"
    go_back_to(3, as_owner)
    with transaction.atomic():
        entry = file_case()
    assert refusal(actions.sequence_all) == "ledger_forked"
    assert queries.size_of(first) == 3  # not even places are given

    call_command("ledger", "resume", "j510500", stdout=StringIO())
    actions.sequence_all()
    second = queries.current_shard()
    assert second
    assert second.origin == f"{first.origin}-2"
    opening = json.loads(bytes(Entry.objects.get(position__shard=second, position__index=0).body))["open"]
    assert opening["previous"] == {"origin": first.origin, "size": 8, "root": bytes(signed.root).hex()}
    assert opening["lost"] == {"from": 3, "to": 8}
    assert entry.position.shard_id == second.id
    served = Served()
    assert f"\n{signed.size}\n".encode() in served.get(f"{first.name}/checkpoint")  # nobody is told otherwise
    assert served.client.get(f"/log/{first.name}/tile/0/000.p/8").status_code == 404
    assert served.client.get(f"/log/{first.name}/tile/0/000.p/3").status_code == 200
    served.mirror(queries.keys_of(second)[0].verifier)
    assert refusal(actions.resume) == "ledger_not_forked"


def test_a_backup_from_before_the_shard_does_not_take_its_name_again(as_owner: Callable[..., int]) -> None:
    committed(3)
    first = queries.current_shard()
    assert first
    as_owner(f"TRUNCATE {TABLES}")
    assert refusal(actions.sequence_all) == "ledger_forked"
    fresh = actions.resume()
    assert fresh.origin == f"{first.origin}-2"
    committed(1)
    assert queries.current_shard() == fresh


def test_a_damaged_memory_is_no_memory(memory: Path) -> None:
    committed(1)
    [path] = list((memory / "j510500").iterdir())
    path.write_text("nonsense")
    committed(1)
    assert b"nonsense" not in path.read_bytes()


def test_show_tells_name_size_and_key() -> None:
    committed(2)
    out = StringIO()
    call_command("ledger", "show", stdout=out)
    [line] = [each for each in out.getvalue().splitlines() if "/510500/" in each]
    origin, size, waiting, key = line.split("\t")
    assert (size, waiting) == ("3", "0")
    assert key.startswith(f"{origin}+")


def test_a_head_that_the_runtime_role_removes_is_missed() -> None:
    committed(2)
    committed(1)
    newest = Checkpoint.objects.order_by("-size").first()
    assert newest
    newest.delete()
    assert refusal(actions.sequence_all) == "ledger_forked"
