"""In which order the questions of a form are settled: what a rule reads comes before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tongban.matters.rules.expressions import elements_in

if TYPE_CHECKING:
    from tongban.matters.rules.shape import FormField


class Circle(Exception):
    """Rules that wait for one another; ``names`` are the elements of the circle, the first one again at the end."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = tuple(names)


def read_by(asked: FormField) -> frozenset[str]:
    """Elements that decide whether a question is shown, or what is computed for it."""
    return elements_in(asked.visible or "") | elements_in(asked.calculate or "")


def settling_order(fields: Sequence[FormField]) -> tuple[FormField, ...]:
    """The questions, each after those it depends on, else in the form's order; Circle when there is no such order."""
    known = {asked.element: asked for asked in fields}
    settled: dict[str, FormField] = {}

    def settle(asked: FormField, above: tuple[str, ...]) -> None:
        name = asked.element
        if name in above:
            raise Circle([*above[above.index(name) :], name])
        if name in settled:
            return
        for needed in sorted(read_by(asked) & known.keys()):
            settle(known[needed], (*above, name))
        settled[name] = asked

    for asked in fields:
        settle(asked, ())
    return tuple(settled.values())
