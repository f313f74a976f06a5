"""examples.yaml: what answers a form is given, and what must come out; run at every check of a definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from tongban.lib.words import T
from tongban.matters.rules.answers import Checked, check_answers, number_of
from tongban.matters.rules.handling import is_automatic, parties_asked, regime_for
from tongban.matters.rules.parts import Code, Day, ElementName, Shape
from tongban.matters.rules.shape import Content
from tongban.matters.rules.sources import Fault, Source
from tongban.matters.rules.texts import Text


class Expected(Shape):
    """What an example must give; what it does not name is not looked at, but for refusals, which must be all of them.

    ``refused``: codes by field; ``regime``: its code, "" for ordinary approval; ``reviews``: units in the definition's
    order; ``calculated``: computed answers; ``automatic``: decided at once; ``fees``: fen by the fee's code.
    """

    refused: dict[str, str] = {}
    hidden: list[ElementName] = []
    regime: str | None = None
    reviews: list[Code] | None = None
    calculated: dict[ElementName, Any] = {}
    automatic: bool | None = None
    fees: dict[Code, int] | None = None


class Example(Shape):
    """One example: answers as typed, over the first example's, and what must come out."""

    name: Text
    given: dict[ElementName, Any]
    today: Day
    expect: Expected = Expected()


class Examples(Shape):
    """examples.yaml: the first is a complete application; the others change some of its answers."""

    examples: list[Example] = Field(min_length=1)


def example_faults(content: Content, examples: Examples, source: Source) -> Iterator[Fault]:
    """Run each example; what comes out must be what it says, no more and no less."""
    complete = examples.examples[0].given
    for number, example in enumerate(examples.examples):
        checked = check_answers(content, {**complete, **example.given}, today=example.today)
        got = _outcome(content, checked, example)
        for part, expected in _wanted(example.expect).items():
            if got[part] != expected:
                text = T(
                    "示例“{name}”的 {part} 应当是 {expected}，实际是 {got}。",
                    "Example “{name}” should give {part} {expected} but gives {got}.",
                )
                yield source.fault(
                    ("examples", number, "expect", part),
                    text.format(name=example.name, part=part, expected=expected or "{}", got=got[part] or "{}"),
                )
        for name in example.expect.hidden:
            if name not in checked.hidden:
                text = T("示例里“{name}”应当隐藏，实际显示。", "“{name}” should be hidden here but is shown.")
                yield source.fault(("examples", number, "expect", "hidden"), text.format(name=name))


def _wanted(expect: Expected) -> dict[str, Any]:
    wanted: dict[str, Any] = {"refused": expect.refused}
    for part in ("regime", "reviews", "automatic", "fees"):
        if getattr(expect, part) is not None:
            wanted[part] = getattr(expect, part)
    return wanted | ({"calculated": expect.calculated} if expect.calculated else {})


def _outcome(content: Content, checked: Checked, example: Example) -> dict[str, Any]:
    day, values = example.today, checked.values
    regime = regime_for(content, values, day)
    wanted = example.expect.fees
    fees = content.definition.fees if wanted is not None else []
    return {
        "refused": {refusal.field: refusal.code for refusal in checked.refusals},
        "regime": regime.code if regime else "",
        "reviews": [party.unit for party in parties_asked(content, values, day)],
        "calculated": {name: values.get(name) for name in example.expect.calculated},
        "automatic": is_automatic(content, values, day),
        "fees": {fee.code: number_of(content, fee.amount, values, day) for fee in fees},
    }
