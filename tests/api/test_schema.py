"""Whatever is sent, the API answers as its own description says, and never with a failure of ours.

Calls are generated from the description (schemathesis): right ones and wrong ones, through the whole WSGI application.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Address
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.access.samples import SAMPLES
from tests.access.visitors import LUZHOU, VISITORS, Walker
from tests.access.world import World, undone
from tongban.config.api import api
from tongban.lib.ids import uuid7

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


house = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """The whole house, which leaves the test's connection open between two requests."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        response = house(environ, start_response)
        content = [b"".join(response)]
        response.close()
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
    return content


def described() -> Any:
    generation = GenerationConfig(modes=list(GenerationMode), max_examples=12, deterministic=True)
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema(), config=config)
    schema.app = application
    return schema


schema = described()
addresses = count(1)


def name_real_things(case: Case, world: World, caller: str) -> None:
    """Let a right call be about something there is, and that its caller may see."""
    for name in case.path_parameters:
        for sample in world.samples(SAMPLES[name]) if name in SAMPLES else []:
            if sample.is_for(caller):
                case.path_parameters[name] = str(sample.value)


def caller_of(case: Case) -> str:
    """Whom the operation of a case is for, by the label of a visitor or a program."""
    wanted = {name for one in case.operation.definition.raw.get("security", []) for name in one}
    if not wanted:
        return "anonymous"
    return "owner" if "SIGNED_IN" in wanted else "administrator" if "STAFF" in wanted else "client"


@pytest.fixture
def credentials(world: World) -> Callable[[str], dict[str, str]]:
    """What a caller shows, as headers."""
    walker = Walker()

    @cache
    def session(label: str) -> dict[str, str]:
        walker.become(next(visitor for visitor in VISITORS if visitor.label == label))
        token = "t" * 32
        cookies = {name: morsel.value for name, morsel in walker.client.cookies.items()} | {"tongban_csrf": token}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "X-CSRFToken": token}

    def show(caller: str) -> dict[str, str]:
        if caller == "client":
            return {"Authorization": f"Bearer {world.token_of(caller)}"}
        return {} if caller == "anonymous" else dict(session(caller))

    return show


@schema.parametrize()
@settings(derandomize=True, deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: Case, world: World, credentials: Callable[[str], dict[str, str]]) -> None:
    caller = caller_of(case)
    headers = credentials(caller)
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE:
        name_real_things(case, world, caller)
        if "Idempotency-Key" in case.headers:
            headers["Idempotency-Key"] = uuid7().hex
    # Each call from a machine of its own: how many come from one is tested elsewhere.
    machine = {"REMOTE_ADDR": str(IPv4Address(0x0A000000 + next(addresses)))}
    with undone():
        response = case.call(base_url=f"http://{LUZHOU}", headers=headers, environ_base=machine)
    case.validate_response(response, checks=CHECKS)
