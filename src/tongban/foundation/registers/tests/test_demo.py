"""The demo's registers: marked as samples, the same when loaded twice, quick."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tongban.foundation.parties.queries import demo_account, organisation_by_uscc
from tongban.foundation.registers import queries
from tongban.foundation.registers.models import (
    CompanyRecord,
    Dwelling,
    Lease,
    PersonRecord,
    Place,
    Premises,
    Register,
    Residence,
)
from tongban.foundation.registers.tests.arrange import COMMUNITY
from tongban.lib.actors import system
from tongban.lib.demo import load_demo
from tongban.lib.facts import Fact, ask
from tongban.lib.identifiers import synthetic_uscc
from tongban.lib.jurisdictions import enter
from tongban.lib.words import T

BY = system("demo")
MODELS: tuple[Any, ...] = (CompanyRecord, PersonRecord, Place, Dwelling, Residence, Lease, Register)


def answers() -> list[Any]:
    """Parties' and registers' parts of the demo, in their order."""
    return [one for one in load_demo.answers if one.__module__.split(".")[2] in ("parties", "registers")]


@pytest.mark.django_db
def test_the_demo_is_marked_complete_and_the_same_twice() -> None:
    spent = 0.0
    for answer in answers():
        begun = time.process_time()
        answer(by=BY)
        spent += time.process_time() - begun if "registers" in answer.__module__ else 0
    counts = [model.objects.count() for model in MODELS]
    assert all(counts)
    assert spent < 2, f"{spent:.1f} s of processor time"
    for model in MODELS:
        assert not model.objects.filter(is_sample=False).exists(), model
    for answer in answers():
        answer(by=BY)
    assert [model.objects.count() for model in MODELS] == counts
    assert Premises.objects.count() == 4


@pytest.mark.django_db
def test_the_demos_applicants_are_known_to_the_registers() -> None:
    for answer in answers():
        answer(by=BY)
    company = organisation_by_uscc(synthetic_uscc("91", 2020))
    assert company is not None
    found = ask("enterprise.name", ("organisation", company.pk), T("测试", "tests"), by=BY)
    assert isinstance(found, Fact)
    assert (found.value, found.source.zh) == (company.name, "市场主体登记库（示例）")
    for element, field in (("enterprise.address", "address"), ("enterprise.industry", "industry")):
        assert ask(element, ("organisation", company.pk), T("测试", "tests"), by=BY).value == getattr(company, field)  # type: ignore[union-attr]
    resident = demo_account("resident").person  # type: ignore[union-attr]
    kept: dict[Any, Any] = {}
    values = {
        element: ask(element, ("person", resident.pk), T("测试", "tests"), by=BY, kept=kept).value  # type: ignore[union-attr]
        for element in ("person.name", "person.birth_date", "person.address", "person.document_number")
    }
    assert values["person.name"] == "陈小雨"
    assert values["person.address"].startswith("南城街道凤凰社区示例路18号示例小区2栋1单元")


@pytest.mark.django_db
def test_every_state_shows_on_the_buildings_of_the_demo() -> None:
    for answer in answers():
        answer(by=BY)
    states: dict[str, int] = {}
    for building in Place.objects.filter(level="building"):
        for state, count in queries.building_matrix(BY, building.pk).counts.items():
            states[state] = states.get(state, 0) + count
    assert set(states) == {"together", "apart", "rented", "vacant", "uncollected"}
    assert queries.registered_not_present(BY, area=COMMUNITY[:9]).exists()
    assert queries.find_address(BY, "机械厂宿舍2栋1单元301").dwellings[0].mark == "301"


@pytest.mark.django_db
def test_no_sample_stands_in_another_jurisdiction(elsewhere: str) -> None:
    with enter(elsewhere):
        for answer in answers():
            answer(by=BY)
        assert not Place.objects.exists()
