"""OAuth 2.0 for programs: a client's id and secret against a token that lasts an hour (RFC 6749 4.4, 7009, 8414).

oauthlib reads the calls and words the errors; what a client may do is parties' own.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from oauthlib.oauth2 import (
    BearerToken,
    ClientCredentialsGrant,
    InvalidClientError,
    InvalidRequestError,
    MetadataEndpoint,
    OAuth2Error,
    RequestValidator,
    RevocationEndpoint,
    TemporarilyUnavailableError,
    TokenEndpoint,
)

from tongban.foundation.parties import actions
from tongban.foundation.parties.models import ApiClient
from tongban.foundation.parties.queries.clients import client_of_secret, token_life
from tongban.lib.actors import Actor
from tongban.lib.capabilities import grantable
from tongban.lib.refusals import Refusal
from tongban.web.audiences import audience
from tongban.web.limits import limit

FORM = "application/x-www-form-urlencoded"
CHALLENGE = 'Basic realm="tongban", charset="UTF-8"'
PER_ADDRESS, PER_CLIENT = 120, 60  # calls in a minute of one web process; a client needs one an hour
REMEDIES = {
    "invalid_client": "Unknown client_id, wrong client_secret, or a revoked or expired client: ask the operator.",
    "invalid_scope": "The client was not admitted to this scope: ask the operator, or leave scope out for all it has.",
    "unsupported_grant_type": "Use grant_type=client_credentials.",
    "unauthorized_client": "The client was admitted to nothing: ask the operator.",
    "temporarily_unavailable": "Too many calls: wait as Retry-After says. A token lasts an hour.",
}
Answer = tuple[dict[str, str], str, int]


@dataclass(frozen=True, slots=True)
class Proved:
    """A client that showed its id and secret, in the shape oauthlib asks for."""

    row: ApiClient
    secret: str

    @property
    def client_id(self) -> str:
        return str(self.row.pk)


class Clients(RequestValidator):  # type: ignore[misc]
    """What oauthlib asks about our clients during one call."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.by: Actor = request.actor  # type: ignore[attr-defined]

    def authenticate_client(self, request: Any, *_: Any, **__: Any) -> bool:
        """By HTTP Basic or in the body, never both (RFC 6749 2.3)."""
        in_header = _basic(request.headers.get("Authorization", ""))
        if in_header and (request.client_secret or (request.client_id and request.client_id != in_header[0])):
            raise InvalidRequestError("Use one way of client authentication.", request=request)
        client_id, secret = in_header or (request.client_id or "", request.client_secret or "")
        row = client_of_secret(client_id, secret)
        if row is None:
            return False
        limit(self.request, "tokens of a client", per_minute=PER_CLIENT, who=str(row.pk))
        request.client, request.client_id = Proved(row, secret), str(row.pk)
        return True

    def validate_grant_type(self, client_id: str, grant_type: str, client: Proved, *_: Any, **__: Any) -> bool:
        """A client that was admitted to nothing has no use for a token."""
        return grant_type == "client_credentials" and bool(client.row.capabilities)

    def get_default_scopes(self, client_id: str, request: Any, *_: Any, **__: Any) -> list[str]:
        """Everything the client was admitted to."""
        return list(request.client.row.capabilities)

    def validate_scopes(self, client_id: str, scopes: list[str], client: Proved, *_: Any, **__: Any) -> bool:
        """Some of it, by name."""
        return set(scopes) <= set(client.row.capabilities)

    def new_token(self, request: Any) -> str:
        """The token, which is kept as it is made."""
        proved: Proved = request.client
        return actions.issue_token(proved.row.pk, request.scopes, secret=proved.secret, by=self.by)

    def save_bearer_token(self, token: Any, request: Any, *_: Any, **__: Any) -> None:
        """It is kept already."""

    def revoke_token(self, token: str, token_type_hint: str, request: Any, *_: Any, **__: Any) -> None:
        """A client ends its own tokens."""
        actions.end_token(token, client_id=request.client.row.pk, by=self.by)


