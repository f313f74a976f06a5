"""The sequencer as a program."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, transaction

from tongban.foundation.ledger import queries
from tongban.foundation.ledger.management.commands import sequencer
from tongban.foundation.ledger.models import Pending
from tongban.foundation.ledger.tests.support import file_case
from tongban.lib.jurisdictions import enter, require_current
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

LUZHOU = "j510500"


@pytest.fixture(autouse=True)
def signals_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sequencer, "PAUSE", 0.0)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """What goes wrong, once, in a jurisdiction; the sequencer is asked to stop when there were two whole rounds."""
    planned: dict[str, Exception] = {}
    served: list[str] = []
    working: Callable[[], int] = sequencer.sequence_all

    def sequence_all() -> int:
        schema = require_current()
        served.append(schema)
        if served.count("j510300") >= 3:
            os.kill(os.getpid(), signal.SIGTERM)
        if error := planned.pop(schema, None):
            raise error
        return working()

    monkeypatch.setattr(sequencer, "sequence_all", sequence_all)
    return planned


def test_every_jurisdiction_is_served_until_stopped(
    committed_db: None, elsewhere: str, trouble: dict[str, Exception]
) -> None:
    for schema in (LUZHOU, elsewhere):
        with enter(schema), transaction.atomic():
            file_case()
    call_command("sequencer")
    for schema in (LUZHOU, elsewhere):
        with enter(schema):
            shard = queries.current_shard()
            assert shard
            head = queries.newest_checkpoint(shard)
            assert head
            assert head.size == 2
            assert not Pending.objects.exists()


def test_one_jurisdiction_in_trouble_does_not_hold_up_the_others(
    committed_db: None, elsewhere: str, trouble: dict[str, Exception]
) -> None:
    trouble[LUZHOU] = Refusal("ledger_rewritten", T("已停止签名。", "Signing has stopped."), status=409)
    call_command("sequencer")
    assert queries.current_shard() is None  # it rests a while before it is tried again
    with enter(elsewhere):
        assert queries.current_shard()


def test_a_database_that_went_away_is_asked_again(
    committed_db: None, elsewhere: str, trouble: dict[str, Exception]
) -> None:
    trouble[LUZHOU] = OperationalError("server closed the connection unexpectedly")
    call_command("sequencer")
    assert queries.current_shard()


def test_what_stopped_is_told_to_probes_and_to_the_supervisor(
    committed_db: None, elsewhere: str, trouble: dict[str, Exception], tmp_path: Path, settings: Any
) -> None:
    settings.VAR_DIR = tmp_path
    said: list[str] = []
    trouble[LUZHOU] = Refusal("ledger_forked", T("请运行 resume。", "Run resume."), status=409)
    telling = sequencer.Told._write

    def write(told: sequencer.Told) -> None:
        telling(told)
        path = tmp_path / "run" / "sequencer.txt"
        said.append(path.read_text("utf-8") if path.exists() else "")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sequencer.Told, "_write", write)
        call_command("sequencer")
    assert said == ["j510500 公开日志已停止：请运行 resume。\nj510500 The public log has stopped: Run resume.\n"]
    assert not (tmp_path / "run" / "sequencer.txt").exists()  # it has ended
    condition = queries.conditions()["sequencer"]
    assert (condition.code, condition.zh) == ("ledger_forked", "请运行 resume。")
    assert queries.log_state().trouble == "ledger_forked: Run resume."


def test_the_file_for_the_supervisor_goes_when_all_is_well(tmp_path: Path) -> None:
    told, path = sequencer.Told(tmp_path / "run" / "told"), tmp_path / "run" / "told"
    told.stopped("j1", T("甲", "A"))
    told.stopped("j2", T("乙", "B"))
    told.well("j1")
    assert path.read_text("utf-8").startswith("j2 ")
    told.well("j2")
    told.well("j2")
    assert not path.exists()
