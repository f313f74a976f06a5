"""Loading editions: whole or not at all, twice without change, newer over older."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from tongban.foundation.regions.actions import Loaded, load_edition
from tongban.foundation.regions.adapters import packed_editions
from tongban.foundation.regions.models import Edition, Region
from tongban.foundation.regions.queries import region_by_code
from tongban.foundation.regions.tests.conftest import ROWS, Write, edition_text
from tongban.lib.actors import ANONYMOUS, Actor, system
from tongban.lib.refusals import Refusal

OPERATOR = system("tests")
pytestmark = pytest.mark.usefixtures("as_owner")


def load(path: Path | str) -> Loaded:
    return load_edition(path, by=OPERATOR)


def spans(code: str) -> list[tuple[str, date | None, date | None]]:
    found = Region.objects.filter(authority="tst", code=code)
    rows = [(region.name, region.valid_from, region.valid_to) for region in found]
    return sorted(rows, key=lambda row: row[2] or date.max)


def everything() -> list[tuple[object, ...]]:
    return sorted(Region.objects.values_list("id", "code", "name", "valid_from", "valid_to", "edition_id"))


def counted(authority: str) -> dict[int, int]:
    rows = Region.objects.filter(authority=authority, valid_to__isnull=True).values_list("level", flat=True)
    levels = list(rows)
    return {level: levels.count(level) for level in sorted(set(levels))}


def test_the_bureaus_edition_has_the_counts_of_its_source() -> None:
    loaded = load("nbs-2023")
    assert (loaded.is_new, loaded.opened, loaded.ended) == (True, 3520, 0)
    # 2,978 rows of the package less three that repeat a prefecture without counties.
    assert counted("nbs") == {1: 31, 2: 342, 3: 2975, 4: 15, 5: 157}
    county = Region.objects.filter(authority="nbs", code__startswith="510502")
    assert county.filter(level=Region.Level.TOWNSHIP).count() == 15
    assert county.filter(level=Region.Level.COMMUNITY).count() == 157


def test_the_ministrys_edition_has_the_counts_of_its_source() -> None:
    load("mca-2026")
    assert counted("mca") == {1: 34, 2: 333, 3: 2847, 4: 126}
    assert Region.objects.filter(authority="mca", valid_to__isnull=False).count() == 2979
    assert Region.objects.filter(authority="mca", parent_code="510502", valid_to__isnull=True).count() == 15


def test_two_authorities_number_two_towns_differently() -> None:
    load("mca-2026")
    load("nbs-2023")

    def name(authority: str, code: str) -> str:
        found = region_by_code(code, authority=authority)
        return found.name if found else ""

    assert [name("nbs", f"510502{n}") for n in (109, 110, 111)] == ["丹林镇", "分水岭镇", ""]
    assert [name("mca", f"510502{n}") for n in (109, 110, 111)] == ["分水岭镇", "", "丹林镇"]


def test_history_is_told_where_the_source_tells_it() -> None:
    load("mca-2026")
    then = region_by_code("510502", authority="mca", on=date(1990, 6, 1))
    now = region_by_code("510502", authority="mca", on=date(2020, 2, 13))
    assert then is not None
    assert now is not None
    assert (then.name, now.name, now.valid_from) == ("市中区", "江阳区", date(1995, 12, 31))
    assert region_by_code("510502098", authority="mca") is None  # 张坝街道, marked 撤销 in the source
    # Abolitions name a successor, and by a slip of the source once a namesake far away: no date comes from them.
    assert region_by_code("110101", authority="mca").valid_from is None  # type: ignore[union-attr]


def test_loading_again_changes_nothing() -> None:
    first = load("nbs-2023")
    before = everything()
    again = load("nbs-2023")
    assert (again.is_new, again.edition.id, again.opened, again.ended) == (False, first.edition.id, 0, 0)
    assert everything() == before
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.csv.xz"])
def test_the_same_content_packed_anew_is_the_same_edition(write_edition: Write, name: str) -> None:
    load(write_edition(edition_text()))
    assert not load(write_edition(edition_text(), name)).is_new


def test_the_same_rows_under_another_head_change_no_region(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    before = everything()
    later = load(write_edition(edition_text(date="2025-01-01", name="test-2")))
    assert (later.is_new, later.opened, later.ended, later.dated) == (True, 0, 0, 0)
    assert everything() == before


def test_a_newer_edition_ends_what_is_gone_and_opens_what_is_new(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    rows = ROWS.replace("510502110,分水岭镇,510502,,", "510502111,新镇,510502,,")
    newer = load(write_edition(edition_text(rows, date="2025-03-01", name="test-2")))
    assert (newer.opened, newer.ended) == (1, 1)
    assert spans("510502110") == [("分水岭镇", None, date(2025, 3, 1))]
    assert spans("510502111") == [("新镇", date(2025, 3, 1), None)]
    assert region_by_code("510502110", authority="tst", on=date(2024, 6, 1)) is not None
    assert region_by_code("510502110", authority="tst", on=date(2025, 3, 1)) is None


def test_a_renamed_region_keeps_its_past(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    rows = ROWS.replace("丹林镇", "丹林街道")
    load(write_edition(edition_text(rows, date="2025-03-01")))
    assert spans("510502109") == [("丹林镇", None, date(2025, 3, 1)), ("丹林街道", date(2025, 3, 1), None)]


def test_a_newer_edition_may_tell_the_exact_dates(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    rows = ROWS.replace(
        "510502109,丹林镇,510502,,", "510502109,丹林镇,510502,,2024-07-01\n510502109,新名镇,510502,2024-07-01,"
    )
    load(write_edition(edition_text(rows, date="2025-03-01")))
    assert spans("510502109") == [("丹林镇", None, date(2024, 7, 1)), ("新名镇", date(2024, 7, 1), None)]


def test_a_newer_edition_may_tell_an_unknown_beginning(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    rows = ROWS.replace("510502,江阳区,510500,,", "510502,市中区,510500,,1995-12-31\n510502,江阳区,510500,1995-12-31,")
    newer = load(write_edition(edition_text(rows, date="2025-03-01")))
    assert (newer.opened, newer.ended, newer.dated) == (1, 0, 1)
    assert spans("510502") == [("市中区", None, date(1995, 12, 31)), ("江阳区", date(1995, 12, 31), None)]


def test_a_code_given_out_again_is_another_region(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    gone = "\n".join(line for line in ROWS.splitlines() if not line.startswith("510502110"))
    load(write_edition(edition_text(gone, date="2025-03-01")))
    load(write_edition(edition_text(ROWS.replace("分水岭镇", "又一镇"), date="2026-03-01")))
    assert spans("510502110") == [("分水岭镇", None, date(2025, 3, 1)), ("又一镇", date(2026, 3, 1), None)]


def test_what_an_edition_does_not_cover_it_does_not_end(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    rows = "510000,四川省,,,\n510500,泸州市,510000,,\n510502,江阳区,510500,,\n510504,龙马潭区,510500,,"
    counties = load(write_edition(edition_text(rows, date="2025-03-01", covers=":county")))
    assert (counties.opened, counties.ended) == (0, 0)
    one = "510504001,小市街道,510504,,"  # its parent is on record
    part = load(write_edition(edition_text(one, date="2025-03-01", covers="510504001:community", name="x")))
    assert (part.opened, part.ended) == (1, 0)
    assert spans("510504001") == [("小市街道", date(2025, 3, 1), None)]  # townships were covered, so it is new


def test_what_was_never_covered_began_nobody_knows_when(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    deeper = ROWS.replace("510502110,", "510502109201,丹林村,510502109,,\n510502110,")
    load(write_edition(edition_text(deeper, date="2025-03-01", covers=":township 510502109:community")))
    assert spans("510502109201") == [("丹林村", None, None)]


def broken(old: str, new: str) -> str:
    assert old in ROWS
    return edition_text(ROWS.replace(old, new))


BROKEN = [
    ("region_code_wrong", 13, broken("510502,江阳区", "51050x,江阳区")),
    ("region_code_wrong", 13, broken("510502,江阳区", "510502000000,江阳区")),
    ("region_code_wrong", 14, broken("510502109,丹林镇,510502", "510502109,丹林镇,51050")),
    ("region_parent_missing", 15, broken("510502109,丹林镇,510502,,\n510502110,分水岭镇,510502,,\n510504,龙马潭区,510500,,",
                                         "510502109,丹林镇,510502,,\n510503001,安富街道,510503,,\n510504,龙马潭区,510500,,")),
    ("region_parent_missing", 14, broken("510502,江阳区,510500,,", "510502,江阳区,510500,,2020-01-01")),
    ("region_parent_wrong", 14, broken("丹林镇,510502,", "丹林镇,510504,")),
    ("region_parent_wrong", 13, broken("江阳区,510500,", "江阳区,,")),
    ("region_parent_wrong", 13, broken("江阳区,510500,", "江阳区,510502,")),
    ("region_order_wrong", 15, broken("510502110,分水岭镇", "510502108,方山镇")),
    ("region_validity_overlaps", 15, broken("510502110,分水岭镇", "510502109,分水岭镇")),
    ("region_validity_overlaps", 15, broken("510502109,丹林镇,510502,,\n510502110,分水岭镇,510502,,",
                                            "510502109,丹林镇,510502,,2020-01-01\n510502109,新镇,510502,2019-12-31,")),
    ("region_date_wrong", 14, broken("丹林镇,510502,,", "丹林镇,510502,1.1.2020,")),
    ("region_date_wrong", 14, broken("丹林镇,510502,,", "丹林镇,510502,2020-01-01,2020-01-01")),
    ("region_date_wrong", 14, broken("丹林镇,510502,,", "丹林镇,510502,2024-01-02,")),
    ("region_name_wrong", 14, broken("丹林镇", "")),
    ("region_name_wrong", 14, broken("丹林镇", " 丹林镇")),
    ("region_name_wrong", 14, broken("丹林镇", "丹" * 101)),
    ("region_name_wrong", 14, broken("丹林镇", "丹\x07林镇")),
    ("region_row_wrong", 14, broken("丹林镇,510502,,", "丹林镇,510502,")),
    ("region_row_wrong", 14, broken("510502109,丹林镇", '510502109,"丹林"镇')),
    ("region_row_wrong", 14, broken("510502109,丹林镇,510502,,", "")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "line", "text"), BROKEN)
def test_a_broken_row_is_refused_by_file_and_line(write_edition: Write, code: str, line: int, text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        load(write_edition(text, "county.csv"))
    assert refusal.value.code == code
    assert f"county.csv 第 {line} 行" in refusal.value.message.zh
    assert f"county.csv, line {line}:" in refusal.value.message.en
    assert not Region.objects.exists()
    assert not Edition.objects.exists()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (10, edition_text(licence="")),
        (9, edition_text(licence=None)),
        (10, edition_text(date="1.1.2024")),
        (10, edition_text().replace("rows: 6", "rows: many")),
        (10, edition_text(covers=":street")),
        (10, edition_text(covers="5105021:township")),
        (10, edition_text(authority="民政部")),
        (10, edition_text().replace("code,name,parent", "code,parent,name")),
        (1, ""),
        (1, "代码,名称\n510000,四川省\n"),
    ],
)
def test_a_broken_head_is_refused(write_edition: Write, line: int, text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        load(write_edition(text))
    assert refusal.value.code == "region_head_wrong"
    assert f"line {line}:" in refusal.value.message.en
    assert not Edition.objects.exists()


def test_a_file_cut_short_is_refused(write_edition: Write) -> None:
    text = edition_text()
    with pytest.raises(Refusal) as refusal:
        load(write_edition(text[: text.rindex("510504")]))
    assert refusal.value.code == "region_rows_missing"
    assert "第 15 行" in refusal.value.message.zh


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", edition_text().encode("gbk")),
        ("a.csv", edition_text().encode() + b"\xff\xfe\n"),
        ("a.csv", edition_text().encode() + b"5" * 20_000),
    ],
)
def test_what_cannot_be_read_is_refused(write_edition: Write, name: str, content: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        load(write_edition(content, name))
    assert refusal.value.code == "region_file_unreadable"
    assert not Edition.objects.exists()


@pytest.mark.parametrize("name", ["a.csv.xz", "a.csv.gz"])
def test_a_damaged_archive_is_refused(tmp_path: Path, write_edition: Write, name: str) -> None:
    path = write_edition(edition_text(), name)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Refusal) as refusal:
        load(path)
    assert refusal.value.code == "region_file_unreadable"
    path.write_bytes(b"not packed at all")
    with pytest.raises(Refusal) as refusal:
        load(path)
    assert refusal.value.code == "region_file_unreadable"


def test_a_rare_character_without_a_place_in_unicode_is_kept(write_edition: Write) -> None:
    load(write_edition(edition_text(ROWS.replace("丹林镇", "高\ue170镇"))))
    assert spans("510502109") == [("高\ue170镇", None, None)]


def test_a_mark_in_front_as_excel_writes_it_is_read(write_edition: Write) -> None:
    assert load(write_edition("\ufeff" + edition_text())).opened == 6


def test_a_file_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        load(tmp_path / "nothing.csv")
    assert refusal.value.code == "region_file_missing"
    assert "mca-2026, nbs-2023" in refusal.value.message.en


def test_an_older_edition_is_refused(write_edition: Write) -> None:
    load(write_edition(edition_text()))
    with pytest.raises(Refusal) as refusal:
        load(write_edition(edition_text(date="2023-01-01", name="old")))
    assert refusal.value.code == "region_edition_older"


@pytest.mark.parametrize(
    "rows",
    [ROWS.replace("丹林镇", "别名镇"), "\n".join(line for line in ROWS.splitlines() if "丹林镇" not in line)],
)
def test_a_contradiction_on_the_same_day_is_refused(write_edition: Write, rows: str) -> None:
    dated = ROWS.replace("丹林镇,510502,,", "丹林镇,510502,2024-01-01,")
    load(write_edition(edition_text(dated)))
    before = everything()
    with pytest.raises(Refusal) as refusal:
        load(write_edition(edition_text(rows, name="other")))
    assert refusal.value.code == "region_edition_contradicts"
    assert everything() == before


def test_validity_may_not_overlap_what_is_on_record(write_edition: Write) -> None:
    dated = ROWS.replace("丹林镇,510502,,", "丹林镇,510502,2010-01-01,")
    load(write_edition(edition_text(dated)))
    rows = dated.replace("510502109,丹林镇", "510502109,老镇,510502,,2015-01-01\n510502109,丹林镇").replace(
        "2010-01-01", "2015-01-01"
    )
    with pytest.raises(Refusal) as refusal:
        load(write_edition(edition_text(rows, date="2025-01-01")))
    assert refusal.value.code == "region_validity_overlaps"


def test_only_the_operator_loads(write_edition: Write) -> None:
    path = write_edition(edition_text())
    for actor in (ANONYMOUS, Actor(kind="person", channel="web", role="clerk")):
        with pytest.raises(Refusal) as refusal:
            load_edition(path, by=actor)
        assert refusal.value.code == "forbidden"
    may = Actor(kind="person", channel="web", capabilities=frozenset({"regions.load_edition"}))
    assert load_edition(path, by=may).is_new


def test_the_command_loads_and_lists() -> None:
    out = StringIO()
    call_command("regions", "load", stdout=out)
    assert "mca-2026: 6319 rows read; 6319 opened, 0 ended, 0 dated" in out.getvalue()
    call_command("regions", "load", "nbs-2023", stdout=out)
    assert "nbs-2023: loaded already, nothing changed" in out.getvalue()
    silent = StringIO()
    call_command("regions", "load", stdout=silent, verbosity=0)
    assert silent.getvalue() == ""
    out = StringIO()
    call_command("regions", "list", stdout=out)
    assert "CC BY 4.0" in out.getvalue()
    assert "代码 MIT，数据 CC BY 4.0。可商用，需保留署名。" in out.getvalue()
    assert packed_editions() == ["mca-2026", "nbs-2023"]


def test_no_two_spans_of_a_code_overlap_in_what_comes_along() -> None:
    load("mca-2026")
    load("nbs-2023")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM regions_region a JOIN regions_region b ON a.authority = b.authority AND a.code = b.code "
            "AND a.id < b.id AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)"
        )
        assert cursor.fetchone() == (0,)
