"""Health, metrics, limits, unreadable input, logs."""

from __future__ import annotations

import gzip
import json
import logging
from io import StringIO
from pathlib import Path

import pytest
import structlog
from django.conf import settings
from django.core.checks import run_checks
from django.test import Client, RequestFactory, override_settings

from tongban.config import logs
from tongban.config.bodies import read_json
from tongban.config.environment import read_environment
from tongban.config.trouble import Trouble
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.ledger import queries as log
from tongban.foundation.ledger.actions import conditions
from tongban.foundation.ledger.tests.support import file_case
from tongban.lib import keys
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KeyFileError, KeyRing
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.limits import Limiter, client_address
from tongban_verify.notes import COSIGNATURE, SigningKey


@pytest.mark.django_db
def test_healthz_answers_without_a_jurisdiction(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz", headers={"host": "localhost"})
    assert answer.status_code == 200
    assert answer.content == b"ok"


@pytest.mark.django_db
def test_readyz_names_what_is_there_and_what_is_missing(client: Client) -> None:
    answer = client.get("/readyz", headers={"host": "localhost"})
    assert answer.status_code == 200
    checks = answer.json()["checks"]
    assert checks["database"] == checks["migrations"] == checks["keys"] == checks["documents"] == "ok"
    assert "tongban worker" in checks["worker"]


@pytest.mark.django_db
def test_the_state_of_the_public_log_is_told(client: Client) -> None:
    def checked() -> str:
        return str(client.get("/readyz", headers={"host": "localhost"}).json()["checks"]["sequencer"])

    assert checked() == "ok"  # nothing to do
    conditions._noted.clear()
    with enter("j510500"):
        file_case()
    assert "j510500: leaves wait and no sequencer is running" in checked()
    with enter("j510500"):
        ledger.sequence_all()
        ledger.note_condition(ledger.SEQUENCER)
    assert checked() == "ok"
    with enter("j510500"):
        ledger.note_condition(ledger.SEQUENCER, code="ledger_forked", why=T("已停止。", "Run: tongban ledger resume"))
    answer = client.get("/readyz", headers={"host": "localhost"})
    assert answer.status_code == 200  # pages serve without it
    assert answer.json()["checks"]["sequencer"] == "j510500: ledger_forked: Run: tongban ledger resume"
    body = client.get("/metrics", headers={"host": "localhost"}).content.decode()
    assert 'tongban_log_size{jurisdiction="j510500"} 2.0' in body
    assert 'tongban_log_stopped{jurisdiction="j510500"} 1.0' in body
    assert 'tongban_log_waiting{jurisdiction="j510500"} 0.0' in body
    assert 'tongban_log_running{jurisdiction="j510300"} 0.0' in body


@pytest.mark.django_db
def test_witnesses_that_lag_are_told(client: Client, tmp_path: Path) -> None:
    key = SigningKey("w.test", bytes(32), COSIGNATURE).verifier
    (tmp_path / "policy").write_text(f"witness w {key} http://w.invalid\nquorum w\n")
    with override_settings(LEDGER_POLICY=tmp_path / "policy"), enter("j510500"):
        file_case()
        ledger.sequence_all()
        shard = log.current_shard()
        assert shard
        ledger.sign_checkpoint(shard)
        ledger.note_condition(ledger.SEQUENCER)
        said = client.get("/readyz", headers={"host": "localhost"}).json()["checks"]["sequencer"]
        assert "j510500: the newest head lacks its quorum" in said
        body = client.get("/metrics", headers={"host": "localhost"}).content.decode()
    assert 'tongban_log_unwitnessed{jurisdiction="j510500"} 1.0' in body
    assert 'tongban_log_witness_behind{jurisdiction="j510500",witness="w"} 2.0' in body


@pytest.mark.django_db
def test_readyz_says_no_beside_a_wrong_key_file(client: Client, tmp_path: Path) -> None:
    KeyRing.new().write(tmp_path / "keys.json")
    keys.use_file(tmp_path / "keys.json")
    try:
        answer = client.get("/readyz", headers={"host": "localhost"})
    finally:
        keys.use_file(settings.KEYS_FILE)
    assert answer.status_code == 503
    assert answer.json()["checks"]["keys"] == "failed: KeyFileError"


@pytest.mark.django_db
def test_metrics_count_requests_and_jobs(client: Client) -> None:
    client.get("/healthz", headers={"host": "localhost"})
    body = client.get("/metrics", headers={"host": "localhost"}).content.decode()
    assert 'tongban_request_seconds_count{method="GET",route="healthz",status="200"}' in body
    assert 'tongban_jobs{state="failed"} 0.0' in body
    assert 'tongban_deliveries{jurisdiction="j510300",state="dead"} 0.0' in body
    assert 'tongban_messages{jurisdiction="j510500",state="failed"} 0.0' in body


@pytest.mark.django_db
def test_metrics_are_not_for_everybody(client: Client) -> None:
    answer = client.get("/metrics", headers={"host": "localhost"}, REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/?q=%ff%fe", "/?q=%00", "/%00"])
@pytest.mark.django_db
def test_bytes_that_are_not_text_get_a_sentence(client: Client, path: str) -> None:
    answer = client.get(path, headers={"host": "luzhou.localhost"})
    assert answer.status_code == 400
    assert "UTF-8" in answer.content.decode() or "字符" in answer.content.decode()


@pytest.mark.django_db
def test_a_body_too_large_is_refused_before_it_is_read(client: Client) -> None:
    answer = client.post(
        "/api/anything", b"{}", content_type="application/json", headers={"host": "luzhou.localhost"},
        CONTENT_LENGTH=str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1),
    )  # fmt: skip
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


@pytest.mark.django_db
def test_security_headers(client: Client) -> None:
    answer = client.get("/", headers={"host": "luzhou.localhost"})
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "microphone=()" in answer["Permissions-Policy"]
    assert len(answer["X-Request-Id"]) == 16


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        (b'{"a": "\xd6\xd0"}', "", "byte 8"),
        (b'{"a": {"b": ["x", "\\u0000"]}}', "a.b.1", "NUL"),
        (b'{"a": "\\ud800"}', "a", "surrogate"),
        (b'{"\\u0000": 1}', "\ufffd", "NUL"),
        (b'{"a": 1,\n "b": }', "", "line 2, column 7"),
        (b"[" * 100_000, "", "nested"),
        (b"9" * 5000, "", "number"),
        (b'{"a": NaN}', "", "NaN"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_where(body: bytes, field: str, said: str) -> None:
    with pytest.raises(Refusal) as found:
        read_json(body)
    assert (found.value.code, found.value.status, found.value.field) == ("bad_request", 400, field)
    assert said in found.value.message.en
    assert found.value.message.zh.startswith("请求内容无法读取：")


def test_json_keeps_its_escapes() -> None:
    assert read_json('\ufeff{"名": "\\u5f20\\n\\ud83d\\ude00"}'.encode()) == {"名": "张\n😀"}


@pytest.mark.django_db
def test_a_body_sent_in_chunks_is_not_taken_for_an_empty_one(client: Client) -> None:
    answer = client.generic(
        "POST", "/api/cases", b"", headers={"host": "luzhou.localhost", "transfer-encoding": "chunked"}
    )
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


@pytest.mark.django_db
def test_a_compressed_body_is_told_so(client: Client) -> None:
    body = gzip.compress(b"{}")
    for how, status in (("gzip", 415), ("identity", 401)):
        headers = {"host": "luzhou.localhost", "content-encoding": how}
        answer = client.generic("POST", "/api/cases", body, content_type="application/json", headers=headers)
        assert answer.status_code == status
        assert (answer.json()["code"] == "encoding_unsupported") is (how == "gzip")


@pytest.mark.django_db
def test_a_program_that_uses_another_method_is_told_which_to_use(client: Client) -> None:
    answer = client.put(
        "/api/services", headers={"host": "luzhou.localhost", "idempotency-key": "a", "accept-language": "en"}
    )
    assert (answer.status_code, answer.json()["code"], answer["Allow"]) == (405, "method_not_allowed", "GET")
    assert answer.json()["message"] == "This address does not take PUT: use GET."


def test_the_limiter_counts_by_address() -> None:
    limiter = Limiter(2)
    assert [limiter.admits("a") for _ in range(3)] == [True, True, False]
    assert limiter.admits("b")
    assert all(Limiter(0).admits("a") for _ in range(1000))


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [(0, "192.0.2.1", "127.0.0.1"), (1, "forged, 192.0.2.1", "192.0.2.1"), (2, "192.0.2.1", "127.0.0.1")],
)
def test_only_trusted_proxies_speak_for_a_visitor(proxies: int, header: str, expected: str) -> None:
    request = RequestFactory().get("/", headers={"x-forwarded-for": header})
    environment = settings.ENVIRONMENT.model_copy(update={"trusted_proxies": proxies})
    with override_settings(ENVIRONMENT=environment):
        assert client_address(request) == expected


def test_a_log_line_is_json_and_holds_nothing_of_the_request() -> None:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=logs._SHARED, processors=logs.LOGGING["formatters"]["json"]["processors"]
        )
    )
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Internal Server Error", (), None)
    record.request = "GET /?phone=13800138000"
    handler.emit(record)
    line = json.loads(out.getvalue())
    assert line["event"] == "Internal Server Error"
    assert "13800138000" not in out.getvalue()


