"""Facts of registers: with their source, or openly not to be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.parties.models import ListLook, Look
from tongban.foundation.parties.tests.arrange import actor_of, company_of, person_of
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import Register
from tongban.foundation.registers.tests.arrange import (
    COMMUNITY,
    COMPANY,
    company_list,
    company_row,
    imported,
    operator,
    people_list,
    source,
)
from tongban.lib.actors import Actor, system
from tongban.lib.facts import Fact, Unavailable, ask
from tongban.lib.words import T

pytestmark = pytest.mark.django_db
WHY = T("测试", "tests")
Refused = Callable[[str], Any]


def client(region: str = "", **more: Any) -> Actor:
    return Actor(kind="client", channel="api", name="省平台", region=region, second_factor=True,
                 capabilities=frozenset({"registers.read_facts"}), **more)  # fmt: skip


def test_a_form_is_told_what_the_company_register_knows_and_since_when() -> None:
    imported("companies", company_list(company_row()), by=operator())
    subject = ("organisation", company_of(number=500).pk)
    kept: dict[Any, Any] = {}
    found = ask("enterprise.address", subject, WHY, by=system("tests"), kept=kept)
    assert isinstance(found, Fact)
    assert (found.value, found.register, found.source.zh) == ("示例路18号", "companies", "市场主体登记库")
    assert found.refreshed_at is not None
    assert timezone.localdate(found.refreshed_at) == date(2026, 11, 1)
    assert "746" in found.legal_basis.zh  # type: ignore[union-attr]
    assert ask("enterprise.capital", subject, WHY, by=system("tests"), kept=kept).value == 2_000_000  # type: ignore[union-attr]
    assert ask("enterprise.registered_on", subject, WHY, by=system("tests"), kept=kept).value == "2016-03-08"  # type: ignore[union-attr]
    assert ask("enterprise.business_scope", subject, WHY, by=system("tests"), kept=kept) is None
    assert ask("person.name", subject, WHY, by=system("tests"), kept=kept) is None
    assert ask("workforce.total", subject, WHY, by=system("tests"), kept=kept) is None


def test_a_register_is_read_once_for_a_whole_form(django_assert_num_queries: Any) -> None:
    imported("companies", company_list(company_row()), by=operator())
    subject, kept, by = ("organisation", company_of(number=500).pk), dict[Any, Any](), system("tests")
    with django_assert_num_queries(3):  # the credit code, the register's state, the record
        for element in ("enterprise.name", "enterprise.uscc", "enterprise.address", "enterprise.industry"):
            assert ask(element, subject, WHY, by=by, kept=kept)


def test_a_person_is_filled_in_and_whoever_is_not_the_person_leaves_a_look() -> None:
    imported("population", people_list(1), by=operator())
    person = person_of("张三", 1)
    subject = ("person", person.pk)
    assert ask("person.registered_address", subject, WHY, by=actor_of(person)).value == "示例路1号"  # type: ignore[union-attr]
    assert not Look.objects.exists()
    kept: dict[Any, Any] = {}
    agent = actor_of(person_of("李四", 2))
    for element in ("person.name", "person.birth_date", "person.sex"):
        assert isinstance(ask(element, subject, WHY, by=agent, kept=kept), Fact)
    look = Look.objects.get()
    assert (look.person_id, look.actor_name, look.what) == (person.pk, "李四", "registers.facts")


def test_a_register_switched_off_says_so_and_comes_back(refused: Refused) -> None:
    worker = operator()
    imported("companies", company_list(company_row()), by=worker)
    subject = ("organisation", company_of(number=500).pk)
    with refused("reason_missing"):
        actions.switch_register("companies", off=True, reason=" ", by=worker)
    actions.switch_register("companies", off=True, reason="来源系统维护", by=worker)
    found = ask("enterprise.name", subject, WHY, by=system("tests"))
    assert isinstance(found, Unavailable)
    assert (found.register, found.source.zh) == ("companies", "市场主体登记库")
    assert found.since is not None
    actions.switch_register("companies", off=True, reason="再说一次", by=worker)
    assert Register.objects.get(code="companies").reason == "来源系统维护", "the first word stays"
    actions.switch_register("companies", off=False, reason="", by=worker)
    assert isinstance(ask("enterprise.name", subject, WHY, by=system("tests")), Fact)


def test_a_connected_source_answers_fails_and_recovers() -> None:
    worker = operator()
    subject = ("organisation", company_of(number=500).pk)
    record = {"name": "示例商贸有限公司", "capital_fen": 20000, "registered_on": "2016-03-08", "secret": "x"}
    good = {"record": record, "refreshed_at": "2026-11-22T08:00:00+08:00"}
    with source([good, 503, b"<html>", {"record": []}, {"record": {"name": ["x"]}}, {"record": None}, good]) as (
        url,
        asked,
    ):
        actions.connect_register("companies", endpoint=url, token="s3cret", by=worker)
        found = ask("enterprise.capital", subject, WHY, by=system("tests"))
        assert isinstance(found, Fact)
        assert (found.value, asked[0]["key"], asked[0]["token"]) == (200, COMPANY, "Bearer s3cret")
        for _ in range(4):  # an error, a page, a wrong shape, a wrong type
            assert isinstance(ask("enterprise.name", subject, WHY, by=system("tests")), Unavailable)
            row = Register.objects.get(code="companies")
            assert row.failing_since is not None
            calls = len(asked)
            assert isinstance(ask("enterprise.name", subject, WHY, by=system("tests")), Unavailable)
            assert len(asked) == calls, "a failing source is left alone for a while"
            Register.objects.update(ask_again_at=timezone.now() - timedelta(seconds=1))
        assert ask("enterprise.name", subject, WHY, by=system("tests")) is None, "it answers: nobody known"
        assert Register.objects.get(code="companies").failing_since is None
        assert isinstance(ask("enterprise.name", subject, WHY, by=system("tests")), Fact)
    assert isinstance(ask("enterprise.name", subject, WHY, by=system("tests")), Unavailable), "the line is dead"
    assert Register.objects.get(code="companies").failure == "ConnectError"
    actions.connect_register("companies", endpoint="", token="", by=worker)
    assert Register.objects.get(code="companies").token == ""


@pytest.mark.parametrize("endpoint", ["ftp://example.org/", "https://u:p@example.org/", "http://example.org/", "x", "https://[",
                                      "https://" + "a" * 300])  # fmt: skip
def test_only_a_safe_address_is_connected(endpoint: str, refused: Refused) -> None:
    with refused("endpoint_invalid"):
        actions.connect_register("companies", endpoint=endpoint, token="", by=operator())


def test_our_own_register_has_no_source_elsewhere(refused: Refused) -> None:
    with refused("register_own"):
        actions.connect_register("residence", endpoint="https://example.org/", token="", by=operator())


def test_nobody_but_operators_touches_a_register(refused: Refused) -> None:
    by = actor_of(person_of("张三", 1))
    for act in (
        lambda: actions.switch_register("companies", off=True, reason="不行", by=by),
        lambda: actions.connect_register("companies", endpoint="", token="", by=by),
        lambda: actions.try_register_list("companies", b"", "x", origin=actions.Origin("x", date(2026, 1, 1)), by=by),
        lambda: actions.read_facts(actions.Sought(uscc=COMPANY), [], purpose="service", reason="核验", by=by),
    ):
        with refused("forbidden"):
            act()
    with refused("register_unknown"):
        actions.switch_register("nonsense", off=True, reason="不行", by=operator())


# ---- programs -----------------------------------------------------------------------------------------------------


def test_a_program_reads_facts_for_a_purpose_within_its_region(refused: Refused) -> None:
    imported("companies", company_list(company_row()), by=operator())
    elements = ["enterprise.name", "enterprise.standing"]
    sought = actions.Sought(uscc=COMPANY)
    found = actions.read_facts(sought, elements, purpose="verification", reason="招标核验", by=client(COMMUNITY[:6]))
    assert {name: fact.value for name, fact in found.items() if isinstance(fact, Fact)} == {
        "enterprise.name": "示例商贸有限公司", "enterprise.standing": "in_business",
    }  # fmt: skip
    elsewhere = actions.read_facts(sought, elements, purpose="verification", reason="招标核验", by=client("510503"))
    assert set(elsewhere.values()) == {None}
    with refused("purpose_not_allowed"):
        actions.read_facts(sought, elements, purpose="marketing", reason="推销", by=client())
    with refused("reason_missing"):
        actions.read_facts(sought, elements, purpose="service", reason="", by=client())
    with refused("element_unknown"):
        actions.read_facts(sought, ["person.name"], purpose="service", reason="核验", by=client())
    with refused("uscc_checksum"):
        actions.read_facts(replace(sought, uscc=COMPANY[:-1] + ("0" if COMPANY[-1] != "0" else "1")), elements,
                           purpose="service", reason="核验", by=client())  # fmt: skip


def test_a_program_reading_about_people_leaves_a_trace(refused: Refused) -> None:
    imported("population", people_list(1, 2), by=operator())
    from tongban.lib.identifiers import synthetic_id_number

    known = person_of("张三", 1)
    for number in (1, 2):
        sought = actions.Sought(document=("resident_id", synthetic_id_number(date(1990, 1, 1), number)))
        found = actions.read_facts(
            sought, ["person.name"], purpose="service", reason="补贴核对", case_number="A1", by=client(COMMUNITY)
        )
        assert found["person.name"].value == "张三"  # type: ignore[union-attr]
    look = Look.objects.get()
    assert (look.person_id, look.reason, look.case_number) == (known.pk, "办理政务服务事项：补贴核对", "A1")
    assert ListLook.objects.get().what == "registers.facts"
    with refused("purpose_not_allowed"):
        actions.read_facts(sought, ["person.name"], purpose="grid", reason="走访", by=client())


def test_a_failing_register_does_not_lose_what_another_one_knows() -> None:
    worker = operator()
    imported("population", people_list(1), by=worker)
    actions.switch_register("residence", off=True, reason="维护", by=worker)
    from tongban.lib.identifiers import synthetic_id_number

    sought = actions.Sought(document=("resident_id", synthetic_id_number(date(1990, 1, 1), 1)))
    person_of("张三", 1)
    found = actions.read_facts(sought, ["person.name", "person.address"], purpose="service", reason="核验", by=client())
    assert isinstance(found["person.name"], Fact)
    assert isinstance(found["person.address"], Unavailable)
