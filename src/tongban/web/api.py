"""Credentials of API operations, and the shape of errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Schema  # noqa: TID251 - what Shape is made of
from ninja.schema import DjangoGetter
from ninja.utils import check_csrf
from pydantic import ModelWrapValidatorHandler, ValidationInfo, model_validator

from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, Refusals, forbidden
from tongban.lib.words import T


class Shape(Schema):
    """What operations take and give. A dict is read as it is: asking ninja's getter for each field costs ten times that."""

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(cls, values: Any, handler: ModelWrapValidatorHandler[Any], info: ValidationInfo) -> Any:
        is_plain = isinstance(values, dict) and not cls._ninja_resolvers
        return handler(values if is_plain else DjangoGetter(values, cls, info.context))


class Problem(Shape):
    """What a refused call answers: a stable code, a sentence in the reader's language, the field it concerns."""

    code: str
    message: str
    field: str = ""


class Problems(Problem):
    """A refused call with every error found."""

    errors: list[Problem] = []


LAST_OFFSET = 10_000
_Row = TypeVar("_Row", bound=Model)


def hundred_of(rows: QuerySet[_Row], offset: int) -> QuerySet[_Row]:
    """What one call gives of a list: a hundred rows from ``offset`` on."""
    return rows[part_of(offset)]


def part_of(offset: int, limit: int = 100) -> slice:
    """The part of a list one call gives; refuses what lies before its first row or so far down that it was never looked for.

    A program that asks on and on would otherwise read the same rows without end.
    """
    if not 0 <= offset <= LAST_OFFSET:
        raise Refusal("offset_invalid", T("offset 要在 0 到 {last} 之间；更后面的请加筛选条件再取。",
                      "offset has to lie between 0 and {last}; for what is further down, narrow the list.").format(last=LAST_OFFSET),
                      field="offset")  # fmt: skip
    return slice(offset, offset + limit)


class Credential:
    """An API operation's credential: who may call it. Each is a security scheme of its own in the OpenAPI document."""

    name = ""
    openapi_security_schema: dict[str, Any] = {}

    def __init__(self, admits: Callable[[Actor], bool]) -> None:
        self.admits = admits

    def __call__(self, request: HttpRequest) -> Any:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.is_known:
            raise Refusal(
                "sign_in_first", T("请先登录，或提供访问令牌。", "Sign in, or send an access token."), status=401
            )
        if not self.admits(actor):
            raise forbidden()
        if actor.kind == "person" and request.method not in ("GET", "HEAD") and check_csrf(request, lambda: None):
            raise Refusal("csrf", T("缺少或无效的 CSRF 令牌，请刷新页面重试。",
                          "CSRF token missing or wrong: reload the page and try again."), status=403)  # fmt: skip
        return actor


TOKEN = {"type": "http", "scheme": "bearer"}
# Its scopes are the capabilities an API client may be given; config/api.py writes them in.
CLIENT_CREDENTIALS = {
    "type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}}
}  # fmt: skip
SESSION = {"type": "apiKey", "in": "cookie", "name": "tongban_session"}


def credential(name: str, scheme: dict[str, Any], about: str, admits: Callable[[Actor], bool]) -> Credential:
    """A credential under its own name: the framework calls a scheme after its class."""
    members = {"name": name, "openapi_security_schema": scheme | {"description": about}}
    found: Credential = type(name, (Credential,), members)(admits)
    return found


PUBLIC = None
ANYONE_KNOWN = credential(
    "ANYONE_KNOWN", TOKEN, "The token of an API client or device; a signed-in person's session will do as well.",
    lambda actor: actor.is_known,
)  # fmt: skip
SIGNED_IN = credential(
    "SIGNED_IN", SESSION, "A signed-in person's session; writing calls carry X-CSRFToken.",
    lambda actor: actor.kind == "person",
)  # fmt: skip
STAFF = credential(
    "STAFF", SESSION, "The session of a member of staff at their desk, second factor proved; see SIGNED_IN.",
    lambda actor: actor.is_staff and actor.second_factor,
)  # fmt: skip
CLIENT = credential(
    "CLIENT", CLIENT_CREDENTIALS, "The token of an API client, by OAuth 2.0 client credentials.",
    lambda actor: actor.kind == "client",
)  # fmt: skip


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """The body for a refusal."""
    every = refusal.refusals if isinstance(refusal, Refusals) else [refusal]
    errors = [{"code": r.code, "message": str(r.message), "field": r.field} for r in every]
    return errors[0] | {"errors": errors}
