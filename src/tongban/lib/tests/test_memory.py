"""The collector of cycles stays away from batches, and comes back."""

from __future__ import annotations

import gc
import threading

import pytest

from tongban.lib.memory import undisturbed


def test_it_stays_away_until_the_last_of_several_blocks_ends() -> None:
    inside, ended = threading.Event(), threading.Event()

    def batch() -> None:
        with undisturbed():
            inside.set()
            ended.wait(10)

    assert gc.isenabled()
    other = threading.Thread(target=batch)
    other.start()
    assert inside.wait(10)
    with undisturbed():
        assert not gc.isenabled()
    assert not gc.isenabled()
    ended.set()
    other.join(10)
    assert gc.isenabled()


def test_it_comes_back_after_a_failure() -> None:
    with pytest.raises(ValueError, match="wrong"), undisturbed():
        raise ValueError("wrong")
    assert gc.isenabled()
