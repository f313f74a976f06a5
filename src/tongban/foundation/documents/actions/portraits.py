"""Portraits: a photo somebody sends of themselves, made small and clean; the file itself is not kept."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from tongban.foundation.documents.actions.making import house_limit
from tongban.foundation.documents.adapters import pictures
from tongban.foundation.documents.adapters.multipart import TooLargeUpload
from tongban.foundation.documents.rules.contents import check_content, damaged
from tongban.foundation.documents.rules.names import clean_name
from tongban.foundation.documents.rules.purposes import MIB, purpose_of, too_large
from tongban.foundation.documents.rules.types import TYPES
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

LARGE, SMALL = (360, 480), (120, 160)  # pixels, three by four: for paper, and for a screen at a gate
SMALL_BYTES = 3_000  # of which a phone keeps thousands
_LEAST = 120  # pixels an edge: less is no face


@dataclass(frozen=True, slots=True)
class Portrait:
    """The same photo twice: a JPEG for paper and a WebP for small screens."""

    large: bytes
    small: bytes


def portrait(file: Any, *, purpose: str) -> Portrait:
    """Judge a photo as every file is judged, and draw it anew; what it was sent in is forgotten with the request."""
    plan = purpose_of(purpose)
    if isinstance(file, TooLargeUpload):
        raise too_large(min(house_limit(plan), settings.ENVIRONMENT.body_max_mb * MIB))
    file.seek(0)
    content = file.read(house_limit(plan) + 1)
    if len(content) > house_limit(plan):
        raise too_large(house_limit(plan))
    found = check_content(io.BytesIO(content), len(content), clean_name(file.name or ""), plan)
    width, height = pictures.size_of(io.BytesIO(content), found.type)
    if min(width, height) < _LEAST:
        raise Refusal("photo_too_small", T("照片太小，看不清人。请换一张。", "This photo is too small to tell anybody by. Choose another."),
                      field="file")  # fmt: skip
    try:
        large, small = pictures.portrait(
            io.BytesIO(content), found.type, large=LARGE, small=SMALL, small_bytes=SMALL_BYTES
        )
    except pictures.Undrawable:
        raise damaged(TYPES[found.type].label) from None
    return Portrait(large, small)
