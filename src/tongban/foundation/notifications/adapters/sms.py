"""Text messages through a gateway that takes JSON over HTTPS."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

import httpx
from django.conf import settings

from tongban.foundation.notifications.adapters.delivery import NotDelivered
from tongban.lib.words import T

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def sms_problem() -> T | None:
    """What is wrong with the gateway's setting; None when it is right or when there is none."""
    url = settings.ENVIRONMENT.sms_gateway_url.get_secret_value()
    parts = urlsplit(url)
    if not url or parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return None
    return T("TONGBAN_SMS_GATEWAY_URL 必须以 https:// 开头。", "TONGBAN_SMS_GATEWAY_URL must begin with https://.")


def send_sms(message_id: UUID, to: str, text: str) -> None:
    """Hand one text message to the gateway: ``{id, to, text}``, any 2xx is success, the id marks repeats.

    A 4xx other than 408, 425 and 429 is final: the gateway has understood and refuses.
    """
    environment = settings.ENVIRONMENT
    if sms_problem():
        raise NotDelivered("gateway_not_https", is_final=True)
    token = environment.sms_gateway_token.get_secret_value()
    headers = {"Idempotency-Key": str(message_id)} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        # The operator's own proxies must not see codes by accident: only what is configured here counts.
        with httpx.Client(timeout=environment.outward_timeout, follow_redirects=False, trust_env=False) as client:
            answer = client.post(
                environment.sms_gateway_url.get_secret_value(), headers=headers,
                json={"id": str(message_id), "to": to, "text": text},
            )  # fmt: skip
    except httpx.TimeoutException:
        raise NotDelivered("gateway_timeout") from None
    except httpx.HTTPError as error:
        raise NotDelivered("gateway_unreachable", type(error).__name__) from None
    if not answer.is_success:
        final = 300 <= answer.status_code < 500 and answer.status_code not in (408, 425, 429)
        raise NotDelivered("gateway_refused", f"HTTP {answer.status_code}", is_final=final)
