"""The call to the outside: certificates, and two workers at the same delivery."""

from __future__ import annotations

import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connections
from django.utils import timezone

from tongban.foundation.exchange import actions, adapters
from tongban.foundation.exchange.models import Delivery
from tongban.foundation.exchange.tests.conftest import make_client
from tongban.lib.actors import system
from tongban.lib.jurisdictions import enter
from tongban.lib.tests.loopback import Web, web_server


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 with its key in one file, signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
                                     key_encipherment=False, data_encipherment=False, key_agreement=False,
                                     encipher_only=False, decipher_only=False), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def server_context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_certificate_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with web_server(server_context(certificate)) as web, pytest.raises(adapters.NotDelivered) as refused:
        adapters.post(web.url, b"{}", {}, timeout=5, may_be_private=True)
    assert refused.value.code == "certificate"
    assert web.heard == []


def test_a_certificate_the_machine_trusts_is_taken(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongban.foundation.exchange.adapters.post import _trust

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # where an office puts its own authority
    _trust.cache_clear()
    try:
        with web_server(server_context(certificate)) as web:
            answer = adapters.post(f"{web.url}/x?y=1", b"{}", {"a": "b"}, timeout=5, may_be_private=True)
    finally:
        _trust.cache_clear()
    assert (answer.status, web.heard[0].path, web.heard[0].headers["a"]) == (200, "/x?y=1", "b")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with web_server() as web:
        assert adapters.post(web.url, b"{}", {}, timeout=5, may_be_private=True).status == 200


def test_two_workers_deliver_once(committed_db: None, receiver: Web) -> None:
    by = system("tests")
    made = actions.subscribe(client_id=make_client().pk, name="统计", endpoint=f"{receiver.url}/hook", types=[], by=by)
    message = actions.publish("tests.happened", "case-1", {}, by=by)
    actions.fan_out(message_id=str(message.pk))
    delivery = Delivery.objects.get(subscription=made)
    start = threading.Barrier(4)
    errors: list[Any] = []

    def work() -> None:
        with enter("j510500"):
            start.wait(10)
            try:
                actions.attempt(delivery.pk, now=timezone.now())
            except Exception as error:  # shown below
                errors.append(error)
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert errors == []
    assert len(receiver.heard) == 1
    assert Delivery.objects.get().state == "delivered"
