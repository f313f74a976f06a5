"""What is put together is written in one statement a kind, and what makes others wait is written last."""

from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from tongban.lib.together import attempt, know, once, together, write, write_now


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def kinds(seen: list[str]) -> dict[str, Any]:
    def kind(name: str) -> Any:
        return lambda rows: seen.append(f"{name}: {' '.join(rows)}")

    return {name: kind(name) for name in ("cases", "events", "messages")}


def test_each_kind_once_in_the_order_met_and_what_is_last_at_the_end(
    db: None, seen: list[str], kinds: dict[str, Any]
) -> None:
    with transaction.atomic(), together():
        write(kinds["cases"], "1", last=True)
        write(kinds["messages"], "a")
        write(kinds["events"], "x")
        with together():  # part of the block around it
            write(kinds["cases"], "2", last=True)
            write(kinds["messages"], "b")
        assert seen == []
    assert seen == ["messages: a b", "events: x", "cases: 1 2"]


def test_what_a_last_kind_writes_comes_before_the_next_last(db: None, seen: list[str], kinds: dict[str, Any]) -> None:
    def told(rows: list[str]) -> None:
        seen.append(f"told: {' '.join(rows)}")
        for row in rows:
            write(kinds["messages"], row)

    with transaction.atomic(), together():
        write(kinds["cases"], "1", last=True)
        write(told, "1", last=True)
        write(kinds["events"], "x")
    assert seen == ["events: x", "cases: 1", "told: 1", "messages: 1"]


def test_outside_of_a_block_everything_happens_at_once(seen: list[str], kinds: dict[str, Any]) -> None:
    write(kinds["cases"], "1", last=True)
    write(kinds["events"], "x")
    assert seen == ["cases: 1", "events: x"]
    with pytest.raises(TransactionManagementError), together():
        write(kinds["events"], "y")


def test_an_attempt_that_fails_takes_back_what_it_handed_over(db: None, seen: list[str], kinds: dict[str, Any]) -> None:
    with transaction.atomic(), together():
        write(kinds["events"], "x")
        with pytest.raises(KeyError), attempt():
            write(kinds["cases"], "1", last=True)
            write(kinds["events"], "y")
            know("question", 1)
            raise KeyError
        assert once("question", lambda: 2) == 2
        write(kinds["events"], "z")
        write_now()
        assert seen == ["events: x z"]
    assert seen == ["events: x z"]
