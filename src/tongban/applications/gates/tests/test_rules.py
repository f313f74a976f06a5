"""Rules for a time, and a community that opens its gates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from tongban.applications.gates import actions, queries
from tongban.applications.gates.actions import NewRule
from tongban.applications.gates.rules.notices import shown
from tongban.applications.gates.tests.conftest import Place
from tongban.foundation.ledger.models import Entry
from tongban.foundation.parties.tests.arrange import actor_of, person_of
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
from tongban.lib.ids import uuid7

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


class TestRules:
    def rule(self, **more: Any) -> NewRule:
        today = timezone.localdate()
        given = {
            "type": "courier",
            "first": today,
            "last": today + timedelta(days=13),
            "legal_basis": "《传染病防治法》第五十三条",
        }
        return NewRule(**given | more)

    def test_a_closed_type_gets_no_pass_until_the_rule_ends(self, place: Place, refused: Refused) -> None:
        by = actor_of(person_of(number=30))
        rule = actions.set_rule(self.rule(is_closed=True), by=place.worker)
        with refused("type_closed"):
            actions.ask_for_pass(place.asked(), by=by)
        actions.end_rule(rule.pk, by=place.worker)
        assert actions.ask_for_pass(place.asked(), by=by).state == "waiting"
        assert Entry.objects.filter(type="rule.changed").count() == 2
        with refused("not_found"):
            actions.end_rule(rule.pk, by=place.worker)

    def test_it_ends_by_itself(self, place: Place) -> None:
        actions.set_rule(self.rule(is_closed=True), by=place.worker)
        last = timezone.localdate() + timedelta(days=13)
        assert queries.rule_for(place.community, "courier", last) is not None
        assert queries.rule_for(place.community, "courier", last + timedelta(days=1)) is None

    def test_a_dwelling_has_so_many_visitors(self, place: Place, refused: Refused) -> None:
        somebody = place.lives(10)
        actions.set_rule(self.rule(type="visitor", quota=1), by=place.worker)
        new = actions.NewVisitor(uuid4(), somebody.dwelling_id, timezone.localdate())
        actions.invite(new, by=somebody.by)
        with refused("quota_reached"):
            actions.invite(actions.NewVisitor(uuid4(), somebody.dwelling_id, timezone.localdate()), by=somebody.by)

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [({"type": "household"}, "type_unknown"), ({"legal_basis": ""}, "basis_missing"), ({"gates": (9,)}, "gate_unknown"),
         ({"quota": 0}, "quota_wrong"), ({"hours": "22:00-06:00"}, "hours_wrong")],
    )  # fmt: skip
    def test_what_no_rule_says(self, place: Place, refused: Refused, wrong: dict[str, Any], code: str) -> None:
        with refused(code):
            actions.set_rule(self.rule(**wrong), by=place.worker)

    def test_its_days_are_in_order_and_its_own(self, place: Place, refused: Refused) -> None:
        today = timezone.localdate()
        for first, last in (
            (today - timedelta(days=1), today),
            (today, today - timedelta(days=1)),
            (today, today + timedelta(days=366)),
        ):
            with refused("rule_dates_wrong"):
                actions.set_rule(self.rule(first=first, last=last), by=place.worker)
        actions.set_rule(self.rule(), by=place.worker)
        with refused("rule_overlaps"):
            actions.set_rule(self.rule(hours="06:00-22:00"), by=place.worker)
        with refused("forbidden"):
            actions.set_rule(self.rule(), by=actor_of(person_of(number=31)))


class TestCommunity:
    def test_it_opens_once_and_for_itself(self, place: Place, refused: Refused) -> None:
        with refused("community_open"):
            actions.open_community("又一个", "0830-3110011", ["东门"], by=place.worker)
        with refused("gate_missing"):
            actions.open_community("北边", "0830-3110011", [" "], by=grid_worker(NORTH, 81))
        with refused("community_needed"):
            actions.open_community("全区", "0830-3110011", ["东门"], by=grid_worker("510502", 82))

    def test_a_gates_number_is_never_given_again(self, place: Place, refused: Refused) -> None:
        gate = actions.add_gate("东门", by=place.worker)
        actions.close_gate(gate.pk, by=place.worker)
        assert actions.add_gate("西门", by=place.worker).number == gate.number + 1 == 4
        with refused("not_found"):
            actions.close_gate(uuid7(), by=place.worker)
        with refused("name_wrong"):
            actions.add_gate(" ", by=place.worker)
        with refused("check_days_wrong"):
            actions.change_community("凤凰", "0830-3110011", 9, by=place.worker)
        assert actions.change_community("凤凰", "0830-3110011", 1, by=place.worker).check_days == 1


def test_what_the_house_wrote_is_told_in_the_readers_language() -> None:
    assert (shown("登记库"), shown("电话询问：王女士"), shown("材料不清")) == ("登记库", "电话询问：王女士", "材料不清")
    with translation.override("en"):
        assert (shown("登记库"), shown("电话询问：王女士")) == ("the register", "by telephone: 王女士")
        assert shown("材料不清") == "材料不清"  # a person's words stay theirs
