"""Resumable uploads, as actions: broken connections, two at once, wrong offsets, crashes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tongban.foundation.documents.actions import (
    Piece,
    begin_upload,
    document_visible_to,
    end_upload,
    open_document,
    receive,
)
from tongban.foundation.documents.actions import uploading as at_work
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.sealed import CHUNK
from tongban.foundation.documents.models import Document, Upload
from tongban.foundation.documents.tests.support import MATERIAL, files_on_disk, new_person, pdf
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal

CONTENT = pdf(3 * CHUNK + 777)


def begun(by: Actor, content: bytes = CONTENT, name: str = "扫描件.pdf") -> Upload:
    return begin_upload(name=name, length=len(content), purpose=MATERIAL, by=by)


def send(upload: Upload, by: Actor, start: int, end: int, content: bytes = CONTENT) -> Upload:
    return receive(upload.pk, offset=start, piece=Piece(io.BytesIO(content[start:end])), by=by)


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


class Breaking:
    """A body whose connection breaks after some bytes."""

    def __init__(self, content: bytes) -> None:
        self.rest = io.BytesIO(content)

    def read(self, size: int, /) -> bytes:
        block = self.rest.read(min(size, 1000))
        if not block:
            raise ConnectionResetError
        return block


CUTS = [
    [1, 2, 3], [CHUNK], [CHUNK, 2 * CHUNK, 3 * CHUNK], [CHUNK - 1, CHUNK + 1], [3 * CHUNK + 776], [2 * CHUNK + 5, 2 * CHUNK + 6],
]  # fmt: skip


@pytest.mark.parametrize("cuts", CUTS)
def test_pieces_of_any_size_make_the_whole(cuts: list[int], chen: Actor, run_jobs: Callable[[], int]) -> None:
    upload = begun(chen)
    for start, end in zip([0, *cuts], [*cuts, len(CONTENT)], strict=True):
        upload = send(upload, chen, start, end)
        assert upload.offset == end
    document = Document.objects.get(pk=upload.document_id)
    assert document.state == "scanning"
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.type) == ("ready", "pdf")
    assert document.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert b"".join(open_document(document.pk, by=chen).blocks()) == CONTENT


def test_a_whole_number_of_chunks(chen: Actor, run_jobs: Callable[[], int]) -> None:
    content = pdf(2 * CHUNK)
    upload = begun(chen, content)
    send(upload, chen, 0, CHUNK, content)
    upload = send(upload, chen, CHUNK, 2 * CHUNK, content)
    run_jobs()
    assert b"".join(open_document(upload.document_id, by=chen).blocks()) == content


def test_what_arrived_before_the_connection_broke_is_kept(chen: Actor, run_jobs: Callable[[], int]) -> None:
    upload = begun(chen)
    broken = receive(upload.pk, offset=0, piece=Piece(Breaking(CONTENT[: CHUNK + 4321])), by=chen)
    assert broken.offset == CHUNK + 4321
    assert Upload.objects.get().offset == CHUNK + 4321
    assert code_of(lambda: document_visible_to(upload.document_id, chen)) == "not_found"  # invisible until whole
    send(broken, chen, broken.offset, len(CONTENT))
    run_jobs()
    assert b"".join(open_document(upload.document_id, by=chen).blocks()) == CONTENT


def test_long_pieces_are_saved_on_the_way(chen: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_work, "SAVE_EVERY", CHUNK)
    upload = begun(chen)

    class Dying(Breaking):
        def read(self, size: int, /) -> bytes:
            try:
                return super().read(size)
            except ConnectionResetError:
                raise SystemExit from None  # the process ends: nothing after this runs

    with pytest.raises(SystemExit):
        receive(upload.pk, offset=0, piece=Piece(Dying(CONTENT[: 2 * CHUNK + 5000])), by=chen)
    kept = Upload.objects.get().offset
    assert 2 * CHUNK <= kept <= 2 * CHUNK + 1000
    upload = send(upload, chen, kept, len(CONTENT))
    assert upload.finished_at


def test_a_lying_offset_is_refused_and_harms_nothing(chen: Actor) -> None:
    upload = send(begun(chen), chen, 0, 5000)
    for offset in (0, 4999, 5001, len(CONTENT)):
        with pytest.raises(Refusal) as refused:
            receive(upload.pk, offset=offset, piece=Piece(io.BytesIO(b"x")), by=chen)
        assert (refused.value.code, refused.value.status) == ("offset_mismatch", 409)
    assert send(upload, chen, 5000, len(CONTENT)).finished_at


def test_the_last_piece_twice_is_harmless(chen: Actor) -> None:
    upload = send(begun(chen), chen, 0, len(CONTENT))
    again = receive(upload.pk, offset=len(CONTENT), piece=Piece(io.BytesIO(b"")), by=chen)
    assert again.offset == len(CONTENT)
    assert code_of(lambda: send(upload, chen, 0, 10)) == "offset_mismatch"
    assert disk.place_of(upload.document_id).exists()
    assert not disk.place_of(upload.document_id, disk.PART).exists()


def test_more_than_declared_is_refused(chen: Actor) -> None:
    upload = begun(chen)
    piece = Piece(io.BytesIO(CONTENT + b"more"))
    assert code_of(lambda: receive(upload.pk, offset=0, piece=piece, by=chen)) == "longer_than_declared"


def test_only_who_began_it_goes_on_with_it(chen: Actor, stranger: Actor) -> None:
    upload = begun(chen)
    assert code_of(lambda: send(upload, stranger, 0, 10)) == "not_found"
    assert code_of(lambda: end_upload(upload.pk, by=stranger)) == "not_found"
    assert code_of(lambda: receive(uuid4(), offset=0, piece=Piece(io.BytesIO()), by=chen)) == "not_found"


def test_refused_contents_leave_nothing(chen: Actor, disk_of_its_own: Path) -> None:
    evil = b"MZ" + bytes(3 * CHUNK)
    upload = begun(chen, evil, "a.pdf")
    send(upload, chen, 0, CHUNK, evil)
    assert code_of(lambda: send(upload, chen, CHUNK, len(evil), evil)) == "executable_file"
    assert not Document.objects.exists()
    assert not Upload.objects.exists()
    assert files_on_disk(disk_of_its_own) == []


def test_three_gigabytes_are_refused_before_the_first_byte(chen: Actor) -> None:
    begin = lambda length: begin_upload(name="a.pdf", length=length, purpose=MATERIAL, by=chen)  # noqa: E731
    assert code_of(lambda: begin(3 * 1024**3)) == "file_too_large"
    assert code_of(lambda: begin(0)) == "empty_file"


def test_somebody_with_too_many_open_uploads_waits(chen: Actor) -> None:
    for _ in range(at_work.OPEN_AT_ONCE):
        begun(chen)
    assert code_of(lambda: begun(chen)) == "too_many_uploads"


def test_cancelled(chen: Actor, disk_of_its_own: Path) -> None:
    upload = send(begun(chen), chen, 0, 5000)
    end_upload(upload.pk, by=chen)
    assert files_on_disk(disk_of_its_own) == []
    assert code_of(lambda: send(upload, chen, 5000, 6000)) == "not_found"
    done = send(begun(chen), chen, 0, len(CONTENT))
    assert code_of(lambda: end_upload(done.pk, by=chen)) == "upload_finished"


def test_an_expired_upload_is_gone(chen: Actor) -> None:
    upload = begun(chen)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert code_of(lambda: send(upload, chen, 0, 10)) == "not_found"


def test_a_damaged_piece_is_not_kept(chen: Actor) -> None:
    upload = begun(chen)
    right = hashlib.sha1(CONTENT[:5000]).digest()
    damaged = Piece(io.BytesIO(b"x" + CONTENT[1:5000]), "sha1", right)
    with pytest.raises(Refusal) as refused:
        receive(upload.pk, offset=0, piece=damaged, by=chen)
    assert (refused.value.code, refused.value.status) == ("checksum_mismatch", 460)
    assert Upload.objects.get().offset == 0
    whole = receive(upload.pk, offset=0, piece=Piece(io.BytesIO(CONTENT[:5000]), "sha1", right), by=chen)
    assert whole.offset == 5000


def test_power_cut_between_renaming_and_committing(
    chen: Actor, run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(begun(chen), chen, 0, 2 * CHUNK + 100)

    def cut(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as power:
        power.setattr(at_work, "settle", cut)
        with pytest.raises(SystemExit):
            send(upload, chen, 2 * CHUNK + 100, len(CONTENT))
    assert disk.place_of(upload.document_id).exists()  # the file has its final name, the row says otherwise
    assert not disk.place_of(upload.document_id, disk.PART).exists()
    assert Upload.objects.get().offset == 2 * CHUNK + 100
    assert send(upload, chen, 2 * CHUNK + 100, len(CONTENT)).finished_at
    run_jobs()
    assert b"".join(open_document(upload.document_id, by=chen).blocks()) == CONTENT


def test_a_lost_part_file_is_said(chen: Actor) -> None:
    upload = send(begun(chen), chen, 0, 2 * CHUNK)
    disk.place_of(upload.document_id, disk.PART).unlink()
    with pytest.raises(Refusal) as refused:
        send(upload, chen, 2 * CHUNK, len(CONTENT))
    assert (refused.value.code, refused.value.status) == ("upload_lost", 410)


def in_thread(work: Callable[[], Any]) -> Any:
    try:
        with enter("j510500"):
            return work()
    except Refusal as refusal:
        return refusal.code
    finally:
        connection.close()


@pytest.mark.usefixtures("committed_db")
def test_two_connections_at_once_one_is_refused() -> None:
    chen = new_person("陈小雨")
    upload = begun(chen)
    holding, answered = Event(), Event()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            holding.set()
            assert answered.wait(30)
            return super().read(size)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(in_thread, lambda: receive(upload.pk, offset=0, piece=Piece(Slow(CONTENT)), by=chen).offset)
        assert holding.wait(30)
        assert code_of(lambda: send(upload, chen, 0, 10)) == "upload_busy"
        answered.set()
        assert first.result(30) == len(CONTENT)
    assert Document.objects.get().state == "scanning"


@pytest.mark.usefixtures("committed_db")
def test_a_race_of_equal_pieces_keeps_the_file_right() -> None:
    chen = new_person("陈小雨")
    upload, barrier = begun(chen), Barrier(4)

    def go() -> Any:
        def work() -> int:
            barrier.wait(30)
            return send(upload, chen, 0, len(CONTENT)).offset

        return in_thread(work)

    with ThreadPoolExecutor(4) as pool:
        answers = [f.result(60) for f in [pool.submit(go) for _ in range(4)]]
    assert answers.count(len(CONTENT)) == 1
    assert set(answers) <= {len(CONTENT), "upload_busy", "offset_mismatch"}
    with disk.open_complete(upload.document_id):
        pass
    assert Document.objects.get().state == "scanning"


@pytest.mark.usefixtures("committed_db")
def test_cancelled_while_bytes_arrive() -> None:
    chen = new_person("陈小雨")
    upload = begun(chen)

    class Cancelling(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            block = super().read(size)
            if block:
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(in_thread, lambda: end_upload(upload.pk, by=chen)).result(30)
            return block

    piece = Piece(Cancelling(CONTENT))
    assert code_of(lambda: receive(upload.pk, offset=0, piece=piece, by=chen)) == "not_found"
    assert not Document.objects.exists()
    assert not disk.place_of(upload.document_id).exists()
