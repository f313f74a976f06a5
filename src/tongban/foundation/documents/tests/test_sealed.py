"""The encrypted file: nothing but the exact original opens."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.foundation.documents.adapters.sealed import (
    CHUNK,
    MAGIC,
    OVERHEAD,
    FileDamaged,
    Reader,
    Seal,
    Writer,
    chunk_start,
    new_file_key,
    read_range,
    sealed_size,
    unwrap_key,
    wrap_key,
)
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KeyFileError

KEY, ID = new_file_key(), uuid4()


def sealed(plain: bytes, *, key: bytes = KEY, document_id: UUID = ID, part: int = 0, step: int = 10_000) -> bytes:
    out = io.BytesIO()
    writer = Writer(out, Seal(key, document_id, part))
    for at in range(0, len(plain), step):
        writer.write(plain[at : at + step])
    writer.finish()
    return out.getvalue()


def opened(stored: bytes, size: int, *, key: bytes = KEY, document_id: UUID = ID, part: int = 0) -> bytes:
    reader = Reader(io.BytesIO(stored), Seal(key, document_id, part), size)
    return b"".join(read_range(reader, 0, size))


SIZES = [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read(size: int) -> None:
    plain = bytes(i * 7 % 251 for i in range(size))
    stored = sealed(plain)
    assert len(stored) == sealed_size(size)
    assert opened(stored, size) == plain
    assert size < 32 or plain[:32] not in stored


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=CHUNK), min_size=1, max_size=5), st.data())
def test_any_blocks_any_range(blocks: list[bytes], data: st.DataObject) -> None:
    out, plain = io.BytesIO(), b"".join(blocks)
    writer = Writer(out, Seal(KEY, ID))
    for block in blocks:
        writer.write(block)
    writer.finish()
    start = data.draw(st.integers(0, len(plain)))
    end = data.draw(st.integers(start, len(plain)))
    reader = Reader(io.BytesIO(out.getvalue()), Seal(KEY, ID), len(plain))
    assert b"".join(read_range(reader, start, end)) == plain[start:end]


def test_a_flipped_bit_anywhere_is_found() -> None:
    plain = b"x" * (2 * CHUNK + 5)
    stored = sealed(plain)
    for at in [0, len(MAGIC), len(MAGIC) + 20, chunk_start(1) + 100, len(stored) - 1]:
        bad = bytearray(stored)
        bad[at] ^= 1
        with pytest.raises(FileDamaged):
            opened(bytes(bad), len(plain))


def test_cut_off_chunks_are_found_even_when_the_row_agrees() -> None:
    stored = sealed(b"x" * 3 * CHUNK)
    with pytest.raises(FileDamaged, match="bytes on disk"):
        opened(stored[: chunk_start(2)], 3 * CHUNK)
    with pytest.raises(FileDamaged, match="chunk 1"):  # the new last chunk was not sealed as the last
        opened(stored[: chunk_start(2)], 2 * CHUNK)


def test_exchanged_and_repeated_chunks_are_found() -> None:
    stored = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c" * CHUNK)
    one, two, three = (stored[chunk_start(i) : chunk_start(i + 1)] for i in range(3))
    for order in (two + one + three, one + one + three, one + three + two):
        with pytest.raises(FileDamaged):
            opened(MAGIC + order, 3 * CHUNK)


def test_another_documents_key_id_or_part_does_not_open_it() -> None:
    stored = sealed(b"secret")
    for wrong in ({"key": new_file_key()}, {"document_id": uuid4()}, {"part": 1}):
        with pytest.raises(FileDamaged):
            opened(stored, 6, **wrong)  # type: ignore[arg-type]


def test_a_file_that_is_not_sealed_is_said_to_be_none() -> None:
    with pytest.raises(FileDamaged, match="not a sealed file"):
        opened(bytes(sealed_size(4)), 4)


def test_a_file_key_opens_only_in_its_jurisdiction_and_for_its_document(db: None, elsewhere: str) -> None:
    stored = wrap_key(KEY, ID)
    assert unwrap_key(stored, ID) == KEY
    with pytest.raises(KeyFileError):
        unwrap_key(stored, uuid4())
    with enter(elsewhere), pytest.raises(KeyFileError):
        unwrap_key(stored, ID)


def test_the_same_contents_never_look_the_same() -> None:
    assert sealed(b"same")[len(MAGIC) :] != sealed(b"same")[len(MAGIC) :]


def test_200_mib_pass_in_constant_memory(tmp_path: Path) -> None:
    block, blocks = bytes(256 * 1024), 800
    path, seal = tmp_path / "large", Seal(KEY, ID)
    tracemalloc.start()
    with path.open("wb") as file:
        writer = Writer(file, seal)
        for _ in range(blocks):
            writer.write(block)
        writer.finish()
    total = sum(len(b) for b in read_range(Reader(path.open("rb"), seal, blocks * len(block)), 0, blocks * len(block)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 200 * 1024 * 1024
    assert peak < 4 * 1024 * 1024
    assert path.stat().st_size == sealed_size(total) == total + 8 + OVERHEAD * (total // CHUNK)
