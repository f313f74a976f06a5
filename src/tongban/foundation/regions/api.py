"""Regions over the API: open to everybody, reading only."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from tongban.foundation.regions.models import Region
from tongban.foundation.regions.queries import (
    HOUSE_AUTHORITY,
    MOST_FOUND,
    children_of,
    path_name,
    path_of,
    paths_of,
    region_by_code,
    regions_matching,
)
from tongban.foundation.regions.rules.codes import LEVELS, normalised
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.api import PUBLIC, Problem, Shape

router = Router(tags=["regions"])
Authority = Annotated[str, Query(description="mca 民政部 or nbs 国家统计局", pattern="^[a-z][a-z0-9]{1,15}$")]
On = Annotated[date | None, Query(description="The day asked about; now when left out")]


class RegionSummary(Shape):
    """One region: its official code, its name in both languages, its level."""

    code: str
    name: str
    name_en: str
    level: str
    authority: str


class RegionFound(RegionSummary):
    """A region that answers a search, with its way down from the province."""

    path: str
    path_en: str


class RegionDetail(RegionFound):
    """A region with its parent and validity; an empty ``valid_from`` is unknown, ``valid_to`` in force."""

    parent: str | None
    valid_from: date | None
    valid_to: date | None


def _summary(region: Region) -> dict[str, object]:
    name = region.title
    level = LEVELS[region.level - 1]
    return {"code": normalised(region.code), "name": name.zh, "name_en": name.en, "level": level,
            "authority": region.authority}  # fmt: skip


def _found(region: Region, path: list[Region]) -> dict[str, object]:
    line = path_name(path)
    return _summary(region) | {"path": line.zh, "path_en": line.en}


def _region(code: str, authority: str, on: date | None) -> Region:
    region = region_by_code(code, authority=authority, on=on)
    if region is None:
        raise not_found(T("区划 {code}", "Region {code}").format(code=code))
    return region


@router.get("", auth=PUBLIC, response={200: list[RegionFound], 422: Problem}, summary="Find regions")
def find(
    request: HttpRequest,
    q: Annotated[str, Query(description="江阳, jiangyang, jyq or the beginning of a code", max_length=50)],
    authority: Authority = HOUSE_AUTHORITY,
    within: Annotated[str, Query(max_length=12)] = "",
    on: On = None,
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND)] = 20,
) -> list[dict[str, object]]:
    """Find regions by name, pinyin, initials or the beginning of a code, for choosing one."""
    regions = regions_matching(q, authority=authority, within=within, on=on, limit=limit)
    paths = paths_of(regions, on=on)
    return [_found(region, paths[region.id]) for region in regions]


@router.get("/{code}", auth=PUBLIC, response={200: RegionDetail, 404: Problem, 422: Problem}, summary="One region")
def one(request: HttpRequest, code: str, authority: Authority = HOUSE_AUTHORITY, on: On = None) -> dict[str, object]:
    """One region as an authority numbers it on a day."""
    region = _region(code, authority, on)
    parent = normalised(region.parent_code) if region.parent_code else None
    dates = {"valid_from": region.valid_from, "valid_to": region.valid_to}
    return _found(region, path_of(code, authority=authority, on=on)) | {"parent": parent} | dates


@router.get(
    "/{code}/children",
    auth=PUBLIC,
    response={200: list[RegionSummary], 404: Problem, 422: Problem},
    summary="The regions right under one",
)
def children(
    request: HttpRequest, code: str, authority: Authority = HOUSE_AUTHORITY, on: On = None
) -> list[dict[str, object]]:
    """The regions right under one, by code."""
    _region(code, authority, on)
    return [_summary(child) for child in children_of(code, authority=authority, on=on)]
