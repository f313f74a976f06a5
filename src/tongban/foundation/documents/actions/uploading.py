"""Take a large file in pieces that may break off at any byte, and go on from what safely arrived."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongban.foundation.documents.actions.making import begun_document, check_part, check_room, file_key_of, settle
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.sealed import CHUNK, TAIL, Seal, Writer, chunk_start
from tongban.foundation.documents.models import Document, Upload
from tongban.foundation.documents.queries import UPLOAD, principal_of, upload_of
from tongban.foundation.documents.rules.names import clean_name
from tongban.foundation.documents.rules.purposes import check_length, purpose_of
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.lib.actors import Actor

LIFETIME = timedelta(days=1)
OPEN_AT_ONCE = 20  # uploads of one log-in that are not finished
SAVE_EVERY = 8 * 1024 * 1024  # bytes after which what arrived is made safe and noted


class Stream(Protocol):
    """A request's body."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; b"" at the end."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an upload: its body, and the check sum the sender states for it, if any."""

    body: Stream
    algorithm: str = ""  # of hashlib
    checksum: bytes = b""


def begin_upload(*, name: str, length: int, purpose: str, by: Actor) -> Upload:
    """Open a resumable upload of ``length`` bytes; too much is refused here, before a byte is sent."""
    plan = purpose_of(purpose)
    check_length(length, plan, settings.ENVIRONMENT.upload_max_mb)
    document = begun_document(clean_name(name), purpose=plan, size=length, owner=None, by=by)
    waiting = Upload.objects.filter(document__uploader_id=principal_of(by), finished_at__isnull=True)
    if waiting.count() >= OPEN_AT_ONCE:
        raise Refusal("too_many_uploads", T("您有太多未完成的上传，请先完成或取消，或明天再试。",
                      "Too many of your uploads are unfinished: finish or cancel some, or try tomorrow."), status=429)  # fmt: skip
    check_room(length)
    with transaction.atomic():
        document.save(force_insert=True)
        return Upload.objects.create(document=document, length=length, expires_at=timezone.now() + LIFETIME)


def receive(upload_id: UUID, *, offset: int, piece: Piece, by: Actor) -> Upload:
    """Take the bytes that follow ``offset``; what arrived before a connection broke is kept.

    Only one connection at a time; an offset that is not where the upload stands is refused with 409. With the last byte the
    contents are judged: refused ones leave nothing behind.
    """
    upload = upload_of(upload_id, by)
    if not upload.finished_at:
        _recover(upload)
        with disk.part_of(upload.document_id) as part:
            upload = _as_others_left_it(upload_id, by)  # they may have moved on before the lock was ours
            if not upload.finished_at:
                _check_offset(upload, offset)
                return _Taking(upload, part).take(piece)
        disk.remove_part(upload.document_id)
    _check_offset(upload, offset)
    return upload


def _as_others_left_it(upload_id: UUID, by: Actor) -> Upload:
    """The upload once whoever is finishing it has committed: their part file is gone before their row tells so."""
    with transaction.atomic():
        Upload.objects.select_for_update().filter(pk=upload_id).exists()
        return upload_of(upload_id, by)


def _recover(upload: Upload) -> None:
    with transaction.atomic():
        if Upload.objects.select_for_update().filter(pk=upload.pk, finished_at__isnull=True).exists():
            disk.take_back(upload.document_id)


def _check_offset(upload: Upload, offset: int) -> None:
    if offset != upload.offset:
        raise Refusal(
            "offset_mismatch", T("续传位置不对：服务器已收到 {at} 字节。请从那里继续。",
            "Wrong offset: {at} bytes have arrived. Go on from there.").format(at=upload.offset), status=409,
        )  # fmt: skip


