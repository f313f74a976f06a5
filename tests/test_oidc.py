"""Signing in through a real OpenID Connect provider on this machine, one that verifies people and one that does not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from django.test import Client

from tongban.config.signing_in import oidc_apps
from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import Account, Person
from tongban.foundation.parties.rules import Particulars
from tongban.lib.actors import system
from tongban.lib.identifiers import synthetic_id_number

pytestmark = pytest.mark.django_db
NUMBER = synthetic_id_number(date(1988, 8, 8), 88)
LI = {"sub": "li", "name": "李思远", "id_number": NUMBER}
BY = system("tests")


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        address = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stdout)))
        yield address[0]
        process.terminate()


@pytest.fixture
def sign_in(provider: str, settings, tmp_path: Path):
    """``sign_in(claims, verifies=…)`` gives the browser that came back from the provider, and the last answer."""

    def carry_out(said: dict[str, str], *, verifies: bool = True, client: Client | None = None):
        row = {
            "id": "province",
            "name": "省统一身份认证",
            "client_id": "tongban",
            "secret": "s",
            "server_url": provider,
        }
        claims = {"identity_claims": {"name": "name", "document_number": "id_number"}} if verifies else {}
        (tmp_path / "oidc.json").write_text(json.dumps({"providers": [row | claims]}))
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": oidc_apps(tmp_path / "oidc.json")}}
        httpx.put(f"{provider}/users/{said['sub']}", json=said).raise_for_status()
        client = client or Client(HTTP_HOST="luzhou.localhost")
        asked = client.post("/accounts/oidc/province/login/")
        allowed = httpx.post(asked["Location"], data={"sub": said["sub"]})
        back = client.get(allowed.headers["location"].split("luzhou.localhost", 1)[1])
        return client, back

    return carry_out


def signed_in(client: Client) -> Account:
    return Account.objects.select_related("person").get(pk=client.session["_auth_user_id"])


def test_a_provider_that_verifies_people_says_who_it_is(sign_in):
    client, back = sign_in(LI)
    assert back.status_code == 302
    person = signed_in(client).person
    assert (person.name, person.document_number, person.assurance) == ("李思远", NUMBER, Person.Assurance.VERIFIED)
    assert person.birth_date == "1988-08-08"
    again, _ = sign_in(LI)
    assert signed_in(again).person == person
    assert Person.objects.count() == 1
    assert "统一身份认证" in client.get("/me/").content.decode()


def test_what_the_provider_said_is_kept_encrypted_only(sign_in):
    from allauth.socialaccount.models import SocialAccount

    sign_in(LI)
    sign_in(LI)
    assert [one.extra_data for one in SocialAccount.objects.all()] == [{}]


def test_a_provider_that_does_not_verify_opens_a_log_in_of_nobody(sign_in):
    client, _ = sign_in(LI, verifies=False)
    assert signed_in(client).person is None


@pytest.mark.parametrize("missing", ["name", "id_number"])
def test_a_claim_that_was_not_given_names_nobody(sign_in, missing):
    client, _ = sign_in({name: value for name, value in LI.items() if name != missing})
    assert signed_in(client).person is None


def test_a_number_that_cannot_be_right_opens_nothing(sign_in):
    client, back = sign_in(LI | {"id_number": "110105194912310021"})
    assert back.status_code == 422
    assert "证件号码校验不通过" in back.content.decode()
    assert "_auth_user_id" not in client.session
    assert not Account.objects.exists()


def recorded(*, assurance: int, with_log_in: bool) -> Person:
    person = actions.register_person(Particulars("李思远", "resident_id", NUMBER, "13800007001"), by=BY)
    Person.objects.filter(pk=person.pk).update(assurance=assurance)
    if with_log_in:
        actions.create_account("lisiyuan", phone="13800007001", person_id=person.pk, by=BY)
    return person


def test_whom_a_counter_verified_comes_to_the_log_in_they_have(sign_in):
    person = recorded(assurance=5, with_log_in=True)
    client, _ = sign_in(LI)
    account = signed_in(client)
    assert (account.username, account.person) == ("lisiyuan", person)
    assert account.person.assurance == Person.Assurance.COUNTER


def test_whom_the_office_recorded_gets_a_log_in(sign_in):
    person = recorded(assurance=2, with_log_in=False)
    client, _ = sign_in(LI)
    assert signed_in(client).person == person
    assert signed_in(client).person.assurance == Person.Assurance.VERIFIED


def test_a_document_somebody_else_stated_is_not_taken_over(sign_in):
    recorded(assurance=2, with_log_in=True)
    client, back = sign_in(LI)
    assert back.status_code == 409
    assert "请带证件到窗口核验" in back.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_provider_that_names_somebody_else_is_refused(sign_in):
    sign_in(LI)
    _, back = sign_in(LI | {"id_number": synthetic_id_number(date(1977, 7, 7), 77)})
    assert back.status_code == 409
    assert "不是同一人" in back.content.decode()
    assert Person.objects.get().document_number == NUMBER


def test_verified_facts_are_not_changed_by_hand(sign_in):
    client, _ = sign_in(LI)
    by = queries.actor_of_account(signed_in(client), channel="web", second_factor=False)
    with pytest.raises(Exception, match="identity_verified"):
        actions.state_identity(Particulars("李四", "resident_id", NUMBER), by=by)