def _basic(header: str) -> tuple[str, str] | None:
    """Id and secret out of HTTP Basic, each form-encoded as RFC 6749 2.3.1 has it."""
    kind, _, coded = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return (unquote_plus(name), unquote_plus(secret)) if colon else ("", "")


def _lasts(request: Any) -> int:
    """Seconds until the token ends."""
    return max(1, int(token_life(request.client.row).total_seconds()))


def _tokens(clients: Clients) -> TokenEndpoint:
    bearer = BearerToken(clients, clients.new_token, _lasts)
    return TokenEndpoint("client_credentials", bearer, {"client_credentials": ClientCredentialsGrant(clients)})


def _revocation(clients: Clients) -> RevocationEndpoint:
    return RevocationEndpoint(clients, supported_token_types=["access_token"])


@csrf_exempt  # a program has no session: its secret is what we believe
@audience("public")
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A token against a client's id and secret."""
    return _answer(request, _tokens(Clients(request)).create_token_response)


@csrf_exempt
@audience("public")
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """End one of the caller's tokens before its time."""
    return _answer(request, _revocation(Clients(request)).create_revocation_response)


@audience("public")
@require_GET
def metadata(request: HttpRequest) -> HttpResponse:
    """Where everything is and what is understood, for libraries (RFC 8414)."""
    clients = Clients(request)
    claims = {
        "issuer": request.build_absolute_uri("/").rstrip("/"),
        "token_endpoint": request.build_absolute_uri(reverse("parties:oauth_token")),
        "revocation_endpoint": request.build_absolute_uri(reverse("parties:oauth_revoke")),
        "scopes_supported": [found.name for found in grantable()],
        "response_types_supported": [],
        "ui_locales_supported": ["zh-Hans", "en"],
    }
    # A demo without TLS is no issuer in the RFC's sense, and oauthlib would say so.
    endpoint = MetadataEndpoint([_tokens(clients), _revocation(clients)], claims, raise_errors=request.is_secure())
    return JsonResponse(endpoint.claims)


def _answer(request: HttpRequest, respond: Callable[..., Answer]) -> HttpResponse:
    """What oauthlib answers; its errors and ours alike in the shape of RFC 6749 5.2."""
    headers: dict[str, str]
    try:
        limit(request, "tokens", per_minute=PER_ADDRESS)
        shown = {"Authorization": request.headers.get("Authorization", "")}
        headers, body, status = respond(request.get_full_path(), "POST", _sent(request), shown)
    except OAuth2Error as error:
        headers, body, status = {}, error.json, error.status_code
    except Refusal as refusal:
        known = TemporarilyUnavailableError if refusal.status == 429 else InvalidClientError
        headers, body, status = {}, json.dumps({"error": known.error}), refusal.status
    body = _described(body)
    response = HttpResponse(body or "{}", status=status, headers=headers | {"Content-Type": "application/json"})
    response["Cache-Control"], response["Pragma"] = "no-store", "no-cache"
    if status == 401:
        response["WWW-Authenticate"] = CHALLENGE
    if status == 429:
        response["Retry-After"] = "60"
    return response


def _described(body: str) -> str:
    """An error with what to do about it, in the ASCII that RFC 6749 5.2 allows."""
    said = json.loads(body or "{}")
    remedy = REMEDIES.get(said.get("error", ""))
    return json.dumps(said | {"error_description": remedy}) if remedy and not said.get("error_description") else body


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The form as pairs; empty ones count as left out, none may come twice (RFC 6749 3.2)."""
    if request.content_type != FORM:
        raise InvalidRequestError(f"Send the parameters as {FORM}.")
    for name, values in request.POST.lists():
        if len(values) > 1:
            raise InvalidRequestError(f"Duplicate {name} parameter." if name.isalnum() else "Duplicate parameter.")
    return [(name, value) for name, value in request.POST.items() if isinstance(value, str) and value]
