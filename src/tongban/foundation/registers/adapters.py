"""Registers of other authorities, asked live over HTTPS.

One call for one subject: ``POST endpoint`` with ``{"register": …, "key": …, "purpose": …}`` and a bearer token answers
``{"record": {field: value}, "refreshed_at": "2026-11-22T08:00:00+08:00"}``, or ``{"record": null}`` for nobody known. The
key travels in the body, so that no number of a person stands in an address or its logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

TIMEOUT_SECONDS = 2.0
_MOST_BYTES = 64 * 1024


class SourceFailed(Exception):
    """A connected source did not answer, or not what it should; the text says what happened and holds nothing personal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source says of one subject: the record's fields, and how fresh they are."""

    record: dict[str, Any] | None
    refreshed_at: datetime | None


def ask_source(endpoint: str, token: str, *, register: str, key: str, purpose: str) -> Answer:
    """Ask a connected source once; raises SourceFailed after two seconds or on any answer that is not its own."""
    body = {"register": register, "key": key, "purpose": purpose}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.post(endpoint, json=body, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceFailed(type(error).__name__) from None
    if answer.status_code != 200:
        raise SourceFailed(f"HTTP {answer.status_code}")
    if len(answer.content) > _MOST_BYTES:
        raise SourceFailed("answer too long")
    try:
        return _read(answer.json())
    except (ValueError, TypeError, KeyError):
        raise SourceFailed("answer not understood") from None


def _read(said: Any) -> Answer:
    record = said["record"]
    if record is not None and not isinstance(record, dict):
        raise TypeError
    stated = said.get("refreshed_at")
    refreshed = datetime.fromisoformat(stated) if stated else None
    if refreshed is not None and refreshed.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return Answer(record, refreshed)
