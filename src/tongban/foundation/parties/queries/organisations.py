"""Reads of organisations and units."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from tongban.foundation.parties.models import Organisation, Unit
from tongban.lib.repeated import Repeated
from tongban.lib.together import once


def organisation_by_uscc(uscc: str) -> Organisation | None:
    """The organisation with a checked credit code."""
    return Organisation.objects.filter(uscc=uscc, is_active=True).first()


def organisation_by_id(organisation_id: UUID) -> Organisation:
    """An organisation by an id its caller got from here."""
    return Organisation.objects.get(pk=organisation_id)


def unit_for(code: str, region_code: str) -> Unit | None:
    """The unit a definition calls ``code``, for a place: the one of the place itself, else of the region above."""
    return units_for([code], region_code).get(code)


_UNITS = Repeated[Unit](
    lambda codes, scopes: Unit.objects.filter(
        code__one_of=codes, region_code__one_of=scopes, is_active=True
    ).select_related("organisation")
)


def units_for(codes: Collection[str], region_code: str) -> dict[str, Unit]:
    """``unit_for`` each of several codes, in one statement; what nobody has set up is left out."""
    scopes = [region_code[:length] for length in (12, 9, 6, 4, 2) if len(region_code) >= length]
    found = _UNITS(codes=list(codes), scopes=scopes)
    return {unit.code: unit for unit in sorted(found, key=lambda unit: len(unit.region_code))}


def units_by_id(unit_ids: Collection[UUID]) -> dict[UUID, Unit]:
    """Units by ids their caller got from rows of its own, in one statement: for counts that name departments at the end."""
    return Unit.objects.in_bulk(list(unit_ids))


def departments_for(region_code: str) -> list[Unit]:
    """The departments a place belongs to, its county's and those above, by name: whom work there can be sent to."""
    scopes = [region_code[:length] for length in (12, 9, 6, 4, 2) if len(region_code) >= length]
    found = Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, region_code__in=scopes, is_active=True)
    return list(found.select_related("organisation").order_by("organisation__name_pinyin", "name_pinyin", "pk"))


def settings_over(name: str, area: str) -> list[tuple[Unit, Any]]:
    """What an application keeps for the units whose region covers an area, by the unit's name."""
    scopes = [area[:length] for length in range(2, len(area) + 1)]
    found = Unit.objects.filter(region_code__in=scopes, is_active=True, settings__has_key=name)
    return [(unit, unit.settings[name]) for unit in found.order_by("name_pinyin", "name", "pk")]


def unit_setting(unit_id: UUID | None, name: str) -> Any:
    """What an application keeps for one unit; None for nothing."""
    if unit_id is None:
        return None
    found = Unit.objects.filter(pk=unit_id).values_list("settings", flat=True).first()
    return (found or {}).get(name)


_USCC = Repeated[tuple[str]](
    lambda organisation_id: Organisation.objects.filter(pk=organisation_id).values_list("uscc")
)


def uscc_of(organisation_id: UUID) -> str:
    """An organisation's credit code, "" without one."""
    known = once(("parties.uscc", organisation_id), lambda: _USCC.first(organisation_id=organisation_id))
    return known[0] if known else ""
