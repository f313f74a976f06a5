"""Tiles of C2SP tlog-tiles: 256 hashes each, and bundles of the entries beneath them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tongban_verify.errors import Unverified
from tongban_verify.merkle import HASH_SIZE, perfect_root

WIDTH = 256
LARGEST_ENTRY = 65_535  # the length before each entry has two bytes
GetTile = Callable[[int, int, int], bytes]


def number_path(number: int) -> str:
    """A tile's number in groups of three digits: 1234067 is x001/x234/067."""
    text = f"{number % 1000:03}"
    while number := number // 1000:
        text = f"x{number % 1000:03}/{text}"
    return text


def parse_number(text: str) -> int:
    """The number a path of groups stands for; ValueError when it is written in another way."""
    groups = text.split("/")
    digits = [group[1:] if place < len(groups) - 1 else group for place, group in enumerate(groups)]
    if len(groups) > 5 or not all(len(group) == 3 and group.isascii() and group.isdigit() for group in digits):
        raise ValueError(text)
    number = int("".join(digits))
    if number_path(number) != text:
        raise ValueError(text)
    return number


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """The path of a tile of hashes, or with level "entries" of a bundle; narrower ones end in .p/<width>."""
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{number_path(number)}{partial}"


def tile_width(level: int, number: int, size: int) -> int:
    """How many hashes tile ``number`` of a level holds in a tree of ``size`` leaves; 0 for none."""
    return max(0, min(WIDTH, (size >> 8 * level) - number * WIDTH))


def tiles_of(size: int) -> Iterable[tuple[int, int, int]]:
    """Every tile of a tree of ``size`` leaves: level, number, width; from the leaves up."""
    level = 0
    while size >> 8 * level:
        for number in range(-(-(size >> 8 * level) // WIDTH)):
            yield level, number, tile_width(level, number, size)
        level += 1


def split_tile(tile: bytes, width: int) -> list[bytes]:
    """The hashes of a tile; Unverified when it does not hold exactly ``width`` of them."""
    if len(tile) != width * HASH_SIZE:
        raise Unverified(
            "tile_truncated", f"数据块应有 {width * HASH_SIZE} 字节，实有 {len(tile)} 字节。",
            f"A tile of {len(tile)} bytes came where {width * HASH_SIZE} were due.",
        )  # fmt: skip
    return [tile[i : i + HASH_SIZE] for i in range(0, len(tile), HASH_SIZE)]


def join_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle: each entry after its length in two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def split_entries(bundle: bytes, width: int) -> list[bytes]:
    """The entries of a bundle; Unverified when it does not hold exactly ``width`` of them."""
    entries, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        entry = bundle[at + 2 : at + 2 + length]
        if at + 2 > len(bundle) or len(entry) != length:
            break
        entries.append(entry)
        at += 2 + length
    if at != len(bundle) or len(entries) != width:
        raise Unverified(
            "bundle_truncated", f"条目块应有 {width} 条，实有 {len(entries)} 条完整的。",
            f"A bundle with {len(entries)} whole entries came where {width} were due.",
        )  # fmt: skip
    return entries


class TileReader:
    """Hashes of complete subtrees, read from the tiles of a tree of ``size`` leaves; to be given as ``read``."""

    def __init__(self, get_tile: GetTile, size: int) -> None:
        self._get_tile = get_tile
        self._size = size
        self._known: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash over the ``2**level`` leaves from ``index * 2**level`` on."""
        tile_level, height = divmod(level, 8)
        first = index << height
        row = self._tile(tile_level, first // WIDTH)
        at = first % WIDTH
        return perfect_root(row[at : at + (1 << height)])

    def _tile(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._known:
            width = tile_width(level, number, self._size)
            self._known[level, number] = split_tile(self._get_tile(level, number, width), width)
        return self._known[level, number]
