"""Addresses of a list nobody could read: told once for all their rows, remembered, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from tongban.foundation.parties.tests.test_pages import at_desk
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import ListColumns, ListPart, ListRow, Residence, ResidentList
from tongban.foundation.registers.queries.resident_lists import estates_brought, unread_addresses
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
from tongban.foundation.registers.tests.lists import as_csv, line, number_of, outcome, phone_of, taken, tried, uploaded
from tongban.foundation.registers.tests.test_list_settling import WITH_BIRTH, child

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("communities")]
Refused = Callable[[str], Any]
Run = Callable[[], int]
HOME, OTHER = "示例小区7栋1单元101室", "示例小区7栋1单元102室"
UNREAD = "老粮站后头第二家"
ROWS = [line(1, "张三", UNREAD), line(2, "李四", HOME), line(3, "张三娃", UNREAD), line(4, "王五", "示例小区7栋1单元")]


def told(found: ResidentList, address: str, text: str, run_jobs: Run, *, by: Any) -> ResidentList:
    """A list after an address was told and its rows were tried again."""
    actions.tell_address(found.pk, address, text, by=by)
    run_jobs()
    found.refresh_from_db()
    assert found.state == "checked", found.trouble
    return found


def test_an_address_is_told_once_for_all_its_rows_and_read_the_next_month(run_jobs: Run) -> None:
    worker = grid_worker()
    found = tried(as_csv(ROWS), run_jobs, by=worker)
    assert found.counts == {"fresh": 1, "rejected": 3}
    assert [(one.address, one.count) for one in unread_addresses(found)] == [(UNREAD, 2), ("示例小区7栋1单元", 1)]
    found = told(found, UNREAD, OTHER, run_jobs, by=worker)
    assert (found.counts, found.done_count) == ({"fresh": 3, "rejected": 1}, 4)
    actions.confirm_list(found.pk, by=worker)
    run_jobs()
    homes = Residence.objects.exclude(name="李四").order_by("name")
    assert [(one.name, one.dwelling.mark, one.raw_address) for one in homes] == [
        ("张三", "102", UNREAD), ("张三娃", "102", UNREAD)
    ]  # fmt: skip
    later = tried(as_csv([*ROWS, line(5, "赵六", UNREAD)]), run_jobs, by=worker)
    assert later.counts == {"known": 3, "fresh": 1, "rejected": 1}, "read by itself"


def test_what_was_settled_of_other_rows_stays(run_jobs: Run) -> None:
    worker = grid_worker()
    rows = [child("张小", HOME), child("张小", OTHER), child("李小", UNREAD)]
    found = tried(as_csv(rows, WITH_BIRTH), run_jobs, by=worker)
    actions.settle_row(ListRow.objects.get(resident_list=found, number=3).pk, "different", by=worker)
    found = told(found, UNREAD, OTHER, run_jobs, by=worker)
    row = ListRow.objects.get(resident_list=found, number=3)
    assert (row.decision, found.counts) == ("different", {"fresh": 3})


def test_rows_tried_again_still_meet_whom_they_repeat(run_jobs: Run) -> None:
    worker = grid_worker()
    rows = [
        line(1, "张三", HOME),
        line(1, "张三", UNREAD),
        line(2, "李四", UNREAD, number=number_of(901), phone=phone_of(2)),
    ]
    found = tried(as_csv(rows), run_jobs, by=worker)
    found = told(found, UNREAD, OTHER, run_jobs, by=worker)
    assert outcome(found)[3] == ("open", "two_places")
    assert outcome(found)[4] == ("fresh", "")


def test_a_wrong_reading_is_corrected_or_taken_back(run_jobs: Run) -> None:
    worker = grid_worker()
    found = told(tried(as_csv(ROWS), run_jobs, by=worker), UNREAD, HOME, run_jobs, by=worker)
    assert actions.tell_address(found.pk, UNREAD, HOME, by=worker).state == "checked", "said twice: nothing to do"
    found = told(found, UNREAD, OTHER, run_jobs, by=worker)
    assert (found.counts, found.addresses) == ({"fresh": 3, "rejected": 1}, {UNREAD: OTHER})
    assert ListPart.objects.filter(resident_list=found).count() == 1, "rows to try again do not stay behind"
    assert (
        not found.new_places.filter(mark="101")
        .exclude(pk__in=found.rows.filter(number=3).values("dwelling_id"))
        .exists()
    )
    actions.take_back_address(found.pk, UNREAD, by=worker)
    run_jobs()
    found.refresh_from_db()
    assert (found.counts, found.addresses) == ({"fresh": 1, "rejected": 3}, {})
    assert ListColumns.objects.get().addresses == {}
    assert uploaded(as_csv(ROWS), by=worker).addresses == {}


def test_what_cannot_be_told_is_refused(run_jobs: Run, refused: Refused) -> None:
    worker = grid_worker()
    found = tried(as_csv(ROWS), run_jobs, by=worker)
    for text, code in (
        ("", "address_missing"),
        ("隔壁那家", "address_incomplete"),
        ("示例小区2单元101室", "address_building_missing"),
    ):
        with refused(code):
            actions.tell_address(found.pk, UNREAD, text, by=worker)
    for address in ("没有的地址", HOME):
        with refused("not_found"):
            actions.tell_address(found.pk, address, OTHER, by=worker)
        with refused("not_found"):
            actions.take_back_address(found.pk, address, by=worker)
    stranger = grid_worker(NORTH, 81)
    with refused("not_found"):
        actions.tell_address(found.pk, UNREAD, OTHER, by=stranger)
    with refused("not_found"):
        actions.take_back_address(found.pk, UNREAD, by=stranger)
    found.refresh_from_db()
    assert (found.counts, found.addresses) == ({"fresh": 1, "rejected": 3}, {})
    actions.tell_address(found.pk, UNREAD, OTHER, by=worker)
    with refused("list_state"):
        actions.tell_address(found.pk, UNREAD, OTHER, by=worker)
    run_jobs()
    done = taken(as_csv([line(9, "钱七", HOME)]), run_jobs, by=worker)
    with refused("list_state"):
        actions.tell_address(done.pk, UNREAD, OTHER, by=worker)


def test_addresses_are_told_on_the_page_of_the_list(run_jobs: Run) -> None:
    found = tried(as_csv(ROWS), run_jobs, by=grid_worker())
    desk, page = at_desk("user80"), f"/desk/resident-lists/{found.pk}/"
    assert UNREAD in desk.get(page).content.decode()
    wrong = desk.post(f"{page}address", {"address": UNREAD, "text": "隔壁那家"})
    assert wrong.status_code == 422
    assert "地址没有写到房号或户号" in wrong.content.decode()
    assert 'value="隔壁那家"' in wrong.content.decode(), "what was typed stays to be mended"
    assert desk.post(f"{page}address", {"address": UNREAD, "text": OTHER})["Location"] == page
    run_jobs()
    text = desk.get(page).content.decode()
    assert f"{UNREAD} → {OTHER}" in text
    assert desk.post(f"{page}address/take-back", {"address": UNREAD})["Location"] == page
    run_jobs()
    assert "→" not in desk.get(page).content.decode()
    grid_worker(NORTH, 81)
    assert at_desk("user81").post(f"{page}address", {"address": UNREAD, "text": OTHER}).status_code == 404


def test_the_dwelling_an_address_means_is_pointed_at(run_jobs: Run) -> None:
    worker = grid_worker()
    taken(as_csv([line(7, "赵六", HOME), line(8, "钱七", OTHER)]), run_jobs, by=worker)
    found = tried(as_csv(ROWS), run_jobs, by=worker)
    desk, page = at_desk("user80"), f"/desk/resident-lists/{found.pk}/"
    choose, given = f"{page}address/choose", {"address": UNREAD}
    assert f"{choose}?address={quote(UNREAD)}" in desk.get(page).content.decode()
    shown = desk.get(choose, given).content.decode()
    for name in ("示例小区", "7栋", "1单元"):  # down the tree by its links, no script needed
        [place] = [key for key, text in re.findall(r'place=([0-9a-f-]{36})"[^>]*>([^<]+)<', shown) if text == name]
        shown = desk.get(choose, given | {"place": place}).content.decode()
    rooms = dict(re.findall(r'name="text" value="([^"]+)"[^>]*>([^<]+)<', shown))
    assert sorted(rooms.values()) == ["101", "102"]
    [meant] = [address for address, mark in rooms.items() if mark == "102"]
    assert desk.post(f"{page}address", {"address": UNREAD, "text": meant})["Location"] == page
    run_jobs()
    found.refresh_from_db()
    assert found.addresses == {UNREAD: meant}
    assert (found.state, found.counts["rejected"]) == ("checked", 1)


def test_a_dwelling_is_looked_for_by_name_in_ones_own_area(run_jobs: Run) -> None:
    worker = grid_worker()
    taken(as_csv([line(7, "赵六", HOME)]), run_jobs, by=worker)
    found = tried(as_csv(ROWS), run_jobs, by=worker)
    desk, choose = at_desk("user80"), f"/desk/resident-lists/{found.pk}/address/choose"
    assert "示例小区" in desk.get(choose, {"address": UNREAD, "q": "slxq"}).content.decode()
    assert "这里没有登记的房屋" in desk.get(choose, {"address": UNREAD, "q": "没有这里"}).content.decode()
    for nothing in ({"address": "没有写过的地址"}, {}):
        assert desk.get(choose, nothing)["Location"] == f"/desk/resident-lists/{found.pk}/"
    assert desk.get(choose, {"address": UNREAD, "place": str(uuid4())}).status_code == 404
    assert desk.get(choose, {"address": UNREAD, "place": "x"}).status_code == 200, "an old link starts again"
    grid_worker(NORTH, 81)
    assert at_desk("user81").get(choose, {"address": UNREAD}).status_code == 404


def test_addresses_are_told_over_the_api(run_jobs: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = grid_worker()
    found = tried(as_csv(ROWS), run_jobs, by=worker)
    monkeypatch.setattr("tongban.foundation.parties.middleware.actor_of_session", lambda _: worker)
    client, path = Client(HTTP_HOST="luzhou.localhost"), f"/api/registers/lists/{found.pk}/addresses"

    def send(where: str, **body: str) -> Any:
        return client.post(where, body, content_type="application/json", headers={"Idempotency-Key": uuid4().hex})

    first = client.get(path).json()["unread"][0]
    assert (first["address"], first["numbers"], "zh" in first["why"]) == (UNREAD, [2, 4], True)
    assert send(path, address=UNREAD, text="隔壁那家").status_code == 422
    assert send(path, address="没有的地址", text=OTHER).status_code == 404
    assert send(path, address=UNREAD, text=OTHER).json()["state"] == "checking"
    run_jobs()
    assert client.get(path).json()["told"] == {UNREAD: OTHER}
    assert send(f"{path}/take-back", address=UNREAD).status_code == 202
    run_jobs()
    assert send(f"{path}/take-back", address=UNREAD).status_code == 404


def test_an_estate_named_after_its_community_is_not_cut_in_two(run_jobs: Run) -> None:
    """凤凰新苑 in 凤凰社区 became an estate 新苑 of its own, and nobody was told."""
    rows = [
        line(1, "张三", "凤凰新苑7栋1单元101"),
        line(2, "李四", "南城街道凤凰社区凤凰新苑7栋1单元102"),
        line(3, "王五", "凤凰社区凤凰新苑7-1-103"),
    ]
    found = tried(as_csv(rows), run_jobs, by=grid_worker())
    assert estates_brought(found) == ["凤凰新苑"]
    assert found.places_added["building"] == 1


def test_an_address_without_a_room_plans_no_estate(run_jobs: Run) -> None:
    rows = [line(1, "张三", UNREAD), line(2, "李四", "粮站宿舍"), line(3, "王五", "示列小区7栋101室")]
    found = tried(as_csv(rows), run_jobs, by=grid_worker())
    assert found.counts == {"fresh": 1, "rejected": 2}
    assert found.places_added == {"estate": 1, "building": 1, "dwelling": 1}
    assert estates_brought(found) == ["示列小区"], "a misspelt name is seen before it is there"
