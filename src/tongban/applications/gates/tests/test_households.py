"""Children and the elderly on one pass that an adult holds; who moves out stands on none; carers are ruled as carers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.gates import actions, queries
from tongban.applications.gates.actions import NewRule, Scanned
from tongban.applications.gates.models import Pass, Scan
from tongban.applications.gates.rules.households import age_on, may_be_named, may_hold
from tongban.applications.gates.rules.kinds import known_as, mask_names, ruled_as
from tongban.applications.gates.tests.conftest import Place, Somebody
from tongban.applications.gates.tests.test_passes import verdict
from tongban.foundation.parties.models import Account, Person
from tongban.foundation.parties.queries import actor_of_token
from tongban.foundation.registers import actions as registers
from tongban.foundation.registers.models import Residence
from tongban.lib.actors import Actor
from tongban.lib.masks import mask_name
from tongban_verify.passes.code import read

Refused = Callable[[str], Any]
TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("born", "has_login", "named"),
    [("2010-03-02", True, True), ("2010-03-01", False, False), ("1966-03-01", False, True), ("1966-03-02", False, False),
     ("1950-01-01", True, False), ("", False, False)],
)  # fmt: skip
def test_who_may_be_named(born: str, has_login: bool, named: bool) -> None:
    assert may_be_named(born, has_login=has_login, day=TODAY) is named


def test_who_may_hold_and_what_a_code_is_known_by() -> None:
    assert (may_hold("2008-03-01", TODAY), may_hold("2008-03-02", TODAY), may_hold("", TODAY)) == (True, False, True)
    assert age_on("2000-02-29", date(2026, 2, 28)) == 25
    assert mask_names("张小小、王奶奶") == f"{mask_name('张小小')}、{mask_name('王奶奶')}"
    assert (ruled_as("visitor", "carer"), ruled_as("tenant", "household"), ruled_as("visitor", "")) == (
        "carer", "tenant", "visitor",
    )  # fmt: skip
    assert (known_as("visitor", "carer"), known_as("courier", "x")) == ("carer", "courier")


@dataclass
class Family:
    """A mother, her child and her father of one household."""

    place: Place
    mother: Somebody
    child: Somebody
    old: Somebody

    def ids(self) -> list[Any]:
        return [self.child.person.pk, self.old.person.pk]

    def take(self, *members: Any) -> Pass:
        return actions.take_household_pass(self.mother.dwelling_id, members or self.ids(), by=self.mother.by)


def born(one: Somebody, day: str) -> Somebody:
    Person.objects.filter(pk=one.person.pk).update(birth_date=day)
    one.person.refresh_from_db()
    return one


@pytest.fixture
def family(place: Place) -> Family:
    home = registers.form_household(place.estate.rooms["1-101"].pk, by=place.worker)
    years = timezone.localdate().year
    mother = born(place.lives(10, household_id=home.pk), f"{years - 40}-01-01")
    child = born(place.lives(11, household_id=home.pk), f"{years - 8}-01-01")
    old = born(place.lives(12, household_id=home.pk), f"{years - 70}-01-01")
    Account.objects.filter(person=old.person).update(is_active=False)
    return Family(place, mother, child, old)


def left(one: Somebody, by: Actor) -> None:
    row = Residence.objects.get(person=one.person, until__isnull=True)
    registers.end_residence(row.pk, timezone.localdate(), reason="搬走", by=by)


@pytest.mark.django_db
class TestHousehold:
    def test_it_names_them_masked_on_one_pass(self, family: Family) -> None:
        row = family.take()
        said = read(queries.shown_code(row)).claims.content
        assert (said.type, said.number, said.place, len(said.name.split("、"))) == (
            "resident",
            "household",
            "7-1-101",
            2,
        )
        assert said.name == mask_names(row.name) != row.name
        assert family.take() == row
        assert verdict(row) == "valid"
        assert queries.held_pass(family.mother.by, row.pk) == row
        assert actions.paper_of(row).startswith(b"%PDF")
        fewer = family.take(family.child.person.pk)
        assert (verdict(row), verdict(fewer)) == ("revoked", "valid")

    def test_whoever_moves_out_is_on_it_no_more(self, family: Family) -> None:
        row = family.take()
        before = row.credential_id
        left(family.old, family.place.worker)
        row.refresh_from_db()
        assert [name for _, name in row.members] == [family.child.person.name]
        assert row.credential_id != before
        assert verdict(row) == "valid"
        left(family.child, family.place.worker)
        row.refresh_from_db()
        assert (row.state, row.decision) == ("ended", "登记已搬离")

    def test_it_ends_with_its_holder_who_moves_out_with_all_they_had(self, family: Family) -> None:
        row, own = family.take(), actions.take_pass(family.mother.dwelling_id, by=family.mother.by)
        visitor = actions.invite(
            actions.NewVisitor(uuid4(), family.mother.dwelling_id, timezone.localdate()), by=family.mother.by
        )
        left(family.mother, family.place.worker)
        for one in (row, own, visitor):
            one.refresh_from_db()
            assert one.state == "ended"

    def test_a_list_that_took_them_out_is_noticed_at_night(self, family: Family) -> None:
        row = family.take()
        Residence.objects.filter(person=family.old.person).update(until=timezone.localdate())
        actions.end_where_nobody_lives()
        row.refresh_from_db()
        assert len(row.members) == 1
        before = row.credential_id
        actions.end_where_nobody_lives()  # once more changes nothing
        row.refresh_from_db()
        assert row.credential_id == before

    def test_only_children_and_the_old_of_ones_own_household(self, family: Family, refused: Refused) -> None:
        neighbour = born(family.place.lives(13), "2020-01-01")  # the same dwelling, no household of theirs
        family.place.lives(14, "1-102")
        with refused("member_not_here"):
            family.take(neighbour.person.pk)
        with refused("member_not_here"):
            family.take(family.mother.person.pk)
        with refused("members_missing"):
            actions.take_household_pass(family.mother.dwelling_id, [], by=family.mother.by)
        with refused("holder_too_young"):
            actions.take_household_pass(family.child.dwelling_id, [family.old.person.pk], by=family.child.by)
        with refused("not_registered"):
            actions.take_household_pass(family.place.estate.rooms["1-102"].pk, family.ids(), by=family.mother.by)

    def test_nobody_stands_on_two(self, family: Family, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
        home = Residence.objects.get(person=family.mother.person).household_id
        father = family.place.lives(15, household_id=home)
        row = family.take()
        with refused("member_named"):
            actions.take_household_pass(father.dwelling_id, family.ids(), by=father.by)
        actions.end_own_pass(row.pk, by=family.mother.by)
        assert actions.take_household_pass(father.dwelling_id, family.ids(), by=father.by).state == "active"
        monkeypatch.setattr("tongban.applications.gates.actions.households.MOST_NAMED", 1)
        with refused("too_many_members"):
            family.take()

    def test_a_tenants_household_is_the_leases(self, place: Place) -> None:
        today = timezone.localdate()
        lease = place.estate.lease("1-201", today - timedelta(days=30), today + timedelta(days=20))
        tenant = born(place.lives(10, "1-201", "tenant", lease_id=lease.pk), "1990-01-01")
        child = born(place.lives(11, "1-201", "tenant", lease_id=lease.pk), f"{today.year - 5}-01-01")
        row = actions.take_household_pass(tenant.dwelling_id, [child.person.pk], by=tenant.by)
        assert (row.kind, timezone.localtime(row.ends_at).date()) == ("tenants", lease.until)
        assert read(queries.shown_code(row)).claims.content.type == "tenant"
        registers.end_lease(lease.pk, today - timedelta(days=1), reason="提前退租", by=place.worker)
        row.refresh_from_db()
        assert row.state == "ended"

    def test_the_page(self, family: Family, as_: Callable[[Actor], Client]) -> None:
        browser, page = as_(family.mother.by), f"/passes/household/{family.mother.dwelling_id}"
        assert family.child.person.name in browser.get(page).content.decode()
        assert browser.post(page, {"sent": "1"}).status_code == 422
        assert browser.post(page, {"members": [str(family.child.person.pk)]}).status_code == 302
        assert "/passes/household/" in browser.get("/passes/").content.decode()
        alone = family.place.lives(16, "1-102")
        assert as_(alone.by).get(f"/passes/household/{alone.dwelling_id}").status_code == 302


@pytest.mark.django_db
class TestCarers:
    def test_a_rule_for_visitors_does_not_stop_carers(self, place: Place, token: str, refused: Refused) -> None:
        somebody, today = place.lives(10), timezone.localdate()
        row = actions.ask_for_pass(place.asked(kind="carer", dwelling_id=somebody.dwelling_id), by=somebody.by)
        rule = NewRule("visitor", today, today, "《传染病防治法》第五十三条", is_closed=True)
        actions.set_rule(rule, by=place.worker)
        code = queries.shown_code(actions.approve(row.pk, by=place.worker))
        said = read(code).claims.content
        assert (said.type, said.number) == ("visitor", "carer")
        guard = actor_of_token(token)
        assert guard is not None
        assert actions.verify_at_gate(code, Scanned(uuid4(), 1, "", False), by=guard).verdict == "valid"
        assert Scan.objects.get().type == "carer"
        actions.set_rule(NewRule("carer", today, today, "《传染病防治法》第五十三条", is_closed=True), by=place.worker)
        assert actions.verify_at_gate(code, Scanned(uuid4(), 1, "", False), by=guard).verdict == "rule_closed"
        with refused("type_closed"):
            actions.ask_for_pass(place.asked(kind="carer"), by=somebody.by)
