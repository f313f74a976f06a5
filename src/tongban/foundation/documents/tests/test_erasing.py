"""What is not kept."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tongban.foundation.documents.actions import (
    Piece,
    begin_upload,
    discard_document,
    open_document,
    receive,
    store_upload,
    sweep,
)
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.hooks import documents_erased
from tongban.foundation.documents.models import Document, Upload
from tongban.foundation.documents.queries import documents_held_on, documents_of, standing_of
from tongban.foundation.documents.tests.support import MATERIAL, files_on_disk, pdf, picture, sent
from tongban.foundation.ledger.actions import erase_due
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal


def test_past_its_last_day_a_document_is_erased(
    chen: Actor, run_jobs: Callable[[], int], disk_of_its_own: Path, django_capture_on_commit_callbacks: Any
) -> None:
    photo = store_upload(sent(picture(), "门面.jpg"), purpose=MATERIAL, by=chen)
    kept = store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=chen)
    run_jobs()
    Document.objects.filter(pk=photo.pk).update(retention_until=timezone.localdate() - timedelta(days=1))
    Document.objects.filter(pk=kept.pk).update(retention_until=timezone.localdate())  # its last day is today
    told: list[tuple[int, date]] = []
    answer = documents_erased.answer(lambda *, count, day: told.append((count, day)))
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert erase_due("documents.files") == 1
            assert erase_due("documents.files") == 0
    finally:
        documents_erased.answers.remove(answer)
    assert told == [(1, timezone.localdate())]
    photo.refresh_from_db()
    assert photo.erased_at
    assert (photo.name, photo.sha256, photo.wrapped_key, photo.uploaded_by) == ("", "", None, "")
    assert files_on_disk(disk_of_its_own) == [str(kept.pk)]
    assert standing_of(photo).zh.startswith("保存期已满")
    with pytest.raises(Refusal) as refused:
        open_document(photo.pk, by=chen)
    assert (refused.value.code, refused.value.status) == ("document_erased", 410)
    assert chen.person_id
    assert [d.pk for d in documents_held_on(chen.person_id)] == [kept.pk]
    assert [d.pk for d in documents_of(chen)] == [kept.pk]


def test_a_crash_before_unlinking_leaves_noise_that_is_swept(chen: Actor, disk_of_its_own: Path) -> None:
    document = store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=chen)
    Document.objects.update(retention_until=date(2020, 1, 1))
    erase_due("documents.files")  # its transaction never commits here, as if the power went: the file is still there
    assert files_on_disk(disk_of_its_own) == [str(document.pk)]
    sweep()
    assert files_on_disk(disk_of_its_own) == [str(document.pk)]  # it may be a minute old
    age(disk_of_its_own)
    sweep()
    assert files_on_disk(disk_of_its_own) == []


def age(place: Path) -> None:
    before = time.time() - 25 * 3600
    for path in place.rglob("*"):
        os.utime(path, (before, before))


def test_the_sweep_takes_leftovers_and_nothing_else(chen: Actor, disk_of_its_own: Path) -> None:
    kept = store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=chen)
    going = begin_upload(name="b.pdf", length=100_000, purpose=MATERIAL, by=chen)
    stale = begin_upload(name="c.pdf", length=100_000, purpose=MATERIAL, by=chen)
    import io

    for upload in (going, stale):
        receive(upload.pk, offset=0, piece=Piece(io.BytesIO(b"%PDF" * 20_000)), by=chen)
    Upload.objects.filter(pk=stale.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    shelf = disk.place_of(kept.pk).parent
    orphan = uuid4()
    for name in (f"{orphan}", f"{orphan}.thumb", f"{kept.pk}.part", f"{kept.pk}.thumb.part", "README"):
        (shelf / name).write_bytes(b"x")
    age(disk_of_its_own)
    sweep()
    assert files_on_disk(disk_of_its_own) == sorted([str(kept.pk), f"{going.document_id}.part", "README"])
    assert not Upload.objects.filter(pk=stale.pk).exists()
    assert not Document.objects.filter(pk=stale.document_id).exists()


def test_a_finished_uploads_row_goes_its_document_stays(chen: Actor) -> None:
    content = pdf()
    upload = begin_upload(name="b.pdf", length=len(content), purpose=MATERIAL, by=chen)
    import io

    receive(upload.pk, offset=0, piece=Piece(io.BytesIO(content)), by=chen)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sweep()
    assert not Upload.objects.exists()
    assert Document.objects.filter(pk=upload.document_id).exists()


def test_one_removes_what_one_sent(
    chen: Actor, stranger: Actor, disk_of_its_own: Path, django_capture_on_commit_callbacks: Any
) -> None:
    document = store_upload(sent(pdf(), "a.pdf"), purpose=MATERIAL, by=chen)
    with pytest.raises(Refusal) as refused:
        discard_document(document.pk, by=stranger)
    assert refused.value.code == "not_found"
    with django_capture_on_commit_callbacks(execute=True):
        discard_document(document.pk, by=chen)
    assert files_on_disk(disk_of_its_own) == []
    with pytest.raises(Refusal):
        discard_document(document.pk, by=chen)
