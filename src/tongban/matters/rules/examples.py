"""The shape of examples.yaml: what answers a form is given, and what must come out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tongban.matters.rules.shape import Day, ElementName, Shape, Text


class Expected(Shape):
    """What an example must give: codes by field, hidden elements, or nothing but a clean form."""

    refused: dict[ElementName, str] = {}
    hidden: list[ElementName] = []


class Example(Shape):
    """One example: answers as typed, over the first example's, and what must come out."""

    name: Text
    given: dict[ElementName, Any]
    today: Day
    expect: Expected = Expected()


class Examples(Shape):
    """examples.yaml: the first is a complete application; the others change some of its answers."""

    examples: list[Example] = Field(min_length=1)
