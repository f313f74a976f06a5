"""A hall opens itself, changes what it says of itself, and is confirmed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from tongban.applications.halls.models import Hall, Window
from tongban.applications.halls.queries.halls import HALL, forget_hall, hall_run_by, halls_run_by
from tongban.applications.halls.rules.appointments import check_rules
from tongban.applications.halls.rules.hours import DEFAULT_HOURS, check_hours
from tongban.applications.halls.rules.queue import DEFAULT_HEAD_STARTS, check_head_starts
from tongban.applications.halls.rules.rights import CONFIRM, MANAGE
from tongban.applications.halls.rules.shape import (
    MOST_WINDOWS,
    Entrance,
    check_declaration,
    check_services,
    declared,
    services_of_lines,
)
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.queries import organisation_by_uscc, require
from tongban.foundation.regions.queries import region_by_code
from tongban.lib.actors import Actor, system
from tongban.lib.identifiers import check_uscc
from tongban.lib.ids import speakable_code
from tongban.lib.phones import check_phone
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

MOST_PROVISIONAL = 3
"""Halls one person may have waiting for confirmation."""
_HOUSE = system("halls")


@dataclass(frozen=True, slots=True)
class NewHall:
    """What a hall says when it opens: everything else has a sensible value until somebody changes it."""

    name: str
    operator: str
    region_code: str
    address: str
    phone: str
    capacity: int = 200
    windows: int = 3
    services: Sequence[str] = ()
    hours: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_HOURS))
    day_starts: int = 240
    uscc: str = ""
    name_en: str = ""
    is_sample: bool = False


def checked_hall(new: NewHall, *, opened_by: str, regions: dict[str, str] | None = None) -> tuple[Hall, str]:
    """A hall in memory, everything about it checked, and its operator's credit code.

    ``regions`` remembers the codes of a long list that were looked up already.
    """
    if not 1 <= new.windows <= MOST_WINDOWS:
        raise Refusal("windows_out_of_range", T("窗口数填 1 至 {n}。", "Between 1 and {n} windows.").format(n=MOST_WINDOWS),
                      field="windows")  # fmt: skip
    hall = Hall(
        name=_text(new.name, "name", 120), name_en=" ".join(new.name_en.split())[:160], operator=_text(new.operator, "operator", 200),
        region_code=_region(new.region_code, {} if regions is None else regions), address=_text(new.address, "address", 200),
        phone=check_phone(new.phone, field="phone"), capacity=_capacity(new.capacity), hours=check_hours(new.hours, new.day_starts), day_starts=new.day_starts,
        services=[one.as_json() for one in services_of_lines(new.services)], head_starts=dict(DEFAULT_HEAD_STARTS),
        entrances=[Entrance("main", T("正门", "Main entrance")).as_json()], code=speakable_code(8), opened_by=opened_by[:120],
        is_sample=new.is_sample,
    )  # fmt: skip
    return hall, check_uscc(new.uscc, field="uscc") if new.uscc else ""


@transaction.atomic
def open_hall(new: NewHall, *, by: Actor) -> Hall:
    """Open a hall at once, as provisional; opened again by whoever runs it, it is the same hall."""
    hall, _ = checked_hall(new, opened_by=by.name)
    with connection.cursor() as cursor:  # whoever opens the same one at the same moment waits until we are done
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"hall|{hall.name}|{hall.address}"])
    there = Hall.objects.filter(region_code=hall.region_code, name=hall.name, address=hall.address).first()
    if there is None:
        return begin_hall(new, by=by)
    if halls_run_by(by, MANAGE).filter(pk=there.pk).exists():
        return there
    raise Refusal("hall_exists", T(
        "这个地址已经开通了“{name}”。您在那里工作，请大厅负责人把您加为同事；不是本单位开通的，请联系区县政务服务管理机构。",
        "“{name}” is open at this address already. If you work there, ask its manager to add you; if your office did not "
        "open it, tell the district.").format(name=there.name), field="name", status=409)  # fmt: skip


@transaction.atomic
def begin_hall(new: NewHall, *, by: Actor) -> Hall:
    """A hall that is not there yet; whoever opens it runs it. At most three of theirs may wait for confirmation."""
    if by.person_id is None:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    hall, uscc = checked_hall(new, opened_by=by.name)
    if halls_run_by(by, MANAGE).filter(state="provisional").count() >= MOST_PROVISIONAL:
        raise Refusal("too_many_provisional", T("您已有 {n} 个大厅等待确认，请先请区县确认，或用表格批量开通。",
                      "{n} halls of yours await confirmation: have them confirmed first, or open many from a list.")
                      .format(n=MOST_PROVISIONAL), status=409)  # fmt: skip
    hall.unit_id = _unit(hall, uscc, code=f"hall-{hall.code.lower()}")
    hall.save(force_insert=True)
    Window.objects.bulk_create(Window(hall=hall, number=str(n + 1)) for n in range(new.windows))
    parties.grant_membership(
        by.person_id,
        hall.unit_id,
        "hall_manager",
        term=parties.Term(timezone.localdate()),
        region_code=hall.region_code,
        by=_HOUSE,
    )
    return hall


def _unit(hall: Hall, uscc: str, *, code: str) -> UUID:
    """The unit behind a hall; its organisation is known by its credit code, or recorded as the hall gives it."""
    organisation = organisation_by_uscc(uscc) if uscc else None
    if organisation is None:
        organisation = parties.create_organisation(
            parties.NewOrganisation(
                name=hall.operator, kind="institution", region_code=hall.region_code, uscc=uscc, address=hall.address,
                source="hall", is_sample=hall.is_sample,
            ), by=_HOUSE,
        )  # fmt: skip
    unit = parties.create_unit(
        parties.NewUnit(hall.name, "hall", code, hall.region_code, hall.name_en, is_sample=hall.is_sample),
        organisation_id=organisation.pk, by=_HOUSE,
    )  # fmt: skip
    return unit.pk


@transaction.atomic
def change_hall(hall_id: UUID, changes: Mapping[str, Any], *, by: Actor) -> Hall:
    """Change what a hall says of itself; unknown names are a programming error, wrong values are refused."""
    hall = managed_hall(hall_id, by)
    before = hall.declaration
    day_starts = int(changes.get("day_starts", hall.day_starts))
    for name, value in changes.items():
        setattr(hall, name, _checked(name, value, day_starts))
    if "day_starts" in changes and "hours" not in changes:
        hall.hours = check_hours(hall.hours, day_starts)
    hall.save(update_fields=[*changes, *(["name_pinyin", "name_initials"] if "name" in changes else [])])
    if hall.declaration != before:
        _tell_declaration(hall, before, by)
    return hall


def _tell_declaration(hall: Hall, before: dict[str, Any], by: Actor) -> None:
    """What is asked about people's health, from when to when and on what basis, is for everybody to read."""
    ledger.record(
        "rule.changed", by=by, subject=("halls.hall", hall.pk),
        values={
            "rule": f"health declaration of hall {hall.code}", "before": declared(before),
            "after": declared(hall.declaration),
            "reason": hall.declaration.get("legal_basis", ""),
        },
    )  # fmt: skip


