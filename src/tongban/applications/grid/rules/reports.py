"""Lists communities hand in, as data: which people, which columns. All are filled from the same facts."""

from __future__ import annotations

from dataclasses import dataclass

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
