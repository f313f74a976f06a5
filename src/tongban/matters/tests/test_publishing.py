"""Publishing under four eyes, those in flight, carrying services between installations."""

from __future__ import annotations

import io
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger.models import Entry
from tongban.foundation.parties.models import Account, Membership, Person
from tongban.lib.actors import Actor
from tongban.matters import actions, queries
from tongban.matters.actions.moving import enforce_deadlines, move_cases
from tongban.matters.adapters import Library, read_imported, read_library
from tongban.matters.models import Case, Definition, DefinitionVersion, Publication
from tongban.matters.queries.keeping import written_files
from tongban.matters.rules.bundles import LARGEST_FILES, MOST_FILES, digest_of, read_bundle, write_bundle
from tongban.matters.rules.differences import differences
from tongban.matters.tests.arrange import DEFINITIONS, HOUSE, SERVICE, County, complete_answers, staff

FIRST = "{zh: 防疫负责人, en: Who is in charge of prevention}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))


@pytest.fixture
def one(county: County) -> Actor:
    return staff(county.units["approval"], "administrator", name="蒋云", region="")


@pytest.fixture
def two(county: County) -> Actor:
    return staff(county.units["approval"], "administrator", name="秦岚", region="")


def changed(folder: Path, **places: str) -> Library:
    """The service with other words: file -> old => new."""
    for file, place in places.items():
        path = folder / SERVICE / f"{file}.yaml"
        old, _, new = place.partition(" => ")
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
    return read_library(folder, SERVICE)


def proposed(library: Library, by: Actor, choice: str = "finish", days: int | None = 30) -> Publication:
    until = timezone.localdate() + timedelta(days=days) if days is not None else None
    return actions.propose_publication(
        library.contents[SERVICE], library.sources[SERVICE], in_flight=actions.InFlight(choice, until, "改标题"), by=by
    )


ASKS_MORE = {
    "form": "      - {element: epidemic_contact.team}\n => "
    "      - {element: epidemic_contact.team}\n      - {element: trader.staff}\n",
    "examples": "      epidemic_contact.team: true\n =>       epidemic_contact.team: true\n      trader.staff: 3\n",
}


def test_one_proposes_another_confirms(county: County, folder: Path, one: Actor, two: Actor, refused: Any) -> None:
    draft = county.draft()
    publication = proposed(changed(folder, form=f"{FIRST} => {{zh: 防疫联系人, en: Contact}}"), one)
    assert Definition.objects.get(code=SERVICE).version.number == 1
    with refused("second_person_needed"):
        actions.confirm_publication(publication.pk, by=one)
    with refused("second_person_needed"):
        actions.confirm_publication(publication.pk, by=HOUSE)
    actions.confirm_publication(publication.pk, by=two)
    version = Definition.objects.get(code=SERVICE).version
    assert (version.number, version.proposed_by, version.published_by) == (2, "蒋云", "秦岚")
    assert version.sources["form.yaml"].startswith("# One screen")
    leaf = Entry.objects.filter(type="definition.published").latest("pk")
    assert leaf is not None
    with refused("already_settled"):
        actions.confirm_publication(publication.pk, by=two)
    draft.refresh_from_db()
    assert draft.version.number == 1


def test_who_may_publish_and_what(county: County, folder: Path, one: Actor, two: Actor, refused: Any) -> None:
    same = read_library(folder, SERVICE)
    with refused("forbidden"):
        proposed(same, county.decider)
    with refused("nothing_changed"):
        proposed(same, one)
    library = changed(folder, form=f"{FIRST} => {{zh: 防疫联系人, en: Contact}}")
    with refused("deadline_missing"):
        proposed(library, one, days=None)
    with transaction.atomic():
        Definition.objects.filter(code=SERVICE).update(version=None)  # nobody is on a version before the first
        assert proposed(library, one, days=None).until is None
        transaction.set_rollback(True)
    for days in (0, 400):
        with refused("deadline_wrong"):
            proposed(library, one, days=days)
    with refused("not_a_choice"):
        proposed(library, one, choice="forget")
    publication = proposed(library, one)
    with refused("proposal_open"):
        proposed(library, two)
    with refused("forbidden"):
        actions.withdraw_publication(publication.pk, by=county.decider)
    actions.withdraw_publication(publication.pk, by=one)
    assert actions.withdraw_publication(publication.pk, by=one).state == "withdrawn"
    with refused("already_settled"):
        actions.confirm_publication(publication.pk, by=two)
    with refused("second_person_needed"):
        actions.publish_library(library, by=one)


