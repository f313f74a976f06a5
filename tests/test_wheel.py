"""The wheel holds everything the house needs: installed elsewhere it starts, draws its pages and finds its definitions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDED = ("templates", "static", "messages", "editions", "definitions")
TRY = """
import django
django.setup()
from django.contrib.staticfiles import finders
from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from pathlib import Path
from tongban.matters.adapters import read_library
import tongban
home = Path(tongban.__file__).parent
names = [path.relative_to(place).as_posix() for place in home.rglob("templates") for path in place.rglob("*.html")]
for name in names:
    get_template(name)
assert finders.find("web/tongban.css") and finders.find("vendor/htmx/htmx.min.js")
for folder in settings.DEFINITIONS_DIRS:
    assert read_library(folder).contents
print(home, len(names))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing of the build is left in the checkout."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        str(copy),
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(out),
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(out.glob("tongban-*.whl"))


@pytest.mark.slow
def test_every_file_of_the_house_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    here = {
        path.relative_to(source).as_posix()
        for part in NEEDED
        for place in (source / "tongban").rglob(part)
        for path in [*place.rglob("*")]
        if path.is_file()
    }
    assert here - packed == set()
    assert "tongban_verify/__init__.py" in packed


@pytest.mark.slow
def test_the_house_starts_where_only_the_wheel_is(wheel: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "-q", "--target", str(tmp_path / "site"), str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("TONGBAN_", "DJANGO_", "DATABASE_"))}
    environment |= {"PYTHONPATH": str(tmp_path / "site"), "TONGBAN_MODE": "test", "TONGBAN_VAR_DIR": os.environ["TONGBAN_VAR_DIR"],
                    "DJANGO_SETTINGS_MODULE": "tongban.config.settings"}  # fmt: skip
    for command in (["-m", "tongban", "--help"], ["-c", TRY]):
        done = subprocess.run(
            [sys.executable, *command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))
