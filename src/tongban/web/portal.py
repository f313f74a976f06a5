"""What apps put on the shared pages: tiles, search results, the desk's menu, a visitor's own things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tongban.lib.hooks import Hook
from tongban.lib.words import T


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
    """A group of services; ``pinned`` ones are special columns shown first."""

    code: str
    title: T
    about: T
    icon: str
    order: int
    pinned: bool
    url: str
    tiles: tuple[Tile, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the desk's menu; ``count`` is what waits there for this actor."""

    title: T
    url: str
    icon: str
    order: int = 100
    count: int | None = None
    group: T = field(default_factory=lambda: T("办理", "Work"))


@dataclass(frozen=True, slots=True)
class Mine:
    """One of the visitor's own things on the home page: a case, a pass, a message; ``urgent`` needs them now."""

    title: T
    url: str
    status: T
    kind: str
    when: Any = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of “my data”: what an app holds on a person. ``facts`` are (label, value, source) rows."""

    title: T
    facts: list[tuple[T, str, T]]
    correct_url: str = ""


search = Hook(
    "web.search", "Results of the portal's search. Arguments: term, actor, place. Answers are lists of Found."
)
themes = Hook("web.themes", "Themes with their tiles. Arguments: actor, place. Answers are lists of Theme.")
desk_menu = Hook("web.desk_menu", "Lines of the staff desk's menu. Arguments: actor. Answers are lists of Entry.")
mine = Hook("web.mine", "A visitor's own things. Arguments: actor. Answers are lists of Mine.")
demo_links = Hook("web.demo_links", "Links shown in demo mode only. No arguments. Answers are lists of Tile.")
account_menu = Hook("web.account_menu", "Lines of the account menu. Arguments: actor. Answers are lists of Entry.")


def gather(hook: Hook, **arguments: Any) -> list[Any]:
    """All answers of a hook that answers with lists, in one list."""
    answers: Iterable[list[Any]] = hook.call(**arguments)
    return [item for answer in answers for item in answer]