def test_a_proposal_is_outdated_once_something_else_was_published(
    county: County, folder: Path, one: Actor, two: Actor, refused: Any
) -> None:
    publication = proposed(changed(folder, form=f"{FIRST} => {{zh: 防疫联系人, en: Contact}}"), one)
    actions.publish_library(changed(folder, form="防疫联系人 => 联系人"), by=HOUSE)
    with refused("publication_outdated"):
        actions.confirm_publication(publication.pk, by=two)


def test_the_report_says_who_is_in_flight_and_what_changes(
    county: County, folder: Path, one: Actor, refused: Any
) -> None:
    county.draft()
    case = county.submitted()
    content = changed(folder, form=f"{FIRST} => {{zh: 防疫联系人, en: Contact}}").contents[SERVICE]
    (group,) = queries.in_flight(SERVICE, content, by=one)
    assert [(state, count) for state, _, count in group.counts] == [("draft", 1), ("in_review", 1)]
    assert group.numbers == (case.number,)
    (change,) = group.changes
    assert (change.kind, str(change.before), str(change.after)) == ("changed", "防疫负责人", "防疫联系人")
    assert change.where.zh == "页 › 防疫联系人 › 标题"
    with refused("forbidden"):
        queries.in_flight(SERVICE, content, by=county.decider)


def test_after_the_last_day_drafts_move_and_keep_what_still_counts(
    county: County, folder: Path, one: Actor, two: Actor, refused: Any
) -> None:
    draft, submitted = county.draft(), county.submitted()
    actions.save_answers(draft.pk, {"workforce.total": 46}, complete=False, by=county.applicant)
    publication = proposed(changed(folder, **ASKS_MORE), one)
    actions.confirm_publication(publication.pk, by=two)
    enforce_deadlines()
    assert Case.objects.get(pk=draft.pk).version.number == 1
    Publication.objects.filter(pk=publication.pk).update(until=timezone.localdate() - timedelta(days=1))
    with refused("required"):  # told of what is missing first
        actions.submit_case(draft.pk, by=county.applicant)
    for _ in range(2):
        enforce_deadlines()
    draft.refresh_from_db()
    submitted.refresh_from_db()
    assert (draft.version.number, submitted.version.number) == (2, 1)
    assert draft.values["workforce.total"] == 46
    event = draft.events.get(kind="moved")
    assert (event.facts["from"], event.facts["to"]) == (1, 2)


def test_a_complete_draft_on_a_version_that_is_over_cannot_be_handed_in(
    county: County, folder: Path, one: Actor, two: Actor, refused: Any
) -> None:
    draft = county.draft()
    actions.save_answers(draft.pk, complete_answers(), by=county.applicant)
    publication = proposed(changed(folder, **ASKS_MORE), one)
    actions.confirm_publication(publication.pk, by=two)
    Publication.objects.filter(pk=publication.pk).update(until=timezone.localdate() - timedelta(days=1))
    with refused("version_over"):
        actions.submit_case(draft.pk, by=county.applicant)


def test_move_takes_those_the_new_version_fits(county: County, folder: Path, one: Actor, two: Actor) -> None:
    case = county.reviewed()
    library = changed(
        folder, form=f"{FIRST} => {{zh: 防疫联系人, en: Contact}}", definition="working_days: 2\n => working_days: 3\n"
    )
    publication = proposed(library, one, choice="move")
    actions.confirm_publication(publication.pk, by=two)
    before = case.due_on
    for _ in range(2):
        move_cases(publication_id=publication.pk)
    case.refresh_from_db()
    assert (case.version.number, case.state) == (2, "ready")
    assert case.due_on > before
    assert case.events.filter(kind="moved").count() == 1
    assert {review.state for review in case.reviews.all()} == {"approved"}


def test_move_leaves_those_it_does_not_fit(county: County, folder: Path, one: Actor, two: Actor) -> None:
    case = county.submitted()
    publication = proposed(changed(folder, **ASKS_MORE), one, choice="move")
    actions.confirm_publication(publication.pk, by=two)
    move_cases(publication_id=publication.pk)
    case.refresh_from_db()
    assert (case.version.number, case.state) == (1, "in_review")


