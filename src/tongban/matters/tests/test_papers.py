"""Statutory papers: what each says, that they are sealed and kept, and who may have them."""

from __future__ import annotations

import shutil
import subprocess
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.credentials import actions as credentials
from tongban.foundation.credentials.queries import spot_authorities
from tongban.foundation.documents.models import Document
from tongban.lib.jurisdictions import enter
from tongban.lib.pdf.sealing import read_seals
from tongban.matters import actions
from tongban.matters.models import Case, Certificate, Paper
from tongban.matters.queries.papers import paper_event, papers_of, said_of
from tongban.matters.rules.papers import KINDS, notice_content
from tongban.matters.tests.arrange import County, staff

HOST = {"host": "luzhou.localhost"}


def lines(case: Case) -> dict[str, Any]:
    return {line.kind.code: line for line in papers_of(case)}


def said(case: Case, code: str) -> dict[str, Any]:
    line = lines(case)[code]
    event, kind, number = paper_event(case, line.event_id)
    return notice_content(said_of(case, event, kind, number))


def opened(case: Case, code: str, by: Any) -> bytes:
    found = actions.open_paper(case.pk, lines(case)[code].event_id, by=by)
    found.reader.seek(0)
    return found.reader.read()


def text_of(content: bytes) -> str:
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return run.stdout.decode()


def test_a_granted_case_has_its_papers_numbered_and_sealed(county: County) -> None:
    case = county.granted()
    found = lines(case)
    assert list(found) == ["receipt", "accepted", "granted", "certificate"]
    assert found["receipt"].number == f"{case.number}-SJ1"
    assert found["certificate"].number == f"{case.number}-1"
    assert not found["granted"].is_sealed  # its job waits
    for code in found:
        content = opened(case, code, county.applicant)
        (seal,) = read_seals(content, authorities=spot_authorities())
        assert (seal.is_intact, seal.is_whole, seal.is_trusted) == (True, True, True)
        assert credentials.verify_pdf(content).is_valid
        assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert [code for code, line in lines(case).items() if not line.is_sealed] == ["delivery"]  # opening was the proof


def test_the_job_seals_what_a_decision_consists_of(county: County, run_jobs: Any) -> None:
    case = county.granted()
    run_jobs()
    assert set(Paper.objects.filter(case=case).values_list("kind", flat=True)) == {"granted", "certificate"}
    assert [line.is_sealed for line in papers_of(case)] == [False, False, True, True]
    actions.seal_papers(case_id=str(case.pk))  # twice changes nothing
    assert Paper.objects.filter(case=case).count() == 2
    actions.seal_papers(case_id="01a20345-06a7-77e9-ad1f-02fc50aae880")  # erased meanwhile


def test_what_a_failed_job_left_is_sealed_by_the_next_minute(county: County, run_jobs: Any, monkeypatch: Any) -> None:
    case = county.granted()
    later = timezone.now() + timedelta(minutes=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    actions.seal_what_is_left()
    run_jobs()
    assert Paper.objects.filter(case=case).count() == 2
    actions.seal_what_is_left()


def test_the_same_events_give_the_same_words_and_translation(county: County) -> None:
    case = county.granted()
    event_id = lines(case)["accepted"].event_id
    first = actions.translated_paper(case.pk, event_id, by=county.applicant)
    assert first == actions.translated_paper(case.pk, event_id, by=county.applicant)
    assert first[0].endswith("-SL1-en.pdf")
    with pytest.raises(Exception, match="not_found"):
        actions.translated_paper(case.pk, lines(case)["certificate"].event_id, by=county.applicant)


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed (apt install poppler-utils)"
)
def test_a_refusal_says_why_and_what_can_be_done(county: County) -> None:
    case = county.reviewed(health="objected")
    actions.decide_case(case.pk, outcome="refused", reason="没有隔离房间。\n口罩不足。", by=county.decider)
    case.refresh_from_db()
    text = text_of(opened(case, "refused", county.applicant))
    for words in ("没有隔离房间", "口罩不足", "60 日内申请行政复议", f"{case.number}-BY1", "无法律效力"):
        assert words in text, text
    assert "泸州市江阳区行政审批和数据局" in text
    assert "6 个月内提起行政诉讼" in said(case, "refused")["after"][-1]["zh"]


