"""Registers over the API: facts for a purpose, the address tree, buildings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router

from tongban.foundation.registers import actions, queries
from tongban.foundation.registers.models import Dwelling, Place
from tongban.foundation.registers.queries.registers import registers_readable_by
from tongban.foundation.registers.rules.addresses import Address
from tongban.foundation.registers.rules.places import PARENTS
from tongban.lib.facts import Fact, Unavailable
from tongban.web.api import ANYONE_KNOWN, CLIENT, STAFF, Problems, Shape

router = Router(tags=["registers"])
REFUSED = {401: Problems, 403: Problems, 404: Problems, 422: Problems}
Area = Annotated[str, Query(description="A region's prefix or a grid's 15 digits; one's own area when left out",
                            max_length=15, pattern="^[0-9]*$")]  # fmt: skip
Level = Annotated[str, Query(description=f"One of {', '.join(PARENTS)}", max_length=8, pattern="^[a-z]*$")]


class Words(Shape):
    """One text in both languages."""

    zh: str
    en: str


class RegisterOut(Shape):
    """A register: whether it may be asked now, of which day it is, what it answers and for which purposes."""

    code: str = Field(examples=["companies"])
    name: Words
    keeper: Words
    legal_basis: Words
    purposes: list[str] = Field(examples=[["service", "verification"]])
    elements: list[str] = Field(examples=[["enterprise.name", "enterprise.standing"]])
    is_available: bool
    is_sample: bool
    refreshed_at: datetime | None


class FactsIn(Shape):
    """Whom, what and why: a credit code, or a document; elements; a purpose each register allows, and the reason."""

    uscc: str = Field("", max_length=18, examples=["91510502MA0000001X"])
    document_type: str = Field("resident_id", max_length=24)
    document_number: str = Field("", max_length=40)
    elements: list[str] = Field(min_length=1, max_length=40, examples=[["enterprise.name", "enterprise.standing"]])
    purpose: str = Field(max_length=20, examples=["verification"])
    reason: str = Field(max_length=120, examples=["招标资格核验"])
    case_number: str = Field("", max_length=64, examples=["FGFC202002170001"])


class FactOut(Shape):
    """One element: ``known`` with a value and what it rests on, ``unknown``, or ``unavailable`` while its register is silent."""

    element: str = Field(examples=["enterprise.name"])
    state: str = Field(examples=["known"])
    value: str | int | None = Field(None, examples=["江阳区春和商贸有限公司"])
    register_code: str = Field("", examples=["companies"])
    source: Words | None = None
    refreshed_at: datetime | None = None
    legal_basis: Words | None = None
    unavailable_since: datetime | None = None


class PlaceOut(Shape):
    """A grid, estate, group, building or unit."""

    id: UUID
    level: str = Field(examples=["building"])
    name: str = Field(examples=["7栋"])
    mark: str = Field(examples=["7"])
    area_code: str = Field(examples=["510502001007001"])
    address: str = Field(examples=["南城街道凤凰社区示例路18号示例小区7栋"])
    parent_id: UUID | None
    floor_count: int | None


class PlaceCodeOut(Shape):
    """A code an authority gives, and since when."""

    authority: str
    code: str
    valid_from: date | None
    valid_to: date | None


class PlaceDetail(PlaceOut):
    """A place with its other names, its codes and what stands in it."""

    aliases: list[str]
    codes: list[PlaceCodeOut]
    parts: list[PlaceOut]


class AddressIn(Shape):
    """An address as somebody wrote it."""

    address: str = Field(max_length=200, examples=["泸州江阳南城凤凰社区示例路十八号示例小区七幢2-1504"])
    area: str = Field("", max_length=15, pattern="^[0-9]*$")


class AddressParts(Shape):
    """The parts of an address, "" where it does not say them."""

    province: str
    prefecture: str
    county: str
    township: str
    community: str
    group: str
    road: str
    number: str
    estate: str
    building: str
    unit: str
    floor: str
    room: str
    house: str
    rest: str


class DwellingOut(Shape):
    """A dwelling."""

    id: UUID
    address: str
    mark: str
    floor: int | None
    area_code: str
    use: str


class AddressOut(Shape):
    """An address taken apart, its standard form, and the places and dwellings it may mean."""

    standard: str
    parts: AddressParts
    places: list[PlaceOut]
    dwellings: list[DwellingOut]


class CellOut(Shape):
    """One dwelling of a building: together, apart, rented, vacant or uncollected."""

    dwelling_id: UUID
    floor: int | None
    unit: str
    mark: str
    state: str = Field(examples=["together"])
    people: int


class MatrixOut(Shape):
    """A building as a matrix: units side by side, floors from the top."""

    building: PlaceOut
    units: list[str]
    floors: list[int | None]
    counts: dict[str, int]
    cells: list[CellOut]


@router.get("", auth=ANYONE_KNOWN, response={200: list[RegisterOut]} | REFUSED, summary="Registers")
def registers(request: HttpRequest) -> list[dict[str, Any]]:
    """Every register one may read or manages: what it knows, by which law, for what, how fresh."""
    found = registers_readable_by(request.actor)  # type: ignore[attr-defined]
    return [
        {
            "code": kind.code, "name": kind.name.as_json(), "keeper": kind.keeper.as_json(),
            "legal_basis": kind.legal_basis.as_json(), "purposes": list(kind.purposes), "elements": list(kind.elements),
            "is_available": is_available, "is_sample": row.is_sample, "refreshed_at": row.refreshed_at,
        }
        for kind, row, is_available in found
    ]  # fmt: skip


@router.post(
    "/facts", auth=CLIENT, response={200: list[FactOut]} | REFUSED, summary="Facts on one subject",
    openapi_extra={"x-idempotent": True},  # writes nothing but the look, and the answer must not be kept to be repeated
)  # fmt: skip
def facts(request: HttpRequest, body: FactsIn) -> list[dict[str, Any]]:
    """Facts on one company or person for a stated purpose, within the program's region; the person sees that it was asked."""
    sought = actions.Sought(uscc=body.uscc, document=(body.document_type, body.document_number))
    found = actions.read_facts(
        sought, body.elements, purpose=body.purpose, reason=body.reason, case_number=body.case_number, by=request.actor  # type: ignore[attr-defined]
    )  # fmt: skip
    return [_fact(element, fact) for element, fact in found.items()]


