"""Communities, their gates and the rules in force."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from tongban.applications.gates.models import Community, Gate, PassRule
from tongban.applications.gates.rules.rights import RUN
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
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
