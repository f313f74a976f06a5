"""What is true before the first request."""

import json
from pathlib import Path
from typing import Any

import pytest

from tongban.config import preparation
from tongban.config.static_files import StaticFiles
from tongban.config.trouble import Trouble
from tongban.foundation.ledger import actions
from tongban.lib.actors import system
from tongban.lib.demo import load_demo
from tongban.lib.keys import KeyFileError, KeyRing


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


def test_every_name_of_a_file_is_compressed(tmp_path: Path) -> None:
    for name in ("one.js", "one.0123.js", "one.txt"):
        (tmp_path / name).write_text("let known = 1\n" * 500)
    (tmp_path / "other.js").write_text("let other = 2\n" * 500)
    names = {"one.js", "one.0123.js", "one.txt", "other.js"}
    made = set(StaticFiles(location=str(tmp_path), base_url="/static/").compress_files(names))
    assert made == {(name, name + suffix) for name in names for suffix in (".br", ".gz")}
    for suffix in (".br", ".gz"):
        first = (tmp_path / f"one.js{suffix}").read_bytes()
        assert (tmp_path / f"one.0123.js{suffix}").read_bytes() == first
        assert (tmp_path / f"other.js{suffix}").read_bytes() != first


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


@pytest.mark.usefixtures("db")
class TestLaterKinds:
    """A key file made before a kind of key existed."""

    @staticmethod
    def _older(path: Path) -> bytes:
        KeyRing.new().write(path)
        content = json.loads(path.read_text())
        content["keys"] = [key for key in content["keys"] if key["kind"] != "ledger"]
        path.write_text(json.dumps(content))
        return path.read_bytes()

    def test_gets_the_kind_added_and_keeps_its_keys(self, tmp_path: Path) -> None:
        path, said = tmp_path / "keys.json", []
        self._older(path)
        before = KeyRing.read(path)
        with pytest.raises(KeyFileError, match="keys complete"):
            before.current("ledger")
        preparation.ensure_keys(path, said.append)
        after = KeyRing.read(path)
        assert len(said) == 1
        assert after.missing() == []
        assert after.current("data") == before.current("data")
        preparation.ensure_keys(path, _nothing)  # the next start has nothing to add

    def test_is_refused_once_the_log_was_signed_with_that_kind(self, tmp_path: Path) -> None:
        actions.sequence_all()
        path = tmp_path / "keys.json"
        before = self._older(path)
        with pytest.raises(Trouble, match="restore the complete key file"):
            preparation.ensure_keys(path, _nothing)
        assert path.read_bytes() == before
