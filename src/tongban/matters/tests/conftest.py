"""Fixtures of matters. What they need is imported late: this file is read before Django is ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tongban.matters.tests.arrange import County


@pytest.fixture(autouse=True)
def disk_of_its_own(settings: Any, tmp_path: Path) -> None:
    """Attachments of a test lie in its own directory."""
    settings.DOCUMENTS_DIR = tmp_path / "documents"


@pytest.fixture
def county(db: None) -> County:
    """A county with eight departments, a company, and the shipped service published."""
    from tongban.matters.tests.arrange import make_county

    return make_county()


@pytest.fixture
def refused() -> Callable[[str], Any]:
    """``with refused("code"):`` the action inside must be refused with this code."""
    from tongban.lib.refusals import Refusal

    return lambda code: pytest.raises(Refusal, match=rf"^{code}: ")
