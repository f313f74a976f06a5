"""What apps put on the shared pages: tiles, search results, the desk's menu, a visitor's own things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from tongban.lib.asked import MOST, AskedBy, counts
from tongban.lib.hooks import Hook
from tongban.lib.words import T

Space = Literal["person", "company"]  # 个人 or 企业: the two halves of the portal
Tone = Literal["plain", "progress", "action", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Found:
    """One search result."""

    title: T
    url: str
    kind: T
    about: T | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One entry of the portal's home: a service, or a way in."""

    title: T
    url: str
    about: T | None = None
    icon: str = "file-text"
    theme: str = ""
    applicants: tuple[str, ...] = ("person", "company")


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of services; ``pinned`` ones are special columns shown first, ``until`` their last day."""

    code: str
    title: T
    about: T
    icon: str
    order: int
    pinned: bool
    url: str
    tiles: tuple[Tile, ...] = ()
    until: date | None = None


WORK = T("办理", "Work")  # the menu's first group


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the desk's menu; ``count`` is what waits there for this actor, or whose list tells it: lists of all apps
    are counted together."""

    title: T
    url: str
    icon: str
    order: int = 100
    count: int | AskedBy[Any] | None = None
    group: T = WORK

    @property
    def shown(self) -> str:
        """What waits there, as people read it; where counting stopped, that there is more."""
        if isinstance(self.count, AskedBy):
            raise TypeError("nobody has counted this list yet")
        return f"{MOST - 1}+" if (self.count or 0) >= MOST else str(self.count or "")


@dataclass(frozen=True, slots=True)
class Mine:
    """One of the visitor's own things on the home page: a case, a pass, a message; ``urgent`` needs them now.

    ``kind`` is ``case``, ``pass`` or ``message``; ``when`` is a date or time, for urgent things the last day. An
    urgent thing may say more in ``about`` and name its button in ``verb``.
    """

    title: T
    url: str
    status: T
    kind: str
    when: Any = None
    urgent: bool = False
    about: T | None = None
    verb: T | None = None
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of “my data”: what an app holds on a person. ``facts`` are (label, value, source) rows."""

    title: T
    facts: list[tuple[T, str, T]]
    correct_url: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to the same result without this page: a hall, a telephone, a kiosk."""

    title: T
    about: T
    url: str = ""
    icon: str = "map-pin"


@dataclass(frozen=True, slots=True)
class Source:
    """A source of data that the about page names with its licence, because the licence asks for it."""

    name: str
    licence: str
    about: T
    url: str = ""


search = Hook(
    "web.search", "Results of the portal's search. Arguments: term, actor, place. Answers are lists of Found."
)
themes = Hook("web.themes", "Themes with their tiles. Arguments: actor, place. Answers are lists of Theme.")
desk_menu = Hook("web.desk_menu", "Lines of the staff desk's menu. Arguments: actor. Answers are lists of Entry.")
mine = Hook("web.mine", "A visitor's own things. Arguments: actor. Answers are lists of Mine.")
demo_links = Hook("web.demo_links", "Links shown in demo mode only. No arguments. Answers are lists of Tile.")
footer_links = Hook("web.footer_links", "Links at the foot of every page. No arguments. Answers are lists of Tile.")
ways = Hook("web.ways", "Ways to be served without this page. Arguments: actor, place. Answers are lists of Way.")
sources = Hook("web.sources", "Sources of data to attribute. No arguments. Answers are lists of Source.")
account_menu = Hook("web.account_menu", "Lines of the account menu. Arguments: actor. Answers are lists of Entry.")


def gather(hook: Hook, **arguments: Any) -> list[Any]:
    """All answers of a hook that answers with lists, in one list."""
    answers: Iterable[list[Any]] = hook.call(**arguments)
    return [item for answer in answers for item in answer]


def themes_of(space: Space, *, actor: Any, place: Any, today: date) -> list[Theme]:
    """Themes with the services of one space, in their order; empty ones and columns past their day are left out."""
    found = []
    for theme in gather(themes, actor=actor, place=place):
        tiles = tuple(tile for tile in theme.tiles if space in tile.applicants)
        if tiles and (theme.until is None or theme.until >= today):
            found.append(replace(theme, tiles=tiles))
    return sorted(found, key=lambda theme: theme.order)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a visitor's pages: the lines of the account menu, and the desk's menu by group."""

    account: list[Entry]
    desk: list[tuple[T, list[Entry]]]

    def waiting_at(self, path: str) -> int | None:
        """What the menu counted at this page, None where it counts nothing."""
        counted = (entry.count for _, entries in self.desk for entry in entries if entry.url == path)
        return next((count for count in counted if isinstance(count, int)), None)


def frame_of(request: Any) -> Frame:
    """The frame of a request's pages, made once: what waits at all of its lines is counted in one statement."""
    if not hasattr(request, "frame"):
        request.frame = _frame(getattr(request, "actor", None))
    frame: Frame = request.frame
    return frame


def _frame(actor: Any) -> Frame:
    if actor is None or not actor.is_known:
        return Frame([], [])
    account: list[Entry] = gather(account_menu, actor=actor)
    has_desk = actor.is_staff and actor.second_factor  # as ``audiences.admit`` lets them in
    desk: list[Entry] = gather(desk_menu, actor=actor) if has_desk else []
    lines = [*account, *desk]
    found = iter(counts(actor, *(line.count for line in lines if isinstance(line.count, AskedBy))))
    counted = [replace(line, count=next(found)) if isinstance(line.count, AskedBy) else line for line in lines]
    groups: dict[T, list[Entry]] = {}
    for entry in sorted(counted[len(account) :], key=lambda e: e.order):
        groups.setdefault(entry.group, []).append(entry)
    return Frame(sorted(counted[: len(account)], key=lambda e: e.order), list(groups.items()))
