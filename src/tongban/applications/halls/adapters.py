"""Papers of a hall: the poster on its door and the visitor's slip."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from tongban.applications.halls.models import Hall
from tongban.applications.halls.rules.hours import KINDS
from tongban.lib.pdf import make_pdf, qr_picture
from tongban.lib.phones import show_phone
from tongban.lib.words import T

_PAPERS = Path(__file__).with_name("papers")
_STEPS = (
    T("扫码填写，一分钟", "Scan and fill in: a minute"), T("手机上看前面还有几人", "See on your phone how many are before you"),
    T("叫到号去窗口", "Go to the window when called"),
)  # fmt: skip


def hall_title(hall: Hall) -> T:
    """A hall's name in both languages."""
    return T(hall.name, hall.name_en or hall.name)


def hours_words(hours: dict[str, str]) -> T:
    """Opening hours in one line; kinds of day without any are left out."""
    said = [(KINDS[kind], text) for kind, text in hours.items() if text and kind in KINDS]
    return T(
        "；".join(f"{kind.zh} {text}" for kind, text in said), "; ".join(f"{kind.en} {text}" for kind, text in said)
    )


def make_poster(hall: Hall, address: str, *, entrance: T, made_at: datetime) -> bytes:
    """The A4 poster with the QR code that leads to ``address``; an entrance has a poster of its own."""
    content: dict[str, Any] = {
        "name": hall_title(hall), "address": address, "phone": show_phone(hall.phone), "hours": hours_words(hall.hours),
        "steps": [{"n": str(n), "zh": step.zh, "en": step.en} for n, step in enumerate(_STEPS, 1)],
        "provisional": hall.state == "provisional", "entrance": entrance,
    }  # fmt: skip
    return make_pdf(
        (_PAPERS / "poster.typ").read_text("utf-8"), content, pictures={"qr.svg": qr_picture(address)}, made_at=made_at
    )
