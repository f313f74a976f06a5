"""Dated parameters: what the law sets, from which day, by which text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tongban.lib.words import T
from tongban.matters.rules.shape import Content
from tongban.matters.rules.sources import Fault, Source


def parameter_faults(content: Content, source: Source) -> Iterator[Fault]:
    """Each parameter has values of one type, in the order of their days, from the first day of the service on."""
    for name, parameter in content.parameters.items():
        path = ("parameters", name, "values")
        for place, (before, after) in enumerate(pairwise(parameter.values), 1):
            if after.since <= before.since:
                text = T("请按日期先后排列，每天只写一个值。", "Order the values by their day, one for each day.")
                yield source.fault((*path, place, "since"), text)
            if type(after.value) is not type(before.value):
                text = T("同一参数的值应当类型相同。", "The values of one parameter are of one type.")
                yield source.fault((*path, place, "value"), text)
        since = content.definition.in_force.since
        if parameter.values[0].since > since:
            text = T(
                "事项 {day} 起受理，参数从那天起就要有值。", "Applications open on {day}: say what it is from then on."
            )
            yield source.fault((*path, 0, "since"), text.format(day=since))
