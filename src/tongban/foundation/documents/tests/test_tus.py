"""The tus door, spoken to as a client speaks to it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tongban.foundation.documents.models import Document
from tongban.foundation.documents.tests.support import MATERIAL, pdf
from tongban.lib.actors import Actor

CONTENT = pdf(100_000)


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def told(name: bytes = "执照.pdf".encode(), purpose: str = MATERIAL) -> str:
    return f"filename {b64(name)},purpose {b64(purpose.encode())}"


def create(client: Client, length: object = len(CONTENT), metadata: str | None = None, **headers: str) -> Any:
    return client.post(
        "/documents/tus/", content_type="application/octet-stream",
        headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": metadata or told(), **headers},
    )  # fmt: skip


def patch(client: Client, where: str, offset: object, body: bytes, **headers: str) -> Any:
    given = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)} | headers
    return client.patch(where, body, content_type=given.pop("type", "application/offset+octet-stream"), headers=given)


def head(client: Client, where: str) -> Any:
    return client.head(where, headers={"Tus-Resumable": "1.0.0"})


def test_a_whole_upload(chen: Actor, browser: Callable[[Actor], Client], run_jobs: Callable[[], int]) -> None:
    client = browser(chen)
    made = create(client)
    assert (made.status_code, made["Upload-Offset"], made["Tus-Resumable"]) == (201, "0", "1.0.0")
    assert made["Upload-Expires"].endswith("GMT")
    where = made["Location"]
    assert patch(client, where, 0, CONTENT[:60_000])["Upload-Offset"] == "60000"
    asked = head(client, where)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (200, "60000", "100000")
    assert asked["Cache-Control"] == "no-store"
    last = patch(client, where, 60_000, CONTENT[60_000:])
    assert (last.status_code, last["Upload-Offset"]) == (204, "100000")
    run_jobs()
    answer = client.get(f"/documents/{made['Tongban-Document']}/")
    assert answer.getvalue() == CONTENT
    assert client.get(f"/documents/{made['Tongban-Document']}/status/").json() == {
        "state": "ready",
        "message": "已收到。",
    }


def test_what_the_server_offers(chen: Actor, browser: Callable[[Actor], Client]) -> None:
    offered = browser(chen).options("/documents/tus/")
    assert offered.status_code == 204
    assert offered["Tus-Extension"] == "creation,expiration,checksum,termination"
    assert offered["Tus-Max-Size"] == str(2048 * 1024 * 1024)
    assert offered["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize(
    ("status", "code", "length", "metadata", "headers"),
    [
        (413, "file_too_large", 3 * 1024**3, None, {}),
        (422, "empty_file", 0, None, {}),
        (400, "bad_header", "-5", None, {}),
        (400, "bad_header", "９", None, {}),
        (400, "bad_header", "9" * 30, None, {}),
        (400, "bad_header", 10, "filename ***", {}),
        (412, "tus_version", 10, None, {"Tus-Resumable": "0.2.0"}),
        (422, "unknown_purpose", 10, told(purpose="x.y"), {}),
        (422, "file_name_missing", 10, f"purpose {b64(MATERIAL.encode())}", {}),
        (422, "file_name_unreadable", 10, told(name=b"\xff\xff\xff.pdf"), {}),
    ],
)
def test_refused_at_creation(
    status: int, code: str, length: object, metadata: str | None, headers: dict[str, str], chen: Actor,
    browser: Callable[[Actor], Client],
) -> None:  # fmt: skip
    header = str(length).encode().decode("latin-1")
    answer = create(browser(chen), header, metadata, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Document.objects.exists()


def test_refused_pieces(chen: Actor, stranger: Actor, browser: Callable[[Actor], Client]) -> None:
    client = browser(chen)
    where = create(client)["Location"]

    def answer(response: HttpResponse) -> tuple[int, str]:
        import json

        return response.status_code, json.loads(response.content)["code"]

    assert answer(patch(client, where, 5, b"x")) == (409, "offset_mismatch")
    assert answer(patch(client, where, "x", b"x")) == (400, "bad_header")
    assert answer(patch(client, where, 0, b"x", type="text/plain")) == (415, "bad_content_type")
    assert answer(patch(client, where, 0, b"x", **{"Upload-Checksum": "md5 AAAA"})) == (400, "bad_checksum")
    assert answer(patch(client, where, 0, b"x", **{"Upload-Checksum": "sha1 ***"})) == (400, "bad_checksum")
    wrong = f"sha256 {b64(hashlib.sha256(b'y').digest())}"
    assert answer(patch(client, where, 0, b"x", **{"Upload-Checksum": wrong})) == (460, "checksum_mismatch")
    assert answer(patch(browser(stranger), where, 0, b"x")) == (404, "not_found")
    assert answer(client.get(where, headers={"Tus-Resumable": "1.0.0"})) == (405, "method_not_allowed")
    assert client.delete("/documents/tus/", headers={"Tus-Resumable": "1.0.0"}).status_code == 405
    assert head(client, where)["Upload-Offset"] == "0"


def test_the_method_may_be_overridden_for_old_proxies(chen: Actor, browser: Callable[[Actor], Client]) -> None:
    client = browser(chen)
    where = create(client)["Location"]
    sent = client.post(
        where, CONTENT, content_type="application/offset+octet-stream",
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
    )  # fmt: skip
    assert (sent.status_code, sent["Upload-Offset"]) == (204, str(len(CONTENT)))


def test_cancelled(chen: Actor, browser: Callable[[Actor], Client]) -> None:
    client = browser(chen)
    where = create(client)["Location"]
    assert client.delete(where, headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    assert head(client, where).status_code == 404


def test_a_stranger_gets_401_a_forged_request_403(chen: Actor, browser: Callable[[Actor], Client]) -> None:
    assert create(Client(SERVER_NAME="luzhou.localhost")).status_code == 401
    checking = Client(enforce_csrf_checks=True, SERVER_NAME="luzhou.localhost")
    checking.cookies = browser(chen).cookies
    forged = create(checking)
    assert (forged.status_code, forged.json()["code"]) == (403, "csrf")
    checking.get("/documents/")
    token = checking.cookies["tongban_csrf"].value
    begun = create(checking, **{"X-CSRFToken": token})
    assert begun.status_code == 201
    told_so = {"Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "DELETE"}
    for method in ("get", "head", "options"):  # asked for no token, so they may not turn into something else
        assert getattr(checking, method)(begun["Location"], headers=told_so).status_code in (200, 204, 405)
    assert head(checking, begun["Location"]).status_code == 200
    assert checking.post(begun["Location"], headers=told_so).json()["code"] == "csrf"
    assert checking.post(begun["Location"], headers=told_so | {"X-CSRFToken": token}).status_code == 204
    assert head(checking, begun["Location"]).status_code == 404


def test_refused_contents_say_why_in_the_readers_language(chen: Actor, browser: Callable[[Actor], Client]) -> None:
    client = browser(chen)
    where = create(client, 50)["Location"]
    refused = patch(client, where, 0, b"MZ" + bytes(48), **{"Accept-Language": "en"})
    assert refused.status_code == 422
    assert refused.json()["message"].startswith("This is a program")
