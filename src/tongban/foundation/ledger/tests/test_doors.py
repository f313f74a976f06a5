"""The log's files for programs, and its pages for people."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.rules import LEAF_TYPES
from tongban.foundation.ledger.tests.support import Served, file_case, fill
from tongban_verify.checkpoints import Policy, Receipt
from tongban_verify.notes import VerifierKey
from tongban_verify.watch import Watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(HTTP_HOST="luzhou.localhost")


def test_the_whole_log_can_be_mirrored_and_watched(tmp_path: Path) -> None:
    shard = fill(300)
    key = queries.keys_of(shard)[0].verifier
    served, into = Served(), tmp_path / "mirror"
    assert served.mirror(key, into).opened.checkpoint.size == 301
    watching = Watch(served, Policy((VerifierKey.parse(key),)))
    watching.look()
    fill(10)
    assert watching.look().checkpoint.size == 311
    found = served.mirror(key, into)
    assert sum(found.days.values()) == 311
    assert found.findings == []


def test_files_are_the_same_for_everybody(client: Client) -> None:
    shard = fill(300)
    for path, keep in (
        ("checkpoint", "max-age=1"),
        ("tile/0/000", "immutable"),
        ("tile/entries/001.p/45", "immutable"),
    ):
        response = client.get(f"/log/{shard.name}/{path}")
        assert response.status_code == 200
        assert keep in response["Cache-Control"]
        assert response["Cache-Control"].startswith("public")
        assert "Vary" not in response
        assert not response.cookies
        assert response["Access-Control-Allow-Origin"] == "*"


NOT_SIGNED_FOR = (
    "tile/0/001", "tile/0/000.p/256", "tile/0/001.p/46", "tile/0/001.p/0", "tile/0/1", "tile/0/x000/000", "tile/9/000",
    "tile/1/000", "tile/entries/002.p/1", "tile/0/000.p/300", "nothing",
)  # fmt: skip


def test_what_is_not_in_the_signed_tree_is_not_served(client: Client) -> None:
    shard = fill(300)
    for _ in range(220):
        file_case()
    actions.sequence()  # has places, but nobody signed for them yet
    answers = {path: client.get(f"/log/{shard.name}/{path}").status_code for path in NOT_SIGNED_FOR}
    assert answers == dict.fromkeys(NOT_SIGNED_FOR, 404)
    assert client.get("/log/2019/tile/0/000").status_code == 404


def test_the_plain_addresses_lead_to_the_current_shard(client: Client) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    shard = fill(1)
    assert client.get("/log/checkpoint")["Location"] == f"/log/{shard.name}/checkpoint"
    assert client.get("/log/tile/0/000.p/2")["Location"] == f"/log/{shard.name}/tile/0/000.p/2"


def test_a_receipt(client: Client) -> None:
    entry = file_case()
    address = f"/log/receipt/{bytes(entry.hash).hex()}"
    waiting = client.get(address)
    assert waiting.status_code == 503
    assert waiting["Retry-After"] == "2"
    shard = fill(3)
    response = client.get(f"{address}.tlog-proof")
    receipt = Receipt.parse(response.content)
    receipt.check(Policy((VerifierKey.parse(queries.keys_of(shard)[0].verifier),)))
    assert receipt.extra == bytes(entry.body)
    assert ".tlog-proof" in response["Content-Disposition"]
    for wrong in ("0" * 64, "abc", "G" * 64):
        assert client.get(f"/log/receipt/{wrong}").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_shows_what_happened_and_how_to_check(client: Client, language: str) -> None:
    client.cookies["tongban_language"] = language
    assert client.get("/log/").status_code == 200  # before the first leaf
    shard = fill(3)
    assert 'href="/log/"' in client.get("/about/").content.decode()
    page = client.get("/log/").content.decode()
    head = queries.newest_checkpoint(shard)
    assert head
    assert "case.filed" in page
    assert shard.origin in page
    assert (
        str(LEAF_TYPES["case.filed"].title.zh if language == "zh-hans" else LEAF_TYPES["case.filed"].title.en) in page
    )
    assert "tongban-verify mirror http://luzhou.localhost/log/" in page
    assert queries.keys_of(shard)[0].verifier.replace("+", "+") in page.replace("&#x2B;", "+")
    check = client.get("/log/check").content.decode()
    assert queries.keys_of(shard)[0].verifier in check.replace("&#x2B;", "+")


def test_only_reading(client: Client) -> None:
    fill(1)
    assert client.post("/log/checkpoint").status_code == 405
