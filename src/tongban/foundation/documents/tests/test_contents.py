"""What a file really is."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from tongban.foundation.documents.rules.contents import check_content
from tongban.foundation.documents.rules.names import clean_name, extension_of, name_of_bytes
from tongban.foundation.documents.rules.purposes import Purpose, check_length, declare_purpose, purpose_of
from tongban.foundation.documents.rules.types import EVERY_TYPE
from tongban.foundation.documents.tests.support import archive, docx, pdf, picture
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

ANY = Purpose("t.any", T("材料", "Document"), T("法", "law"), 365, None, EVERY_TYPE)
PHOTO = Purpose("t.photo", T("照片", "Photo"), T("法", "law"), 365, 1, ("jpeg", "png"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def judge(content: bytes, name: str, purpose: Purpose = ANY) -> str:
    return check_content(io.BytesIO(content), len(content), name, purpose).type


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (pdf(), "营业执照.pdf", "pdf"),
        (picture(), "𠮷野家门面.JPG", "jpeg"),
        (picture("PNG"), "a.png", "png"),
        (picture("WEBP"), "a.webp", "webp"),
        (docx(), "承诺书.docx", "docx"),
        (archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}), "名单.xlsx", "xlsx"),
        (archive({"OFD.xml": b"<ofd:OFD/>", "Doc_0/Document.xml": b""}), "批复.ofd", "ofd"),
        ("说明,数量\n口罩,200\n".encode(), "清单.csv", "csv"),
        ("说明：口罩二百只".encode("gb18030"), "说明.txt", "text"),
        ("说明".encode("utf-16"), "说明.txt", "text"),
        (b"\xef\xbb\xbf" + "带标记".encode(), "b.txt", "text"),
    ],
)
def test_accepted(content: bytes, name: str, expected: str) -> None:
    assert judge(content, name) == expected


def bomb() -> bytes:
    return archive({"[Content_Types].xml": b"", "word/document.xml": bytes(60 * 1024 * 1024)})


def huge_png() -> bytes:
    """A PNG of 30000 x 30000 pixels in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def overlapping() -> bytes:
    """Two directory entries that share one part's bytes."""
    made = archive({"[Content_Types].xml": b"x" * 4000, "word/document.xml": zlib.compress(bytes(range(256)) * 90)})
    with zipfile.ZipFile(io.BytesIO(made)) as read:
        part = read.getinfo("word/document.xml")
    at = made.rindex(b"PK\x01\x02")
    entry = made[at : made.rindex(b"PK\x05\x06")]
    ending = made[made.rindex(b"PK\x05\x06") :]
    copies = b"".join(entry[:46] + f"word/documen{i}.xml".encode() + entry[46 + len(part.filename) :] for i in range(9))
    start = made.index(b"PK\x01\x02")
    directory = made[start:at] + entry + copies
    return made[:start] + directory + ending[:8] + struct.pack("<HHII", 11, 11, len(directory), start) + ending[20:]


