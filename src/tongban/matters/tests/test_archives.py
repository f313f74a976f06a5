"""Rated, then archived: when, what is in the package, who may have it, and what a changed row does."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.documents.models import Document
from tongban.foundation.ledger.queries import trail_of
from tongban.foundation.parties.models import Look, Person
from tongban.matters import actions
from tongban.matters.models import Archive, Case, Payment, Rating, Review
from tongban.matters.queries.archives import archive_waiting, archives_visible_to
from tongban.matters.queries.keeping import case_leaves
from tongban.matters.queries.papers import papers_of
from tongban.matters.tests.arrange import County, staff
from tongban.matters.tests.small import publish_small, reviewed, submitted
from tongban.matters.tests.test_api import desk
from tongban.matters.tests.test_races import at_once


def waiting() -> list[Case]:
    return list(archive_waiting(timezone.now()))


def delivered(county: County) -> Case:
    """Granted, and opened by the applicant."""
    case = county.granted()
    letter = next(line.event_id for line in papers_of(case) if line.kind.code == "granted")
    actions.open_paper(case.pk, letter, by=county.applicant).close()
    case.refresh_from_db()
    return case


def archived(county: County) -> Archive:
    case = delivered(county)
    actions.rate_case(case.pk, level=5, by=county.applicant)
    actions.archive_case(case_id=str(case.pk))
    return Archive.objects.get(case=case)


def auditor(county: County) -> Any:
    return staff(county.units["approval"], "auditor")


def package(archive: Archive, by: Any) -> dict[str, bytes]:
    _, file = actions.open_archive(archive.case_id, by=by)
    with file, zipfile.ZipFile(io.BytesIO(file.read())) as read:
        return {name: read.read(name) for name in read.namelist()}


def test_archived_once_it_is_rated_and_delivered(county: County) -> None:
    case = county.granted()
    actions.archive_case(case_id=str(case.pk))
    assert not Archive.objects.exists()
    case = delivered_again(county, case)
    assert waiting() == []
    actions.rate_case(case.pk, level=4, by=county.applicant)
    assert waiting() == [case]
    for _ in range(2):
        actions.archive_case(case_id=str(case.pk))
    archive = Archive.objects.get()
    assert (archive.case, archive.after, waiting()) == (case, "rated", [])
    assert trail_of("matters.case", case.pk)[0].title.en == "Case archived"
    leaf = case_leaves([case.pk])[case.pk][-1]
    assert (leaf.type, leaf.values) == ("case.archived", {"digest": archive.digest, "parts": archive.parts})


def delivered_again(county: County, case: Case) -> Case:
    letter = next(line.event_id for line in papers_of(case) if line.kind.code == "granted")
    actions.open_paper(case.pk, letter, by=county.applicant).close()
    case.refresh_from_db()
    return case


def test_not_rated_in_time_is_archived_too(county: County, run_jobs: Any) -> None:
    case = delivered(county)
    actions.archive_what_is_over()
    run_jobs()
    assert not Archive.objects.exists()
    Case.objects.update(closed_at=timezone.now() - timedelta(days=32))
    for _ in range(2):
        actions.archive_what_is_over()
        run_jobs()
    assert Archive.objects.get(case=case).after == "unrated"


def test_a_bad_rating_is_settled_first(county: County) -> None:
    case = delivered(county)
    actions.rate_case(case.pk, level=1, reasons=["slow"], by=county.applicant)
    Case.objects.update(closed_at=timezone.now() - timedelta(days=99))
    assert waiting() == []
    Rating.objects.update(follow="settled", settled_at=timezone.now())
    assert waiting() == [case]


def test_what_was_withdrawn_is_not_asked_about(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path)
    case = submitted(county)
    actions.withdraw_case(case.pk, reason="不办了", by=county.applicant)
    assert [one.pk for one in waiting()] == [case.pk]
    actions.archive_case(case_id=str(case.pk))
    assert Archive.objects.get().after == "withdrawn"


@pytest.mark.parametrize("what", ["a fee", "a promise", "a review"])
def test_what_is_still_open_waits(county: County, what: str) -> None:
    case = delivered(county)
    actions.rate_case(case.pk, level=5, by=county.applicant)
    now = timezone.now()
    if what == "a fee":
        Payment.objects.create(case=case, code="x", title={}, basis={}, amount=1, before="before_decision", order="X-F1",
                               region_code="510502", asked_at=now, due_on=now.date(), state="to_refund", paid_at=now)  # fmt: skip
    elif what == "a promise":
        case.promises.create(kind="condition", element="promise.x", title={}, text={}, sha256="", made_at=now,
                             unit=county.units["health"], region_code="510502", made_by="刘建国")  # fmt: skip
    else:
        Review.objects.filter(case=case, unit_code="health").update(state="open")
    assert waiting() == []


def test_the_package_says_everything_and_proves_itself(county: County) -> None:
    archive = archived(county)
    found = package(archive, auditor(county))
    manifest = json.loads(found["manifest.json"])
    assert hashlib.sha256(found["manifest.json"]).hexdigest() == archive.digest
    assert {one["path"]: one["sha256"] for one in manifest["parts"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items()
        if name not in ("README.txt", "manifest.json") and not name.startswith("receipts/")
    }  # fmt: skip
    assert (manifest["number"], manifest["format"]) == (archive.case.number, "tongban-archive/1")
    assert len(manifest["parts"]) == archive.parts
    case = json.loads(found["case.json"])
    assert (case["name"], case["answers"]["workforce.total"]["source"]) == (county.company.name, "typed")
    assert {"granted", "reviewed", "delivered"} <= {one["kind"] for one in json.loads(found["events.json"])}
    assert "archived" not in {one["kind"] for one in json.loads(found["events.json"])}
    assert {one["text"] for one in json.loads(found["reviews.json"])} == {""}
    assert json.loads(found["decision.json"])["outcome"] == "granted"
    assert json.loads(found["rating.json"])["level"] == 5
    papers = [name for name in found if name.startswith("papers/")]
    assert all(found[name].startswith(b"%PDF") for name in papers)
    assert len(papers) == len(papers_of(archive.case))
    assert sum(name.startswith("materials/") for name in found) == 2
    assert found == package(archive, auditor(county))  # byte for byte, whenever it is made
    assert Look.objects.filter(what="matters.case", person=county.owner).exists()


def test_what_happens_afterwards_changes_nothing(county: County) -> None:
    archive = archived(county)
    before = package(archive, auditor(county))["manifest.json"]
    actions.revoke_certificate(archive.case_id, reason="企业注销", by=county.decider)
    assert package(archive, auditor(county))["manifest.json"] == before


def test_files_whose_time_is_over_stay_listed(county: County) -> None:
    archive = archived(county)
    Document.objects.filter(attached_id=archive.case_id).update(
        erased_at=timezone.now(), wrapped_key=None, name="", sha256=""
    )
    found = package(archive, auditor(county))
    listed = [one["path"] for one in json.loads(found["manifest.json"])["parts"]]
    assert sum(path.startswith("materials/") for path in listed) == 2
    assert not any(name.startswith("materials/") for name in found)


def test_a_row_changed_since_is_found_out(county: County, refused: Any) -> None:
    archive = archived(county)
    Review.objects.filter(case_id=archive.case_id, unit_code="health").update(by_name="别人")
    with refused("archive_altered"):
        actions.open_archive(archive.case_id, by=auditor(county))
    Review.objects.filter(case_id=archive.case_id).delete()
    with refused("archive_altered"):
        actions.open_archive(archive.case_id, by=auditor(county))


def test_who_may_have_it(county: County, refused: Any) -> None:
    archive = archived(county)
    assert list(archives_visible_to(county.decider)) == [archive]
    for nobody in (county.reviewers["health"], county.applicant, staff(county.units["approval"], "clerk")):
        with refused("forbidden"):
            actions.open_archive(archive.case_id, by=nobody)
    elsewhere = staff(county.units["approval"], "auditor", region="510503")
    assert not archives_visible_to(elsewhere).exists()
    with refused("not_found"):
        actions.open_archive(archive.case_id, by=elsewhere)


def test_pages_and_api(county: County, sign_in: Any, settings: Any) -> None:
    archive = archived(county)
    browser = sign_in(Person.objects.create(name="杜兰"), "approval", "auditor")
    page = browser.get("/desk/archive/").content.decode()
    assert archive.case.number in page
    assert "已评价" in page
    exported = browser.get("/desk/archive/?export=csv")
    assert archive.case.number in b"".join(exported).decode("utf-8-sig")
    sent = browser.get(f"/desk/archive/{archive.case_id}/package")
    assert sent["Content-Disposition"] == f'attachment; filename="{archive.case.number}.zip"'
    assert b"".join(sent.streaming_content).startswith(b"PK")
    assert sign_in(county.stranger, "health", "reviewer").get("/desk/archive/").status_code == 403
    program = desk(county, "approval", "decider", settings)
    [found] = program.get("/archives").json()
    assert (found["case_id"], found["digest"], found["after"]) == (str(archive.case_id), archive.digest, "rated")
    assert b"".join(program.get(f"/archives/{archive.case_id}/package").streaming_content).startswith(b"PK")
    assert desk(county, "health", "reviewer", settings).get("/archives").status_code == 403


def test_erased_with_its_case(county: County) -> None:
    archive = archived(county)
    from tongban.matters.actions.erasing import erase_cases

    erase_cases([archive.case_id])
    assert not Archive.objects.exists()


def test_two_jobs_archive_once(committed_db: None, tmp_path: Path) -> None:
    from tongban.matters.tests.arrange import make_county

    county = make_county()
    publish_small(tmp_path)
    case = reviewed(county)
    actions.withdraw_case(case.pk, reason="不办了", by=county.applicant)
    archive = lambda: actions.archive_case(case_id=str(case.pk))  # noqa: E731
    assert at_once(archive, archive) == ["done", "done"]
    assert Archive.objects.count() == 1
    assert case.events.filter(kind="archived").count() == 1
