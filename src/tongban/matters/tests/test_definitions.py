"""Definitions as data: what is shipped is right, what is wrong is named with file, line and remedy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from tongban.lib.refusals import Refusal
from tongban.matters import actions
from tongban.matters.adapters import read_library
from tongban.matters.models import Case, DefinitionVersion, Theme
from tongban.matters.queries import content_of, facts, find_definitions
from tongban.matters.rules.shape import FILLS
from tongban.matters.rules.sources import Faulty
from tongban.matters.tests.arrange import DEFINITIONS, HOUSE, SERVICE, County


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped definitions to spoil."""
    return Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(Faulty) as found:
        read_library(folder)
    return [f"{fault.file}:{fault.line}: {fault.message.en}" for fault in found.value.faults]


def test_every_shipped_definition_and_its_examples_are_right() -> None:
    library = read_library(DEFINITIONS)
    assert sorted(library.contents) == ["construction-permit", SERVICE, "individual-business", "social-card"]
    assert [party.unit for party in library.contents[SERVICE].definition.reviews.parties] == [
        "industry", "health", "labour", "environment", "emergency", "market", "approval", "township",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("definition.yaml", "theme: resumption", "theme: nowhere", "has no theme “nowhere”"),
        ("definition.yaml", "assurance: 2", "assurence: 2", "“assurence” is not known here"),
        ("definition.yaml", "number_prefix: FGFC\n", "", "“number_prefix” is missing: add it."),
        ("definition.yaml", "working_days: 2\n", "working_days: 21\n", "may not exceed the statutory"),
        ("definition.yaml", "review_working_days: 1", "review_working_days: 3", "may not exceed the promised"),
        ("definition.yaml", "unit: health\n", "unit: industry\n", "each unit reviews once"),
        ("definition.yaml", "looks_at: [workforce, materials]", "looks_at: [nowhere]", "has no screen “nowhere”"),
        ("definition.yaml", "{since: 2020-02-10}", "{since: 2020-02-10, until: 2020-02-09}", "lies before the first"),
        ("definition.yaml", "code: enterprise-resumption", "code: something-else", "must be the folder's name"),
        ("definition.yaml", "（{number}）需要补正", "（{id}）需要补正", "Unknown place “id”"),
        ("form.yaml", "element: supplies.masks}", "element: supplies.hats}", "“supplies.hats” is not in elements.yaml"),
        ("form.yaml", "element: supplies.thermometers}", "element: supplies.masks}", "asked before"),
        ("form.yaml", "visible: workforce.key_areas > 0", "visible: workforce.screened", "asked later"),
        ("form.yaml", "visible: workforce.key_areas > 0", "visible: workforce.nobody > 0", "does not ask “workforce.nobody”"),
        ("form.yaml", "visible: premises.canteen}", "visible: premises.canteen &&}", "it ends too early"),
        ("form.yaml", "visible: premises.canteen}", "visible: premises.canteen and premises.canteen}", "character 18, “and”, is not"),
        ("form.yaml", "visible: premises.canteen}", "visible: (premises.canteen}", "“)” is missing at character 18"),
        ("form.yaml", "code: contact\n", "code: [contact]\n", "a text belongs here"),
        ("form.yaml", "code: contact\n", "code: contact: again\n", "Put a text that holds a colon in quotes"),
        ("form.yaml", "visible: premises.canteen}", "visible: 'premises.canteen + 1 > 0'}", "cannot be evaluated"),
        ("form.yaml", "visible: premises.canteen}", "visible: workforce.total}", "must give true or false"),
        ("form.yaml", "rule: safety.self_check", "rule: hack(safety.self_check)", "The function hack is not offered"),
        ("form.yaml", "field: safety.self_check", "field: supplies.masks", "is not on this screen"),
        ("form.yaml", "code: contact\n", "code: company\n", "This screen's code is taken"),
        ("form.yaml", "code: start\n", "code: start\n    code: again\n", "“code” is there twice"),
        ("form.yaml", "title: {zh: 场所, en: The premises}", "title: {zh: 场所}", "write both languages as {zh: …, en: …}"),
        ("certificate.yaml", "element: enterprise.uscc", "element: epidemic_contact.phone", "must not be printed"),
        ("certificate.yaml", "element: enterprise.uscc", "element: person.name", "cannot be printed"),
        ("certificate.yaml", "，{holder}可以", "，{who}可以", "Unknown place “who”"),
        ("examples.yaml", "workforce.local: 10", "workforce.local: 24", "should give"),
        ("examples.yaml", "hidden: [premises.canteen_measures]", "hidden: [premises.canteen]", "should be hidden"),
        ("form.yaml", "screens:", "screens: [", "or a bracket is not closed"),
        ("definition.yaml", "element: material.staff_list\n", "element: workforce.total\n", "no file question “workforce.total”"),
        ("definition.yaml", "need: optional", "need: required", "the form says optional"),
        ("certificate.yaml", "element: enterprise.uscc", "element: material.prevention_plan", "it cannot be printed"),
        ("form.yaml", "screens:", "x: &a 1\ny: *a\nscreens:", "Anchors and aliases"),
        ("form.yaml", "fill: organisation.name", "fill: organisation.nmae", "“organisation.nmae” cannot be filled in"),
        ("form.yaml", "visible: premises.canteen}", "visible: workforce.total > 'a'}", "types do not go together"),
        ("form.yaml", "screens:", "\t x: 1\nscreens:", "A tab as indentation"),
        ("certificate.yaml", "title: {", "title: {of: 准予{holder}, ", "put the text in quotes"),
        ("form.yaml", "screens:", "x: 2020-02-30\nscreens:", "There is no day 2020-02-30: correct the date"),
        ("form.yaml", "screens:", f"x: {'9' * 6000}\nscreens:", "cannot be used as a value"),
        ("form.yaml", "screens:", f"x: {'[' * 5000}\nscreens:", "Too deep"),
    ],
)  # fmt: skip
def test_a_wrong_definition_names_file_line_and_remedy(
    folder: Path, file: str, old: str, new: str, expected: str
) -> None:
    path = folder / SERVICE / file
    line = path.read_text("utf-8")[: path.read_text("utf-8").index(old)].count("\n") + 1
    change(path, old, new)
    faults = faults_of(folder)
    assert any(fault.startswith(f"{SERVICE}/{file}:") and expected in fault for fault in faults), faults
    if "missing" not in expected and "theme" not in expected and file != "examples.yaml":
        lines = [int(fault.split(":")[1]) for fault in faults]
        assert min(abs(found - line) for found in lines) <= 2, faults


