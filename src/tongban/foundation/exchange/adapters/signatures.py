"""Signatures of events as Standard Webhooks has them (standardwebhooks.com)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime

from standardwebhooks import Webhook, WebhookVerificationError

from tongban.lib.refusals import Refusal
from tongban.lib.words import T


def new_secret() -> str:
    """A fresh signing secret: ``whsec_`` and 32 random bytes in Base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(keys: list[str], message_id: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers; while a secret is being changed the signature is made with the new and the old one."""
    signatures = " ".join(Webhook(key).sign(msg_id=message_id, timestamp=at, data=body) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures,
    }


def verified_body(keys: list[str], body: bytes, headers: Mapping[str, str]) -> str:
    """The text of a body whose signature is right and at most five minutes old (or ahead); else a refusal."""
    stale = False
    for key in keys:
        try:
            text = body.decode()
            Webhook(key).verify(text, dict(headers), json_parse=False)
        except WebhookVerificationError as error:
            stale = stale or "timestamp too" in str(error)
        except ValueError:
            continue  # not even the form of a signature
        else:
            return text
    if stale:
        raise Refusal(
            "signature_stale",
            T("签名时间与本站相差超过 5 分钟。请校准时钟，重试时重新签名。",
              "The signature's time differs from ours by more than five minutes: set your clock, sign each retry anew."),
            status=401,
        )  # fmt: skip
    raise signature_wrong()


def signature_wrong() -> Refusal:
    """The one answer to an unknown sender and to a wrong signature: strangers learn nothing from it."""
    return Refusal(
        "signature_wrong",
        T("签名不对。请核对密钥，并对原始请求体签名（Standard Webhooks）。",
          "The signature is wrong: check the secret and sign the raw body (Standard Webhooks)."),
        status=401,
    )  # fmt: skip
