"""Lists as offices really keep them, and files made to do harm."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.lib.identifiers import check_citizen_id, synthetic_id_number
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal
from tongban.lib.spreadsheets import Column, Limits, read_table
from tongban.lib.words import T

NUMBER = synthetic_id_number(date(1990, 5, 1), 1)
COLUMNS = [
    Column("unit", T("单位", "Unit"), aliases=("部门", "所在单位"), is_required=True),
    Column("name", T("姓名", "Name"), is_required=True),
    Column("phone", T("手机号", "Mobile number"), aliases=("手机", "联系电话"), check=check_mobile),
    Column("id_number", T("身份证号", "ID number"), aliases=("证件号码",), check=check_citizen_id),
]


def workbook(rows: list[list[object]], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for span in merged:
        sheet.merge_cells(span)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def names(content: bytes, filename: str = "list") -> list[str]:
    return [row.values["name"] for row in read_table(content, filename, COLUMNS).rows]


def refused(content: bytes, limits: Limits | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_table(content, "list", COLUMNS, limits)
    assert caught.value.field == "file"
    assert caught.value.message.zh
    assert caught.value.message.en
    return caught.value


def test_a_list_below_a_title_with_merged_cells() -> None:
    content = workbook(
        [
            ["江阳区工作人员花名册"],
            ["填表日期：2026年11月", None, None, None, None],
            ["部门*", "姓 名（必填）", "联系方式", None, "备注"],
            [None, None, "手机", "座机", None],
            ["卫生健康局", "张三", 13812345678, "0830-3112233", "组长"],
            [None, "李四", "138 1234 5679", None, None],
            [None, None, None, None, None],
            ["同上", "王五", None, None, None],
            ["政务服务局", "赵六", "", None, None],
        ],
        merged=("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "A5:A6"),
    )
    table = read_table(content, "花名册.xlsx", COLUMNS)
    assert table.header_row == 4
    assert table.sheet == "Sheet"
    assert table.unknown == ["座机", "备注"]
    assert [(row.number, row.values["unit"], row.values["name"], row.values["phone"]) for row in table.rows] == [
        (5, "卫生健康局", "张三", "+8613812345678"),
        (6, "卫生健康局", "李四", "+8613812345679"),
        (8, "卫生健康局", "王五", ""),
        (9, "政务服务局", "赵六", ""),
    ]
    assert table.rejected == []
    assert all(row.values["id_number"] == "" for row in table.rows)


def test_a_header_merged_over_two_columns_is_one_column() -> None:
    content = workbook([["单位", "姓名", None], ["甲", "张三", None]], merged=("B1:C1", "B2:C2"))
    assert names(content) == ["张三"]


def test_a_row_that_is_wrong_is_rejected_with_every_reason() -> None:
    content = workbook(
        [["单位", "姓名", "手机号", "身份证号"], ["甲", None, "123", NUMBER[:-1] + "?"], ["乙", "李四", None, NUMBER]]
    )
    table = read_table(content, "list", COLUMNS)
    assert [row.values["id_number"] for row in table.rows] == [NUMBER]
    (row,) = table.rejected
    assert row.number == 2
    assert row.values["phone"] == "123"
    assert [(reason.field, reason.code) for reason in row.reasons] == [
        ("name", "spreadsheet_value_missing"),
        ("phone", "phone_invalid"),
        ("id_number", "id_number_characters"),
    ]


def test_digits_lost_in_excel_are_noticed() -> None:
    for content in (
        workbook([["单位", "姓名", "身份证号"], ["甲", "张三", 510502199001011234]]),
        "单位,姓名,身份证号\n甲,张三,5.10502E+17\n".encode(),
    ):
        (row,) = read_table(content, "list", COLUMNS).rejected
        assert [reason.code for reason in row.reasons] == ["spreadsheet_digits_lost"]
        assert row.values["id_number"] == ""
        assert row.reasons[0].field == "id_number"


def test_dates_numbers_and_ticks_become_texts() -> None:
    columns = [Column(name, T(name, name)) for name in ("a", "b", "c", "d", "e")]
    content = workbook(
        [["a", "b", "c", "d", "e"], [date(2026, 11, 22), datetime(2026, 11, 22, 8, 30), 3.5, True, 42]]  # noqa: DTZ001
    )
    (row,) = read_table(content, "list", columns).rows
    assert list(row.values.values()) == ["2026-11-22", "2026-11-22 08:30", "3.5", "是", "42"]


TEXT = '单位,姓名,手机号\r\n"江阳区, 南城街道",张㛃,13812345678\r\n,,\r\n甲,李四,\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_in_any_usual_encoding(encoding: str) -> None:
    table = read_table(TEXT.encode(encoding), "名单.csv", COLUMNS)
    assert [(row.number, row.values["unit"], row.values["name"]) for row in table.rows] == [
        (2, "江阳区, 南城街道", "张㛃"),
        (4, "甲", "李四"),
    ]
    assert table.sheet == "名单.csv"


def test_a_csv_in_gbk_and_one_in_big5() -> None:
    assert names("单位,姓名\n甲,张三\n".encode("gbk")) == ["张三"]
    columns = [Column("unit", T("單位", "Unit")), Column("name", T("姓名", "Name"), is_required=True)]
    text = "單位,姓名,備註\n" + "行政院衛生署,陳小明,這是繁體中文的備註欄位內容\n" * 5
    assert len(read_table(text.encode("big5"), "list", columns).rows) == 5


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_a_csv_with_any_usual_delimiter(delimiter: str) -> None:
    text = f"单位{delimiter}姓名{delimiter}手机\n甲{delimiter}张三{delimiter}13812345678\n"
    assert names(text.encode()) == ["张三"]


def test_what_keeps_excel_from_making_numbers_is_taken_off() -> None:
    text = f'单位,姓名,手机,身份证号\n甲,张三,"=""13812345678""",\t{NUMBER}\n乙,李四,\'13812345678,\'{NUMBER}\n丙,O\'Neill,,\n'
    table = read_table(text.encode(), "list", COLUMNS)
    assert [row.values["phone"] for row in table.rows] == ["+8613812345678", "+8613812345678", ""]
    assert [row.values["id_number"] for row in table.rows] == [NUMBER, NUMBER, ""]
    assert table.rows[2].values["name"] == "O'Neill"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_web_page_called_xls(encoding: str) -> None:
    page = f"""<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{encoding}"></head><body>
    <table border=1><tr><td colspan=3>花名册</td></tr>
    <tr><th>单位</th><th>姓名</th><th>手机号</th></tr>
    <tr><td rowspan="2">卫生&amp;健康局</td><td>张<br>三</td><td x:num>13812345678</td></tr>
    <tr><td>李四<td><table><tr><td>13812345679</td></tr></table></td></tr>
    <tr><td>甲</td><td> 王五 </td></tr></table></body></html>"""
    table = read_table(page.encode(encoding), "名单.xls", COLUMNS)
    assert [(row.number, *list(row.values.values())[:3]) for row in table.rows] == [
        (3, "卫生&健康局", "张 三", "+8613812345678"),
        (4, "卫生&健康局", "李四", "+8613812345679"),
        (5, "甲", "王五", ""),
    ]