def test_the_guides_materials_and_the_forms_files_have_to_agree(folder: Path) -> None:
    change(folder / SERVICE / "form.yaml", "material.promise_letter, required: false}", "material.promise_letter}")
    (fault,) = faults_of(folder)
    assert "The form requires it, the guide does not" in fault
    change(folder / SERVICE / "definition.yaml", "      element: material.promise_letter\n", "")
    (fault,) = faults_of(folder)
    assert "asks for the file “material.promise_letter”, but guide.materials does not list it" in fault


def test_missing_empty_and_unreadable_files_are_named(folder: Path) -> None:
    (folder / SERVICE / "certificate.yaml").unlink()
    (fault,) = faults_of(folder)
    assert fault.startswith(f"{SERVICE}/certificate.yaml:1: This file is missing: add it")
    (folder / SERVICE / "certificate.yaml").write_text("", "utf-8")
    assert "The file is empty" in faults_of(folder)[0]
    (folder / SERVICE / "certificate.yaml").write_bytes("标题".encode("gbk"))
    assert "not in UTF-8: save it again" in faults_of(folder)[0]
    with pytest.raises(Refusal, match="no_folder"):
        read_library(folder / "nowhere")
    with pytest.raises(Refusal, match="no_folder"):
        read_library(folder, "nowhere")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("form.yaml", "screens:", "screens: x"), ("form.yaml", "code: contact\n", "code: [contact]\n"), ("form.yaml", "screens:", "\tscreens:"),
        ("form.yaml", "screens:", "x: 2020-02-30\nscreens:"), ("form.yaml", "title: {zh: 场所, en: The premises}", "title: {zh: 场所}"),
        ("form.yaml", "visible: premises.canteen}", "visible: premises.canteen &&}"), ("definition.yaml", "assurance: 2", "assurance: two"),
        ("form.yaml", "visible: premises.canteen}", "visible: premises.canteen = 1}"),
    ],
)  # fmt: skip
def test_the_chinese_of_a_fault_is_chinese(folder: Path, file: str, old: str, new: str) -> None:
    change(folder / SERVICE / file, old, new)
    with pytest.raises(Faulty) as found:
        read_library(folder)
    for fault in found.value.faults:
        assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", fault.message.zh), fault.message.zh