def test_production_mistakes_are_explained() -> None:
    with override_settings(MODE="production", ALLOWED_HOSTS=["localhost", ".localhost"]):
        found = {message.id for message in run_checks(tags=["tongban"], include_deployment_checks=True)}
    assert {"tongban.W001", "tongban.W002", "tongban.W005"} <= found


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    monkeypatch.setenv("TONGBAN_METRICS_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.delenv("TONGBAN_METRICS_TOKEN", raising=False)
    assert read_environment().metrics_token.get_secret_value() == "from-a-file"


def test_a_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGBAN_METRICS_TOKEN_FILE", "/nowhere/token")
    with pytest.raises(Trouble, match="TONGBAN_METRICS_TOKEN_FILE"):
        read_environment()


@pytest.mark.parametrize(
    ("content", "mode", "sentence"),
    [
        ("{}", 0o600, "不完整"), ("not json", 0o600, "不完整"), ('{"keys": []}', 0o600, "缺少"),
        ('{"keys": [{"kind": "data", "number": 1, "secret": "c2hvcnQ=", "created": ""}]}', 0o600, "不完整"),
        ("{}", 0o644, "chmod 600"),
    ],
)  # fmt: skip
def test_a_wrong_key_file_says_what_is_wrong(tmp_path: Path, content: str, mode: int, sentence: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(KeyFileError) as refused:
        KeyRing.read(path)
    assert sentence in refused.value.message.zh
