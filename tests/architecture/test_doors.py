"""Every page declares its audience, every API operation its credential; nothing is undocumented or unmigrated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from ninja import Schema
from tools.reference import PAGES

from tongban.config.api import api
from tongban.web.api import Credential
from tongban.web.middleware import audience_of

DOCS = Path(__file__).parents[2] / "docs"
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def every_pattern(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback
        else:
            yield from every_pattern(pattern, prefix + str(pattern.pattern))


def test_every_page_declares_its_audience() -> None:
    undeclared = [address for address, view in every_pattern() if audience_of(view, f"/{address}") is None]
    assert undeclared == []


def every_shape(known: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for shape in known.__subclasses__():
        yield shape
        yield from every_shape(shape)


def test_every_shape_of_the_api_has_a_name_of_its_own() -> None:
    """The description of the API names shapes by their class: of two alike, one would stand for both."""
    names = Counter(shape.__name__ for shape in every_shape() if shape.__module__.startswith("tongban."))
    assert [name for name, count in names.items() if count > 1] == []


def test_a_page_without_an_audience_would_be_found() -> None:
    def forgotten(request: Any) -> None: ...

    assert audience_of(forgotten, "/forgotten/") is None


def every_operation() -> Iterator[tuple[str, str, Any]]:
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, f"{prefix}{path}", operation


def test_every_api_operation_declares_its_credential() -> None:
    undeclared = [
        f"{method} {path}"
        for method, path, operation in every_operation()
        # auth=None is the declaration PUBLIC; NOT_SET means that nobody thought about it
        if not (operation.auth_param is None or isinstance(operation.auth_param, Credential))
    ]
    assert undeclared == []


def test_every_writing_operation_shows_the_idempotency_key() -> None:
    schema = api.get_openapi_schema()
    missing = [
        f"{method} {path}"
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method.upper() in WRITING
        and not operation.get("x-idempotent")
        and not any(p.get("name") == "Idempotency-Key" for p in operation.get("parameters", []))
    ]
    assert missing == []


def test_every_operation_is_called_by_what_it_does() -> None:
    operations = [one for methods in api.get_openapi_schema()["paths"].values() for one in methods.values()]
    named = Counter(operation["summary"] for operation in operations)
    assert [name for name, count in named.items() if count > 1] == [], "two operations of one name"
    assert [
        one["operationId"] for one in operations if re.fullmatch("([A-Z][a-z]+ )+[A-Z][a-z]+", one["summary"])
    ] == [], "the framework made a summary of the function's name: say what is done"
    assert [one["operationId"] for one in operations if len(one["tags"]) != len(set(one["tags"]))] == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out, verbosity=1)


@pytest.mark.parametrize("page", PAGES)
def test_the_reference_is_what_the_code_says(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == PAGES[page](), "run: make reference"
