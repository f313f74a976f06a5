"""A manager lets colleagues in and takes them out; the hall's tablet registers visitors and forgets them; turns are set."""

from __future__ import annotations

import pytest
from django.test import Client

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.tests.conftest import somebody
from tongban.applications.halls.tests.test_visits import HOST, come, said
from tongban.foundation.ledger.models import Entry
from tongban.foundation.parties.models import Account, Membership
from tongban.foundation.parties.queries import actor_of_account, staff_of_unit
from tongban.lib.actors import Actor
from tongban.lib.fields import fill_indexes
from tongban.lib.masks import mask_name
from tongban.lib.refusals import Refusal

pytestmark = pytest.mark.django_db


def with_phone(name: str, phone: str) -> Actor:
    """Somebody who signs in with a phone."""
    actor = somebody(name)
    account = Account.objects.get(pk=actor.account_id)
    account.phone = phone
    fill_indexes(account)
    account.save()
    return actor_of_account(account, channel="web", second_factor=False)


def browser(actor: Actor) -> Client:
    found = Client(HTTP_HOST=HOST)
    found.force_login(Account.objects.get(pk=actor.account_id), backend="tongban.foundation.parties.login.HouseBackend")
    return found


class TestColleagues:
    def test_a_colleague_calls_and_does_not_manage(self, hall: Hall, manager: Actor) -> None:
        clerk = with_phone("何志强", "+8613800000077")
        with pytest.raises(Refusal, match="not_found"):
            queries.hall_run_by(clerk, hall.pk)
        assert actions.add_colleague(hall.pk, "138 0000 0077", "hall_clerk", by=manager) == "何志强"
        assert queries.hall_run_by(clerk, hall.pk) == hall
        assert not queries.may_manage(clerk, hall)
        [granted] = Membership.objects.filter(person_id=clerk.person_id)
        assert (granted.granted_by, granted.region_code) == (manager.name, "510502")
        assert Entry.objects.filter(type="membership.granted").count() == 2  # the manager's own, and this one
        with pytest.raises(Refusal, match="membership_exists"):
            actions.add_colleague(hall.pk, "13800000077", "hall_clerk", by=manager)
        with pytest.raises(Refusal, match="not_found"):
            actions.add_colleague(hall.pk, "13800000077", "hall_manager", by=clerk)

        assert actions.remove_colleague(hall.pk, granted.pk, by=manager) == "何志强"
        with pytest.raises(Refusal, match="not_found"):
            queries.hall_run_by(clerk, hall.pk)
        with pytest.raises(Refusal, match="not_found"):
            actions.remove_colleague(hall.pk, granted.pk, by=manager)
        assert Entry.objects.filter(type="membership.withdrawn").count() == 1

    def test_a_hall_gives_no_office_away(self, hall: Hall, manager: Actor) -> None:
        with_phone("何志强", "+8613800000077")
        with pytest.raises(Refusal, match="role_unknown"):
            actions.add_colleague(hall.pk, "13800000077", "clerk", by=manager)
        with pytest.raises(Refusal, match="colleague_unknown"):
            actions.add_colleague(hall.pk, "13800000078", "hall_clerk", by=manager)
        [own] = staff_of_unit(hall.unit_id)
        with pytest.raises(Refusal, match="own_membership"):
            actions.remove_colleague(hall.pk, own.pk, by=manager)

    def test_only_so_many(self, hall: Hall, manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        with_phone("何志强", "+8613800000077")
        monkeypatch.setattr("tongban.applications.halls.actions.colleagues.MOST_COLLEAGUES", 1)
        with pytest.raises(Refusal, match="too_many_colleagues"):
            actions.add_colleague(hall.pk, "13800000077", "hall_clerk", by=manager)

    def test_on_the_page_names_of_others_are_masked(self, hall: Hall, manager: Actor) -> None:
        with_phone("何志强", "+8613800000077")
        mine = browser(manager)
        path = f"/halls/{hall.pk}/colleagues/"
        assert mine.post(path, {"phone": "13800000078", "role": "hall_clerk"}).status_code == 422
        assert mine.post(path, {"phone": "13800000077", "role": "hall_clerk"}).status_code == 302
        page = mine.get(path).content.decode()
        assert mask_name("何志强") in page
        assert "何志强" not in page
        granted = Membership.objects.get(unit_id=hall.unit_id, role="hall_clerk")
        assert mine.post(path, {"remove": "x"}).status_code == 200
        assert mine.post(path, {"remove": str(granted.pk)}).status_code == 302
        assert len(staff_of_unit(hall.unit_id)) == 1


class TestKiosk:
    def test_it_registers_whoever_has_no_phone_and_keeps_nothing(self, hall: Hall) -> None:
        tablet = Client(HTTP_HOST=HOST)
        path = f"/h/{hall.code}/kiosk/{queries.link_of(hall, 'kiosk')}/"
        page = tablet.get(path)
        typed = said(1)
        sent = {
            "service": "s1", "name": typed.name, "document_type": "resident_id", "document_number": typed.document_number,
            "phone": "", "companions": "", "nonce": page.context["form"].initial["nonce"],
        }  # fmt: skip
        assert tablet.post(path, {**sent, "name": ""}).status_code == 422
        done = tablet.post(path, sent)
        assert done.status_code == 302
        assert tablet.post(path, sent)["Location"] == done["Location"]
        shown = tablet.get(done["Location"])
        text = shown.content.decode()
        assert "A001" in text
        assert typed.name not in text
        assert f'content="20;url={path}?new"' in text
        assert shown["Cache-Control"].count("no-store")
        visit = Visit.objects.get()
        assert (visit.channel, visit.person_id, "tongban_visit" in tablet.cookies) == ("kiosk", None, False)
        assert typed.name not in tablet.get(path).content.decode()

    def test_the_next_visitor_reads_chinese_again(self, hall: Hall) -> None:
        tablet = Client(HTTP_HOST=HOST)
        path = f"/h/{hall.code}/kiosk/{queries.link_of(hall, 'kiosk')}/"
        tablet.cookies["tongban_language"] = "en"
        assert "Register and take a number" in tablet.get(path).content.decode()
        assert tablet.get(f"{path}?new").status_code == 302
        assert "登记取号" in tablet.get(path).content.decode()

    def test_an_invented_address_and_another_halls_visit_lead_nowhere(self, hall: Hall) -> None:
        tablet, key = Client(HTTP_HOST=HOST), queries.link_of(hall, "kiosk")
        assert tablet.get(f"/h/{hall.code}/kiosk/{queries.link_of(hall, 'screen')}/").status_code == 404
        visit = come(hall, 1)
        path = f"/h/{hall.code}/kiosk/{key}/{visit.code}/"
        assert tablet.get(path).status_code == 200
        Visit.objects.update(hall=actions.open_hall(_other(), by=somebody("别人")))
        assert tablet.get(path).status_code == 404


def _other() -> actions.NewHall:
    from tongban.applications.halls.tests.conftest import new_hall

    other: actions.NewHall = new_hall(name="纳溪区政务服务中心", region_code="510503")
    return other


def test_turns_are_set_on_one_page(hall: Hall, manager: Actor) -> None:
    mine, path = browser(manager), f"/halls/{hall.pk}/settings/turns/"
    sent = {"days_ahead": "14", "release": "09:30", "per_person": "1", "head_elderly": "0", "head_disabled": "45",
            "head_infant": "20", "head_appointment": "30"}  # fmt: skip
    assert mine.post(path, {**sent, "head_infant": "500"}).status_code == 422
    assert mine.post(path, {**sent, "days_ahead": "99"}).status_code == 422
    assert mine.post(path, sent).status_code == 302
    hall.refresh_from_db()
    assert hall.appointment_rules == {"days_ahead": 14, "release": "09:30", "per_person": 1}
    assert hall.head_starts == {"elderly": 0, "disabled": 45, "infant": 20, "appointment": 30}
    assert mine.get(path).context["form"].initial["days_ahead"] == 14
