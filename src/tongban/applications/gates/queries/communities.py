"""Communities, their gates and the rules in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q, QuerySet

from tongban.applications.gates.models import Community, Gate, PassRule
from tongban.applications.gates.rules.rights import RUN
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.repeated import Repeated
from tongban.lib.words import T

COMMUNITY = T("这个社区的门岗", "The gates of this community")
_DIGITS = 12


def own_code(by: Actor) -> str:
    """The community somebody works for; whoever works for several has none of them here."""
    require(by, RUN)
    if len(by.region) < _DIGITS:
        raise Refusal("community_needed", T("门岗由社区自己管理，请用社区的账号登录。",
                      "Gates are run by their community: sign in with a membership of it."), status=403)  # fmt: skip
    return by.region[:_DIGITS]


def community_run_by(by: Actor) -> Community:
    """The community whose gates somebody runs."""
    found = Community.objects.filter(code=own_code(by)).first()
    if found is None:
        raise not_found(COMMUNITY)
    return found


def communities_with_gates(prefix: str = "") -> QuerySet[Community]:
    """Communities one can ask for a pass, those of a region."""
    return Community.objects.filter(code__startswith=prefix).order_by("code")


def gates_of(community: Community) -> list[Gate]:
    """The gates in use, by their numbers."""
    return list(Gate.objects.filter(community=community, is_closed=False))


def rules_of(community: Community, *, since: date) -> list[PassRule]:
    """Rules that hold on a day or later."""
    return list(PassRule.objects.filter(community=community, last__gte=since, ended_at__isnull=True))


def rule_for(community: Community, type_: str, day: date) -> PassRule | None:
    """The rule of a type on a day; there is one at most."""
    found = PassRule.objects.filter(community=community, type=type_, first__lte=day, last__gte=day)
    return found.filter(ended_at__isnull=True).first()


class RuleNow(NamedTuple):
    """What a gate asks of a rule."""

    type: str
    first: date
    last: date
    is_closed: bool
    hours: str
    gates: list[int]


class AtGates(NamedTuple):
    """A community and its rules that hold on a day or later: what a verdict at a gate needs."""

    pk: UUID
    code: str
    rules: list[RuleNow]


_PARTS = [f"held__{name}" for name in RuleNow._fields]


def _with_rules(found: QuerySet[Community], since: Any) -> QuerySet[Any]:
    in_force = Q(rules__last__gte=since, rules__ended_at__isnull=True)
    return found.annotate(held=FilteredRelation("rules", condition=in_force)).values_list("pk", "code", *_PARTS)


_BY_CODE = Repeated[Sequence[Any]](lambda code, since: _with_rules(Community.objects.filter(code=code), since))
_BY_DEVICE = Repeated[Sequence[Any]](
    lambda device, since: _with_rules(Community.objects.filter(guards__contains=device), since)
)


def at_gates(code: str, *, since: date) -> AtGates | None:
    """A community by its code, with its rules, in one statement."""
    return _at_gates(_BY_CODE(code=code, since=since))


def at_gates_of_device(device_id: UUID, *, since: date) -> AtGates | None:
    """The community at whose gates a device stands, with its rules, in one statement."""
    return _at_gates(_BY_DEVICE(device=json.dumps([str(device_id)]), since=since))


def _at_gates(rows: list[Sequence[Any]]) -> AtGates | None:
    if not rows:
        return None
    pk, code, *_ = rows[0]
    return AtGates(pk, code, [RuleNow(*row[2:]) for row in rows if row[2] and row[0] == pk])
