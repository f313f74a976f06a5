"""Rows of documents: begun here, settled here once the contents are known to be what they should be."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.utils import timezone

from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.sealed import Reader, Seal, new_file_key, unwrap_key, wrap_key
from tongban.foundation.documents.hooks import document_ready
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import Owner, owner_of, principal_of
from tongban.foundation.documents.rules.contents import Content, check_content
from tongban.foundation.documents.rules.purposes import Purpose, purpose_of
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusal, forbidden
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.lib.actors import Actor

RESERVE = 512 * 1024 * 1024  # bytes left free for the database and logs on the same disk


def house_limit(purpose: Purpose) -> int:
    """The largest file in bytes for a purpose, here."""
    return purpose.limit(settings.ENVIRONMENT.upload_max_mb)


def begun_document(name: str, *, purpose: Purpose, size: int, owner: Owner | None, by: Actor) -> Document:
    """A new row in memory, with a fresh file key; its owner is who sends it unless an office sends it for them."""
    if not by.is_known:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    own = owner_of(by)
    if owner is not None and owner != own and by.kind == "person" and not by.is_staff:
        raise forbidden(
            T(
                "您只能上传自己的、或您受托办理的材料。",
                "You can only send documents of your own or of those you act for.",
            )
        )
    kind, owner_id = owner or own or ("", None)
    document_id = uuid7()
    return Document(
        id=document_id, purpose=purpose.code, name=name, size=size, state=Document.State.UPLOADING,
        owner_person_id=owner_id if kind == "person" else None,
        owner_organisation_id=owner_id if kind == "organisation" else None,
        wrapped_key=wrap_key(new_file_key(), document_id), legal_basis=purpose.legal_basis.zh,
        retention_until=purpose.retention_until(timezone.localdate(), attached=False),
        uploaded_by=(by.name or by.kind)[:120], uploader_id=principal_of(by),
    )  # fmt: skip


def file_key_of(document: Document) -> bytes:
    """The key of a document's file; refuses once it was destroyed."""
    if document.wrapped_key is None:
        raise Refusal(
            "document_erased", T("保存期已满，文件内容已经销毁。", "The contents were destroyed at the end of their retention."),
            status=410,
        )  # fmt: skip
    return unwrap_key(bytes(document.wrapped_key), document.pk)


def plain(file: BinaryIO, seal: Seal, size: int) -> BinaryIO:
    """A sealed file, buffered, as anything that reads files expects it."""
    return cast("BinaryIO", io.BufferedReader(Reader(file, seal, size)))


def check_part(document: Document, seal: Seal) -> Content:
    """Judge the contents of a finished part file."""
    with plain(disk.open_complete(document.pk, disk.PART), seal, document.size) as file:
        return check_content(file, document.size, document.name, purpose_of(document.purpose))


def check_room(length: int) -> None:
    """Refuse while the disk has no room, before anything is written."""
    place = Path(settings.DOCUMENTS_DIR)
    while not place.exists():
        place = place.parent
    if shutil.disk_usage(place).free < length + RESERVE:
        raise Refusal(
            "storage_full", T("存储空间不足，暂时不能接收文件。请稍后再试；已填内容不会丢失。",
            "There is no room for files at the moment. Try again later; what you filled in is kept."), status=507,
        )  # fmt: skip


def settle(document: Document, content: Content) -> None:
    """The contents are in place: hand the document to the scanner, or to its readers. Saves the row; in a transaction."""
    from tongban.foundation.documents.actions.examining import examine_document

    document.type, document.is_locked = content.type, content.is_locked
    if settings.ENVIRONMENT.clamd or not document.sha256:
        document.state = Document.State.SCANNING
        document.save()
        examine_document.later(document_id=document.pk, lock=f"document {document.pk}")
    else:
        document.state = Document.State.READY
        document.save()
        announce_ready(document)


def announce_ready(document: Document) -> None:
    """Tell whoever waits for it; draw its thumbnail in the background."""
    from tongban.foundation.documents.actions.examining import draw_thumbnail

    found = document.file_type
    if found and found.is_image:
        draw_thumbnail.later(document_id=document.pk)
    document_ready.call(
        document_id=document.pk, attached_app=document.attached_app, attached_id=document.attached_id
    )  # fmt: skip
