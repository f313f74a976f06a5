"""A community opens its gates and says what holds for a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.applications.gates.models import Community, Gate, PassRule
from tongban.applications.gates.queries.communities import community_run_by, own_code
from tongban.applications.gates.rules.kinds import MOST_GATES, RULED, check_hours
from tongban.foundation.ledger import actions as ledger
from tongban.lib.actors import Actor
from tongban.lib.phones import check_phone
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

LONGEST_RULE = 366
MOST_CHECK_DAYS = 5
GATE, RULE = T("这个门", "This gate"), T("这条规定", "This rule")


@transaction.atomic
def open_community(name: str, phone: str, gates: Sequence[str], *, name_en: str = "", by: Actor) -> Community:
    """Open the gates of one's own community; a second time is refused."""
    code = own_code(by)
    if by.unit_id is None:
        raise Refusal(
            "community_needed", T("请用社区的账号登录。", "Sign in with a membership of the community."), status=403
        )
    names = [_name(one) for one in gates if one.strip()]
    if not names:
        raise Refusal("gate_missing", T("请至少写一个门。", "Name one gate at least."), field="gates")
    try:
        with transaction.atomic():
            community = Community.objects.create(
                code=code, name=_name(name, 80), name_en=name_en.strip()[:120], phone=check_phone(phone, field="phone"), unit_id=by.unit_id
            )  # fmt: skip
    except IntegrityError:
        raise Refusal(
            "community_open", T("这个社区已经开通门岗。", "The gates of this community are open."), status=409
        ) from None
    Gate.objects.bulk_create(
        Gate(community=community, number=n, name=one) for n, one in enumerate(names[:MOST_GATES], 1)
    )
    return community


@transaction.atomic
def change_community(name: str, phone: str, check_days: int, *, name_en: str = "", by: Actor) -> Community:
    """Change what a community says of itself, and how soon it checks applications."""
    community = _locked(by)
    if not 1 <= check_days <= MOST_CHECK_DAYS:
        raise Refusal("check_days_wrong", T("核对期限填 1 至 {n} 个工作日。", "Between 1 and {n} working days.").format(n=MOST_CHECK_DAYS),
                      field="check_days")  # fmt: skip
    community.name, community.name_en, community.check_days = _name(name, 80), name_en.strip()[:120], check_days
    community.phone = check_phone(phone, field="phone")
    community.save(update_fields=["name", "name_en", "phone", "check_days"])
    return community


def _locked(by: Actor) -> Community:
    return Community.objects.select_for_update().get(pk=community_run_by(by).pk)


def _name(said: str, longest: int = 40) -> str:
    text = " ".join(said.split())
    if not 1 <= len(text) <= longest:
        raise Refusal(
            "name_wrong",
            T("请填写名称，最多 {n} 个字。", "A name of {n} characters at most.").format(n=longest),
            field="name",
        )
    return text


@transaction.atomic
def add_gate(name: str, *, name_en: str = "", by: Actor) -> Gate:
    """A further gate; its number is one no gate had before."""
    community = _locked(by)
    last = Gate.objects.filter(community=community).order_by("-number").values_list("number", flat=True).first() or 0
    if last + 1 >= MOST_GATES:
        raise Refusal(
            "too_many_gates", T("一个社区最多 {n} 个门。", "At most {n} gates.").format(n=MOST_GATES - 1), status=409
        )
    return Gate.objects.create(community=community, number=last + 1, name=_name(name), name_en=name_en.strip()[:60])


@transaction.atomic
def close_gate(gate_id: UUID, *, by: Actor) -> Gate:
    """A gate is no longer used; its number stays its own."""
    gate = Gate.objects.filter(pk=gate_id, community=_locked(by)).first()
    if gate is None:
        raise not_found(GATE)
    gate.is_closed = True
    gate.save(update_fields=["is_closed"])
    return gate


@dataclass(frozen=True, slots=True)
class NewRule:
    """What is to hold for one type of pass; empty hours and no gates mean at any time and everywhere."""

    type: str
    first: date
    last: date
    legal_basis: str
    is_closed: bool = False
    hours: str = ""
    gates: tuple[int, ...] = ()
    quota: int | None = None


@transaction.atomic
def set_rule(new: NewRule, *, by: Actor) -> PassRule:
    """Say what holds for a type of pass from a day to a day; everybody can read it in the public log."""
    community = _locked(by)
    _check_rule(new, community)
    rule = PassRule.objects.create(
        community=community, type=new.type, first=new.first, last=new.last, legal_basis=" ".join(new.legal_basis.split()),
        is_closed=new.is_closed, hours=check_hours(new.hours), gates=sorted(set(new.gates)), quota=new.quota, set_by=by.name[:120],
    )  # fmt: skip
    _tell(rule, "", rule_words(rule), by)
    return rule


def _check_rule(new: NewRule, community: Community) -> None:
    today = timezone.localdate()
    if new.type not in RULED:
        raise Refusal("type_unknown", T("请选择人员类别。", "Choose a type."), field="type")
    if len(new.legal_basis.strip()) < 4 or len(new.legal_basis) > 200:
        raise Refusal("basis_missing", T("请写明依据的法律条文或文件，最多 200 字。", "Name the law or document it is based on."),
                      field="legal_basis")  # fmt: skip
    if not today <= new.first <= new.last or (new.last - new.first).days >= LONGEST_RULE:
        raise Refusal("rule_dates_wrong", T("从今天或以后开始，止日不早于起日，最长一年。",
                      "Begins today or later, ends on that day or later, lasts a year at most."), field="last")  # fmt: skip
    known = set(Gate.objects.filter(community=community, is_closed=False).values_list("number", flat=True))
    if not set(new.gates) <= known:
        raise Refusal("gate_unknown", T("请从现有的门中选择。", "Choose from the gates there are."), field="gates")
    if new.quota is not None and not 0 < new.quota <= 100:
        raise Refusal(
            "quota_wrong", T("限额填 1 至 100，不限请留空。", "Between 1 and 100, or empty for none."), field="quota"
        )
    there = PassRule.objects.filter(community=community, type=new.type, first__lte=new.last, last__gte=new.first)
    if there.filter(ended_at__isnull=True).exists():
        raise Refusal("rule_overlaps", T("这段时间这一类已经有规定，请先结束它。", "There is a rule for this type and time: end it first."),
                      field="first", status=409)  # fmt: skip


@transaction.atomic
def end_rule(rule_id: UUID, *, by: Actor) -> None:
    """End a rule before its last day: from now on nothing of it holds."""
    rule = PassRule.objects.filter(pk=rule_id, community=_locked(by), ended_at__isnull=True).first()
    if rule is None or rule.last < timezone.localdate():
        raise not_found(RULE)
    before, rule.ended_at = rule_words(rule), timezone.now()
    rule.save(update_fields=["ended_at"])
    _tell(rule, before, rule_words(rule), by)


def rule_words(rule: PassRule) -> str:
    """A rule as the public log has it; nothing once it was ended."""
    if rule.ended_at:
        return ""
    said = (
        "closed"
        if rule.is_closed
        else f"hours {rule.hours or 'any'}, gates {rule.gates or 'any'}, quota {rule.quota or 'none'}"
    )
    return f"{rule.type} {rule.first}/{rule.last}: {said}"


def _tell(rule: PassRule, before: str, after: str, by: Actor) -> None:
    ledger.record(
        "rule.changed", by=by, subject=("gates.passrule", rule.pk),
        values={"rule": f"passes of {rule.community.code}", "before": before, "after": after, "reason": rule.legal_basis},
    )  # fmt: skip
