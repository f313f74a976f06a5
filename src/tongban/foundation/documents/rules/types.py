"""The types of file that are kept."""

from __future__ import annotations

from dataclasses import dataclass

from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file: what people call it, its media type, the extensions it goes by, the icon that stands for it."""

    code: str
    label: T
    media_type: str
    extensions: tuple[str, ...]
    icon: str
    is_image: bool = False
    # Shown in the browser without a risk: rendered without scripts, inside a sandbox.
    is_inline: bool = False


TYPES: dict[str, FileType] = {
    found.code: found
    for found in (
        FileType("pdf", T("PDF 文件", "PDF document"), "application/pdf", ("pdf",), "file-type-pdf"),
        FileType("jpeg", T("JPEG 照片", "JPEG photo"), "image/jpeg", ("jpg", "jpeg"), "photo", True, True),
        FileType("png", T("PNG 图片", "PNG picture"), "image/png", ("png",), "photo", True, True),
        FileType("webp", T("WebP 图片", "WebP picture"), "image/webp", ("webp",), "photo", True, True),
        FileType(
            "docx", T("Word 文档（docx）", "Word document (docx)"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",), "file-type-docx",
        ),
        FileType(
            "xlsx", T("Excel 表格（xlsx）", "Excel workbook (xlsx)"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",), "file-type-xls",
        ),
        FileType("ofd", T("OFD 版式文件", "OFD document"), "application/ofd", ("ofd",), "file-text"),  # GB/T 33190-2016
        FileType("text", T("文本文件", "Text file"), "text/plain", ("txt",), "file-type-txt", False, True),
        FileType("csv", T("CSV 表格", "CSV table"), "text/csv", ("csv",), "file-type-csv"),
    )
}  # fmt: skip
EVERY_TYPE = tuple(TYPES)
PICTURES_AND_PAPERS = ("pdf", "jpeg", "png", "webp", "ofd")


def extensions_of(types: tuple[str, ...]) -> list[str]:
    """Extensions with their dot, as a file input's ``accept`` wants them.

    HEIC is not among them: a telephone that is asked for JPEG converts by itself.
    """
    return [f".{extension}" for code in types for extension in TYPES[code].extensions]
