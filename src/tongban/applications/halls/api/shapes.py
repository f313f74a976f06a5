"""What the API of halls takes and answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Field
from pydantic import AwareDatetime

from tongban.applications.halls import queries
from tongban.applications.halls.models import Hall, Scan, Visit
from tongban.applications.halls.rules.presence import VERDICTS
from tongban.applications.halls.rules.queue import STATES, Standing, shown_number
from tongban.applications.halls.rules.visitors import Said
from tongban.web.api import Problems, Shape

REFUSED = {401: Problems, 403: Problems, 404: Problems, 409: Problems, 422: Problems}
_NONCE = "made by the caller for this one act: sent again, it answers what was done then"
_NONCES = ["7f3d0f6e-54f1-4be0-9c0f-0e6a6f3f2b11"]


class HallServiceOut(Shape):
    """One line of business of a hall."""

    code: str = Field(examples=["s1"])
    name: str = Field(examples=["综合咨询"])
    name_en: str = Field(examples=["General advice"])
    prefix: str = Field(description="letters of its queue", examples=["A"])
    is_open: bool
    has_slots: bool = Field(description="whether appointments are offered")


class HallOut(Shape):
    """A hall in a list."""

    id: UUID
    code: str = Field(examples=["JYSAMPLE"])
    name: str = Field(examples=["江阳区政务服务大厅"])
    name_en: str
    region_code: str = Field(examples=["510502"])
    address: str
    phone: str
    state: str = Field(examples=["confirmed"], description="provisional or confirmed")
    is_open: bool
    waiting: int


class HallDetail(HallOut):
    """A hall with what a form for its visitors needs."""

    capacity: int
    hours: dict[str, str] = Field(examples=[{"workday": "09:00-12:00 13:30-17:30"}])
    services: list[HallServiceOut]
    entrances: list[dict[str, Any]] = Field(
        examples=[[{"code": "main", "name": {"zh": "正门", "en": "Main entrance"}}]]
    )
    asks_document: bool
    questions: list[str] = Field(
        description="of the health declaration asked today", examples=[["temperature", "symptoms"]]
    )
    bookable_days: list[date]


class BoardOut(Shape):
    """The live snapshot of a hall, at most a second old; `version` is its ETag."""

    hall: str
    open: bool
    inside: int
    capacity: int
    calls: list[dict[str, Any]] = Field(description="who is called or served, the newest call first")
    lines: list[dict[str, Any]] = Field(description="each queue: how many wait, at how many windows, how long")
    waiting: list[str] = Field(description="the next 50 numbers", examples=[["A007", "B002"]])
    windows: list[dict[str, Any]]
    version: str
    at: datetime


class Term(Shape):
    """Part of a hall's name."""

    q: str = Field("", max_length=40, examples=["江阳"])


class OfferOut(Shape):
    """One slot that may still be booked."""

    starts: datetime
    ends: datetime
    left: int


class NewVisit(Shape):
    """Who comes, and what for; everything wrong is said at once."""

    nonce: UUID = Field(description=_NONCE, examples=_NONCES)
    service: str = Field(max_length=12, examples=["s1"])
    name: str = Field(max_length=80, examples=["陈小雨"])
    document_type: str = Field("", max_length=24, examples=["resident_id"])
    document_number: str = Field("", max_length=40, examples=["110101199001010010"])
    phone: str = Field("", max_length=40, examples=["13800000001"])
    companions: list[str] = Field([], max_length=20, examples=[["陈大雨"]])
    priorities: list[str] = Field(
        [], max_length=8, description="disabled or infant; old age is told by the document", examples=[["infant"]]
    )
    declaration: dict[str, str] = Field({}, examples=[{"temperature": "36.5", "symptoms": "no"}])
    entrance: str = Field("", max_length=12, examples=["main"])
    helped_by: str = Field("", max_length=60, description="whoever fills this in for somebody else")

    def said(self) -> Said:
        """For the action."""
        return Said(
            self.service, self.name, self.document_type, self.document_number, self.phone, self.companions,
            self.priorities, self.declaration,
        )  # fmt: skip


class NewAppointment(NewVisit):
    """Who comes, what for and when."""

    starts: AwareDatetime = Field(description="start of a slot of the hall", examples=["2026-12-01T09:30:00+08:00"])


class When(Shape):
    """Another slot."""

    starts: AwareDatetime = Field(examples=["2026-12-01T10:00:00+08:00"])


class Stars(Shape):
    """A rating: 5 very good to 1 very poor."""

    rating: int = Field(ge=1, le=5, examples=[5])