def test_ask_returns_them_once_with_what_is_missing(county: County, folder: Path, one: Actor, two: Actor) -> None:
    case = county.submitted()
    publication = proposed(changed(folder, **ASKS_MORE), one, choice="ask")
    actions.confirm_publication(publication.pk, by=two)
    move_cases(publication_id=publication.pk)
    case.refresh_from_db()
    assert (case.version.number, case.state, case.correct_by) == (2, "returned", publication.until)
    assert "从业人数" in case.events.get(kind="returned").note
    actions.save_answers(case.pk, {"trader.staff": 3}, complete=False, by=county.applicant)
    assert actions.submit_case(case.pk, by=county.applicant).state == "in_review"


def test_a_new_department_is_asked_and_one_no_longer_needed_is_not(
    county: County, folder: Path, one: Actor, two: Actor
) -> None:
    case = county.submitted()
    library = changed(folder, definition="      looks_at: [workforce, materials]\n =>       looks_at: [workforce, materials]\n      when: workforce.total > 1000\n",
                      examples="labour, environment, emergency => environment, emergency")  # fmt: skip
    publication = proposed(library, one, choice="move")
    actions.confirm_publication(publication.pk, by=two)
    move_cases(publication_id=publication.pk)
    states = dict(case.reviews.values_list("unit_code", "state"))
    assert states["labour"] == "not_needed"
    assert states["health"] == "open"


def test_a_closed_service_takes_nothing_new(county: County, one: Actor, refused: Any) -> None:
    with refused("reason_missing"):
        actions.set_open(SERVICE, is_open=False, reason=" ", by=one)
    with refused("forbidden"):
        actions.set_open(SERVICE, is_open=False, reason="演练结束", by=county.decider)
    for _ in range(2):
        actions.set_open(SERVICE, is_open=False, reason="演练结束", by=one)
    with refused("no_longer_open"):
        county.draft()
    assert Entry.objects.filter(type="rule.changed").count() == 1
    actions.set_open(SERVICE, is_open=True, reason="重新开放", by=one)
    assert county.draft().state == "draft"


def test_an_exported_service_comes_back_the_same(county: County) -> None:
    version = DefinitionVersion.objects.get(definition__code=SERVICE)
    archive = write_bundle(SERVICE, written_files(version))
    assert archive == write_bundle(SERVICE, written_files(version))
    content, files = read_imported(archive)
    assert differences(queries.version_content(version.pk), content) == []
    assert files["form.yaml"] == version.sources["form.yaml"]


