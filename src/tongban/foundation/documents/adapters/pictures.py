"""Thumbnails: small pictures without anything a camera wrote into the file."""

from __future__ import annotations

import io
from typing import BinaryIO

from PIL import Image, ImageOps

EDGE = 480  # pixels; shown at half of it on sharp screens


class Undrawable(Exception):
    """The picture cannot be decoded to its end."""


def thumbnail(file: BinaryIO, type_code: str) -> bytes:
    """A WebP of at most 480 pixels an edge, turned upright, with place, time and camera left behind."""
    try:
        with Image.open(file, formats=[type_code.upper()]) as image:
            image.draft("RGB", (EDGE, EDGE))  # JPEG is scaled while it is decoded: a large photo costs little
            upright = ImageOps.exif_transpose(image) or image
            upright.thumbnail((EDGE, EDGE))
            # A fresh picture: what is not copied cannot leak (EXIF, GPS, XMP, colour profile, comments).
            clean = Image.new("RGB", upright.size, "white")
            pixels = upright.convert("RGBA")
            clean.paste(pixels, mask=pixels)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Undrawable from None
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=78, method=4)
    return out.getvalue()
