"""Files that arrive in one piece; whom they belong to; who may open them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tongban.foundation.documents.actions import (
    Chosen,
    attach_document,
    discard_document,
    document_visible_to,
    extend_retention,
    keep_chosen,
    open_document,
    rewrap_file_keys,
    store_upload,
)
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.sealed import wrapping_number
from tongban.foundation.documents.hooks import Grant, document_ready, may_view
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import least_file_key_number
from tongban.foundation.documents.tests.support import MATERIAL, clerk, files_on_disk, pdf, picture, sent
from tongban.foundation.parties.models import Look
from tongban.lib import keys
from tongban.lib.actors import ANONYMOUS, Actor, system
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KeyFileError
from tongban.lib.refusals import Refusal
from tongban.lib.rotation import key_rotated


def stored(by: Actor, name: str = "营业执照.pdf", content: bytes | None = None) -> Document:
    return store_upload(sent(content or pdf(), name), purpose=MATERIAL, by=by)


@pytest.fixture
def granted() -> Iterator[list[Actor]]:
    """Actors to whom an upper app opens what is attached to it."""
    actors: list[Actor] = []

    def answer(*, attached_app: str, actor: Actor, **_: object) -> Grant | None:
        return Grant("办理复工复产", "510502-2020-0001") if attached_app == "cases" and actor in actors else None

    may_view.answer(answer)
    yield actors
    may_view.answers.remove(answer)


def test_a_file_is_kept_encrypted_and_comes_back(chen: Actor, disk_of_its_own: Path) -> None:
    document = stored(chen, "㐂𠮷饭店 营业执照.pdf")
    document.refresh_from_db()
    assert (document.state, document.type, document.name) == ("ready", "pdf", "㐂𠮷饭店 营业执照.pdf")
    assert document.sha256 == hashlib.sha256(pdf()).hexdigest()
    assert document.owner_person_id == chen.person_id
    assert document.legal_basis
    assert files_on_disk(disk_of_its_own) == [str(document.pk)]
    assert pdf()[:20] not in disk.place_of(document.pk).read_bytes()
    assert b"".join(open_document(document.pk, by=chen).blocks()) == pdf()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sha256 FROM documents_document WHERE id = %s", [document.pk])
        row = cursor.fetchone()
    assert "营业执照".encode() not in bytes(row[0])
    assert document.sha256.encode() not in bytes(row[1])


def test_refused_contents_leave_nothing(chen: Actor, disk_of_its_own: Path) -> None:
    for name, content, code in (
        ("a.pdf", b"MZ evil", "executable_file"), ("a.pdf", b"", "empty_file"), ("a.jpg", pdf(), "name_contradicts_content"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as found:
            stored(chen, name, content) if content else store_upload(sent(b"", name), purpose=MATERIAL, by=chen)
        assert found.value.code == code
    assert files_on_disk(disk_of_its_own) == []
    assert not Document.objects.exists()


def test_a_failing_transaction_leaves_no_file(chen: Actor, disk_of_its_own: Path) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("an upper app failed")

    document_ready.answer(fail)
    try:
        with pytest.raises(RuntimeError):
            stored(chen)
    finally:
        document_ready.answers.remove(fail)
    assert files_on_disk(disk_of_its_own) == []
    assert not Document.objects.exists()


def test_too_large_is_refused_while_streaming(chen: Actor, limits: Callable[..., None], disk_of_its_own: Path) -> None:
    limits(upload_max_mb=1)
    with pytest.raises(Refusal) as found:
        stored(chen, content=pdf(1024 * 1024 + 1))
    assert (found.value.code, found.value.status) == ("file_too_large", 413)
    assert files_on_disk(disk_of_its_own) == []


def test_a_full_disk_is_said_before_anything_is_written(chen: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongban.foundation.documents.actions.making.RESERVE", 1 << 60)
    with pytest.raises(Refusal) as found:
        stored(chen)
    assert (found.value.code, found.value.status) == ("storage_full", 507)


def test_nobody_sends_in_anothers_name(chen: Actor, stranger: Actor) -> None:
    assert chen.person_id
    with pytest.raises(Refusal) as found:
        store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=stranger, owner=("person", chen.person_id))
    assert found.value.code == "forbidden"
    with pytest.raises(Refusal) as found:
        store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=ANONYMOUS)
    assert found.value.code == "sign_in_first"
    by_clerk = store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=clerk(), owner=("person", chen.person_id))
    assert by_clerk.owner_person_id == chen.person_id
    assert by_clerk.uploaded_by == "周敏"


def test_owner_and_sender_see_it_others_find_nothing(chen: Actor, stranger: Actor) -> None:
    assert chen.person_id
    document = store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=clerk(), owner=("person", chen.person_id))
    assert document_visible_to(document.pk, chen).is_own
    assert not document_visible_to(document.pk, clerk()).is_own
    assert document_visible_to(document.pk, system("tests"))
    for other in (stranger, ANONYMOUS, Actor(kind="client", channel="api", client_id=uuid4())):
        with pytest.raises(Refusal) as found:
            open_document(document.pk, by=other)
        assert (found.value.code, found.value.status) == ("not_found", 404)
    with pytest.raises(Refusal):
        open_document(uuid4(), by=chen)


def test_an_attached_document_is_opened_by_what_it_belongs_to(chen: Actor, granted: list[Actor]) -> None:
    document, case, reviewer = stored(chen), uuid4(), clerk()
    attach_document(document.pk, app="cases", attached_id=case, by=chen)
    with pytest.raises(Refusal):
        open_document(document.pk, by=reviewer)
    granted.append(reviewer)
    assert document_visible_to(document.pk, reviewer).grant.reason.startswith("办理")


def test_who_opened_anothers_document_is_written_down(chen: Actor, granted: list[Actor]) -> None:
    document, reviewer = stored(chen, "a.jpg", picture()), clerk()
    attach_document(document.pk, app="cases", attached_id=uuid4(), by=chen)
    Document.objects.update(thumbnail_size=None)
    open_document(document.pk, by=chen).close()
    open_document(document.pk, by=system("tests")).close()
    document_visible_to(document.pk, chen)
    with pytest.raises(Refusal):
        open_document(document.pk, by=reviewer)
    assert not Look.objects.exists()
    granted.append(reviewer)
    open_document(document.pk, by=reviewer).close()
    look = Look.objects.get()
    assert (look.person_id, look.actor_name, look.what) == (chen.person_id, "周敏", "documents.document")
    assert (look.reason, look.case_number) == ("办理复工复产", "510502-2020-0001")


def test_a_clerk_who_sent_it_is_written_down_too(chen: Actor) -> None:
    assert chen.person_id
    document = store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=clerk(), owner=("person", chen.person_id))
    open_document(document.pk, by=clerk()).close()
    assert "代为上传" in Look.objects.get(person_id=chen.person_id).reason


def test_attaching(chen: Actor, stranger: Actor) -> None:
    document, case = stored(chen), uuid4()
    week = document.retention_until
    with pytest.raises(Refusal) as found:
        attach_document(document.pk, app="cases", attached_id=case, by=stranger)
    assert found.value.code == "not_found"
    attach_document(document.pk, app="cases", attached_id=case, by=chen)
    again = attach_document(document.pk, app="cases", attached_id=case, by=chen)
    assert again.retention_until > week
    with pytest.raises(Refusal) as found:
        attach_document(document.pk, app="cases", attached_id=uuid4(), by=chen)
    assert (found.value.code, found.value.status) == ("document_attached_elsewhere", 409)
    with pytest.raises(Refusal) as found:
        discard_document(document.pk, by=chen)
    assert found.value.code == "document_in_use"


def test_retention_is_only_ever_extended(chen: Actor) -> None:
    document = stored(chen)
    extend_retention(document.pk, until=document.retention_until.replace(year=2040), by=system("tests"))
    extend_retention(document.pk, until=timezone.localdate(), by=system("tests"))
    document.refresh_from_db()
    assert document.retention_until.year == 2040
    with pytest.raises(Refusal):
        extend_retention(document.pk, until=document.retention_until, by=ANONYMOUS)


def test_what_a_form_holds_becomes_a_document(chen: Actor, stranger: Actor) -> None:
    fresh = keep_chosen(Chosen(file=sent(pdf(), "a.pdf")), purpose=MATERIAL, by=chen)
    assert keep_chosen(Chosen(document_id=fresh.pk), purpose=MATERIAL, by=chen).pk == fresh.pk
    for chosen, purpose, by, code in (
        (Chosen(document_id=fresh.pk), MATERIAL, stranger, "not_found"),
        (Chosen(document_id=uuid4()), MATERIAL, chen, "not_found"),
        (Chosen(), MATERIAL, chen, "not_found"),
        (Chosen(document_id=fresh.pk), "documents.other", chen, "wrong_purpose"),
    ):
        with pytest.raises(Refusal) as found:
            keep_chosen(chosen, purpose=purpose, by=by)
        assert found.value.code == code
    Document.objects.update(state="refused")
    with pytest.raises(Refusal) as found:
        keep_chosen(Chosen(document_id=fresh.pk), purpose=MATERIAL, by=chen)
    assert found.value.code == "document_not_usable"


@pytest.mark.parametrize("harm", ["flip", "cut", "gone", "swap"])
def test_a_file_harmed_on_disk_is_not_handed_out(harm: str, chen: Actor, caplog: pytest.LogCaptureFixture) -> None:
    document, other = stored(chen, content=pdf(200_000)), stored(chen, content=pdf(200_000))
    place = disk.place_of(document.pk)
    content = bytearray(place.read_bytes())
    if harm == "flip":
        content[100] ^= 1
    if harm == "swap":
        content = bytearray(disk.place_of(other.pk).read_bytes())
    place.write_bytes(content[:-1] if harm == "cut" else content)
    if harm == "gone":
        place.unlink()
    with pytest.raises(Refusal) as found:
        open_document(document.pk, by=chen)
    assert (found.value.code, found.value.status) == ("file_damaged", 500)
    assert "营业执照" not in caplog.text


def test_another_jurisdiction_finds_no_row_and_could_not_open_the_file(chen: Actor, elsewhere: str) -> None:
    document = stored(chen)
    with enter(elsewhere):
        with pytest.raises(Refusal) as found:
            open_document(document.pk, by=system("tests"))
        assert found.value.code == "not_found"
        # Even with the row and the file carried over, the key does not open.
        copy = Document.objects.create(
            id=document.pk, purpose=MATERIAL, name="a.pdf", size=document.size, state="ready", legal_basis="x",
            wrapped_key=document.wrapped_key, retention_until=document.retention_until, uploaded_by="x",
        )  # fmt: skip
        with pytest.raises(KeyFileError):
            open_document(copy.pk, by=system("tests"))


def test_keys_are_rewrapped_and_files_still_open(chen: Actor, tmp_path: Path) -> None:
    document, photo = stored(chen), stored(chen, "a.jpg", picture())
    before, path = keys.ring(), keys._path
    assert path
    try:
        before.with_new("document").write(tmp_path / "keys.json")
        keys.use_file(tmp_path / "keys.json")
        assert least_file_key_number() == 1
        assert sum(key_rotated.call(kind="document", by=system("tests"))) == 2
        assert rewrap_file_keys() == 0
        assert least_file_key_number() == 2
        document.refresh_from_db()
        assert wrapping_number(bytes(document.wrapped_key or b"")) == 2
        keys.ring().without_old("document").write(tmp_path / "keys.json")
        assert b"".join(open_document(document.pk, by=chen).blocks()) == pdf()
        assert b"".join(open_document(photo.pk, by=chen).blocks()) == picture()
    finally:
        keys.use_file(path)
