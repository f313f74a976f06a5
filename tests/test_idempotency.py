"""A writing API call runs once per key, also when two arrive at the same time."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from ninja import File, NinjaAPI, Router, Schema
from ninja.files import UploadedFile

from tongban.config.api import refused
from tongban.config.processes import wait_until
from tongban.foundation.exchange.models import OperatorAct, StoredAnswer
from tongban.foundation.ledger.actions import erase_due
from tongban.foundation.parties.models import Account, Person
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.api import PUBLIC, SIGNED_IN

router = Router()


class Note(Schema):
    text: str


def write(text: str) -> dict[str, str]:
    act = OperatorAct.objects.create(what="test", target=text, by_name="t", by_kind="t")
    return {"id": str(act.pk), "text": text}


@router.post("/notes", auth=SIGNED_IN)
def add_note(request: HttpRequest, note: Note) -> dict[str, str]:
    return write(note.text)


@router.post("/refused", auth=SIGNED_IN)
def add_refused(request: HttpRequest, note: Note) -> dict[str, str]:
    write(note.text)
    raise Refusal("no_good", T("不行", "No good"))


@router.post("/broken", auth=SIGNED_IN)
def add_broken(request: HttpRequest, note: Note) -> dict[str, str]:
    write(note.text)
    raise RuntimeError("broken")


@router.post("/pdf", auth=SIGNED_IN)
def add_pdf(request: HttpRequest) -> HttpResponse:
    write("pdf")
    return HttpResponse(b"%PDF\xff\xfe", content_type="application/pdf", status=201, headers={"Location": "/x/1"})


@router.post("/files", auth=SIGNED_IN)
def add_file(request: HttpRequest, file: UploadedFile = File(...)) -> dict[str, str]:  # noqa: B008
    return write(f"{file.name} {len(file.read())}")


@router.post("/open", auth=PUBLIC)
def open_to_all(request: HttpRequest, note: Note) -> dict[str, str]:
    return write(note.text)


@router.post("/exempt", auth=PUBLIC, openapi_extra={"x-idempotent": True})
def exempt(request: HttpRequest, note: Note) -> dict[str, str]:
    return write(note.text)


@router.post("/slow", auth=SIGNED_IN)
def add_slowly(request: HttpRequest, note: Note) -> dict[str, str]:
    answer = write(note.text)
    meeting.inside.set()
    assert meeting.go_on.wait(20)
    if meeting.is_refused:
        raise Refusal("no_good", T("不行", "No good"))
    return answer


class Meeting:
    """Where a test holds the first of two calls."""

    def __init__(self) -> None:
        self.inside, self.go_on, self.is_refused = threading.Event(), threading.Event(), False


meeting = Meeting()
api = NinjaAPI(urls_namespace="idempotency")
api.add_router("", router)
api.exception_handler(Refusal)(refused)
urlpatterns = [path("api/", api.urls), path("", include("tongban.web.urls"))]
pytestmark = pytest.mark.urls(__name__)


def signed_in(username: str = "wang") -> Client:
    person = Person.objects.create(name="王小明")
    client = Client(HTTP_HOST="luzhou.localhost", raise_request_exception=False)
    client.force_login(
        Account.objects.create(username=username, person=person),
        backend="tongban.foundation.parties.login.HouseBackend",
    )
    return client


def post(client: Client, where: str, text: str = "甲", key: str | None = "k1", **options: Any) -> Any:
    headers = {} if key is None else {"idempotency-key": key}
    return client.post(f"/api/{where}", {"text": text}, content_type="application/json", headers=headers, **options)


@pytest.fixture
def me(db: None) -> Client:
    return signed_in()


def test_a_repeat_gets_the_first_answer_and_does_nothing(me: Client) -> None:
    first, second = post(me, "notes"), post(me, "notes")
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert OperatorAct.objects.count() == 1
    assert post(me, "notes", key="k2").json() != first.json()


@pytest.mark.parametrize(
    ("key", "code"),
    [(None, "idempotency_key_missing"), ("", "idempotency_key_missing"), ("a b", "idempotency_key_invalid"),
     ("x" * 201, "idempotency_key_invalid"), ("é", "idempotency_key_invalid")],
)  # fmt: skip
def test_a_key_is_needed_and_must_be_one(me: Client, key: str | None, code: str) -> None:
    answer = post(me, "notes", key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not OperatorAct.objects.exists()
    assert post(me, "notes", key="~" * 200).status_code == 200


def test_another_body_under_the_same_key_is_refused(me: Client) -> None:
    post(me, "notes")
    answer = post(me, "notes", text="乙")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert post(me, "notes?draft=1").json()["code"] == "idempotency_key_reused"
    assert OperatorAct.objects.count() == 1


def test_keys_are_one_s_own_and_each_operation_s_own(me: Client) -> None:
    post(me, "notes")
    assert post(signed_in("li"), "notes", text="乙").status_code == 200
    assert post(me, "exempt", key="k1").status_code == 200
    assert post(me, "open", text="乙").status_code == 200
    assert OperatorAct.objects.count() == 4


@pytest.mark.parametrize(("where", "status"), [("refused", 422), ("broken", 500)])
def test_what_failed_leaves_nothing_and_may_be_tried_again(me: Client, where: str, status: int) -> None:
    for _ in range(2):
        answer = post(me, where)
        assert answer.status_code == status
        assert "Idempotent-Replayed" not in answer
    assert not StoredAnswer.objects.exists()
    assert not OperatorAct.objects.exists()


def test_a_stranger_hears_first_that_they_must_sign_in(db: None) -> None:
    assert post(Client(HTTP_HOST="luzhou.localhost"), "notes", key=None).status_code == 401


def test_strangers_share_no_answers(db: None) -> None:
    client = Client(HTTP_HOST="luzhou.localhost")
    one = post(client, "open", text="秘密", REMOTE_ADDR="192.0.2.1")
    other = post(client, "open", text="秘密", REMOTE_ADDR="192.0.2.2")
    assert "Idempotent-Replayed" not in other
    assert one.json() != other.json()


def test_exempt_operations_and_reading_need_no_key(me: Client) -> None:
    assert post(me, "exempt", key=None).status_code == 200
    assert me.get("/api/notes").status_code == 405
    assert post(me, "nowhere", key=None).status_code == 404
    assert me.put("/api/notes").status_code == 405
    assert not StoredAnswer.objects.exists()


def test_files_and_headers_come_back_as_they_were(me: Client) -> None:
    first = me.post("/api/pdf", headers={"idempotency-key": "k"})
    second = me.post("/api/pdf", headers={"idempotency-key": "k"})
    assert second.content == first.content == b"%PDF\xff\xfe"
    assert (second.status_code, second["Location"], second["Content-Type"]) == (201, "/x/1", "application/pdf")


def test_uploads_are_compared_by_content_not_by_boundary(me: Client) -> None:
    def send(content: bytes, boundary: str) -> Any:
        body = (
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
                "Content-Type: text/plain\r\n\r\n"
            ).encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        return me.generic(
            "POST", "/api/files", body, content_type=f"multipart/form-data; boundary={boundary}",
            headers={"idempotency-key": "k"},
        )  # fmt: skip

    large = b"x" * 3_000_000  # beyond what is kept in memory
    first, second, third = send(large, "aaa"), send(large, "bbb"), send(b"y" + large[1:], "ccc")
    assert first.json()["text"] == "a.txt 3000000", "hashing leaves the file to be read"
    assert second["Idempotent-Replayed"] == "true"
    assert third.json()["code"] == "idempotency_key_reused"


def test_a_body_too_large_is_refused_before_it_is_read(me: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    answer = post(me, "notes", text="x" * 1024 * 1024)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert "1 MB" in answer.json()["message"]


def test_answers_are_encrypted_and_forgotten_after_two_days(me: Client) -> None:
    post(me, "notes", text="seen by nobody")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM exchange_storedanswer")
        assert b"nobody" not in bytes(cursor.fetchone()[0])
    erase_due("exchange.answers")
    assert StoredAnswer.objects.count() == 1
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=48))
    erase_due("exchange.answers")
    assert not StoredAnswer.objects.exists()


def test_keys_of_one_jurisdiction_mean_nothing_in_another(me: Client, elsewhere: str) -> None:
    post(me, "open")
    other = post(Client(HTTP_HOST="zigong.localhost"), "open")
    assert "Idempotent-Replayed" not in other
    with enter(elsewhere):
        assert OperatorAct.objects.count() == 1


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("is_refused", [False, True])
def test_two_at_the_same_time(committed_db: None, monkeypatch: pytest.MonkeyPatch, is_refused: bool) -> None:
    held = Meeting()
    held.is_refused = is_refused
    monkeypatch.setattr(sys.modules[__name__], "meeting", held)
    me = signed_in()
    answers: dict[str, Any] = {}

    def call(name: str) -> None:
        client = Client(HTTP_HOST="luzhou.localhost")
        client.cookies = me.cookies
        answers[name] = post(client, "slow", key="race")
        connections.close_all()

    first = threading.Thread(target=call, args=["first"])
    second = threading.Thread(target=call, args=["second"])
    first.start()
    assert held.inside.wait(20)
    second.start()
    assert wait_until(somebody_waits, 20)
    held.go_on.set()
    first.join(20)
    second.join(20)
    if is_refused:  # the second had its own try, which was refused, too
        assert [answers[n].status_code for n in ("first", "second")] == [422, 422]
        assert not OperatorAct.objects.exists()
        return
    assert answers["first"].json() == answers["second"].json()
    assert answers["second"]["Idempotent-Replayed"] == "true"
    assert OperatorAct.objects.count() == 1
