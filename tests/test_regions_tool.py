"""``tools/regions.py`` cuts packages into editions the loader reads; small packages stand in for the published ones."""

from __future__ import annotations

import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from tools.regions import mca, nbs

from tongban.foundation.regions.rules.editions import Reader, Row, read_head


def rows_of(path: Path) -> list[Row]:
    lines = iter(lzma.decompress(path.read_bytes()).decode().splitlines(keepends=True))
    head = read_head(lines, path.name)
    return list(Reader(head, path.name).rows(lines))


def event(year: int, kind: str, old: tuple[str, str] | None, new: tuple[str, str] | None) -> dict[str, Any]:
    sides = [{"code": s[0] + "000000" if s and s[0] else None, "name": s[1] if s else None} for s in (old, new)]
    return {"year": year, "type": kind, "old": sides[0], "new": sides[1], "source": "…人民政府2025年3月26日公告"}


def wheel(path: Path) -> Path:
    counties = {"江阳区": "510502000000", "纳溪区": "510503000000", "新县": "510526000000", "济源市": "419001000000"}
    luzhou = {name: code for name, code in counties.items() if code.startswith("51")}
    data = {
        "divisions": {
            "meta": {"fetched_at": "2026-09-11 23:22:44", "source": "made up"},
            "provinces": {
                "四川省": {"code": "510000000000", "cities": {"泸州市": {"code": "510500000000", "counties": luzhou}}},
                "河南省": {
                    "code": "410000000000",
                    "cities": {"": {"code": None, "counties": {"济源市": "419001000000"}}},
                },
            },
        },
        "townships": {
            "510502000000": {
                "townships": {
                    "丹林镇": "510502111000",
                    "张坝街道（撤销）": "510502098000",
                    "五里乡（2022年撤分）": "510502201000",
                }
            },
            "419001000000": {"townships": {"某镇": "419001100000"}},
        },
        "historical_changes": {
            "events": [
                event(1995, "更名", ("510502", "市中区"), ("510502", "江阳区")),
                event(1995, "撤县设区", ("510523", "纳溪县"), ("510503", "纳溪区")),
                event(1990, "撤销", ("510199", "某区"), ("419001", "济源市")),
                event(2025, "新设", None, ("", "新县")),
                event(1982, "撤销", ("510529", "旧县"), None),
                event(2001, "驻地迁移", ("510503", "纳溪区"), ("510503", "纳溪区")),
            ]
        },
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in data.items():
            archive.writestr(f"data/{name}_v1.json", json.dumps(content, ensure_ascii=False))
    return path


def test_the_ministrys_package_becomes_an_edition_with_its_history(tmp_path: Path) -> None:
    target = tmp_path / "mca.csv.xz"
    mca(wheel(tmp_path / "a.whl"), target, "5105")
    told = [(r.code, r.name, r.parent, str(r.valid_from or ""), str(r.valid_to or "")) for r in rows_of(target)]
    assert told == [
        ("410000", "河南省", "", "", ""),
        ("419001", "济源市", "410000", "", ""),  # the successor of an abolition is not believed
        ("510000", "四川省", "", "", ""),
        ("510199", "某区", "510000", "", "1990-12-31"),  # its prefecture is not on record: under the province
        ("510500", "泸州市", "510000", "", ""),
        ("510502", "市中区", "510500", "", "1995-12-31"),
        ("510502", "江阳区", "510500", "1995-12-31", ""),
        ("510502098", "张坝街道", "510502", "", "2026-09-11"),
        ("510502111", "丹林镇", "510502", "", ""),
        ("510502201", "五里乡", "510502", "", "2022-12-31"),
        ("510503", "纳溪区", "510500", "1995-12-31", ""),
        ("510523", "纳溪县", "510500", "", "1995-12-31"),
        ("510526", "新县", "510500", "2025-03-26", ""),
    ]
    before = target.read_bytes()
    mca(tmp_path / "a.whl", target, "5105")
    assert target.read_bytes() == before


def test_the_bureaus_package_becomes_an_edition(tmp_path: Path) -> None:
    tables = {
        "provinces": '51,"四川省"\n44,"广东省"\n',
        "cities": '5105,"泸州市",51\n4419,"东莞市",44\n',
        "areas": '510502,"江阳区",5105,51\n510503,"纳溪区",5105,51\n441900,"东莞市",4419,44\n',
        "streets": '510502109,"丹林镇",510502\n510502000,"江阳区",510502\n510503001,"安富街道",510503\n',
        "villages": '510502109201,"丹林 村民委员会\t",510502109\n510503001001,"某社区",510503001\n',
    }
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        for name, content in tables.items():
            raw = f"code,name\n{content}".encode()
            member = tarfile.TarInfo(f"package/dist/{name}.csv")
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    nbs(tmp_path / "a.tgz", tmp_path / "nbs.csv.xz", "510502")
    assert [(r.code, r.name, r.parent) for r in rows_of(tmp_path / "nbs.csv.xz")] == [
        ("440000", "广东省", ""),
        ("441900", "东莞市", "440000"),
        ("510000", "四川省", ""),
        ("510500", "泸州市", "510000"),
        ("510502", "江阳区", "510500"),
        ("510502109", "丹林镇", "510502"),
        ("510502109201", "丹林村民委员会", "510502109"),
        ("510503", "纳溪区", "510500"),
    ]
