"""The API of credentials: verification, the trust list and the status lists, open to everybody."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router

from tongban.foundation.credentials import actions, queries
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.api import PUBLIC, Shape
from tongban.web.limits import limit
from tongban_verify.passes.code import LONGEST
from tongban_verify.passes.status import STATUS_TYPE, TTL_SECONDS
from tongban_verify.passes.trust import TRUST_TYPE

router = Router(tags=["credentials"])
TRUST_SECONDS = 3600  # refreshed daily, and at once when a key is withdrawn


class PassCodeIn(Shape):
    """The text of one code."""

    code: str = Field(max_length=LONGEST * 4, examples=["TB1:…"])


class Fact(Shape):
    """One line a verifier is shown."""

    label: str
    value: str


class VerdictOut(Shape):
    """Whether the credential may be accepted, and why."""

    valid: bool = Field(examples=[True])
    reason: str = Field(examples=["valid"], description="valid, malformed, unknown_key, key_withdrawn, edited, wrong_scope, "
                        "not_yet, expired, stale_code, clock_wrong, revoked or not_recorded")  # fmt: skip
    message: str
    checked_at: datetime
    facts: list[Fact]


class KeyOut(Shape):
    """One line of the trust list."""

    kid: str
    public_key: str = Field(description="Ed25519, 32 bytes in hexadecimal")
    issuer: str
    types: list[str]
    signs_from: datetime
    signs_until: datetime
    verifies_until: datetime
    state: str = Field(description="standby, active, retired or withdrawn")


class TrustListOut(Shape):
    """The keys of this jurisdiction as they are now; verifiers use the signed list (``/trust-list.cwt``)."""

    root: str = Field(description="The city's root key, 32 bytes in hexadecimal; take it from a second place, too")
    version: int
    issued_at: datetime | None
    expires_at: datetime | None
    keys: list[KeyOut]


@router.post(
    "/verify",
    auth=PUBLIC,
    response=VerdictOut,
    operation_id="verify_credential",
    summary="Check a code",
    openapi_extra={"x-idempotent": True},
)
def verify(request: HttpRequest, body: PassCodeIn) -> VerdictOut:
    """The verdict on one code: signature, signer's scope, dates and revocation."""
    limit(request, "credentials.verify", per_minute=120)
    found = actions.verify(body.code)
    verdict = found.verdict
    facts = [Fact(label=str(label), value=value) for label, value in found.facts]
    return VerdictOut(
        valid=verdict.is_valid, reason=verdict.reason, message=str(found.message), checked_at=found.at, facts=facts
    )


@router.get("/trust-list", auth=PUBLIC, response=TrustListOut, operation_id="trust_list", summary="The keys, to read")
def trust_list(request: HttpRequest) -> dict[str, object]:
    """The keys of this jurisdiction, for people to read."""
    del request
    row, root = queries.current_trust_list(), queries.root_in_force()
    return {
        "root": str(root or ""), "version": row.version if row else 0, "issued_at": row.issued_at if row else None,
        "expires_at": row.expires_at if row else None, "keys": queries.known_keys(),
    }  # fmt: skip


def _binary(about: str, media_type: str) -> dict[str, object]:
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {"responses": {200: {"description": about, "content": {media_type: schema}}}}


def _kept(token: bytes, media_type: str, seconds: int) -> HttpResponse:
    """A signed file anybody may keep and any page may fetch: it proves itself, wherever it comes from."""
    response = HttpResponse(token, content_type=media_type)
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@router.get("/trust-list.cwt", auth=PUBLIC, operation_id="signed_trust_list", summary="The keys, signed, for verifiers without a network",
            openapi_extra=_binary("The signed trust list, docs/passes.md.", TRUST_TYPE))  # fmt: skip
def signed_trust_list(request: HttpRequest) -> HttpResponse:
    """The keys a verifier needs to check credentials without us, signed by the city's root key."""
    del request
    row = queries.current_trust_list()
    if row is None:
        raise not_found(T("可信名单", "The trust list"))
    return _kept(bytes(row.token), TRUST_TYPE, TRUST_SECONDS)


@router.get("/status/{issuer}/{int:number}", auth=PUBLIC, operation_id="status_list", summary="What was revoked",
            openapi_extra=_binary("A Token Status List of one bit as signed CWT; 1 is revoked.", STATUS_TYPE))  # fmt: skip
def status_list(request: HttpRequest, issuer: str, number: int) -> HttpResponse:
    """The revocation bits of one status list."""
    del request
    token = queries.signed_status_list(issuer, number)
    if token is None:
        raise not_found(T("这个状态列表", "This status list"))
    return _kept(token, STATUS_TYPE, TTL_SECONDS)
