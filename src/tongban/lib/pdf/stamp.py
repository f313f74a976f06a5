"""The picture of an office's seal: a red ring with a star and the office's name, as SVG."""

from __future__ import annotations

import math
from html import escape

SIZE = 168.0  # points: 59 mm would be the whole picture; papers show it at 40 mm, as an office's round seal is
_RED = "#c8161d"
_FONT = "Noto Sans CJK SC"


def stamp_picture(office: str, note: str = "") -> bytes:
    """A round seal with ``office`` along its ring and ``note`` beneath the star; characters stand upright to the ring."""
    middle = SIZE / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE:g} {SIZE:g}" width="{SIZE:g}" height="{SIZE:g}">',
        f'<circle cx="{middle:g}" cy="{middle:g}" r="{middle - 4:g}" fill="none" stroke="{_RED}" stroke-width="4"/>',
        f'<polygon points="{_star(middle, middle - 2, 26)}" fill="{_RED}"/>',
        *_along_ring(office, middle),
        *_beneath(note, middle),
        "</svg>",
    ]
    return "".join(parts).encode()


def _star(x: float, y: float, radius: float) -> str:
    corners = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382  # the golden section makes the points of a star straight
        angle = math.radians(corner * 36 - 90)
        corners.append(f"{x + reach * math.cos(angle):.2f},{y + reach * math.sin(angle):.2f}")
    return " ".join(corners)


def _along_ring(office: str, middle: float) -> list[str]:
    count = max(len(office), 1)
    # At most 270 degrees: the ring stays open beneath, where the note stands. Long names get smaller characters.
    sweep = min(270.0, 27.0 * (count - 1)) if count > 1 else 0.0
    step = sweep / (count - 1) if count > 1 else 0.0
    radius = middle - 14
    size = min(24.0, math.radians(step) * radius * 0.98) if step else 24.0
    texts = []
    for place, character in enumerate(office):
        angle = -sweep / 2 + step * place
        texts.append(
            _text(character, middle, middle - radius + size * 0.86, size, f"rotate({angle:.2f} {middle:g} {middle:g})")
        )
    return texts


def _beneath(note: str, middle: float) -> list[str]:
    if not note:
        return []
    size = min(13.0, 100.0 / len(note))
    return [_text(note, middle, middle + 46, size, "")]


def _text(words: str, x: float, y: float, size: float, turn: str) -> str:
    turned = f' transform="{turn}"' if turn else ""
    return (
        f'<text x="{x:g}" y="{y:.2f}" font-family="{_FONT}" font-weight="500" font-size="{size:.2f}" '
        f'text-anchor="middle" fill="{_RED}"{turned}>{escape(words)}</text>'
    )
