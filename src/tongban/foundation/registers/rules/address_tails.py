"""Addresses of one building are alike but for their numbers: its beginning is read once, then only the numbers.

``NumberedTail`` is sure where ``parse_address`` has read the same beginning with numbers of the same lengths.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tongban.foundation.registers.rules.addresses import Address

_TAIL = re.compile(
    r"(.*[^\d\-A-Za-z一二三四五六七八九十第])(\d{1,3})(栋|幢|号楼|座)(?:(\d{1,2})(单元))?(\d{3,5})(室|号|房|户)?",
    re.ASCII,
)


class NumberedTail(NamedTuple):
    """An address whose end is building, maybe unit, and room; ``shape`` is everything but the numbers."""

    shape: tuple[str, str, str, str, int, int, int]
    building: str
    unit: str
    room: str


def numbered_tail(raw: str) -> NumberedTail | None:
    """The numbers at the end of a plainly written address and the shape around them; None for any other."""
    found = _TAIL.fullmatch(raw)
    if found is None:
        return None
    head, building, sign, unit, unit_sign, room, room_sign = found.groups(default="")
    shape = (head, sign, unit_sign, room_sign, len(building), len(unit), len(room))
    return NumberedTail(shape, building, unit, room)


def is_read_alike(tail: NumberedTail, address: Address) -> bool:
    """Whether the parser took exactly these numbers for building, unit and room, and left nothing over."""
    read = (address.building, address.unit, address.room, address.floor, address.house, address.rest)
    return read == (tail.building, tail.unit, tail.room, "", "", "")