class ScanIn(Shape):
    """One scan at a door; `at` and `verdict` are given by a device that was offline then."""

    nonce: UUID = Field(description=_NONCE, examples=_NONCES)
    code: str = Field(max_length=300, description="as read: the visit's code, or the address in its QR code")
    way: Literal["in", "out"] = "in"
    entrance: str = Field("", max_length=12, examples=["main"])
    at: AwareDatetime | None = Field(None, description="by the device's clock, when it was offline")
    verdict: Literal["", "admitted", "out"] = Field("", description="what the device said then: it is a fact now")


class ScanOut(Shape):
    """What the door says."""

    verdict: str = Field(examples=["admitted"], description=", ".join(VERDICTS))
    text: str = Field(examples=["请进"])
    at: datetime
    inside: int


class DoorOut(Shape):
    """A hall as its doors know it, for judging without the house."""

    code: str = Field(examples=["JYSAMPLE"])
    name: str
    name_en: str
    entrances: list[dict[str, Any]]
    capacity: int
    inside: int
    day: date = Field(description="the business day")
    day_ends: datetime = Field(description="from then on the list is of another day")
    at: datetime = Field(description="by the house's clock")
    salt: str
    known: list[str] = Field(description="mark, people, 1 when inside", examples=[["0f4c2b9e8d7a615310"]])


class VisitOut(Shape):
    """A visit, for whoever holds its code."""

    code: str = Field(examples=["7K2MXW4QPR9H3T"])
    hall: str = Field(examples=["JYSAMPLE"])
    day: date
    number: str = Field(examples=["A007"], description="empty until an appointment is taken up")
    state: str = Field(examples=["waiting"], description=", ".join(STATES))
    state_name: str = Field(examples=["等候中"])
    service: str
    name: str = Field(examples=["陈**"], description="masked")
    before: int | None = Field(description="how many stand before, while waiting")
    minutes: list[int] | None = Field(description="least and most minutes to wait", examples=[[10, 25]])
    window: str = Field(examples=["3"])
    starts: datetime | None = Field(description="of the appointment")


class QueuedOut(VisitOut):
    """A visit as the hall's own desk sees it."""

    id: UUID
    party: int
    priorities: list[str]
    registered_at: datetime
    calls: int


class QueuePage(Shape):
    """Which part of a queue."""

    limit: int = Field(50, ge=1, le=200, description="how many visitors", examples=[50])
    after: UUID | None = Field(
        None, description="id of the last visitor of the page before; they may have been called since"
    )


class WindowOut(Shape):
    """A window, and who is at it."""

    id: UUID
    number: str
    name: str
    prefixes: list[str] = Field(description="queues it serves; none: all")
    is_open: bool
    visitor: QueuedOut | None


class CallIn(Shape):
    """One visitor out of turn, or who missed the call."""

    visit_id: UUID


class TransferIn(Shape):
    """Where to: another window by its number, or a queue by its letters."""

    window: str = Field("", max_length=8, examples=["3"])
    prefix: str = Field("", max_length=2, examples=["B"])


def hall_out(hall: Hall, waiting: int) -> dict[str, Any]:
    """A hall for a list."""
    return {
        "id": hall.pk, "code": hall.code, "name": hall.name, "name_en": hall.name_en, "region_code": hall.region_code,
        "address": hall.address, "phone": hall.phone, "state": hall.state, "waiting": waiting,
        "is_open": hall.schedule.is_open(timezone.now()),
    }  # fmt: skip


def visit_out(visit: Visit, standing: Standing | None = None) -> dict[str, Any]:
    """A visit as both its holder and the desk may see it; a desk that counts places itself gives the ``standing``."""
    standing = standing or queries.standing(visit)
    service = next((one.name for one in visit.hall.service_list if one.code == visit.service), "")
    return {
        "id": visit.pk, "code": visit.code, "hall": visit.hall.code, "day": visit.day, "state": visit.state,
        "number": shown_number(visit.prefix, visit.number) if visit.number else "", "state_name": str(STATES[visit.state]),
        "service": str(service), "name": visit.masked_name, "before": standing.before if standing else None,
        "minutes": list(standing.waits) if standing and standing.waits else None,
        "window": visit.window.number if visit.window else "", "starts": timezone.localtime(visit.slot.starts_at) if visit.slot else None,
        "party": visit.party, "priorities": visit.priorities, "registered_at": visit.registered_at, "calls": visit.calls,
    }  # fmt: skip


def scan_out(scan: Scan, hall: Hall) -> dict[str, Any]:
    """A verdict with how full the hall is now."""
    inside = queries.board_of(hall).inside
    return {"verdict": scan.verdict, "text": str(VERDICTS[scan.verdict]), "at": scan.at, "inside": inside}
