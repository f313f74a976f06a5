"""File names as people send them."""

from __future__ import annotations

import unicodedata

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

MAX_NAME = 180  # characters; leaves room for “(2)” within the 255 bytes or characters of file systems
# Direction overrides make “文件exe.fdp” read “文件pdf.exe”; zero-width marks hide differences.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean_name(sent: str) -> str:
    """The last part of a path, without control and direction characters; rare characters stay as they are."""
    name = sent.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c) not in _HIDDEN)
    name = name.strip().strip(".").strip()
    if not name:
        raise Refusal(
            "file_name_missing", T("文件没有名称。请给文件起个名字，例如“营业执照.pdf”。",
            "The file has no name. Give it one, such as “licence.pdf”."), field="file",
        )  # fmt: skip
    if len(name) > MAX_NAME:
        stem, dot, extension = name.rpartition(".")
        name = stem[: MAX_NAME - len(dot + extension)] + dot + extension if 0 < len(extension) <= 8 else name[:MAX_NAME]
    return name


def extension_of(name: str) -> str:
    """The extension in small letters without its dot; empty when there is none."""
    stem, _, extension = name.rpartition(".")
    return extension.lower() if stem else ""


def name_of_bytes(raw: bytes) -> str:
    """A name sent as bytes: UTF-8, else GB 18030 as old Windows machines send it; anything else is refused."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal(
        "file_name_unreadable", T("文件名的编码无法识别。请改用中文或英文名称后重新上传。",
        "The file's name is in no encoding we can read. Rename it and send it again."), field="file",
    )  # fmt: skip
