"""How a case is handled: under which regime, by which departments, and when they have said enough."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.rules.answers import holds
from tongban.matters.rules.shape import Content, Party, ProcedureShape, Regime, Reviews

APPROVAL, FILING, CLOSED = "approval", "filing", "closed"
PROCEDURES: dict[str, T] = {
    "hearing": T("听证", "Hearing"),
    "tender": T("招标", "Tender"),
    "auction": T("拍卖", "Auction"),
    "inspection": T("检验", "Inspection"),
    "testing": T("检测", "Testing"),
    "quarantine": T("检疫", "Quarantine"),
    "appraisal": T("鉴定", "Appraisal"),
    "expert_review": T("专家评审", "Expert review"),
}
REGIMES: dict[str, T] = {
    APPROVAL: T("审批", "Approval"),
    FILING: T("备案加承诺", "Filing with a promise"),
    CLOSED: T("暂不受理", "Closed for now"),
}


def regimes_on(content: Content, day: date) -> list[Regime]:
    """The regimes in force on a day, in the definition's order."""
    return [one for one in content.definition.regimes if one.since <= day and (one.until is None or day <= one.until)]


def regime_for(content: Content, values: Mapping[str, Any], today: date) -> Regime | None:
    """The regime an application falls under: the first in force that fits; None for ordinary approval."""
    fitting = (one for one in regimes_on(content, today) if one.when is None or holds(content, one.when, values, today))
    return next(fitting, None)


def check_regime(regime: Regime | None) -> None:
    """Refuse what is closed for now, with the definition's own sentence."""
    if regime is not None and regime.kind == CLOSED:
        until = T("截至 {day}。", "Until {day}.").format(day=regime.until) if regime.until else T("", "")
        said = regime.message or regime.title
        raise Refusal("regime_closed", T(f"{said.zh}{until.zh}", f"{said.en} {until.en}".strip()), status=409)


def parties_asked(content: Content, values: Mapping[str, Any], today: date) -> list[Party]:
    """The departments that review these answers."""
    return [
        party
        for party in content.definition.reviews.parties
        if party.when is None or holds(content, party.when, values, today, unclear=True)
    ]


def units_named(content: Content) -> frozenset[str]:
    """Codes of every unit that may have to do with an application."""
    said = content.definition
    named = {said.decision.unit, said.acceptance.unit or said.decision.unit}
    return frozenset(named | {party.unit for party in said.reviews.parties})


def is_joined(reviews: Reviews, states: Mapping[str, str]) -> bool:
    """Whether the departments have said enough for a decision; ``states`` are their reviews' states by unit.

    ``quorum``: that many approve, or all have spoken. ``lead``: the lead has spoken. A unit that was not asked is not
    in ``states``; a lead that was not asked leaves the word to all others.
    """
    left = [unit for unit, state in states.items() if state == "open"]
    if not left:
        return True
    if reviews.join == "quorum":
        return sum(state == "approved" for state in states.values()) >= (reviews.quorum or len(states))
    if reviews.join == "lead":
        return states.get(reviews.lead or "", "open") != "open"
    return False


def procedure_shape(content: Content, kind: str) -> ProcedureShape:
    """What the definition says of a special procedure; refused when it knows none of this kind."""
    found = next((one for one in content.definition.special_procedures if one.kind == kind), None)
    if found is None:
        names = "、".join(PROCEDURES[one.kind].zh for one in content.definition.special_procedures) or "无"
        known = ", ".join(PROCEDURES[one.kind].en for one in content.definition.special_procedures) or "none"
        text = T(
            "这项服务没有这种特别程序。可用的有：{names}。", "This service has no such procedure. It has: {names}."
        )
        raise Refusal("unknown_procedure", text.format(names=T(names, known)), field="kind")
    return found


def is_automatic(content: Content, values: Mapping[str, Any], today: date) -> bool:
    """Whether the definition's rule grants these answers at once (即办件)."""
    rule = content.definition.decision.automatic
    return rule is not None and holds(content, rule, values, today)


def what_follows(content: Content, values: Mapping[str, Any], today: date, *, is_returned: bool = False) -> T:
    """What happens once these answers are handed in, as the applicant is told before doing so."""
    is_looked_at = content.definition.acceptance.by == "office"
    if is_returned:
        return _GOES_ON
    if closes_at_once(content, values, today) and not is_looked_at:
        return _AT_ONCE
    asked, days = len(parties_asked(content, values, today)), content.definition.clocks.promised.working_days
    first, then = _LOOKED_AT if is_looked_at else _ONCE, _IN_PARALLEL if asked > 1 else _BY_ONE if asked else _DECIDED
    said = T(f"{first.zh}{then.zh}{_FOLLOW.zh}", f"{first.en} {then.en} {_FOLLOW.en}")
    return said.format(n=asked, days=days)


_GOES_ON = T("再次提交后接着办理，没有涉及的部门意见继续有效。",
             "It goes on once submitted again; opinions on what you did not change stay valid.")  # fmt: skip
_AT_ONCE = T("提交后按规定当场办结，不用等待。", "It is settled the moment you submit it: nothing to wait for.")
_ONCE = T("提交后，", "Once submitted,")
_LOOKED_AT = T(
    "提交后先核对材料，缺什么一次告知；受理后，",
    "First your documents are checked, and anything missing is told at once; then",
)
_IN_PARALLEL = T("{n} 个部门同时开始审查，承诺 {days} 个工作日内办结。",
                 "{n} departments review at the same time; promised within {days} working days.")  # fmt: skip
_BY_ONE = T(
    "由一个部门审查，承诺 {days} 个工作日内办结。", "one department reviews it; promised within {days} working days."
)
_DECIDED = T(
    "不经审查直接决定，承诺 {days} 个工作日内办结。",
    "it is decided without a review; promised within {days} working days.",
)
_FOLLOW = T("进展随时可查，决定前可以撤回。", "You can follow it, and withdraw before the decision.")


def closes_at_once(content: Content, values: Mapping[str, Any], today: date) -> bool:
    """Whether these answers are filed, or granted by a rule, in the moment they are accepted."""
    regime = regime_for(content, values, today)
    if regime is not None and regime.kind == FILING:
        return True
    return not parties_asked(content, values, today) and is_automatic(content, values, today)
