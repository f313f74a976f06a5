"""Lists of other authorities: tried, taken over, refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.ledger.actions import erase_due
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import CompanyRecord, PersonRecord, Register, RegisterImport
from tongban.foundation.registers.tests.arrange import (
    ORIGIN,
    company_list,
    company_row,
    imported,
    operator,
    people_list,
)

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


def test_a_list_is_tried_first_and_every_bad_row_explained() -> None:
    bad = company_row(501).replace("2016/3/8", "昨天")
    content = company_list(company_row(), company_row(), bad, company_row(502).replace("存续", "不清楚"),
                           "91999999MA0005XX,短,,,,,,,", company_row(503).replace("200万元", "很多"))  # fmt: skip
    trial = actions.try_register_list("companies", content, "名单.csv", origin=ORIGIN, by=operator())
    assert (trial.fresh, trial.changed, trial.unchanged) == (1, 0, 0)
    assert [(row.number, row.reasons[0].code) for row in trial.rejected] == [
        (3, "row_twice"), (4, "date_invalid"), (5, "standing_unknown"), (6, "uscc_length"), (7, "capital_invalid"),
    ]  # fmt: skip
    assert not CompanyRecord.objects.exists(), "nothing is written by trying"


def test_a_list_is_taken_over_once_and_a_newer_one_changes_only_what_differs(refused: Refused) -> None:
    worker = operator()
    trial = actions.try_register_list(
        "companies", company_list(company_row(), company_row(501)), "a.csv", origin=ORIGIN, by=worker
    )
    assert actions.confirm_register_list(trial.import_id, by=worker) == {"fresh": 2, "changed": 0, "unchanged": 0}
    with refused("import_confirmed"):
        actions.confirm_register_list(trial.import_id, by=worker)
    assert RegisterImport.objects.get().rows == [], "the rows are not kept twice"
    newer = replace(ORIGIN, refreshed_on=date(2026, 11, 20))
    counts = imported(
        "companies", company_list(company_row(), company_row(501, "改名有限公司")), by=worker, origin=newer
    )
    assert counts == {"fresh": 0, "changed": 1, "unchanged": 1}
    changed = CompanyRecord.objects.get(name="改名有限公司")
    assert (changed.name_initials[:2], timezone.localdate(changed.refreshed_at)) == ("gm", date(2026, 11, 20))
    assert {timezone.localdate(one.refreshed_at) for one in CompanyRecord.objects.all()} == {date(2026, 11, 20)}
    with refused("list_older"):
        actions.try_register_list("companies", company_list(company_row()), "a.csv", origin=ORIGIN, by=worker)


def test_people_are_kept_encrypted_and_found_by_their_number_again() -> None:
    worker = operator()
    imported("population", people_list(1, 2), by=worker)
    again = imported(
        "population",
        people_list(1, 2, 3, name="李四"),
        by=worker,
        origin=replace(ORIGIN, refreshed_on=date(2026, 11, 2)),
    )
    assert again == {"fresh": 1, "changed": 2, "unchanged": 0}
    assert PersonRecord.objects.count() == 3
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT document_number, birth_date, registered_address FROM registers_personrecord LIMIT 1")
        [row] = cursor.fetchall()
    assert all(bytes(value)[:1] == b"\x01" and b"1990" not in bytes(value) for value in row)


def test_a_list_older_than_one_taken_over_meanwhile_is_refused(refused: Refused) -> None:
    worker = operator()
    waiting = actions.try_register_list("companies", company_list(company_row()), "a.csv", origin=ORIGIN, by=worker)
    imported(
        "companies", company_list(company_row(501)), by=worker, origin=replace(ORIGIN, refreshed_on=date(2026, 11, 9))
    )
    with refused("list_older"):
        actions.confirm_register_list(waiting.import_id, by=worker)


def test_sample_contents_give_way_to_real_ones() -> None:
    worker = operator()
    CompanyRecord.objects.create(
        uscc=company_row().split(",")[0],
        name="示例",
        source="示例",
        refreshed_at=timezone.now() - timedelta(days=90),
        is_sample=True,
    )
    imported("companies", company_list(company_row()), by=worker)
    assert not CompanyRecord.objects.filter(is_sample=True).exists()
    assert not Register.objects.get(code="companies").is_sample


def test_what_a_list_must_say(refused: Refused) -> None:
    worker = operator()
    with refused("source_missing"):
        actions.try_register_list("companies", b"", "a.csv", origin=replace(ORIGIN, source=" "), by=worker)
    with refused("date_ahead"):
        ahead = timezone.localdate() + timedelta(days=1)
        actions.try_register_list("companies", b"", "a.csv", origin=replace(ORIGIN, refreshed_on=ahead), by=worker)
    with refused("register_own"):
        actions.try_register_list("residence", b"", "a.csv", origin=ORIGIN, by=worker)


def test_another_operators_list_is_not_found(refused: Refused) -> None:
    first = operator()
    trial = actions.try_register_list("companies", company_list(company_row()), "a.csv", origin=ORIGIN, by=first)
    with refused("not_found"):
        actions.confirm_register_list(trial.import_id, by=operator(91))


def test_lists_nobody_confirmed_are_gone_after_a_day() -> None:
    actions.try_register_list("companies", company_list(company_row()), "a.csv", origin=ORIGIN, by=operator())
    erase_due("registers.lists")
    assert RegisterImport.objects.exists()
    RegisterImport.objects.update(created_at=timezone.now() - timedelta(days=2))
    erase_due("registers.lists")
    assert not RegisterImport.objects.exists()


def test_the_template_has_the_columns_it_is_read_by() -> None:
    assert actions.register_list_template("companies").startswith("\ufeff统一社会信用代码,企业名称")
