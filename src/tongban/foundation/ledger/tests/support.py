"""A log with some leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.test import Client

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.models import Entry, Shard
from tongban.lib.actors import Actor, system
from tongban.lib.ids import uuid7
from tongban_verify.checkpoints import Policy
from tongban_verify.mirror import Mirror, Mirrored
from tongban_verify.notes import VerifierKey

BY = system("tests")
CASE = {"due": "2026-12-01"}
SEALED = {"service": "marriage", "version": 1, "applicant": "张三", "region": "510502", "form": "ab" * 32}


def file_case(case_id: UUID | None = None, *, by: Actor = BY, **changes: Any) -> Entry:
    values = CASE | SEALED | changes
    return actions.record("case.filed", by=by, subject=("matters.case", case_id or uuid7()), values=values)


def fill(count: int) -> Shard:
    """A sequenced and signed log with this many leaves of business and one that opens the shard."""
    for _ in range(count):
        file_case()
    actions.sequence_all()
    shard = queries.current_shard()
    assert shard is not None
    return shard


class Served:
    """The log as a verifier on the other side of the web sees it."""

    def __init__(self, host: str = "luzhou.localhost") -> None:
        self.client = Client(HTTP_HOST=host)

    def get(self, path: str) -> bytes:
        response = self.client.get(f"/log/{path}", follow=True)
        assert response.status_code == 200, (path, response.content)
        return bytes(response.content)

    def mirror(self, key: str, into: Path | None = None) -> Mirrored:
        return Mirror(self, Policy((VerifierKey.parse(key),)), into).run()
