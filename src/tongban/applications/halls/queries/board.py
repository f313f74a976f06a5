"""The live board: one snapshot a second for each hall and process, however many people watch.

A snapshot carries a version that changes with its contents, so that a screen that lost its connection gets the whole
state at once, and one that has it gets nothing.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from django.utils import timezone

from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.queries.halls import hall_by_code
from tongban.applications.halls.queries.visits import at_windows, counted, paces, waiting, windows_serving
from tongban.applications.halls.rules.queue import INSIDE, Pace, call_words, shown_number, wait_range, wait_words
from tongban.lib.jurisdictions import require_current

KEEP_SECONDS = 1.0
SHOWN_WAITING = 50
_MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """One queue: how many wait, at how many windows, how fast it moves."""

    prefix: str
    names: str
    names_en: str
    waiting: int
    windows: int
    pace: Pace

    @property
    def waits(self) -> tuple[int, int] | None:
        """What somebody who came now would wait."""
        return wait_range(self.waiting, self.windows, self.pace)


@dataclass(frozen=True, slots=True)
class Board:
    """A hall at a moment."""

    made_at: datetime
    version: str
    inside: int
    lines: dict[str, Line]
    shown: dict[str, Any]
    body: bytes


_boards: dict[tuple[str, UUID], tuple[float, Board]] = {}
_codes: dict[tuple[str, str], UUID] = {}  # which hall a code of an address means; codes are never given again
_locks: dict[tuple[str, UUID], Lock] = {}
_guard = Lock()


def board_of(hall: Hall) -> Board:
    """The board, at most a second old; one thread makes it while the others wait for it."""
    key = (require_current(), hall.pk)
    kept = _boards.get(key)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    with _guard:
        lock = _locks.setdefault(key, Lock())
    with lock:
        kept = _boards.get(key)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        board = make_board(hall)
        if len(_boards) > _MOST_KEPT:  # of halls nobody looks at any more
            _boards.clear()
        _boards[key] = (time.monotonic() + KEEP_SECONDS, board)
        return board


def board_at(code: str) -> Board:
    """The board of the hall with this code; as long as a snapshot is young, nobody is asked whose code it is."""
    schema = require_current()
    hall_id = _codes.get((schema, code))
    kept = _boards.get((schema, hall_id)) if hall_id else None
    if kept and kept[0] > time.monotonic():
        return kept[1]
    hall = hall_by_code(code)
    if len(_codes) > _MOST_KEPT:
        _codes.clear()
    _codes[schema, code] = hall.pk
    return board_of(hall)


def forget_board(hall_id: UUID) -> None:
    """Make the board anew at the next look in this process: whoever changed something sees it at once."""
    _boards.pop((require_current(), hall_id), None)


def make_board(hall: Hall) -> Board:
    """Read everything a screen shows, in five statements."""
    now = timezone.now()
    day = hall.schedule.business_day(now)
    windows = list(hall.windows.order_by("number"))
    queue = list(waiting(hall.pk, day).values_list("line", "prefix", "number"))
    tempo = paces(hall, day)
    inside = counted(hall.pk, day, INSIDE)
    lines = {}
    for prefix in dict.fromkeys(one.prefix for one in hall.service_list):
        named = [one.name for one in hall.service_list if one.prefix == prefix]
        lines[prefix] = Line(
            prefix, "、".join(name.zh for name in named), ", ".join(name.en for name in named),
            sum(1 for line, *_ in queue if line == prefix), windows_serving(windows, prefix), tempo[prefix],
        )  # fmt: skip
    calls = [_call(visit) for visit in at_windows(hall.pk, day)]
    shown = {
        "hall": hall.name, "open": hall.schedule.is_open(now), "inside": inside, "capacity": hall.capacity,
        "calls": calls, "lines": [_line(line) for line in lines.values()],
        "waiting": [shown_number(prefix, number or 0) for _, prefix, number in queue[:SHOWN_WAITING]],
        "windows": [{"number": one.number, "name": one.name, "open": one.is_open} for one in windows],
    }  # fmt: skip
    version = hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]
    body = json.dumps(
        shown | {"version": version, "at": now.isoformat(timespec="milliseconds")}, ensure_ascii=False
    ).encode()
    return Board(now, version, inside, lines, shown, body)


def _call(visit: Visit) -> dict[str, Any]:
    window = visit.window.number if visit.window else ""
    words = call_words(visit.prefix, visit.number or 0, window)
    return {
        "number": shown_number(visit.prefix, visit.number or 0), "window": window, "state": visit.state,
        "name": visit.masked_name, "say": words.zh, "say_en": words.en, "call": f"{visit.pk.hex}-{visit.calls}",
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    words = wait_words(line.waits)
    return {
        "prefix": line.prefix, "name": line.names, "name_en": line.names_en, "waiting": line.waiting, "windows": line.windows,
        "wait": words.zh, "wait_en": words.en, "minutes": list(line.waits) if line.waits else None,
    }  # fmt: skip
