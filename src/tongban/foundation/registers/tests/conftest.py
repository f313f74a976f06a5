"""Fixtures of registers' tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def refused() -> Callable[[str], Any]:
    """``with refused("code"):`` the action inside must be refused with this code."""
    from tongban.lib.refusals import Refusal

    return lambda code: pytest.raises(Refusal, match=rf"^{code}: ")