def test_everything_to_be_corrected_stands_on_one_notice(county: County) -> None:
    case = county.reviewed(emergency="correction", health="correction")
    actions.return_for_correction(case.pk, note="另附安全自查表。", by=county.decider)
    found = said(case, "correction")
    assert len(found["items"]) == 3
    assert any("另附安全自查表" in one for one in found["items"])
    assert str(timezone.localdate().year) in found["after"][0]["zh"]


def test_each_kind_of_paper_is_made(county: County) -> None:
    case = county.submitted()
    actions.terminate_case(case.pk, reason="申请人已注销。", by=county.decider)
    assert said(case, "terminated")["items"] == ["申请人已注销。"]
    assert opened(case, "terminated", county.applicant).startswith(b"%PDF")
    granted = county.granted()
    actions.revoke_certificate(granted.pk, reason="承诺不实。", by=county.decider)
    assert "决定撤销" in said(granted, "revoked")["lead"][0]["zh"]
    certificate = opened(granted, "certificate", county.applicant)
    assert credentials.verify_pdf(certificate).reason == "revoked"


def test_numbers_of_kinds_differ() -> None:
    letters = [kind.letters for kind in KINDS]
    assert len(set(letters)) == len(letters)


def test_strangers_have_no_papers(county: County, refused: Any) -> None:
    from tongban.matters.tests.arrange import person_actor

    case = county.granted()
    event_id = lines(case)["granted"].event_id
    for nobody in (person_actor(county.stranger), staff(county.units["health"], "clerk", region="510300")):
        with refused("not_found"):
            actions.open_paper(case.pk, event_id, by=nobody)
    with refused("not_found"):  # no event of this case
        actions.open_paper(case.pk, case.pk, by=county.applicant)
    assert actions.open_paper(case.pk, event_id, by=county.reviewers["health"])


def test_papers_are_kept_as_long_as_the_service_says(county: County) -> None:
    case = county.granted()
    opened(case, "granted", county.applicant)
    document = Document.objects.get(pk=Paper.objects.get(kind="granted").document_id)
    assert document.purpose == "matters.paper"
    assert document.owner_organisation_id == county.company.pk
    assert document.retention_until > timezone.localdate() + timedelta(days=366)
    assert document.state == "ready"


def test_an_erased_case_takes_its_papers_and_their_record_along(county: County) -> None:
    from tongban.foundation.credentials.models import SealedPaper
    from tongban.matters.actions.erasing import erase_cases

    case = county.granted()
    content = opened(case, "certificate", county.applicant)
    gone = erase_cases([case.pk])
    assert {kind for kind, _ in gone} == {"credentials.credential", "credentials.sealedpaper"}
    assert not Paper.objects.exists()
    assert not SealedPaper.objects.exists()
    assert credentials.verify_pdf(content).reason == "not_recorded"


@pytest.mark.usefixtures("committed_db")
def test_two_who_open_at_the_same_moment_get_one_paper() -> None:
    from tongban.matters.tests.arrange import make_county

    county = make_county()
    case = county.granted()
    event_id, found = lines(case)["certificate"].event_id, []

    def make() -> None:
        from django.db import connection

        with enter("j510500"):
            found.append(actions.make_paper(case.pk, event_id).pk)
        connection.close()

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_nobody_has_a_paper_without_signing_in(county: County, client: Client) -> None:
    case = county.granted()
    certificate = Certificate.objects.get(case=case)
    assert certificate.number == lines(case)["certificate"].number
    event_id = lines(case)["certificate"].event_id
    answer = client.get(f"/cases/{case.pk}/papers/{event_id}", headers=HOST)
    assert answer.status_code in (302, 401)  # nobody is signed in


def test_a_folder_may_bring_its_own_certificate(county: County, tmp_path: Path) -> None:
    from tongban.matters.adapters import paper_template, read_library
    from tongban.matters.rules.sources import Faulty
    from tongban.matters.tests.arrange import DEFINITIONS, HOUSE, SERVICE

    shutil.copytree(DEFINITIONS, tmp_path / "definitions")
    template = tmp_path / "definitions" / SERVICE / "certificate.typ"
    template.write_text("#set text(font: unknown)\n")
    with pytest.raises(Faulty, match=r"certificate\.typ") as broken:
        read_library(tmp_path / "definitions")
    assert "unknown" in str(broken.value)
    template.write_text(paper_template("certificate").replace("27pt", "20pt"))
    actions.publish_library(read_library(tmp_path / "definitions"), by=HOUSE)
    case = county.granted()
    assert credentials.verify_pdf(opened(case, "certificate", county.applicant)).is_valid
    assert "20pt" in case.version.content["certificate_template"]
