"""The import contracts hold, and each is shown to catch a violation planted for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.contracts import too_long

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code alone, to plant violations in."""
    copy = tmp_path_factory.mktemp("house")
    skip = shutil.ignore_patterns("static", "editions", "tests", "__pycache__", "templates", "messages")
    shutil.copytree(ROOT / "src", copy / "src", ignore=skip)
    shutil.copytree(ROOT / "tools", copy / "tools", ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": f"{house / 'src'}:{house}"}
    return subprocess.run(command, check=False, cwd=house, env=environment, capture_output=True, text=True, timeout=120)


PLANTED = {
    "1 layers": ("lib/planted.py", "import tongban.web.portal"),
    "2 applications": ("applications/halls.py", "import tongban.applications.grid"),
    "3 inside foundation": ("foundation/regions/queries.py", "import tongban.foundation.parties.queries"),
    "4 inside every app": ("foundation/parties/models/person.py", "import tongban.foundation.parties.queries"),
    "5 rules": ("foundation/regions/rules.py", "import tongban.lib.fields"),
    "6 apps meet at their doors": ("matters/queries.py", "import tongban.foundation.parties.models"),
    "7 the uniform": ("matters/utils.py", ""),
}


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_is_caught(house: Path, contract: str) -> None:
    name, line = PLANTED[contract]
    planted = house / "src" / "tongban" / name
    grid = house / "src" / "tongban" / "applications" / "grid.py"
    before = planted.read_text("utf-8") if planted.exists() else None
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(f"{before or ''}\n{line}\n", "utf-8")
    grid.write_text("", "utf-8")
    try:
        result = lint(house)
    finally:
        grid.unlink()
        planted.unlink() if before is None else planted.write_text(before, "utf-8")
    assert result.returncode == 1, result.stdout
    broken = [line for line in result.stdout.splitlines() if line.strip().endswith("BROKEN")]
    assert any(line.startswith(contract.split(maxsplit=1)[0]) for line in broken), result.stdout


def test_no_file_outgrows_its_page() -> None:
    assert too_long(ROOT / "src") == []


def test_a_file_that_outgrew_its_page_is_named(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("x = 1\n" * 401)
    assert too_long(tmp_path) == ["long.py: 401 lines, at most 400: make it a package."]
