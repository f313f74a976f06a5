"""A witness: what it cosigns, what it refuses and how, and that it never forgets."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from tongban_verify import Unverified, merkle
from tongban_verify.checkpoints import Checkpoint, Policy, open_checkpoint
from tongban_verify.cli import main as verify
from tongban_verify.cosigning import SIZE_TYPE, Answer, Request, ask, check_cosignature
from tongban_verify.notes import COSIGNATURE, MLDSA44, VerifierKey, sign, text_of
from tongban_verify.policy import Witness
from tongban_verify.sources import Directory
from tongban_verify.watch import Watch
from tongban_verify.witness import desk as desks
from tongban_verify.witness.cli import main
from tongban_verify.witness.desk import Desk, Logs
from tongban_verify.witness.keyfile import key_of, quantum_safe
from tongban_verify.witness.memory import Memory
from tongban_verify.witness.server import WitnessServer

from .support import NEW, OLD, ORIGIN, POLICY, Log, leaf, signer

NOW = 1_790_000_000
NAME = "witness.test/1"


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log", 600)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def make_desk(tmp_path: Path, *logs: VerifierKey) -> Desk:
    key = key_of(tmp_path / "key.json", NAME)
    return Desk((key,), Logs(logs or [OLD.verifier]), Memory(tmp_path / "heads.sqlite"), now=lambda: NOW)


def request(log: Log, old: int, size: int | None = None) -> bytes:
    """The log's word for its first ``size`` leaves, with the proof that it continues those of ``old``."""
    size = len(log.entries) if size is None else size
    short = Log(log.root, 0, log.key)
    short.entries = log.entries[:size]
    proof = merkle.consistency_proof(short.reader(), old, size) if 0 < old < size else []
    return Request(old, tuple(proof), short.note()).dump()


def test_a_growing_log_is_cosigned(desk: Desk, log: Log) -> None:
    for old, size in ((0, 5), (5, 5), (5, 256), (256, 600)):
        reply = desk.add_checkpoint(request(log, old, size))
        assert reply.status == 200, reply.body
        note = Request.parse(request(log, old, size)).note
        key = desk.keys[0].verifier
        found = check_cosignature(note, reply.body, key)
        assert found.at == NOW
        assert open_checkpoint(note + reply.body.encode(), Policy((OLD.verifier,), (key,), quorum=1)).witnesses
    assert desk.memory.newest(ORIGIN).size == 600
    assert 'tongban_witness_answers_total{status="200"} 4' in desk.metrics()
    assert f'tongban_witness_size{{log="{ORIGIN}"}} 600' in desk.metrics()


def test_whoever_does_not_know_the_size_is_told(desk: Desk, log: Log) -> None:
    desk.add_checkpoint(request(log, 0, 5))
    reply = desk.add_checkpoint(request(log, 0, 10))
    assert (reply.status, reply.body, reply.content_type) == (409, "5\n", SIZE_TYPE)
    assert desk.add_checkpoint(request(log, 4, 10)).status == 409
    assert desk.add_checkpoint(request(log, 10, 10)).status == 409


def two_trees(log: Log) -> bytes:
    log.entries[3] = leaf(3, n=9)
    return request(log, 100, 100)


def another_history(log: Log) -> bytes:
    log.entries[3] = leaf(3, n=9)
    return request(log, 100, 200)


def a_proof_with_another_hash(log: Log) -> bytes:
    asked = Request.parse(request(log, 100, 200))
    return Request(100, (bytes(32), *asked.proof[1:]), asked.note).dump()


def a_proof_too_long(log: Log) -> bytes:
    asked = Request.parse(request(log, 100, 200))
    return Request(100, (*asked.proof, bytes(32)), asked.note).dump()


def a_proof_where_none_is_due(log: Log) -> bytes:
    return Request(100, (bytes(32),), Request.parse(request(log, 100, 100)).note).dump()


def a_log_that_went_back(log: Log) -> bytes:
    return request(log, 50, 50)


def past_its_own_size(log: Log) -> bytes:
    return Request(100, (), Request.parse(request(log, 0, 50)).note).dump()


def another_log(log: Log) -> bytes:
    return request(Log(log.root, 5, signer("other", "log.test/elsewhere")), 0)


def a_key_it_does_not_trust(log: Log) -> bytes:
    return request(Log(log.root, 200, NEW), 100)


def a_wrong_signature(log: Log) -> bytes:
    return request(log, 100, 200).replace(b"\n200\n", b"\n201\n")


