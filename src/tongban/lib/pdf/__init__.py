"""Papers as PDF/A-2a: a Typst template and its content in, bytes out; no file, no network, no font of the system."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import manimgx_fonts_cjk
import segno
import typst
from django.utils import timezone

from tongban.lib.words import T

_HOUSE = Path(__file__).with_name("house.typ")
# PDF/A-2a: kept for decades, and tagged, so that a screen reader reads it in order.
_STANDARDS: list[Any] = ["a-2a"]


class BrokenTemplate(Exception):
    """A template does not compile with this content; ``why`` is Typst's own sentence, for whoever wrote the template."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Noto Sans CJK from its wheel, read once in each process: rare characters of names are in it."""
    directory = str(Path(manimgx_fonts_cjk.__file__).parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[directory])


def make_pdf(
    template: str, content: Mapping[str, Any], *, pictures: Mapping[str, bytes] | None = None, made_at: datetime | None = None
) -> bytes:  # fmt: skip
    """The PDF/A-2a of a template.

    The template reads its content with ``json("content.json")`` and a picture by its name (``image("qr.svg",
    alt: …)``: every picture needs its words); ``#import "house.typ": *`` brings the look of the house. A text
    ``T`` arrives as ``{zh, en}``. The same input and ``made_at`` give the same bytes.
    """
    made: Any = _compile(template, content, pictures or {}, format="pdf", pdf_standards=_STANDARDS,
                         timestamp=(made_at or timezone.now()).replace(microsecond=0))  # fmt: skip
    return bytes(made)


def make_picture(
    template: str, content: Mapping[str, Any], *, pictures: Mapping[str, bytes] | None = None, ppi: float = 96
) -> bytes:
    """The first page of what ``make_pdf`` makes, as PNG: previews on the screen, tests that look."""
    made: Any = _compile(template, content, pictures or {}, format="png", ppi=ppi)
    return bytes(made if isinstance(made, bytes) else made[0])


def _compile(template: str, content: Mapping[str, Any], pictures: Mapping[str, bytes], **how: Any) -> Any:
    files = {
        "main.typ": template.encode(), "house.typ": _HOUSE.read_bytes(),
        "content.json": json.dumps(content, ensure_ascii=False, default=_as_json).encode(), **pictures,
    }  # fmt: skip
    if "@preview/" in template:
        raise BrokenTemplate("packages from the network are not available here")
    try:
        # The root is this folder: without one, a template could read any file below the working directory.
        return typst.compile(files, root=str(_HOUSE.parent), font_paths=_fonts(), ignore_system_fonts=True, **how)
    except typst.TypstError as error:
        raise BrokenTemplate(str(getattr(error, "diagnostic", "") or error)) from None


def _as_json(value: Any) -> Any:
    if isinstance(value, T):
        return value.as_json()
    raise TypeError(f"a paper cannot show {type(value).__name__}")


def qr_picture(text: str, *, level: str = "q") -> bytes:
    """A QR code as SVG for paper: level Q survives a fold and a stain; the quiet zone is in it."""
    out = io.BytesIO()
    segno.make(text, error=level, micro=False, boost_error=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue()


def qr_millimetres(text: str, *, level: str = "q", module: float = 0.45) -> float:
    """How wide a QR code is to be printed, quiet zone included: cameras read modules of 0.4 mm and more (credentials.md)."""
    modules, _ = segno.make(text, error=level, micro=False, boost_error=False).symbol_size(border=4)
    return round(float(modules) * module, 1)
