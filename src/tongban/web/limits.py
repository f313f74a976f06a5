"""How often one address may ask: counters in memory, which cost no statement and stop a runaway client.

Counted in each web process. Guessing codes and passwords is limited separately, per account and across processes, by
django-allauth.
"""

from __future__ import annotations

import time
from threading import Lock

from django.conf import settings
from django.http import HttpRequest

from tongban.lib.refusals import Refusal
from tongban.lib.words import T


class Limiter:
    """At most ``per_minute`` requests of one address in each minute of this process; 0 admits everything."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._minute = 0
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def admits(self, address: str) -> bool:
        """Count one request; whether it may pass."""
        if not self.per_minute:
            return True
        minute = int(time.monotonic() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            count = self._counts.get(address, 0) + 1
            self._counts[address] = count
        return count <= self.per_minute


def client_address(request: HttpRequest) -> str:
    """The address a request came from, seen through as many proxies as the settings trust."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    trusted = settings.ENVIRONMENT.trusted_proxies
    if not trusted:
        return direct
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return chain[-trusted] if len(chain) >= trusted else direct


_doors: dict[tuple[str, int], Limiter] = {}


def limit(request: HttpRequest, door: str, *, per_minute: int, who: str = "") -> None:
    """Refuse with 429 whoever comes to a public ``door`` that costs work more often than this in one minute.

    Counted by address, or by ``who`` where something better is known.
    """
    limiter = _doors.setdefault((door, per_minute), Limiter(per_minute))
    if not limiter.admits(who or client_address(request)):
        raise Refusal(
            "too_often", T("操作太频繁，请一分钟后再试。", "Too many at once: try again in a minute."), status=429
        )
