"""What machines ask: is it alive, can it serve, how is it doing."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from tongban.config.metrics import exposition
from tongban.foundation.credentials.queries import trust_trouble
from tongban.foundation.ledger.queries import erasure_state, log_state
from tongban.foundation.regions.actions import pending_migrations
from tongban.foundation.regions.queries import active_schemas, check_keys
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KeyFileError
from tongban.web.audiences import audience
from tongban.web.limits import client_address

TOLD_ONLY = ("worker", "sequencer", "erasure", "trust_list")


@audience("public")
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@audience("public")
def readyz(request: HttpRequest) -> HttpResponse:
    """Everything a page needs is there; 503 and the names of what is not.

    Worker, sequencer, erasure and trust list are reported but not needed: pages serve without them, and a balancer that took the
    pages away would not help.
    """
    checks: dict[str, Callable[[], str]] = {
        "database": _database, "migrations": _migrations, "keys": _keys, "documents": _documents, "worker": _worker,
        "sequencer": _sequencer, "erasure": _erasure, "trust_list": _trust_list,
    }  # fmt: skip
    found: dict[str, str] = {}
    with enter(None):
        for name, check in checks.items():
            try:
                found[name] = check()
            except (DatabaseError, KeyFileError, OSError) as error:
                found[name] = f"failed: {type(error).__name__}"
    ready = all(state == "ok" for name, state in found.items() if name not in TOLD_ONLY)
    return JsonResponse({"ready": ready, "checks": found}, status=200 if ready else 503)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    behind = pending_migrations()
    return f"behind: {', '.join(behind)} (run: tongban migrate)" if behind else "ok"


def _keys() -> str:
    check_keys()
    return "ok"


def _documents() -> str:
    directory = Path(settings.DOCUMENTS_DIR)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return "ok" if os.access(directory, os.W_OK) else "not writable"


def _worker() -> str:
    """A worker reports every ten seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'"
        )
        row = cursor.fetchone()
    return "ok" if row and row[0] else "no job worker is running (run: tongban worker)"


def _of_each(trouble: Callable[[], str]) -> str:
    """What is wrong in any jurisdiction, each named."""
    found = []
    for schema in active_schemas():
        with enter(schema):
            if said := trouble():
                found.append(f"{schema}: {said}")
    return "; ".join(found) or "ok"


def _sequencer() -> str:
    """The public log of each jurisdiction: stopped, waiting for nobody, or without its witnesses."""
    return _of_each(lambda: log_state().trouble)


def _erasure() -> str:
    """Rows of each jurisdiction that had their time a day ago and are still there."""
    return _of_each(lambda: erasure_state().trouble)


def _trust_list() -> str:
    """What verifiers believe us by: missing, behind, or near its end."""
    return _of_each(lambda: found.en if (found := trust_trouble()) else "")


@audience("public")
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics: with the token, or from this machine when there is none."""
    token = settings.ENVIRONMENT.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        admitted = hmac.compare_digest(given.encode(), token.encode())
    else:
        address = client_address(request)
        admitted = address in ("127.0.0.1", "::1")
    if not admitted:
        return HttpResponse("forbidden", status=403, content_type="text/plain")
    with enter(None):
        return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
