"""The scanner, spoken to over a real socket; thumbnails."""

from __future__ import annotations

import io
import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from tongban.foundation.documents.actions import (
    draw_thumbnail,
    examine_document,
    examine_waiting,
    open_document,
    store_upload,
)
from tongban.foundation.documents.adapters import disk, pictures
from tongban.foundation.documents.adapters.scanner import ScannerLimit, ScannerUnavailable, scan
from tongban.foundation.documents.hooks import document_ready, document_refused
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import standing_of
from tongban.foundation.documents.tests.support import MATERIAL, files_on_disk, pdf, picture, sent
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal

# The test file every scanner knows (eicar.org), put together here so that no scanner stops at this page.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.StreamRequestHandler):
    """The part of clamd's protocol that INSTREAM is."""

    limit = 1_000_000

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
            if len(content) > self.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        if content.startswith(b"%PDF-1.7 broken scanner"):
            self.wfile.write(b"UNKNOWN COMMAND\0")
        elif EICAR in content:
            self.wfile.write(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
        else:
            self.wfile.write(b"stream: OK\0")


@pytest.fixture
def clamd(limits: Callable[..., None]) -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"127.0.0.1:{server.server_address[1]}"
        limits(clamd=address)
        yield address
        server.shutdown()
        thread.join()


def stored(by: Actor, content: bytes | None = None, name: str = "a.pdf") -> Document:
    return store_upload(sent(content or pdf(), name), purpose=MATERIAL, by=by)


def test_a_clean_file_is_ready_after_its_scan(clamd: str, chen: Actor, run_jobs: Callable[[], int]) -> None:
    document = stored(chen)
    assert document.state == "scanning"
    with pytest.raises(Refusal) as refused:
        open_document(document.pk, by=chen)
    assert (refused.value.code, refused.value.status) == ("document_not_ready", 409)
    run_jobs()
    assert b"".join(open_document(document.pk, by=chen).blocks()) == pdf()
    examine_document(document_id=str(document.pk))  # a job may run twice


def test_a_virus_is_refused_and_destroyed(
    clamd: str, chen: Actor, run_jobs: Callable[[], int], disk_of_its_own: Path,
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    told: list[dict[str, Any]] = []
    answer = document_refused.answer(lambda **given: told.append(given))
    try:
        document = stored(chen, pdf(extra=EICAR), "发票.pdf")
        with django_capture_on_commit_callbacks(execute=True):
            run_jobs()
    finally:
        document_refused.answers.remove(answer)
    document.refresh_from_db()
    assert (document.state, document.refusal_code, document.wrapped_key) == ("refused", "malware", None)
    assert files_on_disk(disk_of_its_own) == []
    assert told[0]["code"] == "malware"
    assert "病毒" in standing_of(document).zh
    assert "发票" not in caplog.text
    with pytest.raises(Refusal) as refused:
        open_document(document.pk, by=chen)
    assert (refused.value.code, refused.value.status) == ("document_refused", 410)


def test_without_the_scanner_a_file_waits_and_is_tried_again(
    chen: Actor, limits: Callable[..., None], run_jobs: Callable[[], int], tmp_path: Path
) -> None:
    limits(clamd=f"unix:{tmp_path}/nobody.sock")
    document = stored(chen)
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.scan_attempts) == ("scanning", 1)
    assert "自动重试" in standing_of(document).zh
    Document.objects.update(uploaded_at=timezone.now() - timedelta(minutes=5))
    limits(clamd="")  # the operator gave the scanner up
    examine_waiting()
    Document.objects.filter(pk=document.pk).update(scan_attempts=1)
    examine_document(document_id=str(document.pk))
    document.refresh_from_db()
    assert document.state == "ready"


def test_what_the_scanner_cannot_take(clamd: str, chen: Actor, run_jobs: Callable[[], int]) -> None:
    document = stored(chen, pdf(1_500_000))
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.refusal_code) == ("refused", "scanner_limit")


def test_a_file_damaged_before_its_scan_is_refused(clamd: str, chen: Actor, run_jobs: Callable[[], int]) -> None:
    document = stored(chen)
    place = disk.place_of(document.pk)
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.refusal_code) == ("refused", "file_damaged")


def test_answers_of_the_scanner(clamd: str, tmp_path: Path) -> None:
    assert scan(clamd, [b"clean", b"file"]) == ""
    assert scan(clamd, [EICAR]) == "Win.Test.EICAR_HDB-1"
    with pytest.raises(ScannerLimit):
        scan(clamd, [bytes(500_000)] * 3)
    with pytest.raises(ScannerUnavailable):
        scan(clamd, [b"%PDF-1.7 broken scanner"])
    for address in ("127.0.0.1:1", f"unix:{tmp_path}/none", "nonsense"):
        with pytest.raises(ScannerUnavailable):
            scan(address, [b"x"])


def test_over_a_unix_socket(tmp_path: Path) -> None:
    path = os.path.relpath(tmp_path / "s")  # such paths are short by law
    with socketserver.ThreadingUnixStreamServer(path, Clamd) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        assert scan(f"unix:{path}", [b"clean"]) == ""
        server.shutdown()
        thread.join()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "TelltaleCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 53.0, 21.0), 3: "E", 4: (105.0, 26.0, 36.0)})
    return picture(size=(1200, 800), exif=exif, comment=b"Telltale comment")


def test_a_thumbnail_tells_nothing_but_the_picture(
    chen: Actor, run_jobs: Callable[[], int], disk_of_its_own: Path
) -> None:
    document = stored(chen, photo_with_place(), "门面.jpg")
    run_jobs()
    document.refresh_from_db()
    opened = open_document(document.pk, by=chen, thumbnail=True)
    content = b"".join(opened.blocks())
    assert len(content) == document.thumbnail_size
    assert b"Telltale" not in content
    assert b"EXIF" not in content
    with Image.open(io.BytesIO(content)) as small:
        assert small.format == "WEBP"
        assert small.size == (320, 480)  # upright
        assert not small.getexif()
    assert files_on_disk(disk_of_its_own) == [str(document.pk), f"{document.pk}.thumb"]
    assert content not in (disk.place_of(document.pk, ".thumb")).read_bytes()
    assert b"Telltale" in b"".join(open_document(document.pk, by=chen).blocks())  # the original is evidence, untouched
    draw_thumbnail(document_id=str(document.pk))


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("WEBP", "a.webp")])
def test_thumbnails_of_other_pictures(kind: str, name: str, chen: Actor, run_jobs: Callable[[], int]) -> None:
    document = stored(chen, picture(kind), name)
    run_jobs()
    document.refresh_from_db()
    assert document.thumbnail_size


def test_a_picture_that_breaks_off_has_no_thumbnail(chen: Actor, run_jobs: Callable[[], int]) -> None:
    document = stored(chen, picture("PNG", (900, 900))[:400], "a.png")
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.thumbnail_size) == ("ready", None)
    with pytest.raises(Refusal) as refused:
        open_document(document.pk, by=chen, thumbnail=True)
    assert refused.value.code == "not_found"
    with pytest.raises(pictures.Undrawable):
        pictures.thumbnail(io.BytesIO(b"no picture"), "png")


def test_a_pdf_has_an_icon_only(chen: Actor, run_jobs: Callable[[], int]) -> None:
    told: list[object] = []
    answer = document_ready.answer(lambda **given: told.append(given["document_id"]))
    try:
        document = stored(chen)
    finally:
        document_ready.answers.remove(answer)
    assert told == [document.pk]
    assert run_jobs() == 0
    assert document.file_type
    assert document.file_type.icon
