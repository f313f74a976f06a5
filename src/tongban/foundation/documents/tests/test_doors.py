"""Pages, the API and the form field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.utils.datastructures import MultiValueDict

from tongban.foundation.documents.actions import Chosen, attach_document, store_upload
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.multipart import TooLargeUpload
from tongban.foundation.documents.handlers import files_held
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.tests.support import MATERIAL, pdf, picture, sent
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.web.downloads import requested_range
from tongban.web.file_inputs import DocumentField, show_documents_to

CONTENT = pdf(200_000)


@pytest.fixture
def document(chen: Actor) -> Document:
    return store_upload(sent(CONTENT, "𠮷家 “营业” 执照.pdf"), purpose=MATERIAL, by=chen)


def test_a_download_is_a_download(document: Document, chen: Actor, browser: Callable[[Actor], Client]) -> None:
    answer = browser(chen).get(f"/documents/{document.pk}/")
    assert answer.status_code == 200
    assert answer.getvalue() == CONTENT
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%F0%A0%AE%B7")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    shown = browser(chen).get(f"/documents/{document.pk}/?show")
    assert shown["Content-Disposition"].startswith("attachment")
    assert shown.getvalue() == CONTENT


def test_only_safe_types_are_shown(
    chen: Actor, browser: Callable[[Actor], Client], run_jobs: Callable[[], int]
) -> None:
    photo = store_upload(sent(picture(), "a.jpg"), purpose=MATERIAL, by=chen)
    text = store_upload(sent("中文说明".encode("gb18030"), "a.txt"), purpose=MATERIAL, by=chen)
    run_jobs()
    client = browser(chen)
    shown = client.get(f"/documents/{photo.pk}/?show")
    assert shown["Content-Disposition"].startswith("inline")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown.getvalue() == picture()
    read = client.get(f"/documents/{text.pk}/?show")
    assert read["Content-Type"] == "text/plain; charset=gb18030"
    assert read.getvalue().decode("gb18030") == "中文说明"
    small = client.get(f"/documents/{photo.pk}/thumbnail/")
    assert (small.status_code, small["Content-Type"]) == (200, "image/webp")
    assert small.getvalue()[:4] == b"RIFF"
    assert client.get("/documents/").content.count(b"/thumbnail/") == 1


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-9", 0, 10), ("bytes=65530-65545", 65_530, 65_546), ("bytes=199990-", 199_990, 200_000),
        ("bytes=-5", 199_995, 200_000), ("bytes=199999-999999", 199_999, 200_000), ("bytes=-999999", 0, 200_000),
    ],
)  # fmt: skip
def test_ranges(
    header: str, start: int, end: int, document: Document, chen: Actor, browser: Callable[[Actor], Client]
) -> None:
    answer = browser(chen).get(f"/documents/{document.pk}/", headers={"Range": header})
    assert answer.status_code == 206
    assert answer.getvalue() == CONTENT[start:end]
    assert answer["Content-Range"] == f"bytes {start}-{end - 1}/200000"
    assert answer["Content-Length"] == str(end - start)


def test_ranges_that_mean_the_whole_or_nothing(
    document: Document, chen: Actor, browser: Callable[[Actor], Client]
) -> None:
    client = browser(chen)
    for header in ("bytes=", "bytes=-", "bytes=9-5", "bytes=0-1,5-6", "lines=1-2"):
        whole = client.get(f"/documents/{document.pk}/", headers={"Range": header})
        assert (whole.status_code, len(whole.getvalue())) == (200, 200_000)
    other = client.get(f"/documents/{document.pk}/", headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert (other.status_code, len(other.getvalue())) == (200, 200_000)
    beyond = client.get(f"/documents/{document.pk}/", headers={"Range": "bytes=200000-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */200000")
    assert requested_range("bytes=-0", 5) == (5, 5)
    head = client.head(f"/documents/{document.pk}/")
    assert (head.status_code, head["Content-Length"], head.content) == (200, "200000", b"")


def test_a_visitor_who_goes_away_leaves_nothing_open(
    document: Document, chen: Actor, browser: Callable[[Actor], Client]
) -> None:
    answer: Any = browser(chen).get(f"/documents/{document.pk}/")
    next(iter(answer.streaming_content))
    answer.close()


def test_harm_found_midway_ends_the_answer(document: Document, chen: Actor, browser: Callable[[Actor], Client]) -> None:
    place = disk.place_of(document.pk)
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    answer: Any = browser(chen).get(f"/documents/{document.pk}/")
    received = b""
    with pytest.raises(Exception, match="does not open"):
        for block in answer.streaming_content:
            received += block
    answer.close()
    assert CONTENT.startswith(received)
    assert len(received) < len(CONTENT)


def test_others_find_nothing(document: Document, stranger: Actor, browser: Callable[[Actor], Client]) -> None:
    client = browser(stranger)
    for path in ("", "thumbnail/", "status/"):
        assert client.get(f"/documents/{document.pk}/{path}").status_code == 404
    assert client.post(f"/documents/{document.pk}/discard/").status_code == 404
    assert client.get(f"/api/documents/{document.pk}").status_code == 404
    assert client.get(f"/api/documents/{document.pk}/content").status_code == 404
    visitor = Client(SERVER_NAME="luzhou.localhost")
    assert visitor.get(f"/documents/{document.pk}/").status_code == 302
    assert visitor.get(f"/api/documents/{document.pk}").status_code == 401
    assert Client(SERVER_NAME="zigong.localhost").get(f"/api/documents/{document.pk}").status_code == 401


def test_my_files(document: Document, chen: Actor, browser: Callable[[Actor], Client]) -> None:
    client = browser(chen)
    page = client.get("/documents/").content.decode()
    assert "𠮷家 “营业” 执照.pdf" in page
    assert client.post(f"/documents/{document.pk}/discard/").status_code == 302
    assert "还没有上传过文件" in client.get("/documents/").content.decode()
    other = store_upload(sent(CONTENT, "b.pdf"), purpose=MATERIAL, by=chen)
    answer = client.post(f"/documents/{other.pk}/discard/", headers={"X-Requested-With": "fetch"})
    assert answer.json() == {}


def test_my_data_lists_files(document: Document, chen: Actor) -> None:
    assert chen.person_id
    (section,) = files_held(chen.person_id)
    label, value, source = section.facts[0]
    assert (label.zh, "执照.pdf" in value) == ("办事材料", True)
    assert "个人信息保护法" in source.zh
    assert files_held(uuid4()) == []


def api_post(client: Client, content: bytes, name: str, purpose: str = MATERIAL) -> Any:
    return client.post(
        "/api/documents", {"file": SimpleUploadedFile(name, content), "purpose": purpose},
        headers={"Idempotency-Key": uuid4().hex},
    )  # fmt: skip


def test_the_api_takes_and_gives(chen: Actor, browser: Callable[[Actor], Client], run_jobs: Callable[[], int]) -> None:
    client = browser(chen)
    made = api_post(client, picture(), "门面.jpg")
    assert made.status_code == 201, made.content
    run_jobs()
    found = client.get(f"/api/documents/{made.json()['id']}").json()
    assert found["name"] == "门面.jpg"
    assert (found["state"], found["type"], found["has_thumbnail"]) == ("ready", "jpeg", True)
    content = client.get(f"/api/documents/{found['id']}/content", headers={"Range": "bytes=0-2"})
    assert (content.status_code, content.getvalue()) == (206, b"\xff\xd8\xff")
    assert client.get(f"/api/documents/{found['id']}/thumbnail").getvalue()[:4] == b"RIFF"


def test_the_api_says_no(chen: Actor, browser: Callable[[Actor], Client], limits: Callable[..., None]) -> None:
    client = browser(chen)
    for status, code, content, name, purpose in (
        (422, "name_contradicts_content", pdf(), "a.jpg", MATERIAL),
        (422, "unknown_purpose", pdf(), "a.pdf", "x.y"),
        (422, "empty_file", b"", "a.pdf", MATERIAL),
    ):
        answer = api_post(client, content, name, purpose)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    limits(body_max_mb=1)
    answer = api_post(client, pdf(1_100_000), "a.pdf")
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert not Document.objects.exists()


def raw_post(client: Client, name: bytes, key: str) -> Any:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n' + MATERIAL.encode()
        + b'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n' + pdf() + b"\r\n--x--\r\n"
    )  # fmt: skip
    return client.post("/api/documents", body, "multipart/form-data; boundary=x", headers={"Idempotency-Key": key})


def test_the_same_key_and_body_send_once(chen: Actor, browser: Callable[[Actor], Client]) -> None:
    client = browser(chen)
    first, again = (raw_post(client, "㐂.pdf".encode(), "one") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert Document.objects.count() == 1


def test_a_name_of_invalid_utf8_names_the_field(chen: Actor, browser: Callable[[Actor], Client]) -> None:
    answer = raw_post(browser(chen), b"\xff\xfe.pdf", "one")  # Django drops a part whose header it cannot read
    assert (answer.status_code, answer.json()["field"]) == (422, "file")
    assert not Document.objects.exists()


# ---- the form field -------------------------------------------------------------------------------------------


class Application(forms.Form):
    licence = DocumentField(purpose=MATERIAL, label="营业执照")
    more = DocumentField(purpose=MATERIAL, label="其他", required=False)


def bound(data: str = "", **files: Any) -> Application:
    return Application(QueryDict(data), MultiValueDict({name: [file] for name, file in files.items()}))


def test_the_field_takes_a_file_or_what_was_sent_before(document: Document) -> None:
    assert not bound().is_valid()
    assert not bound("licence-document=nonsense").is_valid()
    file = SimpleUploadedFile("a.pdf", pdf())
    with_file = bound(f"licence-document={document.pk}", licence=file)
    assert with_file.is_valid()
    assert with_file.cleaned_data == {"licence": Chosen(file=file), "more": None}
    before = bound(f"licence-document={document.pk}")
    assert before.is_valid()
    assert before.cleaned_data["licence"] == Chosen(document_id=document.pk)
    assert before.has_changed()
    unchanged = Application(QueryDict(f"licence-document={document.pk}"), initial={"licence": document.pk})
    assert not unchanged.has_changed()


def test_the_field_shows_what_is_kept_and_what_it_takes(document: Document, chen: Actor) -> None:
    form = bound(f"licence-document={document.pk}")
    show_documents_to(form, chen)
    page = str(form["licence"])
    assert f'value="{document.pk}"' in page
    assert "执照.pdf" in page
    assert 'accept=".pdf,.jpg' in page
    assert "500 MB" in page
    assert "24 MB" in page  # without scripts
    assert str(Application(initial={"licence": document.pk})["licence"]).count(str(document.pk)) == 1
    assert "web/upload.js" in str(Application().media)
    assert Application().is_multipart()


def test_the_field_tells_nobody_the_name_of_anothers_file(document: Document, stranger: Actor) -> None:
    form = bound(f"licence-document={document.pk}")
    assert "执照.pdf" not in str(form["licence"])
    assert "已上传的文件" in str(form["licence"])
    show_documents_to(form, stranger)
    page = str(form["licence"])
    assert "执照.pdf" not in page
    assert str(document.pk) not in page


def test_files_of_a_form_never_touch_the_temporary_directory(
    monkeypatch: pytest.MonkeyPatch, limits: Callable[..., None]
) -> None:
    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("a temporary file was opened")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", forbidden)
    monkeypatch.setattr("tempfile.mkstemp", forbidden)
    limits(body_max_mb=4)
    made = RequestFactory().post(
        "/", {"one": SimpleUploadedFile("1.pdf", pdf(3_000_000)), "two": SimpleUploadedFile("2.pdf", pdf(3_000_000))}
    )
    assert made.FILES["one"].read() == pdf(3_000_000)
    assert isinstance(made.FILES["two"], TooLargeUpload)
    for read in (made.FILES["two"].read, lambda: list(made.FILES["two"].chunks())):
        with pytest.raises(Refusal) as refused:
            read()
        assert (refused.value.code, refused.value.status) == ("file_too_large", 413)


def test_attached_documents_cannot_be_removed_from_the_list(
    document: Document, chen: Actor, browser: Callable[[Actor], Client]
) -> None:
    attach_document(document.pk, app="cases", attached_id=uuid4(), by=chen)
    client = browser(chen)
    assert "discard" not in client.get("/documents/").content.decode()
    assert client.post(f"/documents/{document.pk}/discard/").status_code == 409