@pytest.mark.parametrize(
    ("meddle", "status"),
    [
        (two_trees, 409), (another_history, 422), (a_proof_with_another_hash, 422), (a_proof_too_long, 422),
        (a_proof_where_none_is_due, 422), (a_log_that_went_back, 409), (past_its_own_size, 400), (another_log, 404),
        (a_key_it_does_not_trust, 403), (a_wrong_signature, 403),
    ],
)  # fmt: skip
def test_anything_else_is_refused_and_changes_nothing(
    desk: Desk, log: Log, meddle: Callable[[Log], bytes], status: int
) -> None:
    assert desk.add_checkpoint(request(log, 0, 100)).status == 200
    before = desk.memory.newest(ORIGIN)
    assert desk.add_checkpoint(meddle(log)).status == status
    assert desk.memory.newest(ORIGIN) == before


@pytest.mark.parametrize(
    "body",
    [
        b"", b"old 0", b"old 0\n\n", b"old -1\n\nx", b"old 00\n\nx", b"new 0\n\nx", b"old 0\n!\n\nx", b"old 0\nAAAA\n\nx",
        b"old 1" + b"\n" + b"\n".join([b"A" * 43 + b"="] * 64) + b"\n\nx", b"\xff\n\nx", b"old 0\n\nlog.test\n1\nx\n\n",
        b"old 0\n\n" + b"x" * 200_000,
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(desk: Desk, body: bytes) -> None:
    assert desk.add_checkpoint(body).status == 400


def test_a_first_proof_must_be_empty(desk: Desk, log: Log) -> None:
    note = Request.parse(request(log, 0)).note
    assert desk.add_checkpoint(Request(0, (bytes(32),), note).dump()).status == 422


def test_other_signatures_are_passed_over_and_not_kept(desk: Desk, log: Log) -> None:
    body = request(log, 0) + signer("x", "stranger.test").line("whatever\n").encode()
    assert desk.add_checkpoint(body).status == 200
    kept = desk.memory.newest(ORIGIN).note
    assert b"stranger" not in kept
    assert open_checkpoint(kept, Policy((OLD.verifier,), (desk.keys[0].verifier,), quorum=1)).checkpoint.size == 600


def test_two_trees_at_once_one_is_cosigned(desk: Desk, log: Log) -> None:
    other = Log(log.root, 600)
    other.entries[7] = leaf(7, n=70)
    assert desk.add_checkpoint(request(log, 0, 5)).status == 200
    bodies = [request(each, 5, size) for size in (20, 30, 40) for each in (log, other)]
    barrier, statuses = Barrier(len(bodies)), []

    def send(body: bytes) -> None:
        barrier.wait()
        statuses.append(desk.add_checkpoint(body).status)

    threads = [Thread(target=send, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, *[409] * 5]


def test_a_crash_before_the_answer_never_leads_to_two_trees(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Log(log.root, 600)
    other.entries[7] = leaf(7, n=70)

    class Crash(BaseException):
        pass

    def crash(*_: Any) -> None:
        raise Crash

    with monkeypatch.context() as patched:  # after signing, before it is on the disk
        patched.setattr(desks, "_lines_of", crash)
        with pytest.raises(Crash):
            make_desk(tmp_path).add_checkpoint(request(log, 0, 20))
    assert make_desk(tmp_path).memory.newest(ORIGIN).size == 0  # nobody got a signature, nothing is remembered
    with monkeypatch.context() as patched:  # on the disk, but the answer was lost
        patched.setattr(desks, "Reply", crash)
        with pytest.raises(Crash):
            make_desk(tmp_path).add_checkpoint(request(log, 0, 20))
    again = make_desk(tmp_path)
    assert again.add_checkpoint(request(other, 0, 20)).body == "20\n"
    assert again.add_checkpoint(request(other, 20, 20)).status == 409
    assert again.add_checkpoint(request(other, 20, 30)).status == 422
    assert again.add_checkpoint(request(log, 20, 30)).status == 200


def test_the_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key.json"
    key = key_of(path, NAME)
    assert key.algorithm == COSIGNATURE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["key.json"]
    assert key_of(path, NAME) == key
    with pytest.raises(Unverified) as refused:
        key_of(path, "other.test")
    assert refused.value.code == "key_file_other"
    path.chmod(0o640)
    with pytest.raises(Unverified) as refused:
        key_of(path, NAME)
    assert refused.value.code == "key_file_open"
    path.write_text("{}")
    with pytest.raises(Unverified) as refused:
        key_of(path, NAME)
    assert refused.value.code == "key_file"
    assert quantum_safe(key).algorithm == MLDSA44


def test_two_threads_that_make_the_key_at_once_get_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = Barrier(2, timeout=10)
    sync = os.fsync

    def meet(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            both.wait()  # each has written its own, and neither has put it in place
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", meet)
    with ThreadPoolExecutor(2) as pool:
        seeds = {one.seed for one in pool.map(lambda _: key_of(tmp_path / "key.json", NAME), range(2))}
    assert len(seeds) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key.json"]


def test_the_file_of_logs_is_read_again(tmp_path: Path, log: Log) -> None:
    file = tmp_path / "logs"
    desk = Desk((key_of(tmp_path / "k", NAME),), Logs([], file), Memory(tmp_path / "m"))
    assert desk.add_checkpoint(request(log, 0, 5)).status == 404
    file.write_text(f"# ours\nwitness is no matter here\nlog {OLD.verifier} https://log.test/\n")
    assert desk.add_checkpoint(request(log, 0, 5)).status == 200
    file.write_text("log\n")
    with pytest.raises(Unverified):
        desk.add_checkpoint(request(log, 5, 6))


def test_a_rotated_key_is_believed_once_it_is_listed(tmp_path: Path, log: Log) -> None:
    desk = make_desk(tmp_path, OLD.verifier, NEW.verifier)
    assert desk.add_checkpoint(request(log, 0, 100)).status == 200
    log.key = NEW
    assert desk.add_checkpoint(request(log, 100, 200)).status == 200


# --- on the web


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    with WitnessServer(("127.0.0.1", 0), desk) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_over_http(desk: Desk, log: Log) -> None:
    with serving(desk) as url:
        for old, size in ((0, 5), (5, 600)):
            answer = ask(url + "/", Request.parse(request(log, old, size)))
            assert answer.status == 200
            check_cosignature(Request.parse(request(log, old, size)).note, answer.lines, desk.keys[0].verifier)
        assert ask(url, Request.parse(request(log, 5, 600))) == Answer(409, size=600, trouble="409 600")
        assert ask(url, Request.parse(another_log(log))).status == 404
        mark = sha256(ORIGIN.encode()).hexdigest()
        assert read(f"{url}/logs/{mark}/checkpoint") == desk.memory.newest(ORIGIN).note
        assert b"tongban_witness_cosigned_seconds" in read(f"{url}/metrics")
        assert str(desk.keys[0].verifier).encode() in read(url)
        for path in ("/logs/" + "0" * 64 + "/checkpoint", "/nothing"):
            with pytest.raises(urllib.error.HTTPError, match="404") as refused:
                read(url + path)
            refused.value.close()
    assert ask(url, Request.parse(request(log, 600, 600))).status == 0
    assert ask("ftp://x", Request.parse(request(log, 600, 600))).status == 0


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n", b"413"),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999\r\n\r\n", b"413"),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"411"),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n\r\n", b"411"),
        (
            b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            b"411",
        ),
        (b"POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", b"404"),
        (b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", b"501"),
    ],
)
def test_bodies_are_bounded_before_they_are_read(desk: Desk, head: bytes, status: bytes) -> None:
    with serving(desk) as url, socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=10) as one:
        one.sendall(head)
        answer = b""
        while piece := one.recv(4096):  # it hangs up after answering
            answer += piece
        assert answer.split(b" ")[1] == status


def test_a_connection_serves_several_requests(desk: Desk, log: Log) -> None:
    from http.client import HTTPConnection

    with serving(desk) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
        for old, size in ((0, 5), (5, 6)):
            connection.request("POST", "/add-checkpoint", request(log, old, size))
            answer = connection.getresponse()
            assert answer.status == 200
            answer.read()
        connection.close()


def test_an_answer_that_is_no_cosignature_is_not_taken(desk: Desk, log: Log) -> None:
    note, key = Request.parse(request(log, 0)).note, desk.keys[0]
    text = text_of(note)
    for lines in (
        "",
        "nonsense\n",
        key.line("other\ntext\n", at=5),
        signer("x", "x.test").line(text),
        key.line(text, at=0),
    ):
        with pytest.raises(Unverified):
            check_cosignature(note, lines, key.verifier)


# --- two readers, two trees


def test_two_trees_shown_to_two_readers_are_refused_by_the_witness_and_seen_by_watch(
    desk: Desk, log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log shows the witness one tree and us another one, both signed by its own key."""
    shown_to_us = Log(tmp_path / "ours", 600)
    shown_to_us.entries[3] = leaf(3, n=9)
    shown_to_us.write()
    log.write()
    with serving(desk) as url:
        witness = Witness("w", desk.keys[0].verifier, url)
        honest = Watch(Directory(log.root), POLICY, witnesses=[witness])
        honest.look()
        assert honest.silent == {}
        with pytest.raises(Unverified) as refused:
            Watch(Directory(shown_to_us.root), POLICY, witnesses=[witness]).look()
        assert refused.value.code == "witness_disagrees"
        shown_to_us.entries += [leaf(600)]
        shown_to_us.write()
        with pytest.raises(Unverified) as refused:
            Watch(Directory(shown_to_us.root), POLICY, witnesses=[witness]).look()
        assert refused.value.code == "witness_disagrees"
        log.entries += [leaf(600), leaf(601)]
        log.write()
        honest.look()
        policy = tmp_path / "policy"
        policy.write_text(f"log {OLD.verifier}\nwitness w {witness.key} {url}\nquorum none\n")
        arguments = ["--policy", str(policy), "--times", "1", "--every", "0"]
        assert verify(["watch", str(log.root), *arguments]) == 0
        assert verify(["watch", str(shown_to_us.root), *arguments]) == 0  # behind the witness: maybe only a moment
        assert "602 > 601" in capsys.readouterr().err
        shown_to_us.entries += [leaf(601), leaf(602)]
        shown_to_us.write()
        assert verify(["watch", str(shown_to_us.root), *arguments]) == 1
    assert desk.memory.newest(ORIGIN).size == 602


def test_a_witness_that_is_ahead_for_long_means_that_something_is_kept_from_us(
    desk: Desk, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add_checkpoint(request(log, 0))
    del log.entries[500:]
    log.write()
    with serving(desk) as url:
        watching = Watch(Directory(log.root), POLICY, witnesses=[Witness("w", desk.keys[0].verifier, url)])
        watching.look()
        assert watching.silent == {"w": "600 > 500"}
        monkeypatch.setattr("tongban_verify.watch.WITHHELD_SECONDS", -1.0)
        with pytest.raises(Unverified) as refused:
            watching.look()
        assert refused.value.code == "withheld"


def test_a_silent_witness_is_named(log: Log) -> None:
    log.write()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        watching = Watch(Directory(log.root), POLICY, witnesses=[Witness("w", NEW.verifier, url)])
        watching.look()
    assert "w" in watching.silent


# --- the program


def test_the_program_survives_being_killed(tmp_path: Path, log: Log) -> None:
    other = Log(log.root, 600)
    other.entries[7] = leaf(7, n=70)
    state = tmp_path / "state"
    with program(state) as (process, url, key):
        assert ask(url, Request.parse(request(log, 0, 20))).status == 200
        process.kill()
    with program(state) as (process, url, again):
        assert again == key
        assert ask(url, Request.parse(request(other, 20, 20))).status == 409
        assert ask(url, Request.parse(request(other, 20, 30))).status == 422
        assert ask(url, Request.parse(request(log, 20, 30))).status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@contextmanager
def program(state: Path) -> Iterator[tuple[subprocess.Popen[str], str, VerifierKey]]:
    command = [sys.executable, "-m", "tongban_verify.witness", "--name", NAME, "--state", str(state)]
    command += ["--log", str(OLD.verifier), "--listen", "127.0.0.1:0"]
    source = str(Path(__file__).parents[2])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": source})
    try:
        assert process.stdout
        key = VerifierKey.parse(process.stdout.readline())
        yield process, process.stdout.readline().strip(), key
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_what_cannot_work_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ["--name", NAME, "--state", str(tmp_path)]
    assert main([*common, "--show-key", "--ml-dsa"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [VerifierKey.parse(line).algorithm for line in printed] == [COSIGNATURE, MLDSA44]
    assert json.loads((tmp_path / "key.json").read_text())["name"] == NAME
    assert main([*common, "--log", "nonsense"]) == 1
    assert main([*common, "--listen", "nowhere"]) == 1
    assert main(["--name", "a b", "--state", str(tmp_path / "new"), "--show-key"]) == 1
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main([*common, "--listen", f"127.0.0.1:{taken.getsockname()[1]}"]) == 1


def test_an_empty_tree_can_be_cosigned_first(desk: Desk) -> None:
    empty = sign(Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT).text(), OLD).encode()
    assert desk.add_checkpoint(Request(0, (), empty).dump()).status == 200
    odd = sign(Checkpoint(ORIGIN, 0, bytes(32)).text(), OLD).encode()
    assert desk.add_checkpoint(Request(0, (), odd).dump()).status == 409
