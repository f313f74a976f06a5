"""What is not kept: expired documents, abandoned uploads, leftovers of crashes; and keys that are replaced."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.documents.actions.seeing import OWN, SENT, grant_of
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.sealed import unwrap_key, wrap_key, wrapping_number
from tongban.foundation.documents.hooks import documents_erased
from tongban.foundation.documents.models import Document, Upload
from tongban.foundation.documents.queries import DOCUMENT
from tongban.lib.jobs import periodic
from tongban.lib.keys import ring
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.lib.actors import Actor

BATCH = 500
A_DAY = 24 * 3600.0


def erase_expired(ids: list[UUID]) -> list[tuple[str, UUID]]:
    """Erase documents past their last day, in a transaction of the ledger's: the row stays to say that there was one."""
    _erase(ids)
    documents_erased.call(count=len(ids), day=timezone.localdate())
    return []


def _erase(ids: list[UUID]) -> None:
    """In a transaction. Without its key the file is noise, so nothing needs overwriting, in no backup's copy either."""
    Document.objects.filter(pk__in=ids).update(
        erased_at=timezone.now(), wrapped_key=None, name="", sha256="", uploaded_by="", thumbnail_size=None
    )

    def take_files() -> None:
        for document_id in ids:
            disk.remove(document_id)

    transaction.on_commit(take_files)


@transaction.atomic
def discard_document(document_id: UUID, *, by: Actor) -> None:
    """Erase a document its owner or sender no longer wants, as long as it is attached to nothing."""
    document = Document.objects.select_for_update().filter(pk=document_id, erased_at__isnull=True).first()
    grant = grant_of(document, by) if document else None
    if document is None or grant is None:
        raise not_found(DOCUMENT)
    if document.attached_id is not None or grant not in (OWN, SENT):
        raise Refusal("document_in_use", T("这个文件已随事项提交，不能移除。如需更正，请在该事项里补充材料。",
                      "This file belongs to something you submitted and cannot be removed. Add a corrected one there."),
                      status=409)  # fmt: skip
    _erase([document.pk])


@transaction.atomic
def release_documents(ids: Collection[UUID], *, app: str, attached_id: UUID) -> None:
    """Erase documents the thing they are attached to no longer needs; only the app that tied them may say so."""
    found = Document.objects.select_for_update().filter(
        pk__in=ids, attached_app=app, attached_id=attached_id, erased_at__isnull=True
    )
    _erase(list(found.values_list("pk", flat=True)))


@periodic("40 19 * * *")  # 03:40 in China
def sweep() -> None:
    """Remove uploads nobody finished within a day, and files older than a day that no row vouches for."""
    stale = Upload.objects.filter(expires_at__lt=timezone.now())
    Document.objects.filter(state=Document.State.UPLOADING, upload__in=stale).delete()
    stale.delete()
    batch: list[tuple[UUID, object]] = []
    for found in disk.files_older_than(A_DAY):
        batch.append(found)
        if len(batch) == BATCH:
            _sweep_files(batch)
            batch = []
    _sweep_files(batch)


def _sweep_files(found: list[tuple[UUID, object]]) -> None:
    ids = {document_id for document_id, _ in found}
    vouched = dict(Document.objects.filter(pk__in=ids, wrapped_key__isnull=False).values_list("pk", "state"))
    for document_id, path in found:
        state = vouched.get(document_id)
        is_part = str(path).endswith(disk.PART)
        if state is None or (is_part and state != Document.State.UPLOADING):
            path.unlink(missing_ok=True)  # type: ignore[attr-defined]


def rewrap_file_keys() -> int:
    """Wrap file keys of older document keys with the current one, so that old keys can go; how many were. Files stay as they are."""
    current, count = ring().current("document").number, 0
    for document in (
        Document.objects.filter(wrapped_key__isnull=False).only("pk", "wrapped_key").iterator(chunk_size=BATCH)
    ):
        stored = bytes(document.wrapped_key or b"")
        if wrapping_number(stored) == current:
            continue
        fresh = wrap_key(unwrap_key(stored, document.pk), document.pk)
        # Only over the value that was read: an erasure meanwhile must not be undone.
        count += Document.objects.filter(pk=document.pk, wrapped_key=stored).update(wrapped_key=fresh)
    return count
