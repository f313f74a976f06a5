"""The shape of what all services share: themes.yaml and elements.yaml."""

from __future__ import annotations

from pydantic import Field

from tongban.matters.rules.parts import Code, Day, ElementName, Shape
from tongban.matters.rules.shape import Element
from tongban.matters.rules.texts import Text


class ThemeShape(Shape):
    """One theme; ``opens`` and ``closes`` (last day) make it a column with dates."""

    code: Code
    title: Text
    about: Text
    icon: str = Field("folder", pattern=r"^[a-z0-9-]{1,40}$")
    order: int = 100
    pinned: bool = False
    opens: Day | None = None
    closes: Day | None = None
    is_sample: bool = False


class Themes(Shape):
    """themes.yaml."""

    themes: list[ThemeShape] = Field(min_length=1)


class Elements(Shape):
    """elements.yaml: the one dictionary of data elements."""

    elements: dict[ElementName, Element]
