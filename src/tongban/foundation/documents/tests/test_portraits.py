"""Portraits: drawn anew, small, without what a camera wrote; whatever is no photo is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tongban.foundation.documents.actions.portraits import LARGE, SMALL, SMALL_BYTES, portrait
from tongban.foundation.documents.adapters.multipart import TooLargeUpload
from tongban.foundation.documents.tests.support import MATERIAL, pdf, picture, sent

Refused = Callable[[str], Any]


def noise(size: tuple[int, int]) -> bytes:
    """A photo with as many details as there can be."""
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, "JPEG", exif=_with_place())
    return out.getvalue()


def _with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "a camera", {1: "N", 2: (28.0, 53.0, 0.0)}
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_drawn_anew_in_two_sizes(kind: str) -> None:
    made = portrait(sent(picture(kind), f"a.{kind.lower()}"), purpose=MATERIAL)
    large, small = Image.open(io.BytesIO(made.large)), Image.open(io.BytesIO(made.small))
    assert (large.format, large.size, small.format, small.size) == ("JPEG", LARGE, "WEBP", SMALL)


def test_the_small_one_is_small_and_the_camera_is_left_behind() -> None:
    made = portrait(sent(noise((600, 900)), "a.jpg"), purpose=MATERIAL)
    assert len(made.small) <= SMALL_BYTES
    for one in (made.large, made.small):
        assert not Image.open(io.BytesIO(one)).getexif()
        assert b"a camera" not in one


def test_what_is_no_photo_is_refused(refused: Refused) -> None:
    whole = noise((600, 800))
    for content, name, code in (
        (picture(size=(100, 400)), "a.jpg", "photo_too_small"),
        (whole[: len(whole) // 2], "a.jpg", "file_incomplete"),
        (b"", "a.jpg", "empty_file"),
        (b"MZ" + bytes(90), "a.jpg", "executable_file"),
    ):
        with refused(code):
            portrait(sent(content, name), purpose=MATERIAL)
    with refused("file_too_large"):
        portrait(TooLargeUpload(name="a.jpg"), purpose=MATERIAL)
    with refused("type_not_for_purpose"):
        portrait(sent(pdf(), "a.pdf"), purpose="gates.photo")
