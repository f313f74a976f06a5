"""What people are told of their passes; passes taken and printed under a mandate, which the person sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.gates import actions, queries
from tongban.applications.gates.models import Pass
from tongban.applications.gates.rules.notices import NOTICES
from tongban.applications.gates.tests.conftest import Place, Somebody
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.models import Account, Look, Mandate
from tongban.foundation.parties.tests.arrange import actor_of, person_of
from tongban.lib.actors import ANONYMOUS, Actor

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


def told(channel: str = "in_app") -> list[str]:
    return list(Message.objects.filter(channel=channel).order_by("created_at", "pk").values_list("subject", flat=True))


def title(what: str) -> str:
    return NOTICES[what][0].zh


class TestTelling:
    def test_who_asked_is_told_of_each_step(self, place: Place) -> None:
        by = actor_of(person_of(number=30))
        first, second = (actions.ask_for_pass(place.asked(), by=by) for _ in range(2))
        actions.approve(first.pk, by=place.worker)
        actions.refuse(second.pk, reason="没有派单记录。", by=place.worker)
        actions.revoke_pass(first.pk, reason="证件外借", by=place.worker)
        assert told() == [title(one) for one in ("asked", "asked", "approved", "refused", "ended")]
        last = Message.objects.filter(channel="in_app").latest("created_at")
        assert last.link == f"/passes/{first.pk}/"
        assert "证件外借" in last.body
        assert "李四" not in last.body  # never whose pass it is: others may read a message
        refused = Message.objects.get(channel="in_app", subject=title("refused"))
        assert "没有派单记录。有疑问" in refused.body
        assert told("sms")

    def test_what_one_did_oneself_is_no_news(self, place: Place) -> None:
        somebody = place.lives(10)
        row = actions.take_pass(somebody.dwelling_id, by=somebody.by)
        Pass.objects.filter(pk=row.pk).update(ends_at=timezone.now() + timedelta(days=3))
        row = actions.take_pass(somebody.dwelling_id, by=somebody.by)
        actions.end_own_pass(row.pk, by=somebody.by)
        assert not Message.objects.exists()

    def test_a_visitor_is_told_by_telephone(self, place: Place) -> None:
        somebody = place.lives(10)
        new = actions.NewVisitor(uuid4(), somebody.dwelling_id, timezone.localdate())
        link = actions.invite(new, by=somebody.by).link or ""
        row = actions.accept_invitation(link, name="王五", phone="13900008888", by=ANONYMOUS)
        actions.revoke_pass(row.pk, reason="住户取消", by=place.worker)
        message = Message.objects.get()
        assert (message.channel, message.template, message.address) == ("sms", "gates.pass_sms", "+8613900008888")
        assert "住户取消" in message.body

    def test_a_visitor_whose_invitation_is_taken_back_is_told_so(self, place: Place) -> None:
        somebody = place.lives(10)
        row = actions.invite(actions.NewVisitor(uuid4(), somebody.dwelling_id, timezone.localdate()), by=somebody.by)
        actions.accept_invitation(row.link or "", name="王五", phone="13900008888", by=ANONYMOUS)
        actions.end_own_pass(row.pk, by=somebody.by)
        assert "邀请人已取消" in Message.objects.get().body

    def test_a_week_before_its_end_once(self, place: Place) -> None:
        somebody, other = place.lives(10), place.lives(12, "1-102")
        row = actions.take_pass(somebody.dwelling_id, by=somebody.by)
        actions.take_pass(other.dwelling_id, by=other.by)
        actions.tell_of_ending()
        assert not told()
        Pass.objects.filter(pk=row.pk).update(ends_at=timezone.now() + timedelta(days=6))
        actions.tell_of_ending()
        actions.tell_of_ending()
        assert told() == [title("ending")]


@pytest.fixture
def old(place: Place) -> Somebody:
    """Somebody without a log-in."""
    somebody = place.lives(10)
    Account.objects.filter(person=somebody.person).update(is_active=False)
    return somebody


@pytest.fixture
def neighbour(old: Somebody) -> Actor:
    person = person_of("王邻居", 40)
    mandate(old, person)
    return actor_of(person)


def mandate(old: Somebody, agent: Any, **more: Any) -> Mandate:
    today = timezone.localdate()
    given = {"services": ["passes"], "accepted_at": timezone.now(), "valid_to": today} | more
    return Mandate.objects.create(person=old.person, agent=agent, valid_from=today, granted_by=old.person.name, **given)


class TestMandates:
    def test_a_neighbour_takes_and_prints_and_the_person_sees_it(self, old: Somebody, neighbour: Actor) -> None:
        row = actions.take_pass_for(old.person.pk, old.dwelling_id, by=neighbour)
        assert (row.person_id, row.kind) == (old.person.pk, "resident")
        assert actions.paper_for(row.pk, by=neighbour).startswith(b"%PDF")
        looks = Look.objects.filter(person=old.person).order_by("pk")
        assert [(one.reason, one.actor_name) for one in looks] == [
            ("受您委托领取出入证", "王邻居"), ("受您委托打印出入证", "王邻居"),
        ]  # fmt: skip
        assert "王邻居受您委托" in Message.objects.get(channel="sms").body  # the telephone on record is told

    def test_nobody_without_a_mandate_for_it(
        self, place: Place, old: Somebody, neighbour: Actor, refused: Refused
    ) -> None:
        row = actions.take_pass_for(old.person.pk, old.dwelling_id, by=neighbour)
        stranger = person_of("陈某", 41)
        for number, more in enumerate(
            ({"services": ["company-registration"]}, {"accepted_at": None}, {"withdrawn_at": timezone.now()})
        ):
            other = person_of(f"陈{number}", 42 + number)
            mandate(old, other, **more)
            with refused("not_found"):
                actions.paper_for(row.pk, by=actor_of(other))
        for by in (actor_of(stranger), ANONYMOUS, old.by):
            with refused("not_found"):
                actions.paper_for(row.pk, by=by)
            with refused("not_found"):
                actions.take_pass_for(old.person.pk, old.dwelling_id, by=by)
        with refused("not_found"):
            queries.held_pass(neighbour, row.pk)  # a mandate prints, it does not show the code

    def test_the_page(self, old: Somebody, neighbour: Actor, as_: Callable[[Actor], Client]) -> None:
        browser = as_(neighbour)
        assert old.person.name in browser.get("/passes/for/").content.decode()
        assert browser.post(f"/passes/for/{old.person.pk}/take", {"dwelling": str(old.dwelling_id)}).status_code == 302
        row = Pass.objects.get()
        assert f"/passes/for/{row.pk}/pass.pdf" in browser.get("/passes/for/").content.decode()
        assert browser.get(f"/passes/for/{row.pk}/pass.pdf")["Content-Type"] == "application/pdf"
        nobody = as_(actor_of(person_of("丁某", 48)))
        assert "还没有人委托您" in nobody.get("/passes/for/").content.decode()
        assert nobody.post(f"/passes/for/{old.person.pk}/take").status_code == 404
