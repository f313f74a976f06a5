"""Lists of residents as communities keep them, made up: the same number always gives the same person."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

from tongban.lib.identifiers import synthetic_id_number

HEAD = ["序号", "姓名", "身份证号码", "联系电话", "与户主关系", "人员类别", "居住地址"]
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂华建国志文斌晓燕海玉兰俊雪梅红春凤琴龙"
_RELATIONS = ("户主", "配偶", "子")


def name_of(n: int) -> str:
    """A name of two or three characters."""
    third = _GIVEN[n // 41 * 11 % len(_GIVEN)] if n % 5 else ""
    return _SURNAMES[n % len(_SURNAMES)] + _GIVEN[n * 7 % len(_GIVEN)] + third


def row_of(n: int) -> list[str]:
    """One resident: three to a dwelling, eight hundred dwellings to an estate."""
    home = n // 3
    # Of a region that does not exist, as all made-up numbers; 900 for each day of years in which nobody of the demo was born.
    number = synthetic_id_number(date(1911, 1, 1) + timedelta(days=n // 900 % 7_000), n % 900 + 100)
    address = (
        f"基准苑{home // 800}期{home // 40 % 20 + 1}栋{home // 20 % 2 + 1}单元{home % 20 // 2 + 1}0{home % 2 + 1}室"
    )
    return [str(n), name_of(n), number, f"139{n % 100_000_000:08d}", _RELATIONS[n % 3], "户籍", address]


def rows(first: int, count: int) -> Iterator[list[str]]:
    """The residents from one number on."""
    return map(row_of, range(first, first + count))


def as_list(first: int, count: int) -> bytes:
    """Their list as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows(first, count)])
    return out.getvalue().encode()
