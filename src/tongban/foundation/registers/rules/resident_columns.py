"""The columns of the lists communities keep of their residents, by the headings they really write."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from tongban.lib.refusals import Refusal
from tongban.lib.spreadsheets import Column, bare_heading
from tongban.lib.words import T

COLUMNS: tuple[Column, ...] = (
    Column("name", T("姓名", "Name"), ("居民姓名", "人员姓名", "成员姓名", "家庭成员姓名", "住户姓名", "租户姓名"), True),
    Column("document_number", T("身份证号", "Identity number"),
           ("身份证号码", "公民身份号码", "公民身份证号", "居民身份证号", "居民身份证号码", "身份证", "证件号码", "证件号", "身份号码")),
    Column("document_type", T("证件类型", "Type of document"), ("证件种类", "证件名称")),
    Column("sex", T("性别", "Sex")),
    Column("birth_date", T("出生日期", "Date of birth"), ("出生年月日", "出生年月", "生日", "出生时间")),
    Column("phone", T("联系电话", "Telephone"),
           ("电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "本人电话", "联系号码", "联系电话手机")),
    Column("kind", T("人员类别", "Kind"),
           ("人口类别", "人口类型", "人员类型", "居住类别", "居民类别", "人口性质", "人员性质", "居住类型", "户籍类别")),
    Column("relation", T("与户主关系", "Relation to the head"), ("与户主的关系", "户主关系", "和户主关系", "家庭关系", "关系")),
    Column("head", T("户主姓名", "Head of the household"), ("户主", "户主名字")),
    Column("household", T("户号", "Household number"), ("户编号", "家庭编号", "户口簿号", "户口本号", "家庭户号")),
    Column("address", T("居住地址", "Address"),
           ("现住地址", "现住址", "住址", "家庭住址", "详细地址", "家庭地址", "现居住地址", "现居住地", "居住地", "地址", "实际居住地址",
            "现住地", "常住地址", "居住详细地址")),
    Column("estate", T("小区", "Estate"), ("小区名称", "院落", "小区院落", "所在小区", "村组", "组别")),
    Column("building", T("楼栋", "Building"), ("楼号", "栋号", "栋", "幢", "楼栋号", "楼幢", "楼", "几栋")),
    Column("unit", T("单元", "Unit"), ("单元号", "几单元")),
    Column("room", T("房号", "Room"), ("室号", "房间号", "门牌号", "室", "户室号", "房屋号", "房间", "门牌")),
    Column("since", T("入住日期", "Lives there since"), ("入住时间", "迁入日期", "迁入时间", "来本地日期", "居住起始日期", "租住日期")),
    Column("is_present", T("是否在住", "Lives there"), ("是否居住", "是否常住", "是否在家", "人户状态", "人户情况", "在住情况")),
)  # fmt: skip
LABELS = {column.name: column.label for column in COLUMNS}
PARTS_OF_ADDRESS = ("estate", "building", "unit", "room")


def heading_key(headings: Sequence[str]) -> str:
    """What a set of headings is remembered by: the same lists come with stars, spaces and remarks that vary."""
    bare = "\n".join(bare_heading(text) for text in headings)
    return hashlib.sha256(bare.encode()).hexdigest()


def check_places(places: Mapping[str, int], width: int) -> dict[str, int]:
    """Which column is what, as somebody chose; refuses what cannot be read as a list of residents."""
    kept = {name: places[name] for name in LABELS if places.get(name) is not None}
    for name, place in kept.items():
        if not 0 <= place < width:
            raise Refusal("column_unknown", T("请从表格的列里选择。", "Choose one of the list's columns."), field=name)
    taken: dict[int, str] = {}
    for name, place in kept.items():
        if place in taken:
            text = T("“{one}”和“{other}”选了同一列。", "“{one}” and “{other}” are the same column.")
            raise Refusal("column_twice", text.format(one=LABELS[taken[place]], other=LABELS[name]), field=name)
        taken[place] = name
    if "name" not in kept:
        raise Refusal("column_missing", T("请选择哪一列是姓名。", "Choose the column of names."), field="name")
    if "document_number" not in kept and "birth_date" not in kept:
        raise Refusal("column_missing", T("请选择身份证号一列；名单没有身份证号的，至少要有出生日期。",
                      "Choose the column of identity numbers; a list without them needs dates of birth."),
                      field="document_number")  # fmt: skip
    if "address" not in kept and "room" not in kept:
        raise Refusal("column_missing", T("请选择居住地址一列，或分开的小区、楼栋、单元、房号。",
                      "Choose the column of addresses, or estate, building, unit and room apart."), field="address")  # fmt: skip
    return kept
