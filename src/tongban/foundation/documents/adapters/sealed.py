"""The format of an encrypted file, written and read in chunks with constant memory (docs/decisions/documents.md).

``TBFILE01``, then chunks of 64 KiB of plain text, each as ``nonce (12) | AES-256-GCM ciphertext | tag (16)``. The
associated data of a chunk is the document's id, the part (content, thumbnail, or the tail of an unfinished upload), the chunk's number and whether
it is the last: a chunk that was moved, copied from another file, repeated or left out does not open. Nonces are random
and not counted, so that a chunk written again after a crash never meets its earlier nonce.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import KeyFileError, ring
from tongban.lib.words import T

MAGIC = b"TBFILE01"
CHUNK = 64 * 1024
NONCE, TAG = 12, 16
OVERHEAD = NONCE + TAG
CONTENT, THUMBNAIL, TAIL = 0, 1, 2


class FileDamaged(Exception):
    """A stored file was altered, cut short or belongs elsewhere; the message names the document, nothing more."""


def new_file_key() -> bytes:
    """A random key for one file."""
    return AESGCM.generate_key(256)


def wrap_key(file_key: bytes, document_id: UUID) -> bytes:
    """A file's key, encrypted with the current document key of this jurisdiction: what the row stores (62 bytes)."""
    key = ring().current("document")
    nonce = os.urandom(NONCE)
    box = AESGCM(key.derive(require_current())).encrypt(nonce, file_key, _binding(document_id))
    return key.number.to_bytes(2, "big") + nonce + box


def unwrap_key(stored: bytes, document_id: UUID) -> bytes:
    """The file key; only in the jurisdiction, and for the document, it was wrapped for."""
    key = ring().numbered("document", int.from_bytes(stored[:2], "big"))
    try:
        return AESGCM(key.derive(require_current())).decrypt(
            stored[2 : 2 + NONCE], stored[2 + NONCE :], _binding(document_id)
        )
    except InvalidTag:
        raise KeyFileError(
            T("文件的密钥解不开：密钥文件不对，或数据被改动过。请核对密钥文件。",
              "A file's key does not open: wrong key file, or the data was altered. Check the key file.")
        ) from None  # fmt: skip


def wrapping_number(stored: bytes) -> int:
    """The number of the document key a stored file key was wrapped with."""
    return int.from_bytes(stored[:2], "big")


def _binding(document_id: UUID) -> bytes:
    return b"documents.file_key|" + document_id.bytes


def sealed_size(size: int) -> int:
    """The length on disk of ``size`` plain bytes."""
    return len(MAGIC) + size + OVERHEAD * max(1, -(-size // CHUNK))


def chunk_start(number: int) -> int:
    """Where chunk ``number`` starts on disk."""
    return len(MAGIC) + number * (CHUNK + OVERHEAD)


class Seal:
    """Encrypts and opens the chunks of one part of one document."""

    def __init__(self, file_key: bytes, document_id: UUID, part: int = CONTENT) -> None:
        self._cipher = AESGCM(file_key)
        self._context = document_id.bytes + bytes([part])
        self.document_id = document_id

    def _bound(self, number: int, last: bool) -> bytes:
        return self._context + number.to_bytes(8, "big") + bytes([last])

    def close(self, plain: bytes | memoryview, number: int, *, last: bool) -> bytes:
        """One chunk as it stands on disk."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, self._bound(number, last))

    def open(self, stored: bytes, number: int, *, last: bool) -> bytes:
        """The plain chunk; FileDamaged when it is not exactly the one that belongs here."""
        try:
            return self._cipher.decrypt(stored[:NONCE], stored[NONCE:], self._bound(number, last))
        except (InvalidTag, ValueError):
            raise FileDamaged(f"document {self.document_id}: chunk {number} does not open") from None


class Writer:
    """Seals a stream of bytes into a file; a full chunk is held back until it is known whether it is the last."""

    def __init__(self, file: BinaryIO, seal: Seal, *, number: int = 0, tail: bytes = b"") -> None:
        self._file, self._seal = file, seal
        self.number = number  # of the chunk that is being filled
        self.tail = bytearray(tail)
        if number == 0:
            file.write(MAGIC)

    @property
    def size(self) -> int:
        """Plain bytes taken so far."""
        return self.number * CHUNK + len(self.tail)

    def write(self, block: bytes) -> None:
        """Take some bytes; whole chunks go to the file."""
        view = memoryview(block)
        if self.tail:
            room = CHUNK - len(self.tail)
            self.tail += view[:room]
            view = view[room:]
        while view:
            if self.tail:  # it is full, and more follows: it was not the last
                self._put(self.tail, last=False)
                self.tail.clear()
            if len(view) <= CHUNK:
                self.tail += view
                return
            self._put(view[:CHUNK], last=False)
            view = view[CHUNK:]

    def _put(self, plain: bytes | bytearray | memoryview, *, last: bool) -> None:
        self._file.write(self._seal.close(bytes(plain), self.number, last=last))
        self.number += 1

    def finish(self) -> None:
        """Write the last chunk, marked as such."""
        self._put(self.tail, last=True)
        self.tail.clear()


class Reader(io.RawIOBase):
    """A sealed file as a seekable plain one; every byte handed out was authenticated."""

    def __init__(self, file: BinaryIO, seal: Seal, size: int) -> None:
        self._file, self._seal, self.size = file, seal, size
        self._last = max(0, -(-size // CHUNK) - 1)
        self._position = 0
        self._chunk: tuple[int, bytes] = (-1, b"")
        try:
            self._check_outside()
        except FileDamaged:
            self.close()
            raise

    def _check_outside(self) -> None:
        on_disk = self._file.seek(0, os.SEEK_END)
        if on_disk != sealed_size(self.size):
            raise FileDamaged(
                f"document {self._seal.document_id}: {on_disk} bytes on disk, not {sealed_size(self.size)}"
            )
        self._file.seek(0)
        if self._file.read(len(MAGIC)) != MAGIC:
            raise FileDamaged(f"document {self._seal.document_id}: not a sealed file")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill as much of the buffer as one chunk allows."""
        if self._position >= self.size or not len(buffer):
            return 0
        number, within = divmod(self._position, CHUNK)
        piece = self._load(number)[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _load(self, number: int) -> bytes:
        if self._chunk[0] != number:
            self._file.seek(chunk_start(number))
            stored = self._file.read(CHUNK + OVERHEAD)
            self._chunk = (number, self._seal.open(stored, number, last=number == self._last))
        return self._chunk[1]

    def close(self) -> None:
        """Close the file beneath as well."""
        self._file.close()
        super().close()


def read_range(reader: Reader, start: int, end: int) -> Iterator[bytes]:
    """Plain bytes from ``start`` up to but not including ``end``, a chunk at a time; closes the reader."""
    with reader:
        reader.seek(start)
        while start < end:
            block = reader.read(min(CHUNK, end - start))
            if not block:
                return
            start += len(block)
            yield block
