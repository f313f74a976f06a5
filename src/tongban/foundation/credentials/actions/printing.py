"""Passes on paper: one on A6, or cards on A4. The paper is made from the code itself, so it cannot say anything else.

Only its title may be given, where the code bears a mark for what the six signed types have no word for.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongban.foundation.credentials import adapters
from tongban.foundation.credentials.queries import TYPE_NAMES, valid_text
from tongban.lib.pdf import make_pdf, qr_millimetres, qr_picture
from tongban.lib.words import T
from tongban_verify.passes.code import Claims, read

MODULE_MM = {"pass": 0.5, "cards": 0.42}  # cameras read 0.4 mm and more (credentials.md)
CARDS_A_SHEET = 10
MOST_CARDS = 500
_NOTE = T("扫码核验，并请对照片、看有效期。", "Scan to verify; compare the photo and the dates.")


@dataclass(frozen=True, slots=True)
class Printed:
    """What goes on paper: the code, the photo (JPEG or PNG) or none, then there is a place to glue one; a title of one's own."""

    code: str
    photo: bytes = b""
    title: T | None = None


def print_pass(what: Printed, *, made_at: datetime | None = None) -> bytes:
    """A pass on A6 as PDF/A."""
    return _made("pass", [what], made_at)


def print_cards(cards: Sequence[Printed], *, made_at: datetime | None = None) -> bytes:
    """Cards on A4, ten to a sheet, as PDF/A."""
    if not 1 <= len(cards) <= MOST_CARDS:
        raise ValueError(f"between 1 and {MOST_CARDS} cards at a time")
    return _made("cards", cards, made_at)


def _made(template: str, cards: Sequence[Printed], made_at: datetime | None) -> bytes:
    pictures: dict[str, bytes] = {}
    content = [_card(number, one, pictures, MODULE_MM[template]) for number, one in enumerate(cards)]
    return make_pdf(adapters.paper_template(template), {"cards": content}, pictures=pictures, made_at=made_at)


def _card(number: int, what: Printed, pictures: dict[str, bytes], module: float) -> dict[str, Any]:
    claims = read(what.code).claims
    qr = f"qr-{number}.svg"
    pictures[qr] = qr_picture(what.code)
    photo = ""
    if what.photo:
        photo = f"photo-{number}.svg"
        pictures[photo] = _framed(what.photo)
    return {
        "title": what.title or TYPE_NAMES[claims.content.type], "name": claims.content.name, "lines": _lines(claims), "qr": qr,
        "qr_mm": qr_millimetres(what.code, module=module), "photo": photo, "note": _NOTE,
    }  # fmt: skip


def _framed(photo: bytes) -> bytes:
    """A photo cut to three by four, as SVG: Typst takes files in memory as text only."""
    kind = "png" if photo.startswith(b"\x89PNG") else "jpeg"
    inside = base64.b64encode(photo).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="400" viewBox="0 0 300 400"><image width="300" height="400" '
        f'preserveAspectRatio="xMidYMid slice" href="data:image/{kind};base64,{inside}"/></svg>'
    ).encode()


def _lines(claims: Claims) -> list[dict[str, Any]]:
    said = claims.content
    gates = "" if said.gates is None else "、".join(str(gate) for gate in range(53) if said.opens(gate))
    given = (
        (T("地点", "Place"), said.place), (T("车牌", "Plate"), said.plate), (T("门", "Gates"), gates and f"门 {gates}"),
        (T("有效期", "Valid"), valid_text(claims)),
    )  # fmt: skip
    return [{"label": label, "value": value} for label, value in given]
