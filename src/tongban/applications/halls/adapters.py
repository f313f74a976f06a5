"""Papers of a hall: the poster on its door and the visitor's slip."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.rules.codes import shown_code
from tongban.applications.halls.rules.hours import KINDS
from tongban.applications.halls.rules.queue import Standing, shown_number, wait_words
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
    said = [(label, hours[kind]) for kind, label in KINDS.items() if hours.get(kind)]
    if len(said) == len(KINDS) and len({text for _, text in said}) == 1:
        return T(f"每天 {said[0][1]}", f"Every day {said[0][1]}")
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


def make_slip(
    visit: Visit, service: T, address: str, *, standing: Standing | None, width: int, made_at: datetime
) -> bytes:
    """A visitor's paper slip for ticket printers of 58 or 80 mm."""
    before, waits = (standing.before, standing.waits) if standing else (0, (0, 5))
    content: dict[str, Any] = {
        "hall": hall_title(visit.hall), "number": shown_number(visit.prefix, visit.number or 0), "service": service,
        "before": str(before), "wait": wait_words(waits),
        "code": shown_code(visit.code), "name": visit.masked_name, "width": width,
        "at": timezone.localtime(visit.registered_at).strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    return make_pdf(
        (_PAPERS / "slip.typ").read_text("utf-8"),
        content,
        pictures={"qr.svg": qr_picture(address, level="m")},
        made_at=made_at,
    )
