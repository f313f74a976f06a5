"""Lists of residents taken away as files: with a reason, by two people, seen by everybody on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.grid import actions
from tongban.applications.grid.actions import NewExport
from tongban.foundation.ledger.models import Entry
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.actions import decline_disclosure, open_disclosure
from tongban.foundation.parties.models import Disclosure, ListLook, Look
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker, known_person
from tongban.lib.actors import Actor
from tongban.lib.spreadsheets import Column, read_table
from tongban.lib.words import T

Desk = Callable[[Actor], Client]
Refused = Callable[[str], Any]
ANY: dict[str, Any] = {"q": "", "which": "", "kind": "", "month": None}
WHY = {"basis": "凤凰社区疫苗接种方案", "reason": "接种登记"}


@pytest.fixture
def second(db: None) -> Actor:
    """Somebody of the county who may agree."""
    return staff_of(unit_of("board", "510502", 85), "decider", 85)


def asked(by: Actor, **more: Any) -> Disclosure:
    given: dict[str, Any] = {"area": COMMUNITY, "typed": ANY, **WHY}
    return actions.ask_export(NewExport(**(given | more)), by=by)


def test_a_list_is_taken_away_by_two_people_and_everybody_on_it_sees_that(
    estate: Estate, desk_of: Desk, second: Actor
) -> None:
    estate.lives(1, "1-101")
    estate.lives(2, "1-102", "floating")
    worker = desk_of(estate.worker)
    page = f"/desk/grid/people/?area={COMMUNITY}&kind=floating"
    assert "/desk/grid/people/export/?" in worker.get(page).content.decode()
    url = f"/desk/grid/people/export/?area={COMMUNITY}&kind=floating"
    assert "流动" in worker.get(url).content.decode()
    assert worker.post(url, WHY | {"basis": ""}).status_code == 422
    assert worker.post(url, WHY).status_code == 302
    [found] = Disclosure.objects.all()
    told = Message.objects.get(channel="in_app")
    assert (told.person_id, told.subject) == (second.person_id, "有名单导出等您批准")
    assert "接种登记" in told.body
    file = f"/desk/grid/exports/{found.pk}/file"
    assert worker.post(file, {"as": "csv"}).status_code == 302, "nobody agreed yet"
    assert not Look.objects.exists()
    approver = desk_of(second)
    shown = approver.get(f"/people/disclosures/{found.pk}/").content.decode()
    assert "流动" in shown
    assert "接种登记" in shown
    assert approver.post(f"/people/disclosures/{found.pk}/open").status_code == 302
    assert approver.get(f"/people/disclosures/{found.pk}/").status_code == 200
    worker = desk_of(estate.worker)
    assert "可以下载" in worker.get("/desk/grid/exports/").content.decode()
    text = worker.post(file, {"as": "csv"}).content.decode("utf-8-sig")
    person = known_person(2)
    assert "居民2" in text
    assert "居民1" not in text
    assert person.document_number not in text, "masked unless asked for"
    [look] = Look.objects.all()
    assert (look.person_id, look.what, look.reason) == (person.pk, "grid.export", "导出名单：接种登记")
    assert ListLook.objects.filter(what="grid.export", row_count=1).exists()
    assert Entry.objects.filter(type="disclosure.opened").count() == 1


def test_numbers_in_full_only_where_that_was_approved(estate: Estate, desk_of: Desk, second: Actor) -> None:
    estate.lives(1, "1-101")
    found = asked(estate.worker, numbers=True)
    assert "含完整证件号码" in (found.subject or {})["said"]
    open_disclosure(found.pk, by=second)
    content = desk_of(estate.worker).post(f"/desk/grid/exports/{found.pk}/file", {"as": "xlsx"}).content
    table = read_table(
        content, "residents.xlsx", [Column("name", T("姓名", "Name")), Column("number", T("证件号码", "Number"))]
    )
    assert [row.values["number"] for row in table.rows] == [known_person(1).document_number]


def test_who_may_not(estate: Estate, second: Actor, refused: Refused) -> None:
    estate.lives(1, "1-101")
    with refused("not_found"):
        asked(grid_worker(NORTH, 86))
    with refused("forbidden"):
        asked(second)
    with refused("reason_missing"):
        asked(estate.worker, reason="")
    with refused("list_empty"):
        asked(estate.worker, typed=ANY | {"kind": "abroad"})
    found = asked(estate.worker)
    with refused("forbidden"):
        open_disclosure(found.pk, by=estate.worker)
    with refused("second_person_needed"):
        open_disclosure(found.pk, by=replace(second, person_id=estate.worker.person_id))
    with refused("disclosure_not_open"):
        actions.take_export(found.pk, by=estate.worker)
    open_disclosure(found.pk, by=second)
    with refused("not_found"):
        actions.take_export(found.pk, by=grid_worker(COMMUNITY, 87))
    with refused("not_found"):
        actions.take_export(found.pk, by=second)
    with refused("disclosure_settled"):
        open_disclosure(found.pk, by=second)
    Disclosure.objects.filter(pk=found.pk).update(settled_at=timezone.now() - timedelta(days=8))
    with refused("disclosure_closed"):
        actions.take_export(found.pk, by=estate.worker)
    declined = asked(estate.worker)
    decline_disclosure(declined.pk, by=second)
    with refused("disclosure_not_open"):
        actions.take_export(declined.pk, by=estate.worker)
    lapsed = asked(estate.worker)
    Disclosure.objects.filter(pk=lapsed.pk).update(asked_at=timezone.now() - timedelta(hours=25))
    with refused("disclosure_lapsed"):
        open_disclosure(lapsed.pk, by=second)
    assert not Look.objects.exists()


def test_more_than_fits_is_refused(estate: Estate, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongban.applications.grid.actions.exports.MOST_EXPORTED", 0)
    estate.lives(1, "1-101")
    with refused("export_too_large"):
        asked(estate.worker)
