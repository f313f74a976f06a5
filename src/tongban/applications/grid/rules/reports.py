"""Lists communities hand in, as data: which people, which columns. All are filled from the same facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

COLUMNS: dict[str, T] = {
    "name": T("姓名", "Name"), "sex": T("性别", "Sex"), "birth": T("出生日期", "Date of birth"),
    "document": T("证件号码", "Document number"), "phone": T("手机号", "Phone"), "kind": T("类别", "Kind"),
    "relation": T("与户主关系", "Relation to the head"), "dwelling": T("房屋", "Dwelling"), "since": T("入住日期", "Living here since"),
    "employer": T("工作单位", "Employer"), "confirmed": T("最近核实", "Last confirmed"),
}  # fmt: skip
FILLABLE = (
    "phone",
    "relation",
    "since",
    "employer",
)  # what a worker asks at the door; the others come with the document


@dataclass(frozen=True, slots=True)
class Report:
    """One list: whom it names (kinds, ages in full years by the year of birth, "" and None for any) and its columns."""

    title: T
    columns: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    from_age: int | None = None
    to_age: int | None = None


REPORTS: dict[str, Report] = {
    "floating": Report(
        T("流动人口登记表", "People registered elsewhere"),
        ("name", "sex", "birth", "document", "phone", "kind", "since", "employer", "dwelling"), ("floating", "tenant", "lodging"),
    ),
    "registered": Report(
        T("户籍人口花名册", "People registered here"), ("name", "sex", "birth", "document", "relation", "phone", "dwelling"), ("registered",)
    ),
    "old": Report(T("60 岁以上老年人花名册", "People of 60 and over"), ("name", "sex", "birth", "phone", "relation", "confirmed", "dwelling"), from_age=60),
    "children": Report(T("0–6 岁儿童花名册", "Children up to 6"), ("name", "sex", "birth", "relation", "confirmed", "dwelling"), to_age=6),
    "working": Report(T("就业情况登记表", "Where people work"), ("name", "sex", "birth", "phone", "employer", "dwelling"), from_age=16, to_age=59),
}  # fmt: skip

SETTING = "grid.reports"  # under which an office's own lists are kept with its unit
MOST_MADE = 30
_OLDEST = 120


def as_kept(report: Report) -> dict[str, Any]:
    """A list as it is kept."""
    return {
        "title": report.title.as_json(), "columns": list(report.columns), "kinds": list(report.kinds),
        "from_age": report.from_age, "to_age": report.to_age,
    }  # fmt: skip


def read_kept(kept: Mapping[str, Any]) -> Report:
    """A list an office made; a column that is no more is left out."""
    columns = tuple(key for key in kept["columns"] if key in COLUMNS)
    return Report(T.read(kept["title"]), columns, tuple(kept["kinds"]), kept["from_age"], kept["to_age"])


def check_report(report: Report, kinds: Collection[str]) -> Report:
    """A list that can be handed in: a title, known columns in their order beginning with the name, known kinds, ages that fit."""
    title = " ".join(report.title.zh.split())
    if not 2 <= len(title) <= 40:
        raise Refusal(
            "title_missing", T("请写表名，2 到 40 字。", "Give it a title of 2 to 40 characters."), field="title"
        )
    if unknown := [key for key in (*report.columns, *report.kinds) if key not in COLUMNS and key not in kinds]:
        raise Refusal(
            "choice_unknown",
            T("没有“{key}”这一项。", "There is no “{key}”.").format(key=unknown[0][:40]),
            field="columns",
        )
    columns = tuple(key for key in COLUMNS if key in report.columns or key == "name")
    if len(columns) < 2:
        raise Refusal("columns_missing", T("请至少选一列。", "Choose at least one column."), field="columns")
    ages = [age for age in (report.from_age, report.to_age) if age is not None]
    if any(not 0 <= age <= _OLDEST for age in ages) or ages != sorted(ages):
        raise Refusal(
            "ages_wrong",
            T("年龄从小到大填写，0 到 120 岁。", "Ages run from the lower to the higher, 0 to 120."),
            field="to_age",
        )
    english = " ".join(report.title.en.split())[:80] or title
    return Report(T(title, english), columns, report.kinds, report.from_age, report.to_age)
