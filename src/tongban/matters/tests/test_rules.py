"""Values computed on the server, dated parameters, circles: rules of a definition, without a database."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.adapters import read_library
from tongban.matters.rules.answers import check_answers, clean, holds, number_of
from tongban.matters.rules.handling import regime_for
from tongban.matters.rules.shape import Content, Element
from tongban.matters.rules.sources import Faulty
from tongban.matters.tests.arrange import DEFINITIONS

BUILDING, CARD = "construction-permit", "social-card"
TODAY = date(2026, 11, 20)
_READ = read_library(DEFINITIONS)


@pytest.fixture
def building() -> Content:
    return _READ.contents[BUILDING]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFINITIONS, tmp_path / "definitions"))


def spoil(folder: Path, file: str, old: str, new: str) -> list[str]:
    """Change one place of the construction permit; its faults."""
    path = folder / BUILDING / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(Faulty) as found:
        read_library(folder, BUILDING)
    return [f"{fault.file}:{fault.line}: {fault.message.en}" for fault in found.value.faults]


def test_a_computed_value_follows_its_answers_whatever_was_sent_for_it(building: Content) -> None:
    given = {"project.purpose": "commercial", "project.area": 1000, "project.infrastructure_fee": 1}
    found = check_answers(building, given, today=TODAY, complete=False)
    assert found.values["project.infrastructure_fee"] == 80_000
    assert found.refusals == []


def test_nothing_is_computed_before_what_it_reads_is_answered(building: Content) -> None:
    found = check_answers(building, {"project.area": 1000}, today=TODAY, complete=False)
    assert "project.infrastructure_fee" not in found.values


def test_a_value_that_cannot_be_computed_is_refused_at_its_own_field(building: Content) -> None:
    given = {"project.purpose": "commercial", "project.area": 5_000_000, "project.price": 100_000_000_000}
    plain = building.model_dump(mode="json")
    asked = next(one for one in plain["form"]["screens"][1]["fields"] if one["element"] == "project.infrastructure_fee")
    asked["calculate"] = "project.price / (project.area - 5000000)"
    content = Content.model_validate(plain)
    found = check_answers(content, given, today=TODAY, only={"project"})
    assert ("project.infrastructure_fee", "cannot_calculate") in [(one.field, one.code) for one in found.refusals]


def test_parameters_count_as_of_the_day_of_submission(building: Content) -> None:
    given = {"project.purpose": "commercial", "project.area": 1000}
    before, after = date(2023, 12, 31), date(2024, 1, 1)
    fee = "project.infrastructure_fee"
    assert check_answers(building, given, today=before, complete=False).values[fee] == 60_000
    assert check_answers(building, given, today=after, complete=False).values[fee] == 80_000
    submitted = building.model_copy(update={"as_of": before})
    assert check_answers(submitted, given, today=after, complete=False).values[fee] == 60_000


def test_a_rule_these_answers_do_not_allow_is_neither_true_nor_an_error(building: Content) -> None:
    assert holds(building, "project.price / project.area > 1", {}, TODAY) is False
    assert holds(building, "project.price / project.area > 1", {}, TODAY, unclear=True) is True


def test_a_fee_is_a_number_or_computed(building: Content) -> None:
    assert number_of(building, 500, {}, TODAY) == 500
    rule = building.definition.fees[0].amount
    assert number_of(building, rule, {"project.infrastructure_fee": 12}, TODAY) == 1200


def test_the_first_regime_in_force_that_fits_counts() -> None:
    content = _READ.contents["enterprise-resumption"]
    days = {
        date(2020, 2, 12): "approval-2020", date(2020, 2, 17): "filing-2020", date(2020, 5, 8): "", TODAY: "approval-drill",
    }  # fmt: skip
    values = {"premises.kind": "shop", "workforce.returning": 30, "workforce.key_areas": 0}
    for day, code in days.items():
        regime = regime_for(content, values, day)
        assert (regime.code if regime else "") == code, day


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("form.yaml", "'project.area > 0 ? project.price / project.area : 0'",
         "project.price / project.area", "while nothing is answered: division by zero"),
        ("form.yaml", "'project.area > 0 ? project.price / project.area : 0'", "project.area > 0",
         "It must give a whole number"),
        ("form.yaml", "parameters.infrastructure_fee_yuan'", "parameters.nothing'", "has no “nothing”"),
        ("form.yaml", "- {element: material.construction_contract}",
         "- {element: material.construction_contract, calculate: '[project.name]'}", "A file cannot be computed"),
        ("parameters.yaml", "since: 2024-01-01", "since: 2014-10-25", "Order the values by their day"),
        ("parameters.yaml", "value: 80", "value: eighty", "are of one type"),
        ("parameters.yaml", "since: 2014-10-25", "since: 2015-01-01", "say what it is from then on"),
        ("definition.yaml", "amount: project.infrastructure_fee * 100", "amount: project.name", "It must give a whole number"),
        ("definition.yaml", "amount: project.infrastructure_fee * 100", "amount: -5", "fees.0.amount"),
        ("examples.yaml", "infrastructure: 33600000", "infrastructure: 1", "should give fees"),
        ("examples.yaml", "reviews: [housing, planning]", "reviews: [housing]", "should give reviews"),
        ("examples.yaml", "project.price_per_area: 3000", "project.price_per_area: 1", "should give calculated"),
        ("examples.yaml", "automatic: false", "automatic: true", "should give automatic"),
    ],
)  # fmt: skip
def test_a_wrong_rule_names_file_line_and_remedy(folder: Path, file: str, old: str, new: str, expected: str) -> None:
    line = (DEFINITIONS / BUILDING / file).read_text("utf-8").partition(old)[0].count("\n") + 1
    faults = spoil(folder, file, old, new)
    assert any(fault.startswith(f"{BUILDING}/{file}:") and expected in fault for fault in faults), faults
    if file != "examples.yaml":
        assert min(abs(int(fault.split(":")[1]) - line) for fault in faults) <= 2, faults


def test_a_circle_is_refused_with_its_names(folder: Path) -> None:
    form = folder / BUILDING / "form.yaml"
    text = form.read_text("utf-8")
    text = text.replace("'project.area > 0 ? project.price / project.area : 0'", "project.infrastructure_fee")
    form.write_text(text, "utf-8")
    (fault,) = spoil(folder, "form.yaml", "project.area * parameters", "project.price_per_area * parameters")
    names = "project.price_per_area → project.infrastructure_fee → project.price_per_area"
    assert f"in a circle: {names}" in fault
    assert fault.startswith(f"{BUILDING}/form.yaml:18:")


def test_a_service_brings_elements_of_its_own_but_gives_no_known_one_another_meaning(folder: Path) -> None:
    own = folder / BUILDING / "elements.yaml"
    own.write_text(
        "elements:\n  project.area: {type: text, label: {zh: 面积, en: Area}, sensitivity: public, "
        "purpose: {zh: 核对, en: To check}}\n",
        "utf-8",
    )
    with pytest.raises(Faulty, match="含义不同"):
        read_library(folder, BUILDING)
    own.write_text(
        "elements:\n  parameters.x: {type: text, label: {zh: 面积, en: Area}, sensitivity: public, "
        "purpose: {zh: 核对, en: To check}}\n",
        "utf-8",
    )
    with pytest.raises(Faulty, match="留给参数"):
        read_library(folder, BUILDING)


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\x00", "\x9f"])
def test_marks_that_turn_or_hide_text_are_refused(mark: str) -> None:
    element = Element(type="text", label=T("名称", "Name"), purpose=T("测试", "a test"), sensitivity="public")
    with pytest.raises(Refusal) as found:
        clean("enterprise.name", element, f"甲{mark}公司")
    assert (found.value.code, found.value.field) == ("not_text", "enterprise.name")
