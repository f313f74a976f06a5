"""Resolve who acts, once per request, for pages and API alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records  # checks whose records they are
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from tongban.foundation.parties.actions import mark_used
from tongban.foundation.parties.models import Account, Delegation
from tongban.foundation.parties.queries import (
    SESSION_ACTING_FOR,
    SESSION_MEMBERSHIP,
    SESSION_PROVED_AT,
    SESSION_SECOND_FACTOR,
    Standing,
    actor_of_account,
    actor_of_token,
    desk_chosen,
    may_act_for,
    may_act_for_person,
    nobody,
    with_membership,
)
from tongban.lib.actors import Actor, Channel
from tongban.lib.jurisdictions import current
from tongban.lib.refusals import Refusal
from tongban.web.api import problem_of

Handler = Callable[[HttpRequest], HttpResponse]


def resolve_actor(get_response: Handler) -> Handler:
    """Set ``request.actor``: from a bearer token, or from the session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        header = request.headers.get("Authorization", "")
        if current() is None:
            request.actor = nobody("web")  # type: ignore[attr-defined]
        elif header.lower().startswith("bearer "):
            try:
                request.actor = actor_of_token(header[7:].strip())  # type: ignore[attr-defined]
                mark_used(request.actor)  # type: ignore[attr-defined]
            except Refusal as refusal:
                challenge = 'Bearer realm="tongban", error="invalid_token"'  # RFC 6750 3
                return JsonResponse(problem_of(refusal), status=401, headers={"WWW-Authenticate": challenge})
        else:
            request.actor = actor_of_session(request)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def actor_of_session(request: HttpRequest) -> Actor:
    """The signed-in person, working with the membership chosen at the desk while that is in force."""
    channel: Channel = "api" if request.path.startswith("/api/") else "web"
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return nobody(channel)  # visitors cost no query
    account = request.user
    if not account.is_authenticated:
        return nobody(channel)
    proved = _second_factor_at(request, account)
    actor = actor_of_account(account, channel=channel, second_factor=proved is not None, second_factor_at=proved)
    actor = _acting_for(actor, request.session.get(SESSION_ACTING_FOR, ""))
    chosen = request.session.get(SESSION_MEMBERSHIP, "")
    if not chosen or actor.person_id is None:
        return actor
    found = desk_chosen(actor.person_id, UUID(chosen))
    if isinstance(found, Delegation):
        return with_membership(actor, found.membership, delegation_id=found.pk)
    return with_membership(actor, found) if found else actor


def _acting_for(actor: Actor, chosen: str) -> Actor:
    """The actor on behalf of whom the session chose, while the right to do so lasts."""
    kind, _, principal = chosen.partition(":")
    if kind == "organisation":
        return _for(actor, ("organisation", UUID(principal)), may_act_for(actor, UUID(principal)))
    if kind == "person":
        return _for(actor, ("person", UUID(principal)), may_act_for_person(actor, UUID(principal)))
    return actor


def _for(actor: Actor, principal: tuple[Literal["person", "organisation"], UUID], standing: Standing | None) -> Actor:
    if standing is None:
        return actor
    return replace(actor, on_behalf_of=principal, principal=standing.principal, mandate_id=standing.mandate_id)


def _second_factor_at(request: HttpRequest, account: Account) -> datetime | None:
    """When this session last proved a second factor; None when it has not."""
    if request.session.get(SESSION_SECOND_FACTOR) == "demo":
        # A session carried over from a demo proves nothing elsewhere.
        return _moment(request.session.get(SESSION_PROVED_AT)) if settings.DEMO else None
    proved = [record for record in get_authentication_records(request, account) if record.get("method") == "mfa"]
    return max((_moment(record.get("at")) for record in proved), default=None)


def _moment(seconds: float | None) -> datetime:
    return datetime.fromtimestamp(seconds, UTC) if seconds else timezone.now()
