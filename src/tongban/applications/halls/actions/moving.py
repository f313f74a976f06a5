"""A hall leaves for its own county's house: its settings go along, the rights of both sides decide, its posters lead on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.applications.halls.actions.halls import (
    NewHall,
    begin_hall,
    change_hall,
    change_windows,
    locked_hall,
    managed_hall,
)
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.queries.halls import hall_run_by, keys_for_moving
from tongban.applications.halls.rules.appointments import Rules
from tongban.applications.halls.rules.moving import (
    TAKEN,
    check_arrival,
    check_door,
    read_settings,
    unreadable,
    write_settings,
)
from tongban.applications.halls.rules.queue import BOOKED
from tongban.applications.halls.rules.rights import CONFIRM, MANAGE
from tongban.applications.halls.rules.shape import Declaration, Entrance, Service
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_LONGEST_CODE = 12


def export_hall(hall_id: UUID, *, address: str, by: Actor) -> bytes:
    """The file with which the hall opens elsewhere: what it says of itself, its windows, and no visitor."""
    hall = hall_run_by(by, hall_id, MANAGE)
    windows = [
        {"number": one.number, "name": one.name, "prefixes": one.prefixes} for one in hall.windows.order_by("number")
    ]  # fmt: skip
    settings = {name: getattr(hall, name) for name in TAKEN}
    return write_settings(settings, windows, address=address, key=keys_for_moving(hall)[0])


@transaction.atomic
def receive_hall(content: bytes, *, by: Actor) -> Hall:
    """Open a hall from its file, as provisional: this side's district confirms it like any other. Once for each hall."""
    found = read_settings(content)
    if Hall.objects.filter(moved_from=found["from"]).exists():
        raise _arrived()
    try:
        return _received(found, by)
    except IntegrityError:  # the same file at the same moment
        raise _arrived() from None
    except (TypeError, ValueError, KeyError, AttributeError):  # values of other shapes than a hall's own
        raise unreadable() from None


def _received(found: Mapping[str, Any], by: Actor) -> Hall:
    said = found["hall"]
    names = ("name", "name_en", "operator", "region_code", "address", "phone", "capacity", "hours", "day_starts")
    with transaction.atomic():
        new = NewHall(**{name: said[name] for name in names}, services=["综合业务"])
        hall = begin_hall(replace(new, windows=max(1, len(found["windows"]))), by=by)
        hall.moved_from, hall.moving_key = found["from"], found["key"][:100]
        hall.save(update_fields=["moved_from", "moving_key"])
        changes = {
            "services": [_service(one) for one in said["services"]],
            "entrances": [_entrance(one) for one in said["entrances"]] or hall.entrance_list,
            "declaration": Declaration.read(said["declaration"]), "closures": [_closure(one) for one in said["closures"]],
            "appointment_rules": Rules.read(said["appointment_rules"]), "head_starts": said["head_starts"],
            "asks_document": bool(said["asks_document"]),
        }  # fmt: skip
        hall = change_hall(hall.pk, changes, by=by)
        if found["windows"]:
            windows = [(str(one["number"]), str(one["name"]), list(one["prefixes"])) for one in found["windows"]]
            change_windows(hall.pk, windows, by=by)
    return hall


def _service(found: Mapping[str, Any]) -> Service:
    """A service as it was, without the application it led to in the other house."""
    one = Service.read({**found, "definition": ""})
    numbers = (one.minutes, one.slot_minutes, one.slot_capacity)
    if not 0 < len(one.code) <= _LONGEST_CODE or not all(0 <= int(n) < 10_000 for n in numbers):
        raise ValueError("no service")
    return replace(
        one, slot_minutes=int(one.slot_minutes), slot_capacity=int(one.slot_capacity), is_open=bool(one.is_open)
    )


def _entrance(found: Mapping[str, Any]) -> Entrance:
    one = Entrance.read(found)
    if not 0 < len(one.code) <= _LONGEST_CODE:
        raise ValueError("no entrance")
    return one


def _closure(found: Mapping[str, Any]) -> dict[str, str]:
    first, last = date.fromisoformat(found["first"]), date.fromisoformat(found["last"])
    return {"first": first.isoformat(), "last": last.isoformat(), "reason": str(found.get("reason", ""))[:80]}


def _arrived() -> Refusal:
    return Refusal(
        "hall_arrived", T("这个大厅已经迁入，不用再传一次。", "This hall has arrived already: once is enough."), field="file",
        status=409,
    )  # fmt: skip


@transaction.atomic
def ask_to_move(hall_id: UUID, address: str, code: str, *, own_host: str, plain: bool, by: Actor) -> Hall:
    """The manager says where the hall is now, with the arrival code shown there; the district on this side agrees to it.

    ``own_host`` is this house's own; ``plain`` admits an address without encryption, in demos.
    """
    hall = managed_hall(hall_id, by)
    _check_here(hall)
    door = check_door(address, field="address", plain=plain)
    if door.split("/")[2] == own_host:
        raise Refusal("door_address_own", T("这是大厅现在的网址，请填写新大厅的网址。",
                      "This address is in this house: give the one of the new house."), field="address")  # fmt: skip
    check_arrival(code, keys_for_moving(hall), door)
    hall.moving_to = door
    hall.save(update_fields=["moving_to"])
    return hall


@transaction.atomic
def let_hall_move(hall_id: UUID, *, by: Actor) -> Hall:
    """The district agrees: from now on the old address leads to the new one. A second time changes nothing."""
    hall = locked_hall(hall_id)
    require(by, CONFIRM, region=hall.region_code)
    if hall.state == "moved":
        return hall
    _check_here(hall)
    if not hall.moving_to:
        raise Refusal(
            "move_not_asked", T("大厅负责人还没有申请迁出。", "The hall's manager has not asked to move."), status=409
        )
    waiting = Visit.objects.filter(hall=hall, state=BOOKED).count()
    if waiting:
        raise Refusal("move_has_appointments", T(
            "还有 {n} 个预约没有到期，访客的信息不会迁走。请先关闭预约，等这些预约办完或取消后再迁。",
            "{n} appointments are still to come, and no visitor moves along. Stop appointments, and let these pass or be cancelled first.",
        ).format(n=waiting), status=409)  # fmt: skip
    hall.state, hall.moved_to, hall.moving_to = "moved", hall.moving_to, ""
    hall.save(update_fields=["state", "moved_to", "moving_to"])
    return hall


@transaction.atomic
def take_move_back(hall_id: UUID, *, by: Actor) -> Hall:
    """The manager takes the wish to move back, as long as nobody agreed to it."""
    hall = managed_hall(hall_id, by)
    _check_here(hall)
    hall.moving_to = ""
    hall.save(update_fields=["moving_to"])
    return hall


def _check_here(hall: Hall) -> None:
    if hall.state == "moved":
        raise Refusal("hall_moved", T("这个大厅已经迁到：{where}", "This hall has moved to {where}").format(where=hall.moved_to),
                      status=409)  # fmt: skip
    if hall.state == "suspended":
        raise Refusal("hall_suspended", T("这个大厅已暂停使用：{why}", "This hall is suspended: {why}").format(why=hall.state_reason),
                      status=409)  # fmt: skip