def _capacity(value: int) -> int:
    if not 1 <= value <= 100_000:
        raise Refusal(
            "capacity_out_of_range", T("可容纳人数填 1 至 100000。", "Between 1 and 100,000 people."), field="capacity"
        )
    return value


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": lambda value: _text(value, "name", 120), "address": lambda value: _text(value, "address", 200),
    "phone": lambda value: check_phone(value, field="phone"), "capacity": _capacity,
    "services": lambda value: [one.as_json() for one in check_services(value)],
    "declaration": lambda value: check_declaration(value).as_json(),
    "appointment_rules": lambda value: check_rules(value).as_json(), "head_starts": check_head_starts,
    "entrances": lambda value: [one.as_json() for one in value],
}  # fmt: skip
_PLAIN = frozenset({"name_en", "closures", "day_starts", "asks_document"})


def _checked(name: str, value: Any, day_starts: int) -> Any:
    """The stored form of one thing a hall says of itself."""
    if name == "hours":
        return check_hours(value, day_starts)
    if name in _CHECKS:
        return _CHECKS[name](value)
    if name not in _PLAIN:
        raise ValueError(f"a hall has no {name} to change")
    return value


@transaction.atomic
def change_windows(hall_id: UUID, wanted: Sequence[tuple[str, str, Sequence[str]]], *, by: Actor) -> list[Window]:
    """Set a hall's windows as (number, name, prefixes); one that is not named any more goes unless it serves somebody."""
    hall = hall_run_by(by, hall_id, MANAGE)
    known = {one.number: one for one in Window.objects.select_for_update().filter(hall=hall)}
    numbers = [number for number, _, _ in wanted]
    if (
        not 1 <= len(numbers) <= MOST_WINDOWS
        or len(set(numbers)) < len(numbers)
        or not all(0 < len(n) <= 8 for n in numbers)
    ):
        raise Refusal("windows_wrong", T("窗口号不能为空、不能重复，最多 8 个字符。",
                      "Window numbers must not be empty or repeated, at most 8 characters."), field="windows")  # fmt: skip
    queues = {one.prefix for one in hall.service_list}
    for number, name, prefixes in wanted:
        window = known.pop(number, None) or Window(hall=hall, number=number)
        window.name, window.prefixes = name[:80], [one for one in prefixes if one in queues]
        window.save()
    Window.objects.filter(pk__in=[one.pk for one in known.values()], is_open=False).delete()
    return list(hall.windows.order_by("number"))