@pytest.mark.parametrize(
    ("code", "content", "name"),
    [
        ("empty_file", b"", "a.pdf"),
        ("executable_file", b"MZ\x90\x00" + bytes(100), "setup.pdf"),
        ("executable_file", b"\x7fELF" + bytes(100), "a.txt"),
        ("executable_file", b"#!/bin/sh\nrm -rf /\n", "a.txt"),
        ("active_content", b"<!DOCTYPE html><p>x", "a.txt"),
        ("active_content", b'  <svg xmlns="http://www.w3.org/2000/svg">', "a.png"),
        ("active_content", "<html>".encode("utf-16"), "a.txt"),
        ("active_content", b"hello <script>alert(1)</script>", "a.csv"),
        ("active_content", b"<?php system($_GET[0]);", "a.txt"),
        ("heic_photo", b"\x00\x00\x00\x18ftypheic" + bytes(20), "IMG_1.HEIC"),
        ("old_office_format", OLE + bytes(600), "a.doc"),
        ("password_protected", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "a.docx"),
        ("archive_not_allowed", archive({"a.txt": b"x"}), "a.zip"),
        ("macros_inside", docx(**{"word/vbaProject.bin": b"x"}), "a.docx"),
        ("archive_bomb", bomb(), "a.docx"),
        ("archive_bomb", overlapping(), "a.docx"),
        ("picture_too_large", huge_png(), "a.png"),
        ("file_incomplete", pdf()[:60], "a.pdf"),
        ("file_incomplete", b"\x89PNG\r\n\x1a\n" + b"nothing of a picture", "a.png"),
        ("file_incomplete", docx()[:-30], "a.docx"),
        ("type_not_allowed", b"Rar!\x1a\x07\x00" + bytes(64), "a.rar"),
        ("type_not_allowed", bytes(range(256)), "a.txt"),
        ("name_contradicts_content", picture("PNG"), "护照.jpg"),
        ("name_contradicts_content", pdf(), "noextension"),
        ("name_contradicts_content", b"plain words", "a.bat"),
    ],
)
def test_refused(code: str, content: bytes, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        judge(content, name)
    assert refused.value.code == code
    assert refused.value.field == "file"


def test_a_damaged_part_is_found() -> None:
    whole = bytearray(docx(**{"word/media.bin": bytes(range(256)) * 40}))
    whole[whole.index(b"word/media.bin") + 60] ^= 0xFF
    with pytest.raises(Refusal) as refused:
        judge(bytes(whole), "a.docx")
    assert refused.value.code == "file_incomplete"


def test_a_zip_with_a_password_is_refused() -> None:
    whole = bytearray(docx())
    at = whole.index(b"PK\x01\x02")
    whole[at + 8] |= 1
    with pytest.raises(Refusal) as refused:
        judge(bytes(whole), "a.docx")
    assert refused.value.code == "password_protected"


def test_the_sentence_names_the_better_name() -> None:
    with pytest.raises(Refusal) as refused:
        judge(picture("PNG"), "护照.jpg")
    assert "护照.png" in refused.value.message.zh
    assert "护照.png" in refused.value.message.en


def test_a_purpose_takes_only_its_types() -> None:
    with pytest.raises(Refusal) as refused:
        judge(pdf(), "a.pdf", PHOTO)
    assert refused.value.code == "type_not_for_purpose"
    assert "JPEG" in refused.value.message.zh


def test_a_locked_pdf_is_noted_not_refused() -> None:
    content = pdf(extra=b"/Encrypt 5 0 R")
    assert check_content(io.BytesIO(content), len(content), "a.pdf", ANY).is_locked


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\Users\\王\\营业执照.pdf", "营业执照.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("文件\u202efdp.exe.pdf", "文件fdp.exe.pdf"),
        ("㐂𠮷𬭊.pdf", "㐂𠮷𬭊.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        (" .hidden.pdf ", "hidden.pdf"),
        ("长" * 300 + ".pdf", "长" * 176 + ".pdf"),
        ("bad\udcff.pdf", "bad.pdf"),
    ],
)
def test_names(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@pytest.mark.parametrize("name", ["", "/", "...", "\u200b\u202e"])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean_name(name)
    assert refused.value.code == "file_name_missing"


def test_names_as_bytes() -> None:
    assert name_of_bytes("执照.pdf".encode()) == "执照.pdf"
    assert name_of_bytes("执照.pdf".encode("gb18030")) == "执照.pdf"
    with pytest.raises(Refusal) as refused:
        name_of_bytes(b"\xff\xff\xff.pdf")
    assert refused.value.code == "file_name_unreadable"
    assert extension_of("no") == ""


def test_lengths_and_purposes() -> None:
    check_length(1024 * 1024, PHOTO, 2048)
    for length, code in ((0, "empty_file"), (-1, "empty_file"), (1024 * 1024 + 1, "file_too_large")):
        with pytest.raises(Refusal) as refused:
            check_length(length, PHOTO, 2048)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        purpose_of("nobody.declared")
    assert refused.value.code == "unknown_purpose"
    with pytest.raises(ValueError, match="twice"):
        declare_purpose("documents.material", T("", ""), legal_basis=T("", ""), retention_days=1)
    with pytest.raises(ValueError, match="unknown types"):
        declare_purpose("t.new", T("", ""), legal_basis=T("", ""), retention_days=1, types=("exe",))
