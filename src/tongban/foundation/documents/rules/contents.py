"""What a file really is, judged by its contents; the name must agree with it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

import puremagic
from PIL import Image, UnidentifiedImageError

from tongban.foundation.documents.rules.archives import check_archive
from tongban.foundation.documents.rules.names import extension_of
from tongban.foundation.documents.rules.purposes import Purpose, empty_file
from tongban.foundation.documents.rules.types import TYPES
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

HEAD = 64 * 1024
# A JPEG is scaled while it is decoded; the others are decoded whole at 4 bytes a pixel.
MAX_PIXELS = {"jpeg": 120_000_000, "png": 50_000_000, "webp": 50_000_000}
Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())
MAX_TEXT = 64 * 1024 * 1024

_EXECUTABLE = (
    b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe", b"dex\n", b"\x00asm", b"#!", b"L\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_ACTIVE = re.compile(
    rb"\A\s*<(!doctype|html|head|body|svg|\?xml|\?php|\?=|%|script|iframe|!--|!entity)|<script[\s>]|<svg[\s>]|<html[\s>]",
    re.I,
)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")


@dataclass(frozen=True, slots=True)
class Content:
    """What was found: a code of TYPES, and whether the file opens with a password only."""

    type: str
    is_locked: bool = False


def check_content(file: BinaryIO, size: int, name: str, purpose: Purpose) -> Content:
    """Find out what a file is; refuse what is dangerous, damaged, unknown, or not what its name says."""
    if size == 0:
        raise empty_file()
    found = _detect(file, size, extension_of(name))
    _check_extension(found.type, name)
    if found.type not in purpose.types:
        raise Refusal(
            "type_not_for_purpose",
            T("“{purpose}”不收{type}。可以上传：{types}。", "“{purpose}” does not take a {type}. Send one of: {types}.").format(
                purpose=purpose.label, type=TYPES[found.type].label,
                types=T("、".join(TYPES[t].label.zh for t in purpose.types), ", ".join(TYPES[t].label.en for t in purpose.types)),
            ),
            field="file",
        )  # fmt: skip
    return found


def _detect(file: BinaryIO, size: int, extension: str) -> Content:
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(_EXECUTABLE):
        raise _refuse(
            "executable_file",
            T("这是可执行程序或脚本，不能作为材料上传。", "This is a program or script; it cannot be sent."),
        )
    if head.startswith(b"%PDF-"):
        return _check_pdf(file, size, head)
    if head.startswith(b"PK\x03\x04"):
        file.seek(0)
        return Content(check_archive(file, size))
    if head.startswith(_OLE):
        raise _ole(head, file)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        raise _refuse("heic_photo", T(
            "这是 HEIC 照片，很多电脑打不开。请在手机“设置—相机—格式”里选“兼容性最佳”，或把照片另存为 JPEG。",
            "This is a HEIC photo, which many computers cannot open. Save it as JPEG, or choose “Most Compatible” "
            "in the phone's camera settings."))  # fmt: skip
    picture = _picture(head)
    if picture:
        return _check_picture(file, picture)
    return _check_text(file, size, head, extension)


def _picture(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def _check_pdf(file: BinaryIO, size: int, head: bytes) -> Content:
    file.seek(max(0, size - HEAD))
    tail = file.read(HEAD)
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise damaged(T("PDF 文件", "PDF document"))
    # The trailer stands at the end, in a linearised file at the beginning too; its keys are never compressed.
    return Content("pdf", is_locked=b"/Encrypt" in tail or b"/Encrypt" in head)


def _check_picture(file: BinaryIO, picture: str) -> Content:
    file.seek(0)
    try:
        with Image.open(file, formats=[picture.upper()]) as image:  # reads the header only
            width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _bomb() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise damaged(TYPES[picture].label) from None
    if width * height > MAX_PIXELS[picture]:
        raise _bomb()
    return Content(picture)


def _ole(head: bytes, file: BinaryIO) -> Refusal:
    file.seek(0)
    wanted = "EncryptedPackage".encode("utf-16-le")
    if wanted in head or wanted in file.read(1024 * 1024):
        return _refuse("password_protected", T(
            "这个文件设了打开密码，工作人员无法查看。请去掉密码后重新上传。",
            "This file opens with a password only, so nobody here can read it. Remove the password and send it again."))  # fmt: skip
    return _refuse("old_office_format", T(
        "这是旧版 Office 文件（doc、xls、ppt），可能带宏病毒。请另存为 docx、xlsx 或 PDF 后上传。",
        "This is an old Office file (doc, xls, ppt), which may carry macros. Save it as docx, xlsx or PDF and send that."))  # fmt: skip


def _check_text(file: BinaryIO, size: int, head: bytes, extension: str) -> Content:
    plain = head.decode("utf-16", "ignore").encode() if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    if _ACTIVE.search(plain.removeprefix(codecs.BOM_UTF8)):
        raise _refuse("active_content", T(
            "这是网页、SVG 或脚本，可能含有会运行的代码，不能作为材料上传。请转成 PDF 或图片。",
            "This is a web page, SVG or script, which could run code. Send a PDF or a picture instead."))  # fmt: skip
    if size > MAX_TEXT or not _is_text(file):
        raise _unknown(head)
    return Content("csv" if extension == "csv" else "text")


def _is_text(file: BinaryIO) -> bool:
    file.seek(0)
    bom = file.read(2)
    encodings = ("utf-16",) if bom in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "gb18030")
    return any(_decodes(file, encoding) for encoding in encodings)


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    while block := file.read(HEAD):
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError:
            return False
        if _CONTROL.search(text.encode("utf-8", "surrogatepass")):
            return False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _check_extension(code: str, name: str) -> None:
    extension, found = extension_of(name), TYPES[code]
    if extension in found.extensions:
        return
    stem = name.rpartition(".")[0] if extension else name
    raise _refuse("name_contradicts_content", T(
        "文件名是“{name}”，内容却是{type}。如果内容没有错，请改名为“{better}”再上传。",
        "The file is named “{name}”, but it is a {type}. If the contents are right, rename it to “{better}”.").format(
            name=name, type=found.label, better=f"{stem}.{found.extensions[0]}"))  # fmt: skip


def _unknown(head: bytes) -> Refusal:
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        matches = []
    named = matches[0].name if matches else ""
    what = T(f"（看起来是 {named}）", f" (it looks like {named})") if named else T("", "")
    return _refuse("type_not_allowed", T(
        "不能识别或不收这种文件{what}。请上传 PDF、照片、docx、xlsx、OFD 或文本文件。",
        "This kind of file is unknown or not accepted{what}. Send a PDF, a photo, docx, xlsx, OFD or a text file.").format(what=what))  # fmt: skip


def _bomb() -> Refusal:
    return _refuse("picture_too_large", T(
        "图片的像素太多，无法安全打开。请用普通分辨率重新拍照或扫描。",
        "The picture has too many pixels to be opened safely. Take or scan it again at an ordinary resolution."))  # fmt: skip


def damaged(what: T) -> Refusal:
    """The refusal of a file that starts like its type but does not hold together."""
    return _refuse("file_incomplete", T(
        "这个{what}不完整或已损坏，打不开。请重新导出或重新拍照。",
        "This {what} is incomplete or damaged. Export or photograph it again.").format(what=what))  # fmt: skip


def _refuse(code: str, message: T) -> Refusal:
    return Refusal(code, message, field="file")
