"""Devices and API clients: tokens shown once, codes used once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import AccessToken, ApiClient, Device
from tongban.foundation.parties.tests.arrange import actor_of, person_of, staff_of, token_for, unit_of
from tongban.foundation.parties.tests.test_people import refuses
from tongban.foundation.parties.tests.test_rights import today
from tongban.lib import capabilities
from tongban.lib.actors import Actor

pytestmark = pytest.mark.django_db

PROBE = "tests.probe"


@pytest.fixture
def probe() -> object:
    from tongban.lib.words import T

    capabilities.declare(PROBE, T("测试", "Probe"), clients=True)
    yield
    del capabilities.ALL[PROBE]


def operator() -> Actor:
    return staff_of(unit_of("data", number=9), "operator", 80)


def ask(token: str, path: str = "/") -> Actor:
    answer = Client(headers={"host": "luzhou.localhost", "authorization": f"Bearer {token}"}).get(path)
    return answer.wsgi_request.actor if answer.status_code != 401 else None


def test_an_api_client_and_its_token(probe: object) -> None:
    by = operator()
    new = actions.NewClient("医院接口", (PROBE,), "510502", 30)
    client, secret = actions.create_client(new, organisation_id=by.organisation_id, by=by)
    token = actions.issue_token(client.pk, [PROBE, "tests.other"], secret=secret, by=queries.nobody("api"))
    assert secret not in str(ApiClient.objects.values())
    assert token not in str(AccessToken.objects.values())
    actor = queries.actor_of_token(token)
    assert (actor.kind, actor.capabilities, actor.region) == ("client", frozenset({PROBE}), "510502")
    assert ask(token).client_id == client.pk
    client.refresh_from_db()
    assert client.last_used_on == today()
    for wrong in (secret, token[:-1], token[:12], "", "tba-"):
        with refuses("token_invalid"):
            queries.actor_of_token(wrong)
    ApiClient.objects.update(capabilities=[])
    assert queries.actor_of_token(token).capabilities == frozenset()
    actions.revoke_client(client.pk, by=by)
    assert ask(token) is None
    with refuses("client_unknown"):
        actions.issue_token(client.pk, [PROBE], secret=secret, by=queries.nobody("api"))
    for again in (actions.revoke_client, actions.rotate_client):
        with refuses("client_revoked"):
            again(client.pk, by=by)


def test_an_api_client_must_make_sense(probe: object) -> None:
    by = operator()
    for new, code in (
        (actions.NewClient("甲", ("parties.manage_staff",), "510502"), "capability_not_for_clients"),
        (actions.NewClient("甲", (), "510502"), "capability_not_for_clients"),
        (actions.NewClient("甲", (PROBE,), "510502", 4000), "days_out_of_range"),
        (actions.NewClient(" ", (PROBE,), "510502"), "name_missing"),
        (actions.NewClient("甲", (PROBE,), "510504"), "forbidden"),
        (actions.NewClient("甲", (PROBE,), ""), "forbidden"),
    ):
        with refuses(code):
            actions.create_client(new, organisation_id=by.organisation_id, by=by)
    with refuses("forbidden"):
        actions.create_client(
            actions.NewClient("甲", (PROBE,)), organisation_id=by.organisation_id, by=actor_of(person_of())
        )
    with refuses("not_found"):
        actions.create_client(actions.NewClient("甲", (PROBE,), "510502"), organisation_id=by.unit_id, by=by)


def test_tokens_end_with_their_time_and_with_their_client(probe: object) -> None:
    by = operator()
    client, _ = actions.create_client(
        actions.NewClient("甲", (PROBE,), "510502"), organisation_id=by.organisation_id, by=by
    )
    token, other = token_for(client), token_for(client)
    AccessToken.objects.filter(token_hash=queries.token_hash(token)[0]).update(expires_at=timezone.now())
    with refuses("token_invalid"):
        queries.actor_of_token(token)
    assert queries.actor_of_token(other).client_id == client.pk
    ApiClient.objects.filter(pk=client.pk).update(expires_at=timezone.now())
    with refuses("token_invalid"):
        queries.actor_of_token(other)


def test_a_device_is_activated_once() -> None:
    by = operator()
    device, code = actions.enrol_device("一号自助机", "kiosk", unit_id=by.unit_id, by=by)
    typed = f" {code[:5].lower()}-{code[5:]} "
    activated, token = actions.activate_device(typed, by=queries.nobody("api"))
    assert activated.pk == device.pk
    assert ask(token).device_id == device.pk
    with refuses("enrolment_code"):
        actions.activate_device(code, by=queries.nobody("api"))
    actions.revoke_device(device.pk, by=by)
    assert ask(token) is None
    with refuses("device_revoked"):
        actions.revoke_device(device.pk, by=by)


def test_a_device_must_make_sense() -> None:
    by = operator()
    with refuses("kind_unknown"):
        actions.enrol_device("机", "robot", unit_id=by.unit_id, by=by)
    with refuses("not_found"):
        actions.enrol_device("机", "kiosk", unit_id=by.person_id, by=by)
    with refuses("forbidden"):
        actions.enrol_device("机", "kiosk", unit_id=by.unit_id, by=actor_of(person_of()))
    _, code = actions.enrol_device("机", "kiosk", unit_id=by.unit_id, by=by)
    Device.objects.update(enrolment_expires_at=timezone.now())
    with refuses("enrolment_code"):
        actions.activate_device(code, by=queries.nobody("api"))
