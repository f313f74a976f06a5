"""Open a document for whoever may see it."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tongban.foundation.documents.actions.making import file_key_of
from tongban.foundation.documents.actions.seeing import document_visible_to
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.sealed import (
    CHUNK,
    CONTENT,
    THUMBNAIL,
    FileDamaged,
    Reader,
    Seal,
    read_range,
)
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import standing_of
from tongban.foundation.parties.actions import record_look
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.lib.actors import Actor

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A document, or its thumbnail, that can be read now; needs neither database nor jurisdiction from here on."""

    document: Document
    reader: Reader
    is_thumbnail: bool = False

    @property
    def name(self) -> str:
        """The file name to save it under."""
        return "thumbnail.webp" if self.is_thumbnail else self.document.name

    @property
    def media_type(self) -> str:
        """The media type found in the contents, never the one the sender claimed."""
        found = self.document.file_type
        if self.is_thumbnail or found is None:
            return "image/webp" if self.is_thumbnail else "application/octet-stream"
        return f"{found.media_type}; charset={self.charset}" if found.code == "text" else found.media_type

    @property
    def charset(self) -> str:
        """How a text is encoded, judged by its beginning; GB 18030 is what old Windows machines write."""
        self.reader.seek(0)
        head = self.reader.read(CHUNK)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            return "gb18030"
        return "utf-8"

    @property
    def size(self) -> int:
        """Plain bytes."""
        return self.reader.size

    @property
    def tag(self) -> str:
        """What identifies these contents: they never change."""
        return f"{self.document.pk}{'-thumbnail' if self.is_thumbnail else ''}"

    @property
    def may_show(self) -> bool:
        """Whether a browser may show it inside a sandbox instead of saving it."""
        found = self.document.file_type
        return self.is_thumbnail or (found is not None and found.is_inline)

    def blocks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Plain bytes from ``start`` up to but not including ``end``; once."""
        return read_range(self.reader, start, self.size if end is None else end)

    def close(self) -> None:
        """Let go of the file."""
        self.reader.close()


def open_document(document_id: UUID, *, by: Actor, thumbnail: bool = False) -> Opened:
    """Open the contents, or the thumbnail, of a document the actor may see.

    Whoever opens the contents of another person's document is written down for that person to read. A thumbnail is not: it
    stands on a page whose opening was written down by the app that shows it.
    """
    seen = document_visible_to(document_id, by)
    document = seen.document
    if document.erased_at or document.state == Document.State.REFUSED:
        code = "document_erased" if document.erased_at else "document_refused"
        raise Refusal(code, standing_of(document), status=410)
    if document.state != Document.State.READY:
        raise Refusal("document_not_ready", standing_of(document), status=409)
    if thumbnail and not document.thumbnail_size:
        raise not_found(T("缩略图", "Thumbnail"))
    opened = Opened(document, _reader(document, thumbnail=thumbnail), is_thumbnail=thumbnail)
    person_id = document.owner_person_id or seen.grant.person_id
    if not (thumbnail or seen.is_own or by.kind in ("system", "job")) and person_id:
        record_look(
            person_id, what="documents.document", reason=seen.grant.reason,
            case_number=seen.grant.case_number, by=by,
        )  # fmt: skip
    return opened


def _reader(document: Document, *, thumbnail: bool) -> Reader:
    size = (document.thumbnail_size or 0) if thumbnail else document.size
    seal = Seal(file_key_of(document), document.pk, THUMBNAIL if thumbnail else CONTENT)
    try:
        reader = Reader(disk.open_complete(document.pk, disk.THUMB if thumbnail else ""), seal, size)
        try:
            reader.read(1)  # a file that does not open is refused before the first byte of an answer leaves
        except FileDamaged:
            reader.close()
            raise
        return reader
    except (FileDamaged, FileNotFoundError):
        log.exception("document %s", document.pk)
        raise Refusal(
            "file_damaged", T("文件在存储中损坏或丢失。请联系运维人员从备份恢复。",
            "The file is damaged or missing in storage. Ask the operators to restore it from the backup."), status=500,
        ) from None  # fmt: skip
