"""Leases their two sides register: one, and the other with a code from their telephone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.grid import actions
from tongban.applications.grid.actions import NewTenancy
from tongban.applications.grid.models import Tenancy
from tongban.foundation.ledger.models import Entry
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.tests.arrange import actor_of, person_of
from tongban.foundation.parties.tests.races import at_once
from tongban.foundation.registers import actions as registers
from tongban.foundation.registers.models import Lease, Residence
from tongban.foundation.registers.tests.arrange import COMMUNITY, Estate, grid_worker
from tongban.lib.actors import Actor
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter

Desk = Callable[[Actor], Client]
Refused = Callable[[str], Any]
DAY = date(2026, 3, 1)
ROOM = "示例小区7栋2单元302"


@dataclass
class Sides:
    """A landlord and a tenant, and a stranger, each with a telephone."""

    landlord: Actor
    tenant: Actor
    stranger: Actor
    worker: Actor

    def new(self, **more: Any) -> NewTenancy:
        today = timezone.localdate()
        given = {
            "lets": True, "address": ROOM, "since": today, "until": today + timedelta(days=365), "other_name": "租客",
            "other_phone": "+8613800000402",
        }  # fmt: skip
        return NewTenancy(**(given | more))


@pytest.fixture
def sides(estate: Estate) -> Sides:
    return Sides(
        *(actor_of(person_of(name, number)) for name, number in (("房东", 401), ("租客", 402), ("路人", 403))),
        estate.worker,
    )


def code_sent(phone: str = "+8613800000402") -> str:
    message = Message.objects.filter(template="grid.tenancy_asked").order_by("-created_at").first()
    assert message is not None
    assert message.address == phone
    found = re.search(r"确认码 ([0-9]{6})", message.body)
    assert found
    return found[1]


def test_a_lease_is_one_only_when_both_said_so(sides: Sides, desk_of: Desk) -> None:
    landlord = desk_of(sides.landlord)
    today = timezone.localdate()
    typed = {
        "lets": "yes", "address": ROOM, "since": today.isoformat(), "until": (today + timedelta(days=365)).isoformat(),
        "other_name": "租客", "other_phone": "13800000402",
    }  # fmt: skip
    assert landlord.post("/my-home/leases/new/", typed | {"other_name": ""}).status_code == 422
    assert landlord.post("/my-home/leases/new/", typed).status_code == 302
    [row] = Tenancy.objects.all()
    assert not Lease.objects.exists()
    url = f"/my-home/leases/{row.pk}/"
    assert "待对方确认" in landlord.get(url).content.decode()
    assert desk_of(sides.stranger).get(url).status_code == 404
    tenant = desk_of(sides.tenant)
    assert "请核对并确认租约" in tenant.get(url).content.decode()
    assert url in tenant.get("/").content.decode(), "it waits on the first page"
    assert "确认码不对" in tenant.post(url, {"choice": "confirm", "code": "xxxxxx"}).content.decode()
    assert tenant.post(url, {"choice": "confirm", "code": code_sent()}).status_code == 302
    [lease] = Lease.objects.all()
    assert (lease.landlord_person_id, lease.source) == (sides.landlord.person_id, "both_sides")
    [home] = Residence.objects.filter(lease=lease)
    assert (home.person_id, home.kind, home.confirmed_at) == (sides.tenant.person_id, "tenant", None)
    assert Entry.objects.filter(type="tenancy.confirmed").count() == 1
    assert "已确认" in Message.objects.get(person_id=sides.landlord.person_id, channel="in_app").body
    assert "双方已确认" in tenant.get("/my-home/").content.decode()
    assert tenant.post(url, {"choice": "confirm", "code": "000000"}).status_code == 422


def test_a_tenant_registers_and_one_recorded_already_is_joined(sides: Sides, estate: Estate) -> None:
    room = estate.rooms["2-302"].pk
    assert sides.tenant.person_id
    known = registers.record_residence(registers.NewResidence(sides.tenant.person_id, room, "tenant"), by=estate.worker)
    new = sides.new(lets=False, other_name="房东", other_phone="13800000401", part="主卧")
    row = actions.register_tenancy(new, by=sides.tenant)
    done = actions.confirm_tenancy(row.pk, code_sent("+8613800000401"), by=sides.landlord)
    known.refresh_from_db()
    assert done.lease is not None
    assert (known.lease_id, done.lease.part, done.lease.landlord_person_id) == (
        done.lease_id,
        "主卧",
        sides.landlord.person_id,
    )
    assert Residence.objects.filter(person_id=sides.tenant.person_id).count() == 1


def test_every_lease_that_cannot_be_registered(sides: Sides, estate: Estate, refused: Refused) -> None:
    today = timezone.localdate()
    estate.lease("1-101", today, today + timedelta(days=30), landlord=77)
    for more, code in (
        ({"other_name": " "}, "name_missing"), ({"other_phone": "1"}, "phone_invalid"),
        ({"other_phone": "13800000401"}, "tenancy_with_oneself"), ({"address": "不知道"}, "address_unknown"),
        ({"address": "示例小区7栋1单元101"}, "lease_overlaps"), ({"until": today - timedelta(days=1)}, "lease_order"),
        ({"since": DAY, "until": DAY}, "lease_over"), ({"until": today + timedelta(days=22 * 366)}, "lease_too_long"),
    ):  # fmt: skip
        with refused(code):
            actions.register_tenancy(sides.new(**more), by=sides.landlord)
    with refused("identity_missing"):
        actions.register_tenancy(sides.new(), by=replace(sides.landlord, person_id=None))
    assert not Message.objects.filter(template="grid.tenancy_asked").exists()
    actions.register_tenancy(sides.new(), by=sides.landlord)
    with refused("tenancy_waits"):
        actions.register_tenancy(sides.new(), by=sides.landlord)
    for number in range(4):
        actions.register_tenancy(sides.new(part=f"{number}号房"), by=sides.landlord)
    with refused("tenancies_waiting"):
        actions.register_tenancy(sides.new(part="5号房"), by=sides.landlord)


def test_refused_lapsed_taken_back_tried_too_often(sides: Sides, refused: Refused) -> None:
    row = actions.register_tenancy(sides.new(), by=sides.landlord)
    code = code_sent()
    with refused("other_side_confirms"):
        actions.confirm_tenancy(row.pk, code, by=sides.landlord)
    for act in (actions.withdraw_tenancy, lambda key, by: actions.confirm_tenancy(key, code, by=by)):
        with refused("not_found"):
            act(row.pk, by=sides.stranger)
    with refused("not_found"):
        actions.withdraw_tenancy(row.pk, by=sides.tenant)
    with refused("reason_missing"):
        actions.refuse_tenancy(row.pk, reason="", by=sides.tenant)
    actions.refuse_tenancy(row.pk, reason="日期不对", by=sides.tenant)
    assert "日期不对" in Message.objects.get(person_id=sides.landlord.person_id, channel="in_app").body
    with refused("tenancy_settled"):
        actions.confirm_tenancy(row.pk, code, by=sides.tenant)

    late = actions.register_tenancy(sides.new(), by=sides.landlord)
    Tenancy.objects.filter(pk=late.pk).update(code_until=timezone.now() - timedelta(seconds=1))
    with refused("tenancy_lapsed"):
        actions.confirm_tenancy(late.pk, code_sent(), by=sides.tenant)
    tried = actions.register_tenancy(sides.new(), by=sides.landlord)
    code = code_sent()
    for _ in range(5):
        with refused("code_wrong"):
            actions.confirm_tenancy(tried.pk, "abcdef", by=sides.tenant)
    with refused("code_used_up"):
        actions.confirm_tenancy(tried.pk, code, by=sides.tenant)
    actions.withdraw_tenancy(tried.pk, by=sides.landlord)
    misnamed = actions.register_tenancy(sides.new(other_name="王某"), by=sides.landlord)
    with refused("other_name_differs"):
        actions.confirm_tenancy(misnamed.pk, code_sent(), by=sides.tenant)
    assert not Lease.objects.exists()


def test_a_lease_registered_meanwhile_stands_in_the_way(sides: Sides, estate: Estate, refused: Refused) -> None:
    row = actions.register_tenancy(sides.new(), by=sides.landlord)
    today = timezone.localdate()
    estate.lease("2-302", today, today + timedelta(days=30), landlord=77)
    with refused("lease_overlaps"):
        actions.confirm_tenancy(row.pk, code_sent(), by=sides.tenant)
    row.refresh_from_db()
    assert row.state == "waiting"


def posted(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(
        f"/api/grid/{path}", body, content_type="application/json", headers={"Idempotency-Key": uuid7().hex}
    )


def test_what_programs_do_with_it(sides: Sides, desk_of: Desk) -> None:
    day = str(timezone.localdate())
    body = {
        "lets": True,
        "address": ROOM,
        "since": day,
        "until": day,
        "other_name": "租客",
        "other_phone": "13800000402",
    }
    made = posted(desk_of(sides.landlord), "home/leases", body)
    assert made.status_code == 201
    key = made.json()["id"]
    asked = desk_of(sides.tenant).get("/api/grid/home").json()["tenancies"]
    assert [(one["id"], one["is_asked"]) for one in asked] == [(key, True)]
    done = posted(desk_of(sides.tenant), f"home/leases/{key}/confirm", {"code": code_sent()})
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    home = Residence.objects.get(person_id=sides.tenant.person_id)
    said = posted(
        desk_of(sides.tenant), "home/proposals", {"what": "left", "residence_id": str(home.pk), "day": day}
    ).json()
    shown = desk_of(sides.worker).get(f"/api/grid/proposals/{said['id']}").json()
    assert shown["wanted"] == {"until": day}
    took = posted(desk_of(sides.worker), f"proposals/{said['id']}/accept", {"seen": shown["recorded"]})
    assert (took.status_code, took.json()["state"]) == (200, "accepted")
    again = {"what": "work", "employer": "新单位有限公司"}
    assert posted(desk_of(sides.tenant), "home/proposals", again).json()["code"] == "nowhere_recorded"
    for path, other in (("refuse", {"reason": "不是我的"}), ("withdraw", {})):
        answer = posted(desk_of(sides.stranger), f"home/leases/{key}/{path}", other)
        assert answer.json()["code"] == "not_found"
    taken = posted(desk_of(sides.landlord), "home/proposals", {"what": "phone", "phone": "13900009999"})
    assert taken.status_code == 409, "the landlord lives nowhere yet"


def test_confirming_twice_at_once_makes_one_lease(committed_db: None) -> None:
    with enter("j510500"):
        Estate(grid_worker(COMMUNITY, 83))
        landlord, tenant = (actor_of(person_of(name, number)) for name, number in (("房东", 411), ("租客", 412)))
        today = timezone.localdate()
        new = NewTenancy(True, ROOM, today, today + timedelta(days=9), "租客", "13800000412")
        row = actions.register_tenancy(new, by=landlord)
        code = code_sent("+8613800000412")
    outcomes = at_once(lambda by: actions.confirm_tenancy(row.pk, code, by=by), [tenant, tenant])
    assert sorted(outcomes) == ["done", "tenancy_settled"]


def test_both_sides_read_the_day_a_lease_was_moved_to(sides: Sides, desk_of: Desk) -> None:
    row = actions.register_tenancy(sides.new(), by=sides.landlord)
    actions.confirm_tenancy(row.pk, code=code_sent(), by=sides.tenant)
    agreed, moved = row.until, row.until - timedelta(days=100)
    lease = Lease.objects.get()
    desk = desk_of(sides.worker)
    assert desk.post(f"/desk/grid/leases/{lease.pk}/", {"until": moved, "reason": "双方协商退租"}).status_code == 302
    for side in (sides.landlord, sides.tenant):
        page = desk_of(side).get(f"/my-home/leases/{row.pk}/").content.decode()
        assert moved.isoformat() in page
        assert agreed.isoformat() not in page
        [told] = desk_of(side).get("/api/grid/home").json()["tenancies"]
        assert told["until"] == moved.isoformat()