def _tar(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.type, member.size = kind, len(content) if kind == tarfile.REGTYPE else 0
            member.linkname = "/etc/passwd"
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


_FILES = {"form.yaml": "screens: []"}
_GOOD = {"some-service/form.yaml": b"screens: []", "some-service/digest": digest_of(_FILES).encode()}


@pytest.mark.parametrize("archive", [_tar(_GOOD), _zip(_GOOD)])
def test_an_archive_is_read_whatever_its_kind(archive: bytes) -> None:
    assert read_bundle(archive) == ("some-service", _FILES)


@pytest.mark.parametrize(
    ("archive", "code"),
    [
        (b"hello", "not_a_bundle"),
        (b"PK\x03\x04 and no more", "not_a_bundle"),
        (_tar(_GOOD)[:60], "not_a_bundle"),
        (_tar({}), "not_a_bundle"),
        (_tar({"../form.yaml": b"x"}), "bundle_wrong_file"),
        (_tar({"/etc/form.yaml": b"x"}), "bundle_wrong_file"),
        (_tar({"some-service/../../form.yaml": b"x"}), "bundle_wrong_file"),
        (_tar({"some-service/run.sh": b"x"}), "bundle_wrong_file"),
        (_tar({"some-service/form.yaml": b""}, tarfile.SYMTYPE), "bundle_wrong_file"),
        (_zip({"some-service\\form.yaml": b"x"}), "bundle_wrong_file"),
        (_tar({"some-service/form.yaml": b"\xff\xfe"}), "not_a_bundle"),
        (_tar({**_GOOD, "other-service/form2.yaml": b"x"}), "not_a_bundle"),
        (_tar({**_GOOD, "some-service/form.yaml": b"screens: [x]"}), "bundle_altered"),
        (_tar({"some-service/form.yaml": b"screens: []"}), "bundle_altered"),
        (_zip({"some-service/form.yaml": b"0" * (LARGEST_FILES + 1)}), "bundle_too_large"),
        (_tar({"some-service/form.yaml": b"0" * (3 * LARGEST_FILES)}), "bundle_too_large"),
        (_tar({f"some-service/f{n}.yaml": b"x" for n in range(MOST_FILES + 1)}), "bundle_too_large"),
        (b"\x00" * 5_000_001, "bundle_too_large"),
    ],
)  # fmt: skip
def test_a_wrong_archive_is_refused(archive: bytes, code: str, refused: Callable[[str], Any]) -> None:
    with refused(code):
        read_bundle(archive)


def _administrator(county: County, username: str, name: str) -> None:
    person = Person.objects.create(name=name, assurance=5)
    Account.objects.create(username=username, person=person)
    Membership.objects.create(person=person, unit=county.units["approval"], role="administrator", region_code="",
                              valid_from=timezone.localdate())  # fmt: skip


def test_the_command_proposes_compares_reports_and_confirms(county: County, folder: Path, tmp_path: Path) -> None:
    _administrator(county, "jiang", "蒋云")
    _administrator(county, "qin", "秦岚")
    county.submitted()
    changed(folder, form=f"{FIRST} => {{zh: 防疫联系人, en: Contact}}")
    out = io.StringIO()
    where = ["--from", folder, "--jurisdiction", "510500"]
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    call_command("definition", "diff", SERVICE, *where, stdout=out)
    call_command("definition", "report", SERVICE, *where, stdout=out)
    call_command("definition", "publish", SERVICE, *where, "--by", "jiang", "--until", until, stdout=out)
    with pytest.raises(CommandError, match="second_person_needed"):
        call_command("definition", "confirm", SERVICE, *where, "--by", "jiang", stdout=out)
    with pytest.raises(CommandError, match="not_found"):
        call_command("definition", "confirm", SERVICE, *where, "--by", "nobody", stdout=out)
    call_command("definition", "confirm", SERVICE, *where, "--by", "qin", stdout=out)
    call_command("definition", "publish", SERVICE, *where, "--by", "jiang", "--until", until, stdout=out)
    said = out.getvalue()
    for expected in (
        "防疫负责人 → 防疫联系人",
        "1 件在办",
        "v1: 审查中 1",
        "待另一位管理员确认",
        "confirmed",
        "没有变化",
    ):
        assert expected in said
    with pytest.raises(CommandError, match="nothing awaits confirmation"):
        call_command("definition", "withdraw", SERVICE, *where, "--by", "qin", stdout=out)
    archive = tmp_path / "service.tar.gz"
    call_command("definition", "export", SERVICE, "--jurisdiction", "510500", "--to", archive, stdout=out)
    call_command("definition", "import", str(archive), "--jurisdiction", "510500", stdout=out)
    assert f"{SERVICE}: v2 没有变化" in out.getvalue()


def test_publishing_at_once_ends_when_there_are_two_administrators(county: County, folder: Path, settings: Any) -> None:
    settings.MODE = "production"
    _administrator(county, "jiang", "蒋云")
    where = ["--from", folder, "--jurisdiction", "510500"]
    call_command("definition", "publish", SERVICE, *where, stdout=io.StringIO())
    _administrator(county, "qin", "秦岚")
    with pytest.raises(CommandError, match="--by"):
        call_command("definition", "publish", SERVICE, *where, stdout=io.StringIO())


def test_the_command_takes_a_folder_and_names_what_is_not_there(county: County, folder: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("definition", "check", str(folder / SERVICE), stdout=out)
    call_command("definition", "check", str(folder), stdout=out)
    call_command("definition", "diff", str(folder / SERVICE), stdout=out)
    assert f"{folder}: 1 项" in out.getvalue()
    assert f"j510500 {SERVICE}:" in out.getvalue()
    Publication.objects.all().delete()
    Definition.objects.filter(code=SERVICE).update(version=None)
    call_command("definition", "diff", str(folder / SERVICE), stdout=out)
    assert "never published, all of it is new" in out.getvalue()
    for what, why in (
        (["check", str(tmp_path / "nowhere")], "no_folder"),
        (["diff", SERVICE, "--jurisdiction", "999999"], "jurisdiction_unknown"),
        (["import", str(tmp_path / "nothing.tar.gz")], "name the exported"),
    ):
        with pytest.raises(CommandError, match=why):
            call_command("definition", *what, stdout=out)
