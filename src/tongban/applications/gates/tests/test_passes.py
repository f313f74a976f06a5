"""Passes: taken without typing, asked for and checked, ended alone and with the lease."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from tongban.applications.gates import actions, queries
from tongban.applications.gates.models import Pass
from tongban.applications.gates.tests.conftest import Place, Somebody
from tongban.foundation.credentials.actions import verify
from tongban.foundation.credentials.models import Credential
from tongban.foundation.ledger.actions.erasing import erase_due
from tongban.foundation.parties.models import Look
from tongban.foundation.parties.tests.arrange import actor_of, person_of
from tongban.foundation.registers.actions import confirm_residence, end_lease
from tongban.foundation.registers.queries import BOTH_SIDES, homes_of_person
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.ids import uuid7
from tongban_verify.passes.code import read

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


def verdict(row: Pass) -> str:
    return verify(Credential.objects.get(pk=row.credential_id).code).verdict.reason


@pytest.fixture
def tenant(place: Place) -> Somebody:
    today = timezone.localdate()
    lease = place.estate.lease("1-201", today - timedelta(days=30), today + timedelta(days=20))
    return place.lives(11, "1-201", "tenant", lease_id=lease.pk)


class TestTaking:
    def test_who_is_in_the_register_gets_it_at_once(self, place: Place) -> None:
        somebody = place.lives(10)
        row = actions.take_pass(somebody.dwelling_id, by=somebody.by)
        code = queries.shown_code(row)
        said = read(code).claims
        assert (said.issuer, said.content.type, said.content.place) == (place.community.code, "resident", "7-1-101")
        assert said.content.name == "张**0"
        assert verdict(row) == "valid"
        assert len(code) <= 366  # QR version 11 at level M
        assert actions.take_pass(somebody.dwelling_id, by=somebody.by) == row
        assert actions.paper_of(row).startswith(b"%PDF")
        assert read(actions.code_on_phone(row)).claims.cti == said.cti

    def test_what_two_people_told_each_other_waits_for_the_community(self, place: Place, refused: Refused) -> None:
        somebody = place.lives(12, kind="tenant", source=BOTH_SIDES, is_confirmed=False)
        assert queries.homes_of(somebody.by) == []
        with refused("not_registered"):
            actions.take_pass(somebody.dwelling_id, by=somebody.by)
        [residence] = homes_of_person(somebody.person.pk)
        confirm_residence(residence.pk, by=place.worker)
        assert actions.take_pass(somebody.dwelling_id, by=somebody.by).kind == "tenant"

    def test_a_tenants_ends_with_the_lease(self, place: Place, tenant: Somebody) -> None:
        row = actions.take_pass(tenant.dwelling_id, by=tenant.by)
        assert row.kind == "tenant"
        assert timezone.localtime(row.ends_at).date() == timezone.localdate() + timedelta(days=20)
        [home] = queries.homes_of(tenant.by)
        assert home.residence.lease is not None
        end_lease(home.residence.lease.pk, timezone.localdate() - timedelta(days=1), reason="提前退租", by=place.worker)
        row.refresh_from_db()
        assert (row.state, row.why) == ("ended", "租约已到期或终止")
        with translation.override("en"):
            assert row.why == "the lease is over"
        assert verdict(row) == "revoked"

    def test_nobody_takes_a_neighbours(self, place: Place, refused: Refused) -> None:
        first, second = place.lives(10), place.lives(12, "1-102")
        with refused("not_registered"):
            actions.take_pass(first.dwelling_id, by=second.by)
        with refused("sign_in_first"):
            actions.take_pass(first.dwelling_id, by=ANONYMOUS)
        row = actions.take_pass(first.dwelling_id, by=first.by)
        with refused("not_found"):
            actions.end_own_pass(row.pk, by=second.by)

    def test_who_only_typed_their_own_particulars_is_checked(self, place: Place) -> None:
        somebody = place.lives(10)
        type(somebody.person).objects.filter(pk=somebody.person.pk).update(source="self")
        assert queries.homes_of(somebody.by) == []

    def test_it_is_renewed_before_it_ends(self, place: Place) -> None:
        somebody = place.lives(10)
        first = actions.take_pass(somebody.dwelling_id, by=somebody.by)
        Pass.objects.filter(pk=first.pk).update(ends_at=timezone.now() + timedelta(days=3))
        second = actions.take_pass(somebody.dwelling_id, by=somebody.by)
        assert second != first
        assert (verdict(first), verdict(second)) == ("revoked", "valid")

    def test_a_lost_one_is_ended_alone_and_taken_anew(self, place: Place, refused: Refused) -> None:
        somebody, other = place.lives(10), place.lives(12, "1-102")
        lost, kept = (actions.take_pass(one.dwelling_id, by=one.by) for one in (somebody, other))
        actions.end_own_pass(lost.pk, by=somebody.by)
        assert (verdict(lost), verdict(kept)) == ("revoked", "valid")
        with refused("pass_ended"):
            actions.end_own_pass(lost.pk, by=somebody.by)
        lost.refresh_from_db()
        with refused("pass_ended"):
            actions.code_on_phone(lost)
        with refused("pass_ended"):
            actions.paper_of(lost)
        assert verdict(actions.take_pass(somebody.dwelling_id, by=somebody.by)) == "valid"


class TestKeeping:
    def test_a_pass_goes_with_its_credential_ninety_days_after_its_end(self, place: Place) -> None:
        somebody, kept = place.lives(10), place.lives(12, "1-102")
        row = actions.take_pass(somebody.dwelling_id, by=somebody.by)
        actions.take_pass(kept.dwelling_id, by=kept.by)
        then = timezone.now() - timedelta(days=91)
        Pass.objects.filter(pk=row.pk).update(starts_at=then - timedelta(days=1), ends_at=then)
        assert erase_due("gates.passes") == 1
        assert Pass.objects.get().person_id == kept.person.pk
        assert Credential.objects.get().subject_id == Pass.objects.get().pk


class TestChecking:
    def test_a_courier_asks_and_the_community_gives(self, place: Place) -> None:
        by, new = actor_of(person_of(number=30)), place.asked()
        row = actions.ask_for_pass(new, by=by)
        assert actions.ask_for_pass(new, by=by) == row
        assert (row.state, queries.shown_code(row)) == ("waiting", "")
        assert row.due_on is not None
        assert row.due_on > timezone.localdate()
        row = actions.approve(row.pk, gates=[2], days=3, by=place.worker)
        said = read(queries.shown_code(row)).claims.content
        assert (said.type, said.opens(1), said.opens(2)) == ("courier", False, True)
        assert timezone.localtime(row.ends_at).date() == timezone.localdate() + timedelta(days=2)

    def test_a_carer_of_ones_own_home(self, place: Place) -> None:
        somebody = place.lives(10)
        row = actions.ask_for_pass(
            place.asked(kind="carer", dwelling_id=somebody.dwelling_id, place=""), by=somebody.by
        )
        actions.approve(row.pk, by=place.worker)
        row.refresh_from_db()
        assert (row.person_id, row.place) == (None, "7-1-101")
        assert read(queries.shown_code(row)).claims.content.type == "visitor"

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [({"kind": "visitor"}, "kind_unknown"), ({"community_id": uuid7()}, "community_unknown"), ({"reason": " "}, "reason_missing"),
         ({"place": ""}, "place_wrong"), ({"name": ""}, "name_missing"), ({"phone": "1"}, "phone_invalid"),
         ({"kind": "vehicle", "plate": "X"}, "plate_wrong"), ({"dwelling_id": uuid7()}, "not_registered")],
    )  # fmt: skip
    def test_what_is_not_taken(self, place: Place, refused: Refused, wrong: dict[str, Any], code: str) -> None:
        with refused(code):
            actions.ask_for_pass(place.asked(**wrong), by=actor_of(person_of(number=30)))

    def test_five_wait_at_most(self, place: Place, refused: Refused) -> None:
        by = actor_of(person_of(number=30))
        for _ in range(5):
            actions.ask_for_pass(place.asked(), by=by)
        with refused("too_many_waiting"):
            actions.ask_for_pass(place.asked(), by=by)

    def test_it_is_refused_with_a_reason_once(self, place: Place, refused: Refused) -> None:
        row = actions.ask_for_pass(place.asked(), by=actor_of(person_of(number=30)))
        with refused("reason_missing"):
            actions.refuse(row.pk, reason=" ", by=place.worker)
        with refused("days_wrong"):
            actions.approve(row.pk, days=90, by=place.worker)
        with refused("gate_unknown"):
            actions.approve(row.pk, gates=[9], by=place.worker)
        assert actions.refuse(row.pk, reason="没有这个站点", by=place.worker).state == "refused"
        with refused("pass_settled"):
            actions.approve(row.pk, by=place.worker)

    def test_only_its_own_community(self, place: Place, refused: Refused) -> None:
        row = actions.ask_for_pass(place.asked(), by=actor_of(person_of(number=30)))
        for wrong, code in ((grid_worker(NORTH, 81), "not_found"), (actor_of(person_of(number=31)), "forbidden")):
            for act in (actions.refuse, actions.revoke_pass):
                with refused(code):
                    act(row.pk, reason="x", by=wrong)
            with refused(code):
                actions.approve(row.pk, by=wrong)


class TestVisitors:
    def invited(self, place: Place, **more: Any) -> tuple[Somebody, Pass]:
        somebody = place.lives(10)
        given = {"nonce": uuid4(), "dwelling_id": somebody.dwelling_id, "day": timezone.localdate()}
        return somebody, actions.invite(actions.NewVisitor(**given | more), by=somebody.by)

    def test_the_link_gives_a_pass_for_the_day(self, place: Place) -> None:
        nonce = uuid4()
        somebody, row = self.invited(place, nonce=nonce)
        again = actions.NewVisitor(nonce, somebody.dwelling_id, timezone.localdate())
        assert actions.invite(again, by=somebody.by) == row
        assert row.link
        got = actions.accept_invitation(row.link, name="王五", phone="13800008888", by=ANONYMOUS)
        assert actions.accept_invitation(row.link, name="别人", phone="13800007777", by=ANONYMOUS).name == "王五"
        said = read(queries.shown_code(got)).claims
        assert (said.content.type, said.content.name, said.content.place) == ("visitor", "王*", "7-1-101")
        assert timezone.localtime(said.expires).date() == timezone.localdate()

    def test_what_is_over_gives_nothing(self, place: Place, refused: Refused) -> None:
        somebody, row = self.invited(place)
        assert row.link
        actions.end_own_pass(row.pk, by=somebody.by)
        with refused("invitation_over"):
            actions.accept_invitation(row.link, name="王五", phone="13800008888", by=ANONYMOUS)
        with refused("not_found"):
            actions.accept_invitation("x", name="王五", phone="13800008888", by=ANONYMOUS)
        for day in (-1, 8):
            with refused("day_wrong"):
                new = actions.NewVisitor(uuid4(), somebody.dwelling_id, timezone.localdate() + timedelta(days=day))
                actions.invite(new, by=somebody.by)

    def test_ten_at_most(self, place: Place, refused: Refused) -> None:
        somebody = place.lives(10)
        new = lambda: actions.NewVisitor(uuid4(), somebody.dwelling_id, timezone.localdate())  # noqa: E731
        for _ in range(10):
            actions.invite(new(), by=somebody.by)
        with refused("too_many_visitors"):
            actions.invite(new(), by=somebody.by)


class TestPages:
    def test_a_resident_takes_shows_prints_and_ends_a_pass(self, place: Place, as_: Callable[[Actor], Client]) -> None:
        somebody = place.lives(10)
        page = as_(somebody.by)
        assert "领取居民证" in page.get("/passes/").content.decode()
        at = page.post(f"/passes/take/{somebody.dwelling_id}")["Location"]
        assert "打印的出入证" in page.get(at).content.decode()
        assert "<svg" in page.get(f"{at}now").content.decode()
        assert page.get(f"{at}pass.pdf").content.startswith(b"%PDF")
        assert page.post(f"{at}end").status_code == 302
        assert "不能用" in page.get(f"{at}now").content.decode()
        stranger = as_(actor_of(person_of(number=31)))
        assert {stranger.get(f"{at}{what}").status_code for what in ("", "now", "pass.pdf")} == {404}

    def test_whoever_invites_does_not_show_the_visitors_code(
        self, place: Place, as_: Callable[[Actor], Client]
    ) -> None:
        somebody = place.lives(10)
        page = as_(somebody.by)
        said = {"home": str(somebody.dwelling_id), "day": timezone.localdate().isoformat(), "nonce": str(uuid4())}
        assert page.post("/passes/invite/", said | {"day": ""}).status_code == 422
        at = page.post("/passes/invite/", said)["Location"]
        link = f"/g/{Pass.objects.get().link}/"
        assert link in page.get(at).content.decode()
        guest = as_(ANONYMOUS)
        assert guest.post(link, {"name": "", "phone": ""}).status_code == 422
        assert guest.post(link, {"name": "王五", "phone": "13800008888"}).status_code == 302
        assert "<svg" in guest.get(f"{link}now").content.decode()
        assert guest.get(f"{link}pass.pdf").content.startswith(b"%PDF")
        assert as_(somebody.by).get(f"{at}now").status_code == 404

    def test_the_desk_checks_and_the_holder_sees_the_look(self, place: Place, as_: Callable[[Actor], Client]) -> None:
        asks = person_of(number=30)
        page = as_(actor_of(asks))
        said = {"kind": "courier", "community": str(place.community.pk), "name": "李四", "phone": "13800009999", "nonce": str(uuid4()),
                "place": "站点", "reason": "送菜"}  # fmt: skip
        assert page.get("/passes/ask/?kind=courier").status_code == 200
        assert page.post("/passes/ask/", said).status_code == 302
        row, desk = Pass.objects.get(), as_(place.worker)
        assert "站点" in desk.get("/desk/gates/").content.decode()
        assert "李*" in desk.get("/desk/gates/passes/?q=站&kind=courier&state=waiting").content.decode()
        at = f"/desk/gates/passes/{row.pk}/"
        assert "13800009999"[-4:] in desk.get(at).content.decode()
        assert Look.objects.get(person=asks).what == "gates.pass"
        assert desk.post(at, {"what": "approve", "a-days": "2", "a-gates": ["1"]}).status_code == 302
        assert desk.get(f"{at}pass.pdf").content.startswith(b"%PDF")
        assert desk.post(at, {"what": "revoke", "r-reason": ""}).status_code == 422
        assert desk.post(at, {"what": "revoke", "r-reason": "不再送"}).status_code == 302
        row.refresh_from_db()
        assert verdict(row) == "revoked"

    def test_the_desk_sets_up(self, place: Place, as_: Callable[[Actor], Client]) -> None:
        north = as_(grid_worker(NORTH, 81))
        assert "开通门岗" in north.get("/desk/gates/").content.decode()
        assert (
            north.post("/desk/gates/", {"name": "东门口", "phone": "0830-3110012", "gates": "东门\n西门"}).status_code
            == 302
        )
        desk = as_(place.worker)
        today = timezone.localdate().isoformat()
        assert desk.post("/desk/gates/rules/", {"type": "visitor", "first": today, "last": today}).status_code == 422
        said = {
            "type": "visitor",
            "first": today,
            "last": today,
            "legal_basis": "街道通告第 3 号",
            "hours": "06:00-22:00",
            "gates": ["1"],
            "quota": "2",
        }
        assert desk.post("/desk/gates/rules/", said).status_code == 302
        assert "06:00-22:00" in desk.get("/desk/gates/").content.decode()
        [rule] = queries.rules_of(place.community, since=timezone.localdate())
        assert desk.post(f"/desk/gates/rules/{rule.pk}/end").status_code == 302
        assert desk.post("/desk/gates/settings/", {"what": "gate", "name": "东门"}).status_code == 302
        basics = {"what": "basics", "name": "凤凰", "phone": "0830-3110011", "check_days": "3"}
        assert desk.post("/desk/gates/settings/", basics).status_code == 302
        gate = queries.gates_of(place.community)[-1]
        assert desk.post(f"/desk/gates/settings/{gate.pk}/close").status_code == 302
        assert "东门" not in desk.get("/desk/gates/settings/").content.decode()
