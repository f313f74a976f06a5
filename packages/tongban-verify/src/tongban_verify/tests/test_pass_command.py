"""``tongban-verify pass`` and ``tongban-trust``, as somebody types them."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tongban_verify.cli import main
from tongban_verify.passes import code
from tongban_verify.passes.cose import public_key_of
from tongban_verify.passes.signing import main as trust_main
from tongban_verify.passes.signing import read_lists, write_lists
from tongban_verify.passes.status import write_status_list
from tongban_verify.passes.trust import sign_trust_list
from tongban_verify.tests.make_passes import NOW, ROOT_SEED, SEED, claims, trust, trusted
from tongban_verify.tests.support_passes import GOLDEN, vector

AT = ["--at", NOW.isoformat()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("current", "version_6", "too_old"):
        (tmp_path / name).write_bytes(bytes.fromhex(GOLDEN["trust"][name]))
    (tmp_path / "status").write_bytes(bytes.fromhex(GOLDEN["lists"]["fresh"][0]))
    return tmp_path


def ask(folder: Path, name: str, *more: str, trust_list: str = "current", root: str = GOLDEN["root"]) -> int:
    asked = ["pass", vector(name)["code"], "--trust-list", str(folder / trust_list), "--root", root, *AT]
    return main([*asked, "--status", str(folder / "status"), *more])


def test_the_verdict_is_the_first_word_and_the_exit_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, more, reason in (
        ("valid", (), "valid"), ("valid", ("--here", "510502001003", "--gate", "0"), "valid"), ("valid", ("--gate", "1"), "wrong_gate"),
        ("valid", ("--here", "510502001004"), "another_community"), ("revoked", (), "revoked"), ("edited_payload", (), "edited"),
        ("malformed_trailing", (), "malformed"), ("key_withdrawn", (), "key_withdrawn"),
    ):  # fmt: skip
        assert ask(folder, name, *more) == (0 if reason == "valid" else 1)
        out = capsys.readouterr().out
        assert out.split("\t")[0] == reason
        assert ("张*明" in out) == (reason in ("valid", "wrong_gate", "another_community", "revoked"))


def test_lists_that_may_not_be_used_say_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    memory = str(folder / "memory")
    assert ask(folder, "valid", "--memory", memory) == 0
    assert ask(folder, "valid", "--memory", memory, trust_list="version_6") == 1
    assert "list_rolled_back" in capsys.readouterr().out
    assert ask(folder, "valid", trust_list="too_old") == 1
    assert "list_expired" in capsys.readouterr().out
    assert ask(folder, "valid", root="00" * 32) == 1
    assert "unknown_root" in capsys.readouterr().out
    assert ask(folder, "valid", trust_list="status") == 1
    assert "list_malformed" in capsys.readouterr().out


def test_what_is_wrong_with_the_question_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "broken").write_text("seven")
    for more, said in (
        ({"root": "KEY"}, "64 hexadecimal"), ({"trust_list": "nowhere"}, "neither a file nor a web address"),
    ):  # fmt: skip
        assert ask(folder, "valid", **more) == 1
        assert said in capsys.readouterr().err
    assert ask(folder, "valid", "--memory", str(folder / "broken")) == 1
    assert "cannot be used" in capsys.readouterr().err
    assert ask(folder, "valid", "--at", "2026-03-01T12:00") == 1
    assert "zone" in capsys.readouterr().err


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_status_list_is_fetched_from_where_the_signed_list_says(
    served: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    url, folder = served
    key = trusted(status=f"{url}/{{issuer}}-{{list}}")
    said = trust(keys={key.kid: key})
    (folder / "trust").write_bytes(sign_trust_list(said.unsigned(), ROOT_SEED))
    address = key.status_address("510502001003", 1076)
    asked = ["pass", code.write(claims(), SEED), "--trust-list", f"{url}/trust", "--root", GOLDEN["root"], *AT]
    assert main(asked) == 1
    assert "File not found" in capsys.readouterr().err
    (folder / "510502001003-1076").write_bytes(write_status_list(address, bytes(8192), issued=NOW, seed=SEED))
    assert main(asked) == 0
    assert "0.0 h ago" in capsys.readouterr().out


def test_a_root_key_signs_what_it_has_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, drafts, signed = tmp_path / "root.json", tmp_path / "drafts", tmp_path / "signed"
    write_lists(drafts, [trust().unsigned(), trust(version=8).unsigned()])
    assert (
        trust_main(["sign", str(drafts), "--root", str(root), "--out", str(signed)]) == 1
    )  # never with a key made by mistake
    assert not root.exists()
    capsys.readouterr()
    assert trust_main(["root", "--city", "510500", "--root", str(root)]) == 0
    public = bytes.fromhex(capsys.readouterr().out.strip())
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert trust_main(["sign", str(drafts), "--root", str(root), "--out", str(signed)]) == 1
    assert not signed.exists()
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert trust_main(["sign", str(drafts), "--root", str(root), "--out", str(signed)]) == 0
    assert "version 8" in capsys.readouterr().out
    from tongban_verify.passes.trust import open_trust_list

    opened = [open_trust_list(token, [public], now=NOW) for token in read_lists(signed)]
    assert [one.version for one in opened] == [7, 8]
    assert trust_main(["show", str(drafts)]) == 0
    write_lists(drafts, [b"\x00"])
    assert trust_main(["show", str(drafts)]) == 1
    (tmp_path / "other").write_text("{}")
    assert trust_main(["show", str(tmp_path / "other")]) == 1
    assert public != public_key_of(ROOT_SEED)
