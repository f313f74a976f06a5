"""Thumbnails and portraits: small pictures without anything a camera wrote into the file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image, ImageOps

EDGE = 480  # pixels; shown at half of it on sharp screens


class Undrawable(Exception):
    """The picture cannot be decoded to its end."""


def thumbnail(file: BinaryIO, type_code: str) -> bytes:
    """A WebP of at most 480 pixels an edge, turned upright, with place, time and camera left behind."""
    with _decoding(file, type_code, (EDGE, EDGE)) as upright:
        upright.thumbnail((EDGE, EDGE))
        clean = _clean(upright)
    return _encoded(clean, "WEBP", 78)


def size_of(file: BinaryIO, type_code: str) -> tuple[int, int]:
    """Width and height as the header says them."""
    with Image.open(file, formats=[type_code.upper()]) as image:
        return image.size


def portrait(
    file: BinaryIO, type_code: str, *, large: tuple[int, int], small: tuple[int, int], small_bytes: int
) -> tuple[bytes, bytes]:
    """A JPEG of exactly ``large`` and a WebP of exactly ``small`` pixels, cut from the middle; the latter as good as fits its bytes."""
    with _decoding(file, type_code, large) as upright:
        clean = _clean(ImageOps.fit(upright, large, Image.Resampling.LANCZOS, centering=(0.5, 0.4)))
    tiny = clean.resize(small, Image.Resampling.LANCZOS)
    tries = (_encoded(tiny, "WEBP", quality) for quality in (80, 65, 50, 35, 20, 5))
    kept = next((one for one in tries if len(one) <= small_bytes), b"")
    return _encoded(clean, "JPEG", 85), kept or _encoded(tiny, "WEBP", 0)


@contextmanager
def _decoding(file: BinaryIO, type_code: str, size: tuple[int, int]) -> Iterator[Image.Image]:
    """The picture, turned upright; whatever cannot be decoded to its end is Undrawable."""
    try:
        with Image.open(file, formats=[type_code.upper()]) as image:
            image.draft("RGB", size)  # JPEG is scaled while it is decoded: a large photo costs little
            yield ImageOps.exif_transpose(image) or image
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Undrawable from None


def _clean(upright: Image.Image) -> Image.Image:
    """A fresh picture: what is not copied cannot leak (EXIF, GPS, XMP, colour profile, comments)."""
    clean = Image.new("RGB", upright.size, "white")
    pixels = upright.convert("RGBA")
    clean.paste(pixels, mask=pixels)
    return clean


def _encoded(picture: Image.Image, kind: str, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=quality, **({"method": 4} if kind == "WEBP" else {}))
    return out.getvalue()
