"""Phones at the gates: enrolled and stopped, told what they judge by; what they send back; what turnstiles ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tongban.applications.gates import actions, queries
from tongban.applications.gates.actions import NewRule, Scanned
from tongban.applications.gates.models import Community, Pass, Scan
from tongban.applications.gates.rules.scans import Shown, by_rules
from tongban.applications.gates.tests.conftest import HOST, Place
from tongban.foundation.ledger.actions.erasing import erase_due
from tongban.foundation.ledger.models import Entry
from tongban.foundation.parties.actions import NewClient, activate_device, create_client
from tongban.foundation.parties.models import Device
from tongban.foundation.parties.queries import actor_of_token
from tongban.foundation.parties.tests.arrange import OFFICE, actor_of, person_of, token_for
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.ids import uuid7
from tongban_verify.passes.code import read

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


def ask(token: str, path: str, body: Any = None, **headers: str) -> Any:
    client, sent = Client(HTTP_HOST=HOST), {"Authorization": f"Bearer {token}"} | headers
    if body is None:
        return client.get(f"/api/gates/{path}", headers=sent)
    return client.post(f"/api/gates/{path}", body, content_type="application/json", headers=sent)


def a_pass(place: Place, number: int = 10, room: str = "1-101") -> Pass:
    somebody = place.lives(number, room)
    return actions.take_pass(somebody.dwelling_id, by=somebody.by)


def scanned(row: Pass | None = None, **more: Any) -> dict[str, Any]:
    cti = read(queries.shown_code(row)).claims.cti.hex() if row else ""
    given = {"nonce": str(uuid4()), "gate": 1, "way": "in", "at": timezone.now().isoformat(), "verdict": "valid", "was_let": True,
             "cti": cti, "type": "resident", "list_age": 60}  # fmt: skip
    return given | more


class TestEnrolling:
    def test_the_community_enrols_and_stops_one(self, place: Place, token: str, refused: Refused) -> None:
        device = Device.objects.get()
        assert queries.community_of_device(actor_of_token(token)) == place.community
        actions.stop_guard(device.pk, by=place.worker)
        assert ask(token, "guard").status_code == 401
        with refused("not_found"):
            actions.stop_guard(device.pk, by=place.worker)
        assert Entry.objects.filter(type="access.withdrawn").count() == 1

    def test_nobody_else_does(self, place: Place, token: str, refused: Refused) -> None:
        for wrong, code in (
            (actor_of_token(token), "forbidden"),
            (ANONYMOUS, "sign_in_first"),
            (grid_worker(NORTH, 81), "not_found"),
        ):
            with refused(code):
                actions.enrol_guard("x", by=wrong)
            with refused(code):
                actions.stop_guard(Device.objects.get().pk, by=wrong)

    def test_so_many_at_most(self, place: Place, token: str, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tongban.applications.gates.actions.guards.MOST_GUARDS", 1)
        with refused("too_many_guards"):
            actions.enrol_guard("第二台", by=place.worker)

    def test_the_page_shows_the_code_once(self, place: Place, as_: Callable[[Actor], Client]) -> None:
        page, where = as_(place.worker), "/desk/gates/guards/"
        assert page.post(where, {"name": ""}).status_code == 422
        assert "激活码：" in page.post(where, {"name": "南门手机"}).content.decode()
        assert "激活码：" not in page.get(where).content.decode()
        assert page.post(where, {"stop": "x"}).status_code == 404
        assert page.post(where, {"stop": str(Device.objects.get().pk)}).status_code == 302
        assert Device.objects.get().revoked_at is not None


class TestWhatItKeeps:
    def test_gates_rules_root_and_where_the_lists_are(self, place: Place, token: str) -> None:
        row = a_pass(place)
        today = timezone.localdate()
        actions.set_rule(NewRule("visitor", today, today, "街道通告第 3 号", hours="06:00-22:00"), by=place.worker)
        answer = ask(token, "guard")
        said = answer.json()
        assert [one["name"]["zh"] for one in said["gates"]] == ["南门", "北门"]
        assert said["rules"][0]["hours"] == "06:00-22:00"
        assert len(said["lists"]) == 1
        assert row.name not in answer.content.decode()
        again = ask(token, "guard", **{"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        actions.add_gate("东门", by=place.worker)
        assert ask(token, "guard", **{"If-None-Match": answer["ETag"]}).status_code == 200

    def test_only_a_phone_of_a_gate(self, place: Place, refused: Refused) -> None:
        for wrong in (place.worker, actor_of(person_of(number=31)), ANONYMOUS):
            with refused("no_gate_here"):
                queries.community_of_device(wrong)

    def test_the_app_and_its_shell(self) -> None:
        page = Client(HTTP_HOST=HOST)
        assert "门岗验证" in page.get("/gates/guard/").content.decode()
        worker = page.get("/gates/guard/worker.js").content.decode()
        assert "/static/credentials/passes.js" in worker
        assert page.get("/gates/guard/app.webmanifest").json()["start_url"] == "/gates/guard/"

    @pytest.mark.parametrize("app", ["gates/guard", "halls/scanner"])
    def test_only_the_reader_of_codes_may_compile(self, app: str) -> None:
        page = Client(HTTP_HOST=HOST)
        assert "wasm" not in page.get(f"/{app}/")["Content-Security-Policy"]
        reader = page.get(f"/{app}/reader.js")
        assert reader["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'")
        assert f'"/{app}/reader.js", "/static/vendor/zxing-wasm/' in page.get(f"/{app}/worker.js").content.decode()


class TestScans:
    def test_a_queue_sent_twice_is_kept_once(self, place: Place, token: str) -> None:
        row = a_pass(place)
        many = [scanned(row), scanned(row, way="out"), scanned(None, verdict="edited", was_let=False)]
        assert ask(token, "scans", {"scans": many}).json() == {"kept": 3}
        assert ask(token, "scans", {"scans": many}).json() == {"kept": 0}
        late = scanned(row, verdict="revoked", was_let=False)
        assert ask(token, "scans", {"scans": [*many, late, late]}).json() == {"kept": 1}
        found = {one.verdict: one for one in Scan.objects.filter(is_entry=True)}
        assert (found["valid"].held_id, found["edited"].held_id) == (row.pk, None)
        assert (found["valid"].by_name, found["valid"].list_age) == ("南门手机", 60)

    def test_a_forged_code_says_nothing_of_anybody(self, place: Place, token: str) -> None:
        ask(token, "scans", {"scans": [scanned(a_pass(place), verdict="edited", was_let=False)]})
        assert Scan.objects.get().held_id is None

    def test_a_pass_of_another_community_is_nobodys_here(self, place: Place) -> None:
        row = a_pass(place)
        north = grid_worker(NORTH, 81)
        actions.open_community("东门口", "0830-3110012", ["东门"], by=north)
        other = activate_device(actions.enrol_guard("东门手机", by=north), by=ANONYMOUS)[1]
        ask(other, "scans", {"scans": [scanned(row)]})
        assert Scan.objects.get().held_id is None

    def test_moments_are_believed_within_a_fortnight(self, place: Place, token: str) -> None:
        row, now = a_pass(place), timezone.now()
        for days in (-30, 1):
            ask(token, "scans", {"scans": [scanned(row, at=(now + timedelta(days=days)).isoformat())]})
        first, second = Scan.objects.order_by("at")
        assert now - first.at < timedelta(days=14, hours=1)
        assert second.at <= timezone.now()

    def test_five_hundred_at_a_time_in_few_statements(
        self, place: Place, token: str, django_assert_max_num_queries: Any, refused: Refused
    ) -> None:
        row = a_pass(place)
        cti = read(queries.shown_code(row)).claims.cti
        by = actor_of_token(token)
        many = [Scanned(uuid7(), 1, "valid", True, cti=cti) for _ in range(500)]
        with django_assert_max_num_queries(8):
            assert actions.take_scans(many, by=by) == 500
        with refused("too_many_scans"):
            actions.take_scans([*many, many[0]], by=by)
        assert Scan.objects.filter(held=row).count() == 500

    def test_whose_it_was_goes_after_a_fortnight_and_the_count_after_a_year(self, place: Place, token: str) -> None:
        ask(token, "scans", {"scans": [scanned(a_pass(place))]})
        Scan.objects.update(at=timezone.now() - timedelta(days=15))
        assert erase_due("gates.scans") == 1
        one = Scan.objects.get()
        assert (one.held_id, one.is_anonymous) == (None, True)
        Scan.objects.update(at=timezone.now() - timedelta(days=367))
        assert erase_due("gates.scan_counts") == 1
        assert not Scan.objects.exists()


class TestTwoGates:
    def seen(self, token: str, row: Pass, gate: int, seconds: int) -> None:
        at = timezone.now() - timedelta(hours=1) + timedelta(seconds=seconds)
        assert ask(token, "scans", {"scans": [scanned(row, gate=gate, at=at.isoformat())]}).json() == {"kept": 1}

    def test_one_pass_at_two_gates_too_soon_is_shown_to_a_person(
        self, place: Place, token: str, as_: Callable[[Actor], Client], refused: Refused
    ) -> None:
        row = a_pass(place)
        self.seen(token, row, 2, 100)  # the later one comes in first
        self.seen(token, row, 1, 0)
        self.seen(token, row, 1, 1000)
        doubt = Scan.objects.get(before__isnull=False)
        assert doubt.before
        assert (doubt.before.gate, doubt.gate) == (1, 2)
        desk = as_(place.worker)
        assert "时间太近" in desk.get("/desk/gates/").content.decode()
        with refused("not_found"):
            actions.settle_doubt(doubt.pk, said="x", by=grid_worker(NORTH, 81))
        with refused("said_missing"):
            actions.settle_doubt(doubt.pk, said=" ", by=place.worker)
        assert desk.post(f"/desk/gates/doubts/{doubt.pk}/settle", {"said": "骑车过去的"}).status_code == 302
        assert "时间太近" not in desk.get("/desk/gates/").content.decode()
        with refused("not_found"):
            actions.settle_doubt(doubt.pk, said="又一次", by=place.worker)

    def test_not_at_one_gate_and_not_after_a_while(self, place: Place, token: str) -> None:
        row = a_pass(place)
        for gate, seconds in ((1, 0), (1, 60), (2, 300)):
            self.seen(token, row, gate, seconds)
        assert not Scan.objects.filter(before__isnull=False).exists()

    def test_it_goes_when_nobody_knows_whose_it_was(self, place: Place, token: str) -> None:
        row = a_pass(place)
        self.seen(token, row, 1, 0)
        self.seen(token, row, 2, 60)
        Scan.objects.update(at=timezone.now() - timedelta(days=15))
        erase_due("gates.scans")
        assert not Scan.objects.filter(before__isnull=False).exists()


class TestVerifying:
    def verified(self, token: str, code: str, **more: Any) -> dict[str, Any]:
        answer = ask(token, "verify", {"nonce": str(uuid4()), "code": code, "gate": 1} | more)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def turnstile(self, region: str = "510502") -> str:
        unit = Community.objects.get(code="510502001006").unit
        new = NewClient("南门闸机", ("gates.verify_passes",), region)
        client, _ = create_client(new, organisation_id=unit.organisation_id, by=OFFICE)
        return token_for(client)

    def test_a_turnstile_opens_for_a_good_pass_alone(self, place: Place, token: str) -> None:
        row = a_pass(place)
        code, gate = queries.shown_code(row), self.turnstile()
        where = {"community": place.community.code}
        found = self.verified(gate, code, **where)
        assert (found["answer"], found["verdict"], found["place"]) == ("allow", "valid", "7-1-101")
        assert self.verified(gate, actions.code_on_phone(row), **where)["answer"] == "allow"
        assert self.verified(gate, code[:-4], **where)["verdict"] in ("malformed", "edited")
        assert self.verified(gate, code + "00", **where)["answer"] == "deny"
        actions.revoke_pass(row.pk, reason="丢失", by=place.worker)
        assert self.verified(gate, code, **where)["verdict"] == "revoked"
        assert self.verified(gate, code + "00", **where)["verdict"] in (
            "malformed",
            "edited",
        )  # bytes appended to a revoked one
        assert Scan.objects.filter(held=row).count() == 3

    def test_here_and_at_this_gate(self, place: Place, token: str) -> None:
        by = actor_of(person_of(number=30))
        new = actions.NewPass(uuid4(), "courier", place.community.pk, "李四", "13800009999", "站点", "送菜")
        row = actions.approve(actions.ask_for_pass(new, by=by).pk, gates=[2], by=place.worker)
        code = queries.shown_code(row)
        assert self.verified(token, code)["verdict"] == "wrong_gate"
        assert self.verified(token, code, gate=2)["verdict"] == "valid"
        north = grid_worker(NORTH, 81)
        actions.open_community("东门口", "0830-3110012", ["东门"], by=north)
        other = activate_device(actions.enrol_guard("东门手机", by=north), by=ANONYMOUS)[1]
        assert self.verified(other, code)["verdict"] == "another_community"

    def test_rules_hold_at_the_gate(self, place: Place, token: str) -> None:
        code, today = queries.shown_code(a_pass(place)), timezone.localdate()
        rule = actions.set_rule(NewRule("resident", today, today, "街道通告第 3 号", gates=(2,)), by=place.worker)
        assert self.verified(token, code)["verdict"] == "wrong_gate"
        actions.end_rule(rule.pk, by=place.worker)
        actions.set_rule(NewRule("resident", today, today, "街道通告第 4 号", is_closed=True), by=place.worker)
        found = self.verified(token, code)
        assert (found["answer"], found["verdict"]) == ("deny", "rule_closed")

    def test_hours(self, place: Place) -> None:
        today = timezone.localdate()
        actions.set_rule(NewRule("resident", today, today, "街道通告第 3 号", hours="06:00-22:00"), by=place.worker)
        rules = queries.rules_of(place.community, since=today)
        noon = timezone.localtime().replace(hour=12, minute=0)
        assert by_rules(Shown("resident", 1, noon), list(rules)) == ""
        assert by_rules(Shown("resident", 1, noon.replace(hour=23)), list(rules)) == "rule_hours"
        assert by_rules(Shown("tenant", 1, noon.replace(hour=23)), list(rules)) == ""

    def test_the_same_call_twice_is_kept_once(self, place: Place, token: str) -> None:
        code, nonce = queries.shown_code(a_pass(place)), str(uuid4())
        for _ in range(2):
            self.verified(token, code, nonce=nonce)
        assert Scan.objects.count() == 1

    def test_in_four_statements(self, place: Place, token: str) -> None:
        code, gate = queries.shown_code(a_pass(place)), self.turnstile()
        where = {"community": place.community.code}
        self.verified(gate, code, **where)  # notes the day of the client's last call
        for who, more, most in ((gate, where, 4), (token, {}, 5)):  # a phone's token is looked for among clients' first
            self.verified(who, code, **more)
            with CaptureQueriesContext(connection) as asked:
                self.verified(who, code, **more)
            # Within a test's transaction the connection is pointed to the jurisdiction for each request.
            assert len([one for one in asked if "search_path" not in one["sql"]]) == most

    def test_two_gates_within_a_moment_are_noted_whichever_call_is_written_first(self, place: Place) -> None:
        row, gate = a_pass(place), self.turnstile()
        code, where = queries.shown_code(row), {"community": place.community.code}
        self.verified(gate, code, **where)
        self.verified(gate, code, gate=2, **where)
        first, second = Scan.objects.order_by("at")
        assert (first.before_id, second.before_id) == (None, first.pk)
        Scan.objects.update(
            at=timezone.now() + timedelta(seconds=2), before=None
        )  # as if another call had been quicker
        self.verified(gate, code, gate=3, **where)
        third = Scan.objects.exclude(pk__in=[first.pk, second.pk]).get()
        assert Scan.objects.filter(before=third).exists()

    def test_nobody_else_may_ask(self, place: Place, token: str, refused: Refused) -> None:
        asked, code = Scanned(uuid4(), 1, "", False), place.community.code
        elsewhere = actor_of_token(self.turnstile("510503"))
        for wrong, why in ((elsewhere, "forbidden"), (ANONYMOUS, "sign_in_first"), (place.worker, "forbidden")):
            with refused(why):
                actions.verify_at_gate("x", asked, community_code=code, by=wrong)
        with refused("not_found"):
            actions.verify_at_gate("x", asked, community_code=NORTH, by=actor_of_token(self.turnstile()))


class TestLookingUp:
    def test_by_the_last_digits_masked_and_kept(self, place: Place, token: str, as_: Callable[[Actor], Client]) -> None:
        somebody = place.lives(10)
        row = actions.take_pass(somebody.dwelling_id, by=somebody.by)
        found = ask(token, "look-up", {"nonce": str(uuid4()), "tail": row.phone[-4:], "gate": 1}).json()
        assert [(one["name"], one["place"]) for one in found] == [("张**0", "7-1-101")]
        assert row.phone not in str(found)
        assert Scan.objects.get().verdict == "looked_up"
        assert "按手机尾号查找" in as_(somebody.by).get(f"/passes/{row.pk}/").content.decode()

    def test_what_is_not_asked(self, place: Place, token: str, refused: Refused) -> None:
        asked = Scanned(uuid4(), 1, "looked_up", False)
        with refused("tail_wrong"):
            actions.look_up("12", asked, by=actor_of_token(token))
        with refused("no_gate_here"):
            actions.look_up("1234", asked, by=place.worker)
        assert actions.look_up("9876", asked, by=actor_of_token(token)) == []

    def test_not_without_end(self, place: Place, token: str) -> None:
        codes = {
            ask(token, "look-up", {"nonce": str(uuid4()), "tail": "0000", "gate": 1}).status_code for _ in range(21)
        }
        assert codes == {200, 429}