@transaction.atomic
def confirm_hall(hall_id: UUID, *, by: Actor) -> Hall:
    """The district confirms a hall; a second time changes nothing."""
    hall = locked_hall(hall_id)
    require(by, CONFIRM, region=hall.region_code)
    if hall.state == "confirmed":
        return hall
    hall.state, hall.confirmed_at, hall.confirmed_by, hall.state_reason = "confirmed", timezone.now(), by.name[:120], ""
    hall.moved_to = hall.moving_to = ""  # a hall that comes back leads nobody on
    hall.save(update_fields=["state", "confirmed_at", "confirmed_by", "state_reason", "moved_to", "moving_to"])
    return hall


@transaction.atomic
def suspend_hall(hall_id: UUID, *, reason: str, by: Actor) -> Hall:
    """The district stops a hall that is none, or that misbehaves; visitors read the reason."""
    hall = locked_hall(hall_id)
    require(by, CONFIRM, region=hall.region_code)
    if not reason.strip():
        raise Refusal("reason_missing", T("请写明暂停原因，大厅和访客看得到。", "Give the reason: the hall and its visitors see it."),
                      field="reason")  # fmt: skip
    hall.state, hall.state_reason = "suspended", reason.strip()[:200]
    hall.save(update_fields=["state", "state_reason"])
    return hall


@transaction.atomic
def renew_links(hall_id: UUID, *, by: Actor) -> Hall:
    """Make the addresses of a hall's screens and kiosks anew; the old ones stop working."""
    hall = managed_hall(hall_id, by)
    hall.links_version += 1
    hall.save(update_fields=["links_version"])
    return hall


def locked_hall(hall_id: UUID) -> Hall:
    """One hall, held until the transaction ends."""
    hall = Hall.objects.select_for_update().filter(pk=hall_id).first()
    if hall is None:
        raise not_found(HALL)
    forget_hall(hall)
    return hall


def managed_hall(hall_id: UUID, manager: Actor) -> Hall:
    """A hall its manager runs, held until the transaction ends."""
    return locked_hall(hall_run_by(manager, hall_id, MANAGE).pk)


def as_house(manager: Actor) -> Actor:
    """The house, in the manager's name: a manager rules over this one unit only, which parties cannot know."""
    return replace(system("halls", channel=manager.channel), name=manager.name)


def _text(value: str, name: str, longest: int) -> str:
    text = " ".join(str(value).split())
    if not 2 <= len(text) <= longest:
        raise Refusal("text_missing", T("请填写，2 至 {n} 个字。", "Fill this in, 2 to {n} characters.").format(n=longest),
                      field=name)  # fmt: skip
    return text


def _region(code: str, known: dict[str, str]) -> str:
    code = unicodedata.normalize("NFKC", code).strip()
    if code not in known:
        region = region_by_code(code) if code.isdecimal() and len(code) in (6, 9, 12) else None
        known[code] = region.code if region and len(region.code) >= 6 else ""
    if not known[code]:
        raise Refusal("region_unknown", T("请选择大厅所在的区县、街道或社区。", "Choose the county, township or community of the hall."),
                      field="region_code")  # fmt: skip
    return known[code]
