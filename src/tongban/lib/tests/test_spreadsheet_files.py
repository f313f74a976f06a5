"""Files as Excel itself writes them, and as programs do that calculate nothing: each is read, or says what to do."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib

import openpyxl
import pytest

from tongban.lib.refusals import Refusal
from tongban.lib.spreadsheets import Column, Headed, Limits, read_headed, read_table
from tongban.lib.words import T

COLUMNS = [
    Column("unit", T("单位", "Unit"), is_required=True), Column("name", T("姓名", "Name"), is_required=True),
    Column("phone", T("手机号", "Mobile number")), Column("estate", T("小区", "Estate")), Column("room", T("房号", "Room")),
]  # fmt: skip
LIMITS = Limits(bytes=64 << 20, rows=300_000, columns=60, seconds=60)
# One sheet with 单位, 姓名, 手机号 and one row, written as BIFF8 by xlwt.
XLS = (
    "c-rk)O=uHA6#m{OX?{r3q^3eElu)p0+lzV;A>CTg9;C6F7PSa9X@f{hT7n+*VzuTd2%Z!#g<iZ=z4(97n+LIC4}u^hdh}FK^w4H~^Rin~?V$k;"
    "D)WW;=Iwj)c3x)Q%<k-)#b|NverpLop$9IMEk7Enbi~E)TtvWj%Tl6K`?y#d{}lW_p2!9do`zm|)f}q%F2TS(_X}p=BbQT{Msg~bjn@%<5<{9)"
    "3<+k!ZPtX*B2hI7j|p!PzAG)C3HOTTns9>K7HI^FX0mgioy8}NcCm$_?)y-D-iu~8n(<O)@ulljY3sp({Mq#6-)U%b2Qd$xxBhG{n@>*`5#tG*"
    "$5$&3d~sIl^SIX6S5IL5_w{=32KpO@8<>H0S`xf~AYQwa#h}p8aB2lzJkgNC_TkjP5w4a_hK5|A!<qeOzNHAX=R7OpqyA(-?as2ABkNXkNU}W0"
    "JdQ?@qmt_p-mh2gEWaJd44R{&nUNj5vd?c<p~1ps<-yKju^7TC#!ivDgs;e5w~5>;9OIz5?ig&gg+sH_=BijbxSzd(C38oWyp!d^=cA9>3ZKkf"
    "EHCtzF2)w#nR968=gv6$tKTfTshe)yRCsJUHQ9T@2jP}q_6MI4v17OFhgl<55fCvdT)9%CLu*%tJyyz_Ht;6#cG>Moyw$k5c)Uowf$5RN6MtWi"
    "(S!#we7#jq)BrRzG&D3cG&D3c>It&n>eV}}+dgclQ-jz3uCvOetUr_dw>X9={+;84=|SYU&f`K&`Lh)sa_&W&^l`oyDjetD^O!(J;+Uv8fBDo$"
    ")&FPHj*;KDglg@-TuYpPxc?t}vc*U"
)
# A workbook with a password to open it, by msoffcrypto (ECMA-376 agile); what it keeps secret is replaced by zeros.
ENCRYPTED = (
    "c-rk(+j81g6g|Gic5g}Drm34I8oe^HK;mLNKq`c>u)#3~1NED%8#3sEB)~Y+e`#L&-mhri+8^jl`yq|HC4>#Wq{vBUlBpK6IOrUmv(Dao>B#>5"
    "w+DZ|`g!dybOjkShhCpAqs6hl8Q|>b;{Nd3;p_AB^HKMCfDa0P1D*QKLG9+fS~@kq2VC;5SD^g}_%ZMk;HSXPh892%fS-H!1^DnVdVc4;_OA6`"
    "1%3hi68I4K74Q-8Yv3C28{lK$x4<XBr-5hQ3mhOFJ~qP87Sf<K(E$0uL$q*l=C9mx&yTC8zx?#_kC{=sfIM>n997;`H9%cN0@_C$^t9kxhU<R="
    "4sWFKc&5=`cD%Vd99u*=P_ls)*ny)gBFjhokKheB(w?6({_(LI=$W9XKovCPANSGhjNka3zM?mFJ^B)~#?<<2pzoX=3*Nhb8hz()2;)}$0^~u0"
    "Y)ps8XvU5Io?A=*`LDR1cXBUZ@#3%|*Y`Jx=pFL!_~biptO|M@=vZ#dCQ|*!f8oES{~-SB`@0(d%tidmchFyi=iLM?6;%A5J;;6c_|L!N)nCy~"
    "=g%-^KNWZa`m^5O!G6x4R}1L9KnhrbxOvwF7EppbtRu$FgyVb#TIY;fzwx9T{SPp6NBt#lZgXr6Y>M{+`3|1laeeZR&qBkS@0_PEQ64@?L?a5?"
    "Fnm8lF%*Zj^6)DPzanm57Iv0{5oeT!{s?3{0zF}rfPFak{ebp-)MeVe-d3ymxA4zAe4Mi^_54(AV?EKd6kSW>k@YZ+i5jm9iYBM=!)pH7298-a"
    "rwLqJ*TghF5H0+9W+eqTnFGUySs1LKS!uj!+r}nASbS4dIcr^2cvH7@$zJDmmCz+g;YETBhvUTMRD3vh)9^97B@VWR3+N_caF*5AO<}YUf7gY0"
    "(X<s9<7^SntYCl?jORF;!z`|CSClh|Jrc*U<F?MXE-&GxtYSm-WDKsFoYfqT#iO{p$_04EXo@D?mUUCHn`#=Tw<@^T%QQJfa}z%LRni5K$uh$g"
    "$0k)+Iu;>ucTY90-36t*UDT^~rACxlljNAgB)#3*lhbJ&BfLNah@zm`q6~`+FfaR}z^WX-D-P0lgUFVxNNBH>jZ;NR(rTS*F|n)Hj~Z;9kQ==&"
    "Lv7GWYNt6kh%qthSZi^_$+6kZbF8N6kyh+@_k=nvE1Z&SFlFY9lk{@K-NA&Gx8E04RTkQ3G_|#@=fb5ftz<)5JEXI%_IA>!cajmVMr~||$X>h|"
    "&dJ3nUmw)>>0;?9*Gbv}qn4A=NIXJFOq&gFkP<}}5}}EB#|vv^F3K>`k9AGutxcDiC~?ZzyoeX_idlxDF?v_C!6{(}xDP8$n&%28Z1!%Q^+w$>"
    "*X_p1LNcTeDr}aMNy5(Uw_Y^+6E&}iCOlE1$%0TpGrEw6L_y6TkvlKge7{$SbmA4h(c@{D^+wqnSM>H#QH-;qRO}^Maw)&Zo@%FujVjUKFBl2N"
    ">InUV1ELX*vejCy`~5+b+KDCV#Q|4l?Rw{Q+v2u#snzdMM~B@by<jy2N<FC2+GHG1OHZu6e<W>%J10Vyr7cm-?OKJiLa$Hk_QLX^PFh(~j<K<9"
    "A(^u-?dV!#!a$x)i7P%$jU9}c6%-&qfB*pk1PBlyK!5-N0t5&UAV7fsEB*mt#1Xj"
)


def unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b85decode(text))


def saved(rows: list[list[object]], title: str = "名单") -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def changed(content: bytes, old: bytes, new: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with one of its parts edited as text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            assert name != part or old in text
            after.writestr(name, text.replace(old, new) if name == part else text)
    return out.getvalue()


def headed(content: bytes) -> Headed:
    return read_headed(content, "名单", COLUMNS, LIMITS)


def refused(content: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        headed(content)
    assert caught.value.field == "file"
    return caught.value


def test_a_true_xls_is_read() -> None:
    found = headed(unpacked(XLS))
    assert (found.sheet, found.rows) == ("名单", [(2, ["甲", "张三", "13812345678"])])


def test_a_workbook_with_a_password_says_how_to_remove_it() -> None:
    refusal = refused(unpacked(ENCRYPTED))
    assert refusal.code == "spreadsheet_password"
    assert "取消打开密码" in refusal.message.zh
    assert "remove the password" in refusal.message.en


def test_formulas_nobody_calculated_are_named() -> None:
    rows: list[list[object]] = [["单位", "姓名", "手机号"], ["甲", "张三", "=A1"], ["甲", "李四", "=C2"]]
    for refusal in (refused(saved(rows)), _refused_as_table(saved(rows))):
        assert (refusal.code, refusal.field) == ("spreadsheet_formulas", "file")
        assert "2 个公式还没有算出结果：C2、C3。请在 Excel 或 WPS 中打开" in refusal.message.zh
        assert "2 formulas nobody calculated yet: C2, C3. Open it in Excel" in refusal.message.en
    many = refused(saved([rows[0], *[["甲", "张三", "=A1"]] * 2000]))
    assert "1000" in many.message.zh
    assert "C2、C3、C4、C5、C6 等" in many.message.zh


def _refused_as_table(content: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_table(content, "名单", COLUMNS, LIMITS)
    return caught.value


def test_formulas_with_results_also_empty_ones_are_read() -> None:
    content = saved([["单位", "姓名", "手机号"], ["甲", "张三", "=A1"]])
    cell = b'<c r="C2"><f>A1</f><v></v></c>'
    for result, text in (
        (b'<c r="C2"><f>A1</f><v>13812345678</v></c>', ["13812345678"]),
        (b'<c r="C2" t="str"><f>A1</f><v></v></c>', []),
    ):
        assert headed(changed(content, cell, result)).rows == [(2, ["甲", "张三", *text])]


def test_a_formula_above_the_header_or_on_another_sheet_is_nobodys_business() -> None:
    assert headed(saved([["=TODAY()"], ["单位", "姓名"], ["甲", "张三"]])).rows == [(3, ["甲", "张三"])]
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append(["说明", "=1+1"])
    sheet = book.create_sheet("名单")
    sheet.append(["单位", "姓名"])
    sheet.append(["甲", "张三"])
    book.save(out)
    assert headed(out.getvalue()).rows == [(2, ["甲", "张三"])]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("rows", [0, 1, 400])
def test_a_csv_in_utf_16_without_its_mark(encoding: str, rows: int) -> None:
    text = "单位,姓名\r\n" + "甲,张三\r\n" * rows
    found = headed(text.encode(encoding))
    assert (found.places, len(found.rows)) == ({"unit": 0, "name": 1}, rows)


def test_too_many_columns_say_how_many_there_may_be() -> None:
    wide = [["单位", "姓名", *map(str, range(298))], ["甲", "张三"]]
    text = "\n".join(",".join(row) for row in wide)
    for content in (saved([list(row) for row in wide]), text.encode()):
        refusal = refused(content)
        assert refusal.code == "spreadsheet_too_large"
        assert "60 列" in refusal.message.zh
        assert "60 columns" in refusal.message.en


@pytest.mark.parametrize(
    "text",
    [
        "单位,姓名,住址,,手机号\n,,小区,房号,\n甲,张三,新苑,101,13812345678\n",
        "台账,,,,\n单位,姓名,,,手机号\n,,小区,房号,\n甲,张三,新苑,101,13812345678\n",
        "住址,,人员,,\n小区,房号,单位,姓名,手机号\n新苑,101,甲,张三,13812345678\n",
        "单位,,,姓名,手机号\n,小区,房号,,\n甲,新苑,101,张三,13812345678\n",
    ],
)
def test_a_header_of_two_lines_is_one(text: str) -> None:
    found = headed(text.encode())
    [(_, cells)] = found.rows
    assert {name: cells[place] for name, place in found.places.items()} == {
        "unit": "甲", "name": "张三", "phone": "13812345678", "estate": "新苑", "room": "101",
    }  # fmt: skip


def test_a_sheet_formatted_down_to_its_last_row_is_its_filled_rows() -> None:
    content = saved([["单位", "姓名"], ["甲", "张三"]])
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/><c r="B%d" s="0"/></row>' % (n, n, n) for n in range(3, 1_048_577))
    content = changed(content, b"</sheetData>", rows + b"</sheetData>")
    assert headed(changed(content, b'ref="A1:B2"', b'ref="A1:B1048576"')).rows == [(2, ["甲", "张三"])]