def test_an_opendocument_list() -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [["单位", "姓名"], ["甲", "张三"]]
    body = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    spaces = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    document = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="名单">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", document)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    table = read_table(content.getvalue(), "list.ods", COLUMNS)
    assert (table.sheet, [row.values["name"] for row in table.rows]) == ("名单", ["张三"])


def test_the_list_is_found_among_sheets_and_hidden_ones_are_left() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["填表说明"])
    hidden = book.create_sheet("旧")
    hidden.append(["单位", "姓名"])
    hidden.append(["甲", "旧人"])
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet("名单")
    sheet.append(["Unit", "Name", "Mobile number"])
    sheet.append(["Health", "Mary", ""])
    table = read_table(saved(book), "list", COLUMNS)
    assert (table.sheet, [row.values["name"] for row in table.rows]) == ("名单", ["Mary"])


def test_a_header_repeated_on_each_printed_page_is_no_row() -> None:
    assert names("单位,姓名\n甲,张三\n单位,姓名\n乙,李四\n".encode()) == ["张三", "李四"]


def test_what_is_wrong_with_a_whole_file_is_said() -> None:
    assert refused(b"  \n").code == "spreadsheet_empty"
    nothing = refused("甲,乙\n1,2\n".encode())
    assert nothing.code == "spreadsheet_no_header"
    assert "单位、姓名" in nothing.message.zh
    missing = refused("单位,手机\n甲,13812345678\n".encode())
    assert (missing.code, missing.message.en) == (
        "spreadsheet_columns_missing",
        "The list lacks these columns: Name. Add them and upload it again.",
    )
    assert refused("单位,姓名,部门\n甲,张三,乙\n".encode()).code == "spreadsheet_column_twice"
    assert refused(b"\x80\xff\x00\x00\xff\xfe\x80").code == "spreadsheet_encoding"
    assert refused(b"PK\x03\x04 not a workbook").code == "spreadsheet_unreadable"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)).code == "spreadsheet_unreadable"
    assert refused(("单位,姓名\n甲," + "长" * 200_000).encode()).code == "spreadsheet_unreadable"


