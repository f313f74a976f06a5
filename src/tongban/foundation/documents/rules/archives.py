"""Files that are zip archives inside: docx, xlsx, OFD. Their directory is checked before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

MAX_PARTS = 10_000
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO = 120  # deflate cannot do better than 1032; office files reach about 20, empty sheets about 100
SMALL = 4 * 1024 * 1024  # below this a high ratio harms nobody

_PARTS = {
    "docx": ("[Content_Types].xml", "word/document.xml"),
    "xlsx": ("[Content_Types].xml", "xl/workbook.xml"),
    "ofd": ("OFD.xml",),
}


def check_archive(file: BinaryIO, size: int) -> str:
    """The type of a zip-based file; refuses bombs, macros, passwords, other archives and damaged ones."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _check_directory(parts, size)
            found = _type_of({part.filename for part in parts})
            _unpack_nothing_but_look(archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError, RuntimeError):
        raise Refusal(
            "file_incomplete", T("这个文件不完整或已损坏，打不开。请重新保存后上传。",
            "This file is incomplete or damaged. Save it again and send that."), field="file",
        ) from None  # fmt: skip
    return found


def _check_directory(parts: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    # Overlapping entries are how a small archive unpacks to petabytes: together they exceed the file.
    if (
        len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or packed > size
        or (unpacked > SMALL and unpacked > MAX_RATIO * max(packed, 1))
    ):  # fmt: skip
        raise Refusal(
            "archive_bomb", T("这个文件解开后大得不正常，为安全起见不接收。请重新另存后上传，或转成 PDF。",
            "This file unpacks to an abnormal size and is not accepted. Save it anew, or send a PDF."), field="file",
        )  # fmt: skip
    if any(part.flag_bits & 0x1 for part in parts):
        raise Refusal(
            "password_protected", T("这个文件设了打开密码，工作人员无法查看。请去掉密码后重新上传。",
            "This file opens with a password only, so nobody here can read it. Remove the password and send it again."),
            field="file",
        )  # fmt: skip


def _type_of(names: set[str]) -> str:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal(
            "macros_inside", T("这个文件里有宏。请另存为不含宏的 docx 或 xlsx 后上传。",
            "This file holds macros. Save it as docx or xlsx without macros and send that."), field="file",
        )  # fmt: skip
    for code, needed in _PARTS.items():
        if names.issuperset(needed):
            return code
    raise Refusal(
        "archive_not_allowed", T("这是压缩包。请解压后逐个上传里面的文件。",
        "This is an archive. Unpack it and send the files inside one by one."), field="file",
    )  # fmt: skip


def _unpack_nothing_but_look(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Read every part once, so that sizes and check sums are what the directory says; nothing is kept."""
    for part in parts:
        with archive.open(part) as opened:
            while opened.read(64 * 1024):
                pass
