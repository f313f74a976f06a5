"""Pages of visitors: my data, identity, mandates, companies, desks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import Correction, Mandate, Organisation, Person
from tongban.foundation.parties.tests.arrange import (
    HOST,
    PASSWORD,
    actor_of,
    company_of,
    person_of,
    staff_of,
    unit_of,
)
from tongban.foundation.parties.tests.test_people import NUMBER
from tongban.foundation.parties.tests.test_rights import mandate_for
from tongban.foundation.parties.tests.test_signing_in import account_of, totp_now
from tongban.lib.identifiers import synthetic_uscc

pytestmark = pytest.mark.django_db


def signed_in(username: str = "user1") -> Client:
    client = Client(headers=HOST)
    assert client.post("/accounts/login/", {"login": username, "password": PASSWORD}).status_code == 302
    return client


def at_desk(username: str) -> Client:
    """Signed in with a second factor, at the only desk there is."""
    client = Client(headers=HOST)
    account = Person.objects.get(account__username=username).account
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": totp_now(secret)})
    membership = account.person.memberships.get()
    assert client.post("/desk/choose/", {"membership": membership.pk}).status_code == 302
    return client


PAGES = ["/me/", "/me/looks/", "/me/identity/", "/me/address/", "/me/correction/", "/me/mandates/", "/me/mandates/new/",
         "/me/companies/", "/me/companies/new/", "/desk/choose/", "/me/export"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_for_a_log_in_and_speaks_both_languages(path: str, visitor: Client) -> None:
    assert visitor.get(path)["Location"].startswith("/accounts/login/?next=")
    person_of()
    client = signed_in()
    chinese = client.get(path)
    assert chinese.status_code == 200
    client.cookies["tongban_language"] = "en"
    assert client.get(path).status_code == 200


def test_my_data_shows_everything_and_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    person = person_of()
    clerk = staff_of(unit_of("window"), "clerk", 90)
    actions.record_look(person.pk, what="parties.person", reason="核对身份", by=clerk)
    client = signed_in()
    with django_assert_max_num_queries(25):  # every app that holds something asks for it: gates by three of them
        page = client.get("/me/").content.decode()
    for text in ("张三", person.document_number, "员工90", "核对身份", "示例路 1 号"):
        assert text in page, text


def test_the_export_holds_the_same() -> None:
    person = person_of()
    answer = signed_in().get("/me/export")
    body = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    values = [fact["value"] for section in body["sections"] for fact in section["facts"]]
    assert person.name in values
    assert body["sections"][0]["title"] == {"zh": "身份信息", "en": "Identity"}


def test_a_fresh_log_in_says_who_it_is(visitor: Client, sent: list[dict[str, Any]]) -> None:
    account_of()
    visitor.post("/accounts/login/code/", {"phone": "13800001234"})
    visitor.post("/accounts/login/code/confirm/", {"code": sent[-1]["code"]})
    assert visitor.get("/me/").status_code == 200
    typed = {"name": "李四", "document_type": "resident_id", "document_number": NUMBER[:-1]}
    refused = visitor.post("/me/identity/", typed)
    assert refused.status_code == 422
    assert NUMBER[:-1] in refused.content.decode()
    assert (
        visitor.post("/me/identity/?next=/me/mandates/", typed | {"document_number": NUMBER})["Location"]
        == "/me/mandates/"
    )
    assert visitor.get("/me/").wsgi_request.actor.assurance == 2


def test_correcting() -> None:
    person = person_of()
    client = signed_in()
    assert client.post("/me/address/", {"address": "新路 3 号"}).status_code == 302
    assert Person.objects.get(pk=person.pk).address == "新路 3 号"
    asked = {"fact": "name", "stated": "张山", "reason": "登记时写错"}
    assert client.post("/me/correction/", asked).status_code == 302
    assert client.post("/me/correction/", asked).status_code == 422
    assert Correction.objects.count() == 1
    assert "张山" in client.get("/me/").content.decode()


def test_a_mandate_from_offer_to_end() -> None:
    owner, agent = person_of(), person_of("王丽华", 2)
    company = company_of(representative=owner)
    client, other = signed_in(), signed_in("user2")
    typed = {
        "agent_name": "王丽华", "document_type": "resident_id", "document_number": agent.document_number,
        "services": "出入证，PASSES", "may_sign": "on", "valid_from": "2026-01-01", "valid_to": "2027-01-01",
    }  # fmt: skip
    assert other.post(f"/me/mandates/new/?organisation={company.pk}", typed).status_code == 404
    assert client.post(f"/me/mandates/new/?organisation={company.pk}", typed | {"agent_name": "王"}).status_code == 422
    unknown = client.post(f"/me/mandates/new/?organisation={company.pk}", typed | {"services": "出入"})
    assert unknown.status_code == 422
    assert "您要的是不是：出入证？" in unknown.content.decode()
    assert client.post(f"/me/mandates/new/?organisation={company.pk}", typed).status_code == 302
    mandate = Mandate.objects.get()
    assert mandate.services == ["passes"]
    assert "出入证" in client.get("/me/mandates/").content.decode()
    assert "请您代为办事" in other.get("/").content.decode()
    assert client.post(f"/me/mandates/{mandate.pk}/accept").status_code == 404
    assert other.post(f"/me/mandates/{mandate.pk}/accept").status_code == 302
    assert other.post("/me/acting-for", {"for": f"organisation:{company.pk}"})["Location"] == "/company/"
    acting = other.get("/me/companies/").wsgi_request.actor
    assert acting.on_behalf_of == ("organisation", company.pk)
    assert acting.mandate_id == mandate.pk
    assert acting.principal == company.name
    assert f"<strong>{company.name}</strong>办事" in other.get("/help/").content.decode()  # on every page
    assert client.post(f"/me/mandates/{mandate.pk}/withdraw").status_code == 302
    ended = other.get("/me/companies/")
    assert ended.wsgi_request.actor.on_behalf_of is None
    assert "tb-acting" not in ended.content.decode()
    assert other.post("/me/acting-for", {"for": f"organisation:{company.pk}"}).status_code == 403
    assert other.post("/me/acting-for", {"for": "organisation:nonsense"}).status_code == 404
    assert other.post("/me/acting-for", {"for": ""})["Location"] == "/"


def test_acting_for_a_person() -> None:
    father, daughter = person_of("陈大山", 1), person_of("陈小雨", 2)
    made = actions.grant_mandate(
        mandate_for(daughter), grantor=actions.Grantor(person_id=father.pk), by=actor_of(father)
    )
    actions.accept_mandate(made.pk, by=actor_of(daughter))
    client = signed_in("user2")
    assert "陈大山" in client.get("/me/companies/").content.decode()
    client.post("/me/acting-for", {"for": f"person:{father.pk}"})
    acting = client.get("/me/")
    assert acting.wsgi_request.actor.on_behalf_of == ("person", father.pk)
    assert "<strong>陈大山</strong>办事" in acting.content.decode()


def test_recording_a_company() -> None:
    person_of()
    client = signed_in()
    typed = {"name": "新开商贸", "uscc": synthetic_uscc("91", 700), "kind": "company"}
    assert client.post("/me/companies/new/", typed | {"uscc": "123"}).status_code == 422
    assert client.post("/me/companies/new/", typed).status_code == 302
    assert Organisation.objects.get(uscc=typed["uscc"]).name == "新开商贸"
    assert "新开商贸" in client.get("/me/companies/").content.decode()


def test_staff_are_led_to_a_second_factor_and_then_to_their_desk() -> None:
    reviewer = staff_of(unit_of(), "reviewer", 10)
    client = signed_in("user10")
    page = client.get("/desk/choose/").content.decode()
    assert "先设置二次验证" in page
    assert "/accounts/2fa/" in page
    assert client.post("/desk/choose/", {"membership": reviewer.membership_id}).status_code == 200
    assert not client.get("/").wsgi_request.actor.is_staff
    secret = generate_totp_secret()
    TOTP.activate(Person.objects.get(pk=reviewer.person_id).account, secret)
    page = client.get("/desk/choose/").content.decode()
    assert "先完成二次验证" in page
    assert "/accounts/2fa/reauthenticate/?next=%2Fdesk%2Fchoose%2F" in page
    answer = client.post("/accounts/2fa/reauthenticate/?next=/desk/choose/", {"code": totp_now(secret)})
    assert answer["Location"] == "/desk/choose/"
    assert client.post("/desk/choose/", {"membership": reviewer.membership_id})["Location"] == "/desk/"
    assert client.get("/desk/").wsgi_request.actor.membership_id == reviewer.membership_id
    assert client.post("/desk/choose/", {"membership": "nonsense"}).status_code == 404
    client.post("/desk/choose/", {"close": "1"})
    assert not client.get("/").wsgi_request.actor.is_staff


def test_at_desk_helper() -> None:
    staff_of(unit_of(), "reviewer", 10)
    assert at_desk("user10").get("/desk/").status_code == 200
    assert queries.desks_of(queries.nobody("web")) == ([], [])
    assert not queries.has_desk(queries.nobody("web"))