class _Taking:
    """One connection's turn at an upload, while it holds the part file."""

    def __init__(self, upload: Upload, part: BinaryIO) -> None:
        self.upload, self.part = upload, part
        self.document = upload.document
        key = file_key_of(self.document)
        self.seal = Seal(key, self.document.pk)
        self.tail_seal = Seal(key, self.document.pk, TAIL)
        number, in_tail = divmod(upload.offset, CHUNK)
        tail = b""
        if upload.tail:
            # A tail that is exactly one chunk long was not written yet: it might have been the last.
            number -= in_tail == 0
            tail = self.tail_seal.open(bytes(upload.tail), number, last=False)
        start = chunk_start(number) if number else 0
        if os.fstat(part.fileno()).st_size < start:
            raise Refusal("upload_lost", T("已上传的部分丢失，请重新上传这个文件。",
                          "What had arrived was lost: send the file from the beginning."), status=410)  # fmt: skip
        part.truncate(start)  # bytes beyond what the row vouches for came with a connection that broke
        part.seek(start)
        self.writer = Writer(part, self.seal, number=number, tail=tail)

    def take(self, piece: Piece) -> Upload:
        """Read the body to its end, or to where it breaks off."""
        digest = hashlib.new(piece.algorithm, usedforsecurity=False) if piece.algorithm else None
        saved = self.writer.size
        while block := self._read(piece.body):
            if self.writer.size + len(block) > self.upload.length:
                raise Refusal("longer_than_declared", T("文件比声明的更长，请重新选择文件上传。",
                              "More bytes than declared: choose the file again."), status=413)  # fmt: skip
            self.writer.write(block)
            if digest:
                digest.update(block)
            elif self.writer.size - saved >= SAVE_EVERY and self.writer.size < self.upload.length:
                self._save()
                saved = self.writer.size
        if digest and digest.digest() != piece.checksum:
            raise Refusal("checksum_mismatch", T("这一段在途中损坏，请重发。", "This piece was damaged on its way: send it again."),
                          status=460)  # fmt: skip
        if self.writer.size == self.upload.length:
            return self._finish()
        self._save()
        return self.upload

    def _read(self, body: Stream) -> bytes:
        try:
            return body.read(4 * CHUNK)
        except OSError:  # the connection broke (Django's UnreadablePostError is one); what came before is kept
            return b""

    def _save(self) -> None:
        disk.sync(self.part)
        tail = bytes(self.writer.tail)
        stored = self.tail_seal.close(tail, self.writer.number, last=False) if tail else b""
        self._move_on(offset=self.writer.size, tail=stored)

    def _move_on(self, **changed: Any) -> None:
        changed["expires_at"] = timezone.now() + LIFETIME
        same = Upload.objects.filter(pk=self.upload.pk, offset=self.upload.offset, finished_at__isnull=True)
        if not same.update(**changed):  # it was cancelled meanwhile
            raise not_found(UPLOAD)
        for name, value in changed.items():
            setattr(self.upload, name, value)

    def _finish(self) -> Upload:
        self.writer.finish()
        disk.sync(self.part)
        try:
            content = check_part(self.document, self.seal)
        except FileNotFoundError:  # cancelled while the last bytes came in
            raise not_found(UPLOAD) from None
        except Refusal:
            _forget(self.upload)
            raise
        with transaction.atomic():
            self._move_on(offset=self.upload.length, tail=b"", finished_at=timezone.now())
            disk.complete(self.document.pk)
            settle(self.document, content)
        return self.upload


def end_upload(upload_id: UUID, *, by: Actor) -> None:
    """Cancel an upload that is not finished; its bytes are gone."""
    upload = upload_of(upload_id, by)
    if upload.finished_at:
        raise Refusal("upload_finished", T("文件已经上传完成，请在表单里移除它。", "The file has arrived already: remove it in the form."),
                      status=409)  # fmt: skip
    _forget(upload)


def _forget(upload: Upload) -> None:
    """Remove rows first: a crash then leaves a file nobody refers to, which the sweep takes."""
    Document.objects.filter(pk=upload.document_id, state=Document.State.UPLOADING).delete()
    disk.remove_part(upload.document_id)
