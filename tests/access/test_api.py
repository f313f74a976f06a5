"""Every API operation x every credential x both jurisdictions: each answers its declared callers and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from tests.access.samples import filled
from tests.access.visitors import VISITORS, ZIGONG, Visitor, Walker
from tests.access.world import Sample, World
from tests.architecture.test_doors import every_operation
from tongban.foundation.parties.models import ApiClient
from tongban.lib.ids import uuid7

PEOPLE = frozenset({"anonymous", "resident", "owner", "reviewer", "reviewer without second factor"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls the API: a visitor with a session, or a bearer token."""

    label: str
    kind: str
    visitor: Visitor = VISITORS[0]
    token: str = ""

    def __str__(self) -> str:
        return self.label

    def is_admitted(self, credential: str) -> bool:
        """What the name of a credential promises, written down a second time."""
        is_working = bool(self.visitor.role) and self.visitor.second_factor
        return {
            "PUBLIC": True,
            "ANYONE_KNOWN": self.kind != "anonymous",
            "SIGNED_IN": self.kind == "person",
            "STAFF": is_working,
            "CLIENT": self.kind == "client",
        }[credential]


@pytest.fixture
def callers(world: World) -> list[Caller]:
    """Everybody who may call, and some who may not."""
    people = [
        Caller(visitor.label, "person" if visitor.is_known else "anonymous", visitor)
        for visitor in VISITORS
        if visitor.label in PEOPLE
    ]
    programs = [("client", "client"), ("client without capabilities", "client"), ("device", "device")]
    return people + [Caller(label, kind, token=world.token_of(label)) for label, kind in programs]


def call(walker: Walker, caller: Caller, method: str, url: str, **more: Any) -> HttpResponse:
    walker.become(caller.visitor)
    headers = {"Idempotency-Key": uuid7().hex, "Accept-Language": "en"}
    if caller.token:
        headers["Authorization"] = f"Bearer {caller.token}"
    body = b"" if method == "GET" else b"{}"
    return walker.ask(method, url, data=body, content_type="application/json", headers=headers, **more)


def complaint(response: HttpResponse, caller: Caller, credential: str, sample: Sample | None) -> str:
    """What is wrong with an answer; empty when it is right."""
    status = response.status_code
    if status >= 500:
        return "fails"
    if status >= 400 and not {"code", "message", "field"} <= set(response.json()):
        return "does not say why"
    if not caller.is_admitted(credential):
        wanted = 401 if caller.kind == "anonymous" else 403
        return "" if status == wanted else f"should be {wanted}"
    if sample is not None and not sample.is_for(caller.label):
        return "" if 400 <= status < 500 else f"reaches {sample.what}"
    return "should be admitted" if status == 401 else ""


def test_call_every_operation_as_everybody(world: World, walker: Walker, callers: list[Caller]) -> None:
    wrong = []
    for method, path, operation in every_operation():
        credential = operation.auth_param.name if operation.auth_param else "PUBLIC"
        for url, sample in filled(f"/api{path}", world):
            for caller in callers:
                response = call(walker, caller, method, url)
                if why := complaint(response, caller, credential, sample):
                    wrong.append(f"{method} {url} as {caller}: {response.status_code}, {why}")
    assert not wrong, "\n".join(wrong)


def test_a_credential_of_one_jurisdiction_is_worth_nothing_in_the_other(
    world: World, walker: Walker, callers: list[Caller]
) -> None:
    wrong = []
    for method, path, operation in every_operation():
        if operation.auth_param is None:
            continue
        url = filled(f"/api{path}", world)[0][0]
        for caller in callers:
            response = call(walker, caller, method, url, host=ZIGONG)
            if response.status_code != 401:
                wrong.append(f"{method} http://{ZIGONG}{url} as {caller}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("state", ["revoked", "expired", "unknown", "empty", "not ascii"])
def test_a_token_that_is_not_good_any_more_opens_nothing(
    world: World, walker: Walker, callers: list[Caller], state: str
) -> None:
    now = timezone.now()
    changes = {"revoked": {"revoked_at": now}, "expired": {"expires_at": now - timedelta(seconds=1)}}
    ApiClient.objects.update(**changes.get(state, {"name": "x"}))
    good = next(caller.token for caller in callers if caller.label == "client")
    token = {"unknown": good[:-1] + "~", "empty": "", "not ascii": "令牌"}.get(state, good)
    for url in ("/api/regions/510502", "/api/messages"):  # even where nobody asks for one: a wrong one is a mistake
        answer = call(walker, Caller(state, "client", token=token or " "), "GET", url)
        assert answer.status_code == 401, url
        assert answer.json()["code"] == "token_invalid"
