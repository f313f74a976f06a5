"""A service on its way to another installation: its files in one archive, with their digest."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

LARGEST = 5_000_000  # bytes of an archive
LARGEST_FILES = 4_000_000  # bytes of all its files together
MOST_FILES = 40
DIGEST = "digest"
_MEMBER = re.compile(r"([a-z][a-z0-9-]{1,39})/([a-z][a-z0-9_-]{0,39}\.(?:yaml|typ)|digest)")


def digest_of(files: Mapping[str, str]) -> str:
    """SHA-256 over the names and texts of files, the same whatever their order."""
    text = json.dumps(dict(files), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_bundle(code: str, files: Mapping[str, str]) -> bytes:
    """A tar.gz of a service's folder; the same files give the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in sorted({**files, DIGEST: digest_of(files)}.items()):
            content = text.encode()
            member = tarfile.TarInfo(f"{code}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def read_bundle(content: bytes) -> tuple[str, dict[str, str]]:
    """The code and the files of an archive (tar.gz, tar or zip); refused when it is none, is altered, or is too large.

    Nothing is unpacked to disk; names are taken from a short list of shapes, so no path leads anywhere.
    """
    if len(content) > LARGEST:
        raise _wrong(
            "bundle_too_large", "文件过大，最多 {most} MB。", "Too large: at most {most} MB.", most=LARGEST // 10**6
        )
    files: dict[str, str] = {}
    codes: set[str] = set()
    try:
        for name, text in _members(content):
            found = _MEMBER.fullmatch(name)
            if found is None or found[2] in files:
                raise _wrong(
                    "bundle_wrong_file",
                    "压缩包里有不该有的文件：{name}",
                    "A file does not belong here: {name}",
                    name=name[:80],
                )
            codes.add(found[1])
            files[found[2]] = text
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        UnicodeDecodeError,
        NotImplementedError,
        RuntimeError,
    ):
        raise _wrong(
            "not_a_bundle",
            "读不了这个文件，请使用“导出”得到的压缩包。",
            "Not readable: use an archive made by “export”.",
        ) from None
    if len(codes) != 1:
        raise _wrong(
            "not_a_bundle",
            "压缩包里应当正好有一个事项的文件夹。",
            "The archive must hold the folder of exactly one service.",
        )
    if files.pop(DIGEST, "").strip() != digest_of(files):
        raise _wrong(
            "bundle_altered",
            "压缩包与它的摘要不符，可能被改动过，请重新导出。",
            "It does not match its digest: export it again.",
        )
    return codes.pop(), files


def _members(content: bytes) -> Iterator[tuple[str, str]]:
    left = LARGEST_FILES
    for count, (name, size, opened) in enumerate(_opened(content), 1):
        text = opened.read(left + 1)  # what the archive says of sizes may be a lie
        left -= len(text)
        if size > LARGEST_FILES or left < 0 or count > MOST_FILES:
            raise _wrong("bundle_too_large", "压缩包里的文件过多或过大。", "It holds too many or too large files.")
        yield name, text.decode("utf-8-sig")


def _opened(content: bytes) -> Iterator[tuple[str, int, io.BufferedIOBase]]:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for entry in packed.infolist():
                if not entry.is_dir():
                    with packed.open(entry) as opened:
                        yield entry.filename, entry.file_size, opened  # type: ignore[misc]
        return
    plain: io.BufferedIOBase = io.BytesIO(content)
    if content[:2] == b"\x1f\x8b":
        plain = gzip.GzipFile(fileobj=plain)
        unpacked = plain.read(2 * LARGEST_FILES + 1)
        if len(unpacked) > 2 * LARGEST_FILES:
            raise _wrong("bundle_too_large", "压缩包解开后过大。", "It unpacks to too much.")
        plain = io.BytesIO(unpacked)
    with tarfile.open(fileobj=plain, mode="r:") as archive:
        for member in archive:
            if member.isdir():
                continue
            found = archive.extractfile(member) if member.isreg() else None
            if found is None:
                raise _wrong(
                    "bundle_wrong_file",
                    "压缩包里有链接或特殊文件：{name}",
                    "A link or special file: {name}",
                    name=member.name[:80],
                )
            yield member.name, member.size, found  # type: ignore[misc]


def _wrong(code: str, zh: str, en: str, **parts: object) -> Refusal:
    return Refusal(code, T(zh, en).format(**parts), field="file")
