"""The API of credentials: verification, the trust list and the status lists, open to everybody."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from tongban.foundation.credentials import actions, queries
from tongban.foundation.credentials.rules.code import LONGEST
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.api import PUBLIC
from tongban.web.limits import limit

router = Router(tags=["credentials"])
STATUS_TTL_SECONDS = 900  # credentials.md: 15 minutes online


class CodeIn(Schema):
    """The text of one code."""

    code: str = Field(max_length=LONGEST * 4, examples=["TB1:…"])


class Fact(Schema):
    """One line a verifier is shown."""

    label: str
    value: str


class VerdictOut(Schema):
    """Whether the credential may be accepted, and why."""

    valid: bool = Field(examples=[True])
    reason: str = Field(examples=["valid"], description="valid, malformed, unknown_key, edited, wrong_scope, not_yet, "
                        "expired, revoked, key_withdrawn or not_recorded")  # fmt: skip
    message: str
    checked_at: datetime
    facts: list[Fact]


class KeyOut(Schema):
    """One line of the trust list."""

    kid: str
    public_key: str = Field(description="Ed25519, 32 bytes in hexadecimal")
    issuer: str
    types: list[str]
    signs_from: datetime
    signs_until: datetime
    state: str


class TrustListOut(Schema):
    """The keys this jurisdiction signs with."""

    keys: list[KeyOut]


@router.post(
    "/verify", auth=PUBLIC, response=VerdictOut, operation_id="verify_credential", openapi_extra={"x-idempotent": True}
)
def verify(request: HttpRequest, body: CodeIn) -> VerdictOut:
    """The verdict on one code: signature, signer's scope, dates and revocation."""
    limit(request, "credentials.verify", per_minute=120)
    found = actions.verify(body.code)
    verdict = found.verdict
    facts = [Fact(label=str(label), value=value) for label, value in found.facts]
    return VerdictOut(
        valid=verdict.is_valid, reason=verdict.reason, message=str(verdict.message), checked_at=found.at, facts=facts
    )


@router.get("/trust-list", auth=PUBLIC, response=TrustListOut, operation_id="trust_list")
def trust_list(request: HttpRequest) -> dict[str, object]:
    """The keys a verifier needs to check credentials without us."""
    del request
    return {"keys": queries.trust_list()}


@router.get("/status/{issuer}/{int:number}", auth=PUBLIC, operation_id="status_list",
            openapi_extra={"responses": {200: {"description": "One bit a credential, bit 0 of byte 0 first; 1 is revoked.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}})  # fmt: skip
def status_list(request: HttpRequest, issuer: str, number: int) -> HttpResponse:
    """The revocation bits of one status list."""
    del request
    bits = queries.status_bits(issuer, number)
    if bits is None:
        raise not_found(T("这个状态列表", "This status list"))
    response = HttpResponse(bits, content_type="application/octet-stream")
    response["Cache-Control"] = f"public, max-age={STATUS_TTL_SECONDS}"
    return response
