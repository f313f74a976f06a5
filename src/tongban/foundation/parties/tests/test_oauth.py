"""OAuth 2.0 for programs: tokens against id and secret, every error of the RFC, and what ends them."""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.ledger.hooks import retentions
from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import AccessToken, ApiClient
from tongban.foundation.parties.tests.arrange import OFFICE, company_of
from tongban.foundation.parties.tests.races import at_once
from tongban.lib import capabilities
from tongban.lib.jurisdictions import enter
from tongban.lib.words import T

GRANT = {"grant_type": "client_credentials"}
SCOPES = ("tests.read", "tests.write")
addresses = count(1)


@pytest.fixture(autouse=True)
def scopes() -> Any:
    for name in SCOPES:
        capabilities.declare(name, T("测试", "Probe"), clients=True)
    yield
    for name in SCOPES:
        del capabilities.ALL[name]


class Program:
    """A program with an id and a secret, at an address of its own."""

    def __init__(self, *, capabilities: tuple[str, ...] = SCOPES) -> None:
        new = actions.NewClient("医院接口", capabilities, "510502", 30)
        self.row, self.secret = actions.create_client(new, organisation_id=company_of().pk, by=OFFICE)
        self.http = Client(REMOTE_ADDR=f"10.9.{next(addresses)}.1", headers={"host": "luzhou.localhost"})

    @property
    def proof(self) -> dict[str, str]:
        return {"client_id": str(self.row.pk), "client_secret": self.secret}

    def basic(self, secret: str = "") -> dict[str, str]:
        pair = f"{quote_plus(str(self.row.pk))}:{quote_plus(secret or self.secret)}"
        return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def ask(self, path: str = "/oauth/token", *, headers: dict[str, str] | None = None, **form: Any) -> Any:
        body = str(httpx.QueryParams(form))
        return self.http.post(path, body, content_type="application/x-www-form-urlencoded", headers=headers or {})

    def token(self, **form: str) -> str:
        return self.ask(**GRANT, **form, headers=self.basic()).json()["access_token"]

    def calls(self, token: str) -> int:
        return self.http.get("/api/me", headers={"authorization": f"Bearer {token}"}).status_code


@pytest.fixture
def program(db: None) -> Program:
    return Program()


def test_a_secret_is_exchanged_for_a_token_that_lasts_an_hour(program: Program) -> None:
    answer = program.ask(**GRANT, headers=program.basic())
    assert (answer.status_code, answer["Cache-Control"], answer["Pragma"]) == (200, "no-store", "no-cache")
    given = answer.json()
    assert {**given, "access_token": ""} == {
        "access_token": "", "token_type": "Bearer", "expires_in": 3600, "scope": " ".join(SCOPES),
    }  # fmt: skip
    me = program.http.get("/api/me", headers={"authorization": f"Bearer {given['access_token']}"}).json()
    assert (me["kind"], me["name"], set(me["capabilities"])) == ("client", "医院接口", set(SCOPES))
    assert given["access_token"] not in str(AccessToken.objects.values())


def test_the_secret_may_stand_in_the_body_and_scopes_narrow_the_token(program: Program) -> None:
    given = program.ask(**GRANT, **program.proof, scope="tests.read").json()
    assert given["scope"] == "tests.read"
    assert queries.actor_of_token(given["access_token"]).capabilities == {"tests.read"}


def test_a_library_of_others_gets_along_with_it(program: Program) -> None:
    with warnings.catch_warnings(record=True):  # it would like another HTTP library
        from authlib.integrations.httpx_client import OAuth2Client

    def pass_on(request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name in ("authorization", "content-type")}
        answer = program.http.generic(
            request.method, request.url.raw_path.decode(), request.content,
            content_type=headers.pop("content-type", ""), headers=headers,
        )  # fmt: skip
        return httpx.Response(answer.status_code, headers=dict(answer.items()), content=answer.content)

    house = "https://luzhou.localhost"
    found = program.http.get("/.well-known/oauth-authorization-server", secure=True).json()
    with OAuth2Client(
        str(program.row.pk), program.secret, scope="tests.write", token_endpoint=found["token_endpoint"],
        revocation_endpoint=found["revocation_endpoint"], transport=httpx.MockTransport(pass_on),
    ) as library:  # fmt: skip
        token = library.fetch_token(found["token_endpoint"])
        assert library.get(f"{house}/api/me").json()["capabilities"] == ["tests.write"]
        library.revoke_token(found["revocation_endpoint"], token["access_token"])
        assert library.get(f"{house}/api/me").status_code == 401


