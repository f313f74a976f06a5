"""Fixtures of parties' tests; what they need of Django is imported when it is set up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def sent() -> Iterator[list[dict[str, Any]]]:
    """What was handed over for sending to phones, oldest first; nothing really leaves."""
    from tongban.foundation.parties.hooks import send_code, tell_phone

    messages: list[dict[str, Any]] = []
    before = list(send_code.answers), list(tell_phone.answers)
    send_code.answers[:] = [lambda **message: messages.append(message)]
    tell_phone.answers[:] = [lambda **message: messages.append(message)]
    yield messages
    send_code.answers[:], tell_phone.answers[:] = before


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "luzhou.localhost"})