def test_a_workbook_with_a_password_is_refused() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    assert refused(ole).code == "spreadsheet_password"


@pytest.mark.parametrize(
    "magic", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"Rar!\x1a\x07", b"{\\rtf1 "]
)
def test_a_document_that_was_renamed_is_called_what_it_is(magic: bytes) -> None:
    assert refused(magic + "单位,姓名\n甲,张三\n".encode()).code == "spreadsheet_other_kind"


def test_a_file_larger_than_the_limits_is_refused() -> None:
    rows = "单位,姓名\n" + "甲,张三\n" * 50
    assert refused(rows.encode(), Limits(bytes=100)).code == "spreadsheet_too_large"
    assert refused(rows.encode(), Limits(rows=50)).code == "spreadsheet_too_large"
    assert len(read_table(rows.encode(), "list", COLUMNS, Limits(rows=51)).rows) == 50
    wide: list[list[object]] = [["单位", "姓名", *map(str, range(300))]]
    assert refused(workbook(wide)).code == "spreadsheet_too_large"
    assert refused(workbook([["单位", "姓名"], *[["甲", "乙"]] * 60]), Limits(rows=50)).code == "spreadsheet_too_large"


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    content = io.BytesIO(workbook([["单位", "姓名"]]))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as entry:
        for _ in range(220):
            entry.write(bytes(1 << 20))
    assert len(content.getvalue()) < 1 << 20
    assert refused(content.getvalue()).code == "spreadsheet_too_large"


def test_a_cell_at_the_far_corner_ends_only_the_reading_process() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"], book.active["XFD1048576"] = "单位", "姓名"
    assert refused(saved(book)).code == "spreadsheet_too_large"


def test_a_page_of_spans_is_refused() -> None:
    page = "<table><tr><td rowspan=9999999 colspan=9999999>单位</td><td>姓名</td></tr></table>"
    assert refused(page.encode()).code == "spreadsheet_too_large"
    assert refused(b"<table><tr><td>x</td></tr></table>" * 30).code == "spreadsheet_too_large"


def test_a_page_that_would_take_forever_ends_only_the_reading_process() -> None:
    page = b"<html>" + b"<" * 2_000_000
    assert refused(page, Limits(seconds=1)).code == "spreadsheet_too_large"


cells = st.text(alphabet="张王李四 三a1,;\"'\t|", max_size=8)


@given(st.lists(st.tuples(cells, cells), max_size=8))
def test_what_excel_writes_as_csv_is_read_back(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["单位", "姓名", "手机", "身份证号", "备注", "甲", "乙", "丙", "丁"])
    writer.writerows(["甲" + unit + "乙", "张" + name + "三", *[""] * 7] for unit, name in rows)
    # More commas than any other sign, as in every CSV with several columns.
    text.write(",,,,,,,,\n" * 40)
    table = read_table(text.getvalue().encode("gb18030"), "list", COLUMNS)
    assert [(row.values["unit"], row.values["name"]) for row in table.rows] == [
        ("甲" + unit + "乙", "张" + name + "三") for unit, name in rows
    ]


@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_a_refusal(content: bytes) -> None:
    with suppress(Refusal):
        read_table(content, "list", COLUMNS)


@pytest.mark.parametrize("mark", ["'", "’", "‘", "＇"])
def test_the_mark_that_keeps_a_number_a_text_is_no_part_of_it(mark: str) -> None:
    """Lists copied out of other systems carry it into the cell itself, where Excel no longer hides it."""
    rows: list[list[object]] = [
        ["单位", "姓名", "手机号", "身份证号"],
        ["卫健局", "张三", f"{mark}+8613812345678", f"{mark}{NUMBER}"],
    ]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    for content in (workbook(rows), out.getvalue().encode()):
        table = read_table(content, "list", COLUMNS)
        assert [row.values["id_number"] for row in table.rows] == [NUMBER], table.rejected
        assert table.rows[0].values["phone"] == "+8613812345678"


def test_a_name_keeps_its_apostrophe() -> None:
    rows: list[list[object]] = [["单位", "姓名"], ["卫健局", "'Aisha O'Neill"]]
    assert names(workbook(rows)) == ["'Aisha O'Neill"]
