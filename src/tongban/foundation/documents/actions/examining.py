"""Look through documents in the background: check sum, virus scanner, thumbnail."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongban.foundation.documents.actions.making import announce_ready, file_key_of, plain
from tongban.foundation.documents.adapters import disk, pictures, scanner
from tongban.foundation.documents.adapters.sealed import THUMBNAIL, FileDamaged, Reader, Seal, Writer, read_range
from tongban.foundation.documents.hooks import document_refused
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import waiting_for_scan
from tongban.lib.jobs import job, periodic

log = logging.getLogger(__name__)

AT_ONCE = 200  # documents handed to the scanner again in one round


@job(queue="documents")
def examine_document(document_id: str) -> None:
    """Hash a document and have it scanned; ready, refused, or still waiting when the scanner cannot be reached."""
    document = Document.objects.filter(pk=UUID(document_id), state=Document.State.SCANNING).first()
    if document is None:
        return None
    digest = hashlib.sha256()
    try:
        blocks = _hashed(document, digest)
        if settings.ENVIRONMENT.clamd:
            found = scanner.scan(settings.ENVIRONMENT.clamd, blocks)
            if found:
                log.warning("document %s: %s", document.pk, found)
                return _refuse(document, "malware")
        for _ in blocks:  # without a scanner, for the check sum alone
            pass
    except scanner.ScannerUnavailable:
        Document.objects.filter(pk=document.pk).update(scan_attempts=F("scan_attempts") + 1)
        return None  # examine_waiting tries again
    except scanner.ScannerLimit:
        return _refuse(document, "scanner_limit")
    except (FileDamaged, FileNotFoundError):
        log.exception("document %s", document.pk)
        return _refuse(document, "file_damaged")
    return _accept(document, digest.hexdigest())


def _hashed(document: Document, digest: hashlib._Hash) -> Iterator[bytes]:
    reader = Reader(disk.open_complete(document.pk), Seal(file_key_of(document), document.pk), document.size)
    for block in read_range(reader, 0, document.size):
        digest.update(block)
        yield block


@transaction.atomic
def _accept(seen: Document, sha256: str) -> None:
    document = Document.objects.select_for_update().filter(pk=seen.pk, state=Document.State.SCANNING).first()
    if document is None:
        return
    document.state, document.sha256 = Document.State.READY, sha256
    document.save(update_fields=["state", "sha256"])
    announce_ready(document)


@transaction.atomic
def _refuse(seen: Document, code: str) -> None:
    """Destroy the key with the verdict: a file found to carry a virus cannot be opened by anybody again."""
    document = Document.objects.select_for_update().filter(pk=seen.pk, state=Document.State.SCANNING).first()
    if document is None:
        return
    document.state, document.refusal_code, document.wrapped_key = Document.State.REFUSED, code, None
    document.save(update_fields=["state", "refusal_code", "wrapped_key"])
    transaction.on_commit(lambda: disk.remove(seen.pk))
    document_refused.call(
        document_id=document.pk, attached_app=document.attached_app, attached_id=document.attached_id, code=code
    )


@periodic("*/5 * * * *")
def examine_waiting() -> None:
    """Try the scanner again for whatever still waits: it was down, or a worker died."""
    before = timezone.now() - timedelta(minutes=4)
    for document in waiting_for_scan().filter(uploaded_at__lt=before).only("pk")[:AT_ONCE]:
        examine_document.later(document_id=document.pk, lock=f"document {document.pk}")


@job(queue="documents")
def draw_thumbnail(document_id: str) -> None:
    """Make a photo's thumbnail, encrypted like the photo; one that cannot be drawn simply has none."""
    document = Document.objects.filter(pk=UUID(document_id), state=Document.State.READY, erased_at__isnull=True).first()
    if document is None or document.thumbnail_size:
        return
    key = file_key_of(document)
    try:
        with plain(disk.open_complete(document.pk), Seal(key, document.pk), document.size) as file:
            small = pictures.thumbnail(file, document.type)
    except (pictures.Undrawable, FileDamaged, FileNotFoundError) as error:
        log.warning("document %s: no thumbnail (%s)", document.pk, type(error).__name__)
        return
    disk.write_whole(document.pk, disk.THUMB, _sealed(small, Seal(key, document.pk, THUMBNAIL)))
    Document.objects.filter(pk=document.pk, erased_at__isnull=True).update(thumbnail_size=len(small))


def _sealed(content: bytes, seal: Seal) -> bytes:
    import io

    out = io.BytesIO()
    writer = Writer(out, seal)
    writer.write(content)
    writer.finish()
    return out.getvalue()
