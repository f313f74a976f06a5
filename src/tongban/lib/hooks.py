"""Moments a lower app offers and an upper app answers, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

ALL: dict[str, Hook] = {}


class Hook:
    """A named moment. Answers run in the order in which their apps are installed; an exception stops the action."""

    def __init__(self, name: str, doc: str) -> None:
        if name in ALL:
            raise ValueError(f"hook {name} is offered twice")
        self.name = name
        self.doc = doc
        self.answers: list[Callable[..., Any]] = []
        ALL[name] = self

    def answer(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register ``function`` to answer this hook."""
        self.answers.append(function)
        return function

    def call(self, **arguments: Any) -> list[Any]:
        """Ask everybody who answers; their answers in order."""
        return [answer(**arguments) for answer in self.answers]

    def call_each(self, **arguments: Any) -> Iterator[Any]:
        """The answers one by one, each asked for only when the one before did not do."""
        return (answer(**arguments) for answer in self.answers)

    def first(self, **arguments: Any) -> Any:
        """The first answer that is not None, or None; later answerers are not asked."""
        for answer in self.answers:
            found = answer(**arguments)
            if found is not None:
                return found
        return None