WRONG: list[tuple[str, Callable[[Program], dict[str, Any]], str, int]] = [
    ("nothing said", lambda p: {"headers": p.basic()}, "invalid_request", 400),
    ("no grant type", lambda p: {"scope": "tests.read", "headers": p.basic()}, "invalid_request", 400),
    ("an empty grant type", lambda p: {"grant_type": "", "headers": p.basic()}, "invalid_request", 400),
    ("another grant", lambda p: {"grant_type": "password", "headers": p.basic()}, "unsupported_grant_type", 400),
    ("nobody", lambda p: GRANT, "invalid_client", 401),
    ("a wrong secret", lambda p: GRANT | p.proof | {"client_secret": p.secret[:-1]}, "invalid_client", 401),
    ("a wrong id", lambda p: GRANT | p.proof | {"client_id": str(uuid4())}, "invalid_client", 401),
    ("no id at all", lambda p: GRANT | p.proof | {"client_id": "甲"}, "invalid_client", 401),
    ("no Base64", lambda p: GRANT | {"headers": {"authorization": "Basic ???"}}, "invalid_client", 401),
    ("no colon", lambda p: GRANT | {"headers": {"authorization": "Basic YWJj"}}, "invalid_client", 401),
    ("a bearer's header", lambda p: GRANT | {"headers": {"authorization": "Digest x"}}, "invalid_client", 401),
    ("two proofs", lambda p: GRANT | p.proof | {"headers": p.basic()}, "invalid_request", 400),
    ("two ids", lambda p: GRANT | {"client_id": "other", "headers": p.basic()}, "invalid_request", 400),
    ("an unknown scope", lambda p: GRANT | {"scope": "tests.read x", "headers": p.basic()}, "invalid_scope", 400),
    ("a right of staff", lambda p: GRANT | {"scope": "matters.decide_case", "headers": p.basic()}, "invalid_scope", 400),
    ("a parameter twice", lambda p: {"grant_type": ["client_credentials"] * 2, "headers": p.basic()},
     "invalid_request", 400),
    ("in the address", lambda p: GRANT | {"path": "/oauth/token?scope=x", "headers": p.basic()}, "invalid_request", 400),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "status"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_what_is_wrong_is_named_as_the_rfc_names_it(program: Program, asked: Any, code: str, status: int) -> None:
    answer = program.ask(**asked(program))
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert (answer["Cache-Control"], answer["Content-Type"]) == ("no-store", "application/json")
    assert re.fullmatch(r"[ !#-\[\]-~]{10,}", answer.json()["error_description"])  # RFC 6749 5.2: no quotes, ASCII
    assert answer.get("WWW-Authenticate", "").startswith("Basic ") == (status == 401)
    assert not AccessToken.objects.exists()


def test_other_ways_to_send_it_are_refused(program: Program) -> None:
    as_json = program.http.post("/oauth/token", GRANT | program.proof, content_type="application/json")
    assert (as_json.status_code, as_json.json()["error"]) == (400, "invalid_request")
    assert program.http.get("/oauth/token").status_code == 405
    assert program.http.get("/oauth/revoke").status_code == 405


def test_a_client_admitted_to_nothing_is_told_so(program: Program) -> None:
    ApiClient.objects.update(capabilities=[])
    answer = program.ask(**GRANT, headers=program.basic())
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_a_client_that_asks_all_the_time_is_slowed(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongban.foundation.parties.views import oauth

    monkeypatch.setattr(oauth, "PER_CLIENT", 2)
    codes = [program.ask(**GRANT, headers=program.basic()).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    monkeypatch.setattr(oauth, "PER_ADDRESS", 3)
    for _ in range(3):
        program.ask(**GRANT)
    late = program.ask(**GRANT)
    assert (late.status_code, late.json()["error"], late["Retry-After"]) == (429, "temporarily_unavailable", "60")


def test_a_new_secret_leaves_a_day_and_a_leaked_one_not_a_moment(program: Program) -> None:
    token, old = program.token(), program.secret
    _, program.secret = actions.rotate_client(program.row.pk, by=OFFICE)
    assert program.ask(**GRANT, headers=program.basic(old)).status_code == 200
    second = program.token()
    ApiClient.objects.update(previous_until=timezone.now())
    assert program.ask(**GRANT, headers=program.basic(old)).json()["error"] == "invalid_client"
    assert (program.calls(token), program.calls(second)) == (200, 200)
    leaked = program.secret
    _, program.secret = actions.rotate_client(program.row.pk, at_once=True, by=OFFICE)
    assert program.ask(**GRANT, headers=program.basic(leaked)).json()["error"] == "invalid_client"
    assert (program.calls(token), program.calls(second)) == (401, 401)
    assert program.calls(program.token()) == 200


def test_a_revoked_client_is_out_at_once(program: Program) -> None:
    token = program.token()
    actions.revoke_client(program.row.pk, by=OFFICE)
    refused = program.http.get("/api/me", headers={"authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")
    assert 'error="invalid_token"' in refused["WWW-Authenticate"]
    assert program.ask(**GRANT, headers=program.basic()).json()["error"] == "invalid_client"


def test_a_token_lasts_no_longer_than_its_client(program: Program) -> None:
    ApiClient.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    given = program.ask(**GRANT, headers=program.basic()).json()
    assert 290 <= given["expires_in"] <= 300
    ApiClient.objects.update(expires_at=timezone.now())
    assert program.calls(given["access_token"]) == 401
    assert program.ask(**GRANT, headers=program.basic()).json()["error"] == "invalid_client"


def test_a_client_ends_its_own_tokens_and_no_others(program: Program) -> None:
    mine, other = program.token(), program.token()
    stranger = Program.__new__(Program)
    new = actions.NewClient("邻居", SCOPES, "510502", 30)
    stranger.row, stranger.secret = actions.create_client(new, organisation_id=program.row.organisation_id, by=OFFICE)
    stranger.http = program.http
    for nothing in (mine, "tba-unknown"):
        assert stranger.ask("/oauth/revoke", token=nothing, headers=stranger.basic()).status_code == 200
    assert program.calls(mine) == 200
    for _ in range(2):
        assert program.ask("/oauth/revoke", token=mine, headers=program.basic()).status_code == 200
        assert (program.calls(mine), program.calls(other)) == (401, 200)
    for asked, code in (
        ({"headers": program.basic()}, "invalid_request"),
        ({"token": other, "token_type_hint": "refresh_token", "headers": program.basic()}, "unsupported_token_type"),
        ({"token": other, "headers": program.basic("wrong")}, "invalid_client"),
    ):
        assert program.ask("/oauth/revoke", **asked).json()["error"] == code
    assert program.calls(other) == 200


def test_a_neighbour_jurisdiction_knows_neither_secret_nor_token(program: Program, elsewhere: str) -> None:
    token = program.token()
    program.http = Client(REMOTE_ADDR="10.9.0.2", headers={"host": "zigong.localhost"})
    assert program.ask(**GRANT, headers=program.basic()).json()["error"] == "invalid_client"
    assert program.calls(token) == 401
    with enter(elsewhere):
        assert not AccessToken.objects.exists()


def test_the_house_says_where_everything_is(program: Program) -> None:
    found = program.http.get("/.well-known/oauth-authorization-server", secure=True).json()
    assert found["issuer"] == "https://luzhou.localhost"
    assert found["token_endpoint"] == "https://luzhou.localhost/oauth/token"
    assert found["grant_types_supported"] == ["client_credentials"]
    assert found["token_endpoint_auth_methods_supported"] == ["client_secret_post", "client_secret_basic"]
    assert (set(SCOPES) <= set(found["scopes_supported"]), "matters.decide_case" in found["scopes_supported"]) == (
        True,
        False,
    )
    described = program.http.get("/api/openapi.json").json()["components"]["securitySchemes"]["CLIENT"]
    flow = described["flows"]["clientCredentials"]
    assert (described["type"], flow["tokenUrl"]) == ("oauth2", "/oauth/token")
    assert set(found["scopes_supported"]) == set(flow["scopes"])


def test_tokens_are_erased_a_day_after_their_end(program: Program) -> None:
    program.token(), program.token()
    ended = AccessToken.objects.first()
    assert ended
    AccessToken.objects.filter(pk=ended.pk).update(expires_at=timezone.now() - timedelta(hours=25))
    [kept] = [one for every in retentions.call() for one in every if one.purpose == "parties.access_tokens"]
    assert list(kept.due(timezone.now())) == [ended]


@pytest.mark.usefixtures("committed_db")
def test_a_token_asked_for_while_the_secret_is_replaced_does_not_outlive_it() -> None:
    with enter("j510500"):
        program = Program()

        def act(number: int) -> None:
            if number == 0:
                actions.rotate_client(program.row.pk, at_once=True, by=OFFICE)
            else:
                actions.issue_token(program.row.pk, list(SCOPES), secret=program.secret, by=OFFICE)

        outcomes = at_once(act, [0, 1, 2, 3])
        assert set(outcomes) <= {"done", "client_unknown"}
        assert not AccessToken.objects.filter(expires_at__gt=timezone.now()).exists()


@pytest.mark.usefixtures("committed_db")
def test_many_tokens_at_once_are_all_good() -> None:
    with enter("j510500"):
        program = Program()
        asked = [1, 2, 3, 4]
        outcomes = at_once(
            lambda _: actions.issue_token(program.row.pk, list(SCOPES), secret=program.secret, by=OFFICE), asked
        )
        assert outcomes == ["done"] * 4
        assert AccessToken.objects.count() == 4