def test_all_faults_are_named_at_once(folder: Path) -> None:
    change(folder / SERVICE / "definition.yaml", "assurance: 2", "assurance: 9")
    change(folder / SERVICE / "form.yaml", "code: workforce", "code: WORK FORCE")
    assert len(faults_of(folder)) == 2


@pytest.mark.django_db
def test_publishing_numbers_versions_and_leaves_the_unchanged_alone(folder: Path) -> None:
    first = actions.publish_library(read_library(folder, SERVICE), by=HOUSE)
    again = actions.publish_library(read_library(folder, SERVICE), by=HOUSE)
    assert [(one.number, one.is_new) for one in first + again] == [(1, True), (1, False)]
    change(folder / SERVICE / "definition.yaml", "zh: 企业复工复产,", "zh: 企业复工,")
    assert [(one.number, one.is_new) for one in actions.publish_library(read_library(folder, SERVICE), by=HOUSE)] == [
        (2, True)
    ]
    assert Theme.objects.filter(is_pinned=True).count() == 1
    assert [found.code for found in find_definitions("qyfg")] == [SERVICE]
    assert [found.code for found in find_definitions("reopen")] == [SERVICE]
    assert find_definitions("没有这种") == []


@pytest.mark.django_db
def test_a_version_cannot_be_changed_even_by_sql() -> None:
    actions.publish_library(read_library(DEFINITIONS), by=HOUSE)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        DefinitionVersion.objects.update(number=9)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        DefinitionVersion.objects.filter(number=1)._raw_delete("default")


def test_a_case_keeps_its_version(county: County, folder: Path) -> None:
    case = county.draft()
    change(folder / SERVICE / "definition.yaml", "zh: 企业复工复产,", "zh: 企业复工,")
    actions.publish_library(read_library(folder), by=HOUSE)
    old = Case.objects.select_related("definition").get(pk=case.pk)
    assert content_of(old).definition.name.zh == "企业复工复产"
    assert content_of(old.definition).definition.name.zh == "企业复工"


def test_publishing_needs_the_right_to(county: County, refused: Callable[[str], Any]) -> None:
    with refused("forbidden"):
        actions.publish_library(read_library(DEFINITIONS), by=county.decider)


@pytest.mark.django_db
def test_the_command_checks_publishes_and_explains(folder: Path) -> None:
    out = StringIO()
    call_command("definition", "check", stdout=out)
    assert "没有错误" in out.getvalue()
    call_command("definition", "publish", SERVICE, "--from", folder, "--jurisdiction", "510500", stdout=out)
    assert f"j510500 {SERVICE}: v1 新版本" in out.getvalue()
    change(folder / SERVICE / "definition.yaml", "assurance: 2", "assurance: 9")
    with pytest.raises(CommandError, match=rf"{SERVICE}/definition.yaml:\d+: “assurance”不符合要求"):
        call_command("definition", "publish", "--from", folder, stdout=out)


def test_whatever_a_form_may_fill_in_is_read_from_our_record() -> None:
    assert set(FILLS) == {*facts._ORGANISATION, *facts._PERSON}