def _fact(element: str, fact: Fact | Unavailable | None) -> dict[str, Any]:
    if fact is None:
        return {"element": element, "state": "unknown"}
    said = {"element": element, "register_code": fact.register, "source": fact.source.as_json()}
    if isinstance(fact, Unavailable):
        return said | {"state": "unavailable", "unavailable_since": fact.since}
    basis = fact.legal_basis.as_json() if fact.legal_basis else None
    return said | {"state": "known", "value": fact.value, "refreshed_at": fact.refreshed_at, "legal_basis": basis}


@router.get("/places", auth=ANYONE_KNOWN, response={200: list[PlaceOut]} | REFUSED, summary="Find places")
def places(
    request: HttpRequest,
    q: Annotated[
        str, Query(description="示例小区, shili, slxq or a former name; empty lists the area", max_length=50)
    ] = "",
    area: Area = "",
    level: Level = "",
) -> list[Place]:
    """Places by name, pinyin, initials or another name; without a term what stands right in the area."""
    actor = request.actor  # type: ignore[attr-defined]
    if q.strip():
        return queries.places_matching(actor, q, area=area, level=level, limit=50)
    return queries.places_under(actor, area=area, level=level)[:200]


@router.get("/places/{uuid:place_id}", auth=ANYONE_KNOWN, response={200: PlaceDetail} | REFUSED, summary="One place")
def place(request: HttpRequest, place_id: UUID) -> dict[str, Any]:
    """A place with its other names, its codes and what stands in it."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.place_visible_to(actor, place_id)
    own = {name: getattr(found, name) for name in PlaceOut.model_fields}
    parts = queries.places_under(actor, parent_id=found.pk)
    names = [alias.name for alias in found.aliases.all()]
    return own | {"aliases": names, "codes": list(found.codes.order_by("authority", "valid_from")), "parts": parts}


@router.post(
    "/addresses/find", auth=ANYONE_KNOWN, response={200: AddressOut} | REFUSED, summary="Read an address",
    openapi_extra={"x-idempotent": True},  # writes nothing; an address does not belong into an address line
)  # fmt: skip
def find_address(request: HttpRequest, body: AddressIn) -> dict[str, Any]:
    """Take a raw address apart, and find what it may mean in one's area."""
    found = queries.find_address(request.actor, body.address, area=body.area)  # type: ignore[attr-defined]
    return {
        "standard": found.address.standard(), "parts": _parts(found.address), "places": found.places,
        "dwellings": [_dwelling(one) for one in found.dwellings],
    }  # fmt: skip


def _parts(address: Address) -> dict[str, str]:
    return {name: getattr(address, name) for name in AddressParts.model_fields}


def _dwelling(dwelling: Dwelling) -> dict[str, Any]:
    return {name: getattr(dwelling, name) for name in DwellingOut.model_fields}


@router.get(
    "/buildings/{uuid:place_id}/matrix",
    auth=STAFF,
    response={200: MatrixOut} | REFUSED,
    summary="A building's dwellings",
)
def matrix(request: HttpRequest, place_id: UUID) -> dict[str, Any]:
    """How each dwelling of a building stands: registered and living there, apart, let, vacant, not yet visited."""
    found = queries.building_matrix(request.actor, place_id)  # type: ignore[attr-defined]
    cells = [
        {"dwelling_id": cell.dwelling_id, "floor": floor, "unit": unit, "mark": cell.mark, "state": cell.state, "people": cell.people}
        for (floor, unit), row in found.cells.items()
        for cell in row
    ]  # fmt: skip
    return {
        "building": found.building,
        "units": found.units,
        "floors": found.floors,
        "counts": found.counts,
        "cells": cells,
    }
