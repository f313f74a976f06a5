"""What is true before the first request."""

from pathlib import Path
from typing import Any

import pytest

from tongban.config import preparation
from tongban.config.trouble import Trouble
from tongban.lib.actors import system
from tongban.lib.demo import load_demo
from tongban.lib.keys import KeyRing


def _nothing(line: str) -> None:
    raise AssertionError(line)


@pytest.mark.usefixtures("db")
class TestKeys:
    def test_lost_key_file_is_not_replaced(self, tmp_path: Path) -> None:
        with pytest.raises(Trouble, match="restore that file from a backup"):
            preparation.ensure_keys(tmp_path / "keys.json", _nothing)
        assert list(tmp_path.iterdir()) == []

    def test_present_key_file_is_left_alone(self, tmp_path: Path) -> None:
        KeyRing.new().write(tmp_path / "keys.json")
        before = (tmp_path / "keys.json").read_bytes()
        preparation.ensure_keys(tmp_path / "keys.json", _nothing)
        assert (tmp_path / "keys.json").read_bytes() == before


@pytest.mark.slow
def test_static_files_are_collected_once(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    said: list[str] = []
    preparation.collect_static(settings.STATIC_ROOT, said.append)
    assert len(said) == 1
    assert (settings.STATIC_ROOT / "vendor").is_dir()
    preparation.collect_static(settings.STATIC_ROOT, said.append)
    assert len(said) == 1
    (settings.STATIC_ROOT / ".collected").unlink()  # as after an interruption
    preparation.collect_static(settings.STATIC_ROOT, said.append)
    assert len(said) == 2


@pytest.mark.usefixtures("db")
class TestWelcome:
    def test_addresses_of_every_host(self, tmp_path: Path) -> None:
        preparation.write_welcome(tmp_path / "welcome.txt")
        said = (tmp_path / "welcome.txt").read_text("utf-8")
        assert "http://luzhou.localhost:8000    泸州市  Luzhou" in said
        assert "password" not in said

    def test_log_ins_in_a_demo_only(self, tmp_path: Path, settings: Any) -> None:
        settings.DEMO = True
        load_demo.call(by=system("demo"))
        preparation.write_welcome(tmp_path / "welcome.txt")
        said = (tmp_path / "welcome.txt").read_text("utf-8")
        assert "http://127.0.0.1:8000/demo/roles" in said
        assert "居民" in said
        assert "Resident" in said
