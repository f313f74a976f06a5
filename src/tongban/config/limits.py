"""How often one address may ask."""

from __future__ import annotations

import time
from threading import Lock

from django.http import HttpRequest


class Limiter:
    """At most ``per_minute`` requests of one address in each minute of this process; 0 admits everything.

    A counter in memory: it costs no statement and stops a runaway client. Guessing codes and passwords is limited
    separately, per account and across processes, by django-allauth.
    """

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


def client_address(request: HttpRequest, trusted_proxies: int) -> str:
    """The address a request came from, seen through as many proxies as we were told to trust."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not trusted_proxies:
        return direct
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return chain[-trusted_proxies] if len(chain) >= trusted_proxies else direct
