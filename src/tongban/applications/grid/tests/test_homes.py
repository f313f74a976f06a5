"""What residents see of their own home, what they propose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tongban.applications.grid import actions, queries
from tongban.applications.grid.actions import NewProposal
from tongban.applications.grid.models import Proposal
from tongban.foundation.ledger.models import Entry
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.models import Look, Person
from tongban.foundation.parties.tests.arrange import actor_of, person_of
from tongban.foundation.registers import actions as registers
from tongban.foundation.registers.models import Residence, Workplace
from tongban.foundation.registers.tests.arrange import NORTH, Estate, grid_worker
from tongban.lib.actors import Actor

Desk = Callable[[Actor], Client]
Refused = Callable[[str], Any]
DAY = date(2026, 3, 1)
ROOM = "示例小区7栋2单元302"


@dataclass
class Somebody:
    """A person with a log-in, who lives in a room."""

    person: Person
    by: Actor
    row: Residence


def living(estate: Estate, number: int, room: str = "1-101", kind: str = "registered", **more: Any) -> Somebody:
    person = person_of(f"住户{number}", number)
    new = registers.NewResidence(person.pk, estate.rooms[room].pk, kind, **more)
    return Somebody(person, actor_of(person), registers.record_residence(new, by=estate.worker))


def seen(row: Proposal) -> dict[str, str]:
    return queries.facts_beside(row)[1]


def test_a_resident_sees_their_home_and_nobody_elses(
    estate: Estate, desk_of: Desk, django_assert_max_num_queries: Any
) -> None:
    home = registers.form_household(estate.rooms["1-101"].pk, by=estate.worker)
    me = living(estate, 301, household_id=home.pk, relation="01")
    wife = living(estate, 302, household_id=home.pk, relation="10")
    stranger = living(estate, 303, kind="lodging")
    lease = registers.register_lease(
        registers.NewLease(estate.rooms["1-102"].pk, DAY, date(2040, 1, 1), landlord_person_id=me.person.pk),
        by=estate.worker,
    )
    tenant = living(estate, 304, "1-102", "tenant", lease_id=lease.pk)
    registers.record_workplace(me.person.pk, "示例商贸有限公司", by=estate.worker)
    with django_assert_max_num_queries(20):
        page = desk_of(me.by).get("/my-home/").content.decode()
    for shown in ("1单元101室", wife.row.name, tenant.row.name, "示例商贸有限公司", "2040-01-01"):
        assert shown in page, shown
    assert stranger.row.name not in page, "lives in the same dwelling, of no household of mine"
    found = desk_of(me.by).get("/api/grid/home").json()
    assert [one["name"] for one in found["others"]] == [wife.row.name, tenant.row.name]
    assert not Look.objects.exists(), "nobody's record was opened"
    unnamed = replace(me.by, person_id=None)
    assert "先填写身份信息" in desk_of(unnamed).get("/my-home/").content.decode()
    assert desk_of(unnamed).get("/api/grid/home").json()["code"] == "identity_missing"


def test_who_left_is_confirmed_by_the_worker_and_told(estate: Estate, desk_of: Desk) -> None:
    me = living(estate, 301, kind="floating")
    said = desk_of(me.by).post(f"/my-home/left/{me.row.pk}/", {"day": "2026-03-01", "said": "回老家了"})
    assert said.status_code == 302
    [row] = Proposal.objects.all()
    me.row.refresh_from_db()
    assert me.row.until is None, "nothing changes before somebody looked"
    desk = desk_of(estate.worker)
    assert f"/desk/grid/proposals/{row.pk}/" in desk.get("/desk/grid/proposals/").content.decode()
    page = desk.get(f"/desk/grid/proposals/{row.pk}/").content.decode()
    assert "没有搬离" in page
    assert "2026-03-01" in page
    assert Look.objects.get(person=me.person).what == "grid.proposal"
    import json

    there = json.dumps(seen(row))
    assert desk.post(f"/desk/grid/proposals/{row.pk}/", {"choice": "accept", "there": there}).status_code == 302
    me.row.refresh_from_db()
    assert me.row.until == DAY
    assert "已核实" in Message.objects.get(person=me.person, channel="in_app").body
    assert desk.post(f"/desk/grid/proposals/{row.pk}/", {"choice": "accept", "there": there}).status_code == 404
    assert "已更正" in desk_of(me.by).get("/my-home/").content.decode()
    assert [one.type for one in Entry.objects.filter(type="correction.settled")] == ["correction.settled"]


def test_who_is_registered_stays_registered_and_a_tenant_may_be_spoken_of(estate: Estate) -> None:
    me = living(estate, 301)
    lease = registers.register_lease(
        registers.NewLease(estate.rooms["1-102"].pk, DAY, date(2040, 1, 1), landlord_person_id=me.person.pk),
        by=estate.worker,
    )
    tenant = living(estate, 304, "1-102", "tenant", lease_id=lease.pk)
    own = actions.propose(NewProposal("left", me.row.pk, DAY), by=me.by)
    actions.accept_proposal(own.pk, seen=seen(own), by=estate.worker)
    me.row.refresh_from_db()
    assert (me.row.until, me.row.is_present) == (None, False)
    gone = actions.propose(NewProposal("gone", tenant.row.pk, DAY), by=me.by)
    actions.accept_proposal(gone.pk, seen=seen(gone), by=estate.worker)
    tenant.row.refresh_from_db()
    assert tenant.row.until == DAY


def test_a_move_is_two_proposals_and_both_or_neither(estate: Estate, desk_of: Desk, refused: Refused) -> None:
    me = living(estate, 301, kind="floating")
    client = desk_of(me.by)
    wrong = {"address": "没有这个小区9栋", "kind": "tenant", "day": "2026-03-01", "old": str(me.row.pk)}
    answer = client.post("/my-home/moved/", wrong)
    assert answer.status_code == 422
    assert "没有找到这个地址" in answer.content.decode()
    assert "可能" not in answer.content.decode()
    assert not Proposal.objects.exists()
    assert client.post("/my-home/moved/", wrong | {"address": ROOM}).status_code == 302
    came, left = Proposal.objects.order_by("what")
    assert (came.what, left.what, came.dwelling_id) == ("came", "left", estate.rooms["2-302"].pk)
    actions.accept_proposal(came.pk, seen={}, by=estate.worker)
    assert Residence.objects.get(person=me.person, kind="tenant").since == DAY
    with refused("address_ambiguous"):
        actions.propose(NewProposal("came", day=DAY, address="示例小区7栋302", kind="lodging"), by=me.by)
    with refused("residence_exists"):
        actions.propose(NewProposal("came", day=DAY, address=ROOM, kind="tenant"), by=me.by)


def test_phone_and_employer_are_taken_over(estate: Estate, desk_of: Desk, refused: Refused) -> None:
    me = living(estate, 301)
    client = desk_of(me.by)
    assert client.post("/my-home/phone/", {"phone": "13900009999"}).status_code == 302
    assert client.post("/my-home/employer/", {"employer": "新单位有限公司"}).status_code == 302
    for row in Proposal.objects.all():
        actions.accept_proposal(row.pk, seen=seen(row), by=estate.worker)
    assert Person.objects.get(pk=me.person.pk).phone == "+8613900009999"
    assert Workplace.objects.get(person=me.person).source == "self"
    with refused("nothing_changed"):
        actions.propose(NewProposal("phone", phone="13900009999"), by=me.by)
    with refused("nothing_changed"):
        actions.propose(NewProposal("work", employer="新单位有限公司"), by=me.by)
    assert client.post("/my-home/phone/", {"phone": "123"}).status_code == 422
    nowhere = actor_of(person_of("住户309", 309))
    with refused("nowhere_recorded"):
        actions.propose(NewProposal("phone", phone="13900009998"), by=nowhere)


def test_every_proposal_that_cannot_be(estate: Estate, refused: Refused) -> None:
    me, other = living(estate, 301, kind="floating", since=DAY), living(estate, 302, "1-102")
    tomorrow = timezone.localdate() + timedelta(days=1)
    for new, code in (
        (NewProposal("nonsense"), "proposal_unknown"), (NewProposal("left", other.row.pk, DAY), "not_found"),
        (NewProposal("gone", other.row.pk, DAY), "not_found"), (NewProposal("left", me.row.pk), "date_missing"),
        (NewProposal("left", me.row.pk, tomorrow), "date_ahead"), (NewProposal("left", me.row.pk, date(2020, 1, 1)), "date_invalid"),
        (NewProposal("came", day=DAY, address=ROOM, kind="registered"), "kind_unknown"),
        (NewProposal("work", employer="x"), "employer_missing"), (NewProposal("phone", phone="1"), "phone_invalid"),
    ):  # fmt: skip
        with refused(code):
            actions.propose(new, by=me.by)
    assert not Proposal.objects.exists()
    row = actions.propose(NewProposal("left", me.row.pk, DAY), by=me.by)
    with refused("proposal_waits"):
        actions.propose(NewProposal("left", me.row.pk, DAY), by=me.by)
    with refused("not_found"):
        actions.withdraw_proposal(row.pk, by=other.by)
    actions.withdraw_proposal(row.pk, by=me.by)
    for act in (
        lambda: actions.withdraw_proposal(row.pk, by=me.by), lambda: actions.accept_proposal(row.pk, seen={}, by=estate.worker),
    ):  # fmt: skip
        with refused("proposal_settled"):
            act()


def test_who_may_settle_and_what_changed_meanwhile_is_not_overwritten(
    estate: Estate, desk_of: Desk, refused: Refused
) -> None:
    me = living(estate, 301, kind="floating")
    row = actions.propose(NewProposal("left", me.row.pk, DAY), by=me.by)
    before, elsewhere = seen(row), grid_worker(NORTH, 82)
    for act in (actions.open_proposal, lambda key, by: actions.accept_proposal(key, seen=before, by=by),
                lambda key, by: actions.refuse_proposal(key, reason="不属实", by=by)):  # fmt: skip
        with refused("not_found"):
            act(row.pk, by=elsewhere)
        with refused("forbidden"):
            act(row.pk, by=me.by)
    with refused("own_proposal"):
        actions.refuse_proposal(row.pk, reason="不属实", by=replace(estate.worker, person_id=me.person.pk))
    registers.end_residence(me.row.pk, date(2026, 2, 1), reason="走访时已搬离", by=estate.worker)
    with refused("changed_meanwhile"):
        actions.accept_proposal(row.pk, seen=before, by=estate.worker)
    with refused("reason_missing"):
        actions.refuse_proposal(row.pk, reason="", by=estate.worker)
    desk = desk_of(estate.worker)
    assert desk.post(f"/desk/grid/proposals/{row.pk}/", {"choice": "refuse", "reason": ""}).status_code == 422
    assert (
        desk.post(f"/desk/grid/proposals/{row.pk}/", {"choice": "refuse", "reason": "2 月已登记搬离"}).status_code
        == 302
    )
    page = desk_of(me.by).get("/my-home/").content.decode()
    assert "2 月已登记搬离" in page
    assert "2 月已登记搬离" in Message.objects.get(person=me.person, channel="in_app").body
