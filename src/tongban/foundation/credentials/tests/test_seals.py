"""Sealing papers and telling a genuine file from all others."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pydantic import SecretStr

from tongban.foundation.credentials import actions, hooks
from tongban.foundation.credentials.actions import Sealed, Sealing, Subject
from tongban.foundation.credentials.actions.seals import _key
from tongban.foundation.credentials.models import OfficeSeal
from tongban.foundation.credentials.queries import spot_authorities
from tongban.foundation.credentials.rules.papers import LARGEST
from tongban.foundation.parties.models import Organisation, Unit
from tongban.lib import keys
from tongban.lib.actors import ANONYMOUS, Actor, system
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter
from tongban.lib.pdf import make_pdf
from tongban.lib.pdf.sealing import (
    UnreadablePdf,
    authority_certificate,
    private_key,
    read_seals,
    seal_certificate,
    seal_pdf,
)
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

HOUSE = system("tests")
OFFICE = "泸州市江阳区行政审批和数据局"
HOST = {"host": "luzhou.localhost"}
SAID = T("准予决定书", "Decision")


def unit() -> Unit:
    office = Organisation.objects.create(name="江阳区人民政府", kind="government", region_code="510502")
    return Unit.objects.create(
        organisation=office, name=OFFICE, kind="department", code="approval", region_code="510502"
    )


def plain() -> bytes:
    return make_pdf(
        '#import "house.typ": *\n#show: house.with(title: "t")\n准予。', {}, made_at=datetime(2026, 11, 22, tzinfo=UTC)
    )


def sealed(of: Unit | None = None, credential_id: Any = None) -> Sealed:
    seal = actions.office_seal(of or unit(), office=OFFICE, by=HOUSE)
    what = Sealing(SAID, "FGFC202611220001-ZY1", Subject("tests.thing", uuid7()), credential_id)
    return actions.seal_paper(plain(), seal=seal, what=what, by=HOUSE)


@pytest.mark.django_db
def test_a_sealed_paper_is_known_by_its_seal_and_its_digest() -> None:
    made = sealed()
    (seal,) = read_seals(made.content, authorities=spot_authorities())
    assert (seal.is_intact, seal.is_whole, seal.is_trusted) == (True, True, True)
    assert seal.sealed == made.content
    found = actions.verify_pdf(made.content)
    assert found.is_valid
    assert found.is_test
    assert OFFICE in [value for _, value in found.facts]
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in made.content  # sealing leaves the archive format in place


@pytest.mark.django_db
@pytest.mark.skipif(
    shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed (apt install poppler-utils)"
)
def test_poppler_verifies_the_seal_and_sees_a_change(tmp_path: Path) -> None:
    made, right, wrong = sealed(), tmp_path / "right.pdf", tmp_path / "wrong.pdf"
    right.write_bytes(made.content)
    wrong.write_bytes(_edited(made.content))
    assert "Signature is Valid" in _pdfsig(right)
    assert "Total document signed" in _pdfsig(right)
    assert "Signature is Valid" not in _pdfsig(wrong)


def _pdfsig(path: Path) -> str:
    run = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False,
                         env=os.environ | {"HOME": str(path.parent)})  # fmt: skip
    return run.stdout


def _edited(content: bytes) -> bytes:
    place = content.index(b"/MediaBox")
    return content[: place + 12] + bytes([content[place + 12] ^ 1]) + content[place + 13 :]


@pytest.mark.django_db
def test_an_altered_or_foreign_file_is_not_accepted() -> None:
    made = sealed()
    assert actions.verify_pdf(_edited(made.content)).reason == "altered"
    appended = actions.verify_pdf(made.content + b"\n% one line more\n")
    assert appended.reason == "altered"
    assert "FGFC202611220001-ZY1" in [value for _, value in appended.facts]  # what it was before is still known
    assert actions.verify_pdf(plain()).reason == "unsealed"
    assert actions.verify_pdf(b"%PDF-1.7 nothing").reason == "unreadable"
    assert actions.verify_pdf(made.content[:-300]).reason == "unreadable"
    assert actions.verify_pdf(b"").reason == "unreadable"
    unrecorded = seal_pdf(plain(), _key(made.paper.seal), office=OFFICE, reason="r")
    assert actions.verify_pdf(unrecorded).reason == "not_recorded"


@pytest.mark.django_db
def test_a_seal_of_an_unknown_authority_is_named_so() -> None:
    of = unit()
    with enter("j510300"):
        other = Organisation.objects.create(name="自贡", kind="government", region_code="510300")
        elsewhere = sealed(
            Unit.objects.create(organisation=other, name="局", kind="department", code="approval", region_code="510300")
        )
    assert actions.verify_pdf(elsewhere.content).reason == "unknown_authority"
    assert of.pk


@pytest.mark.django_db
def test_revocation_expiry_and_a_withdrawn_seal_show_at_once() -> None:
    from tongban.foundation.credentials.models import Credential
    from tongban_verify.passes.code import Content

    now = timezone.now()
    credential = actions.issue(Content("certificate", "泸州样例商贸有限公司", number="N1"), subject=Subject("tests.thing", uuid7()),
                               not_before=now, expires=now + timedelta(days=3), by=HOUSE)  # fmt: skip
    made = sealed(credential_id=credential.pk)
    assert actions.verify_pdf(made.content).reason == "genuine"
    actions.revoke(credential.pk, reason="承诺不实", by=HOUSE)
    assert actions.verify_pdf(made.content).reason == "revoked"
    Credential.objects.filter(pk=credential.pk).update(revoked_at=None, expires_at=now)
    assert actions.verify_pdf(made.content).reason == "expired"
    Credential.objects.filter(pk=credential.pk).update(expires_at=now + timedelta(days=3))
    for _ in range(2):  # a second time changes nothing
        actions.withdraw_seal(made.paper.seal_id, reason="印章文件外泄", by=HOUSE)
    assert actions.verify_pdf(made.content).reason == "seal_withdrawn"


@pytest.mark.django_db
def test_who_may_seal_and_withdraw() -> None:
    of = unit()
    clerk = Actor(kind="person", channel="web", membership_id=uuid7(), role="clerk", second_factor=True)
    for nobody, code in ((ANONYMOUS, "sign_in_first"), (clerk, "forbidden")):
        with pytest.raises(Refusal, match=code):
            actions.office_seal(of, office=OFFICE, by=nobody)
    seal = actions.office_seal(of, office=OFFICE, by=HOUSE)
    with pytest.raises(Refusal, match="forbidden"):
        actions.seal_paper(plain(), seal=seal, what=Sealing(SAID, "1", Subject("t", uuid7())), by=clerk)
    with pytest.raises(Refusal, match="forbidden"):
        actions.withdraw_seal(seal.pk, reason="x", by=clerk)
    with pytest.raises(Refusal, match="reason_missing"):
        actions.withdraw_seal(seal.pk, reason=" ", by=HOUSE)
    with pytest.raises(Refusal, match="not_found"):
        actions.withdraw_seal(uuid7(), reason="x", by=HOUSE)
    actions.withdraw_seal(seal.pk, reason="外泄", by=HOUSE)
    seal.refresh_from_db()
    with pytest.raises(Refusal, match="seal_withdrawn"):
        actions.seal_paper(plain(), seal=seal, what=Sealing(SAID, "1", Subject("t", uuid7())), by=HOUSE)
    assert actions.office_seal(of, office=OFFICE, by=HOUSE).pk != seal.pk  # the office goes on with a new one


@pytest.mark.django_db
def test_a_seal_is_renewed_before_it_runs_out_and_old_papers_stay_genuine() -> None:
    of = unit()
    made = sealed(of)
    assert actions.office_seal(of, office=OFFICE, by=HOUSE).pk == made.paper.seal_id
    OfficeSeal.objects.filter(pk=made.paper.seal_id).update(signs_until=timezone.now() + timedelta(days=5))
    fresh = actions.office_seal(of, office=OFFICE, by=HOUSE)
    assert fresh.pk != made.paper.seal_id
    assert actions.verify_pdf(made.content).is_valid
    assert actions.verify_pdf(sealed(of).content).is_valid


@pytest.mark.django_db
def test_a_new_key_opens_a_new_authority_and_the_old_one_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    of = unit()
    made = sealed(of)
    rotated = keys.ring().with_new("credential")
    monkeypatch.setattr("tongban.foundation.credentials.actions.seals.ring", lambda: rotated)
    later = sealed(of)
    assert len(spot_authorities()) == 2
    for one in (made, later):
        (seal,) = read_seals(one.content, authorities=spot_authorities())
        assert seal.is_trusted


@pytest.mark.usefixtures("committed_db")
def test_two_at_the_same_moment_share_one_seal() -> None:
    of, found = unit(), []

    def make() -> None:
        from django.db import connection

        with enter("j510500"):
            found.append(actions.office_seal(of, office=OFFICE, by=HOUSE).pk)
        connection.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert OfficeSeal.objects.filter(unit=of).count() == 1


@pytest.mark.django_db
def test_the_seal_of_a_licensed_authority_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of, now = unit(), datetime.now(UTC)
    above_key, key = private_key(b"a" * 32), private_key(b"b" * 32)
    above = authority_certificate(above_key, name="某省电子印章中心", since=now)
    cert = seal_certificate(key, office=OFFICE, authority=above, authority_key=above_key, since=now, years=1)
    held = x509.load_der_x509_certificate(cert)
    file = tmp_path / "510500" / "510502-approval.p12"
    file.parent.mkdir()
    (tmp_path / "authorities").mkdir()
    (tmp_path / "authorities" / "centre.pem").write_bytes(
        x509.load_der_x509_certificate(above).public_bytes(Encoding.PEM)
    )
    file.write_bytes(pkcs12.serialize_key_and_certificates(
        b"seal", key, held, [x509.load_der_x509_certificate(above)], BestAvailableEncryption(b"right")))  # fmt: skip
    monkeypatch.setattr(settings.ENVIRONMENT, "seals_dir", tmp_path)
    monkeypatch.setattr(settings.ENVIRONMENT, "seals_passphrase", SecretStr("right"))
    made = sealed(of)
    assert made.paper.seal.is_test is False
    assert actions.verify_pdf(made.content).is_valid
    unrecorded = seal_pdf(plain(), _key(made.paper.seal), office=OFFICE, reason="r")
    assert actions.verify_pdf(unrecorded).reason == "not_recorded"  # its authority is known
    monkeypatch.setattr(settings.ENVIRONMENT, "seals_passphrase", SecretStr("wrong"))
    with pytest.raises(Refusal, match="seal_unavailable"):
        actions.office_seal(of, office=OFFICE, by=HOUSE)


@pytest.mark.django_db
def test_the_page_compares_a_file_and_keeps_nothing(client: Client) -> None:
    made = sealed()
    page = client.post("/verify/paper", {"file": SimpleUploadedFile("a.pdf", made.content)}, headers=HOST)
    assert page.status_code == 200
    assert "与签发的文书一字不差" in page.text
    assert "无法律效力" in page.text  # a seal for exercises says so
    page = client.post("/verify/paper", {"file": SimpleUploadedFile("a.pdf", _edited(made.content))}, headers=HOST)
    assert "被改动过" in page.text
    assert client.get("/verify/paper", headers=HOST).status_code == 200
    assert client.post("/verify/paper", {}, headers=HOST).status_code == 422
    large = client.post("/verify/paper", {"file": SimpleUploadedFile("a.pdf", b"0" * (LARGEST + 1))}, headers=HOST)
    assert large.status_code == 422
    assert "MB" in large.text


def test_nothing_but_pdfs_is_read() -> None:
    for junk in (b"", b"hello", b"%PDF-1.4\n%%EOF", b"\x00" * 1000):
        with pytest.raises(UnreadablePdf):
            read_seals(junk, authorities=[])


def test_rights_are_declared() -> None:
    assert hooks.SEAL == "credentials.seal_paper"
