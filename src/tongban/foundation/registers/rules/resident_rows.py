"""One row of a community's list, read: who, with which document, where, of which kind, and what to mind about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tongban.foundation.registers.rules.records import check_day
from tongban.foundation.registers.rules.resident_columns import LABELS
from tongban.lib.identifiers import check_document, normalise_number, personal_facts
from tongban.lib.names import tidy_name
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal
from tongban.lib.spreadsheets import LOST
from tongban.lib.words import T

EIGHTEEN_DIGITS = frozenset({"resident_id", "hmt_residence_permit", "permanent_resident_id"})
_KINDS = {
    "registered": (
        "户籍",
        "常住户籍",
        "户籍人口",
        "本地",
        "本地户籍",
        "常住",
        "常住人口",
        "本社区",
        "人户一致",
        "人户分离",
    ),
    "floating": ("流动", "流动人口", "外来", "外来人口", "暂住", "暂住人口", "非户籍", "外地"),
    "tenant": ("租户", "租住", "承租", "承租人", "租客", "出租", "租房"),
    "abroad": ("境外", "境外人员", "外籍", "外国人", "港澳台"),
    "lodging": ("寄住", "寄居", "借住", "投靠", "寄住人口"),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in (*words, kind)}
_RELATIONS = {
    "01": "户主 本人 本人或户主 户主本人",
    "10": "配偶 妻 妻子 夫 丈夫 老婆 老公 爱人 夫妻",
    "20": "子 儿子 长子 次子 三子 四子 独生子 独子 继子 养子 大儿子 小儿子 二儿子",
    "30": "女 女儿 长女 次女 三女 四女 独生女 独女 继女 养女 大女儿 小女儿 二女儿",
    "40": "孙 孙子 孙女 长孙 外孙 外孙子 外孙女 孙女儿 重孙 曾孙",
    "50": "父 母 父亲 母亲 父母 爸爸 妈妈 公公 婆婆 岳父 岳母 继父 继母 养父 养母",
    "60": "祖父 祖母 爷爷 奶奶 外祖父 外祖母 外公 外婆 姥姥 姥爷",
    "70": "兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟 姐妹 兄弟姐妹",
    "80": "儿媳 女婿 儿媳妇 媳妇 嫂子 弟媳 侄子 侄女 外甥 外甥女 伯父 叔父 姑 姨 舅 其他亲属 亲戚 亲属 孙媳 侄儿",
    "90": "非亲属 其他 保姆 合租 室友 朋友 租户 租客 同事 雇工",
}
_RELATION_OF = {word: code for code, words in _RELATIONS.items() for word in words.split()}
_DOCUMENTS = {
    "resident_id": "身份证 居民身份证 二代身份证 户口簿 户口本 公民身份证",
    "hmt_residence_permit": "港澳台居民居住证 港澳居民居住证 台湾居民居住证 居住证",
    "permanent_resident_id": "外国人永久居留身份证 外国人永久居留证 永居证",
    "hk_macao_permit": "港澳居民来往内地通行证 港澳通行证 回乡证",
    "taiwan_permit": "台湾居民来往大陆通行证 台胞证",
    "passport": "护照 外国护照",
    "birth_certificate": "出生医学证明 出生证 出生证明",
}
_DOCUMENT_OF = {word: code for code, words in _DOCUMENTS.items() for word in words.split()}
_SEXES = {"男": "1", "男性": "1", "1": "1", "女": "2", "女性": "2", "2": "2"}
_YES = frozenset({"是", "在", "在住", "居住", "常住", "有", "人户一致", "人在户在", "√", "1", "y", "yes"})
_NO = frozenset(
    {
        "否",
        "不在",
        "不住",
        "不在住",
        "未居住",
        "无",
        "人户分离",
        "户在人不在",
        "外出",
        "×",
        "0",
        "空挂",
        "空挂户",
        "n",
        "no",
    }
)
_NONE = frozenset({"", "无", "没有", "不详", "未知", "-", "--", "—", "/", "\\", "暂无", "无号码"})
_SPLIT = re.compile(r"[,，;；、/\\|\s]+|转")
_NOTES = re.compile(r"[(（\[【].*?[)）\]】]")
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_SERIAL_FROM = date(1899, 12, 30)  # Excel counts from here, a leap day that never was included

_LOST = T("{column}被 Excel 存成了数字，末尾几位已经丢失。请先把这一列的格式设为“文本”，再重新输入。",
          "Excel stored {column} as a number and lost its last digits. Format the column as text and type it again.")  # fmt: skip
_LOST_ID = _LOST.format(column=LABELS["document_number"])


@dataclass(slots=True)
class Resident:
    """A row that can be used; ``notes`` say what of it is not taken as it stands there."""

    number: int
    name: str
    document_type: str = ""
    document_number: str = ""
    birth_date: str = ""
    sex: str = ""
    phone: str = ""
    kind: str = "registered"
    relation: str = ""
    household: str = ""
    address: str = ""
    since: date | None = None
    is_present: bool | None = None
    notes: list[Refusal] = field(default_factory=list)

    @property
    def twin_key(self) -> tuple[str, str, str]:
        """What two rows of one person share without a document: name, date of birth, phone."""
        return self.name, self.birth_date, self.phone


class RowReader:
    """Reads rows of one list: its columns, the kind it is of, and the day on which it is read."""

    def __init__(self, places: Mapping[str, int], kind: str, today: date) -> None:
        self.places = list(places.items())
        self.kind, self.today = kind, today

    def read(self, number: int, cells: Sequence[str]) -> Resident:
        """The row; raises the Refusal that says why it cannot be taken."""
        width = len(cells)
        said = {name: cells[place] if place < width else "" for name, place in self.places}
        row = Resident(number, _name(said["name"]), kind=self.kind)
        self._identify(row, said)
        row.address = _address(said)
        self._add_phone(row, said.get("phone", ""))
        self._add_details(row, said)
        return row

    def address_of(self, cells: Sequence[str]) -> str:
        """The address of a row as it is read, empty where it has none."""
        width = len(cells)
        try:
            return _address({name: cells[place] if place < width else "" for name, place in self.places})
        except Refusal:
            return ""

    def _identify(self, row: Resident, said: Mapping[str, str]) -> None:
        typed = said.get("document_number", "")
        sex = _SEXES.get(said.get("sex", "").strip(), "")
        birth = self._birth(said.get("birth_date", ""))
        if typed == LOST:
            raise Refusal("spreadsheet_digits_lost", _LOST_ID, field="document_number")
        if typed in _NONE:
            if not birth:
                raise Refusal("birth_missing", T("没有身份证号的，要填写出生日期（年月日），否则无法和同名的人分开。",
                              "Without an identity number the full date of birth is needed, to tell people of one name apart."),
                              field="birth_date")  # fmt: skip
            row.birth_date, row.sex = birth, sex
            return
        row.document_type = _document_type(said.get("document_type", ""), typed)
        row.document_number = _document(row.document_type, typed, self.today)
        if row.document_type not in EIGHTEEN_DIGITS:
            row.birth_date, row.sex = birth, sex
            return
        facts = personal_facts(row.document_number)
        row.birth_date, row.sex = facts.birth.isoformat(), facts.sex or sex
        if (birth and birth != row.birth_date) or (sex and facts.sex and sex != facts.sex):
            row.notes.append(Refusal("differs_from_number", T("性别或出生日期和身份证号不一致，以身份证号为准。",
                             "Sex or date of birth differ from the identity number, which counts."), field="birth_date"))  # fmt: skip

    def _birth(self, typed: str) -> str:
        if typed in _NONE:
            return ""
        found = _day(typed)
        return found.isoformat() if found is not None and date(1860, 1, 1) <= found <= self.today else ""

    def _add_phone(self, row: Resident, typed: str) -> None:
        if typed in _NONE:
            return
        if typed == LOST:
            row.notes.append(Refusal("spreadsheet_digits_lost", _LOST.format(column=LABELS["phone"]), field="phone"))
            return
        numbers = [text for text in _SPLIT.split(_NOTES.sub(" ", typed)) if len(text) >= 7]
        for text in numbers:
            try:
                row.phone = check_mobile(text)
                break
            except Refusal:
                continue
        if not row.phone:
            row.notes.append(Refusal("phone_not_taken", T("电话不是有效的手机号，没有导入。",
                             "The telephone is no valid mobile number and is not taken."), field="phone"))  # fmt: skip
        elif len(numbers) > 1:
            row.notes.append(Refusal("phone_first", T("一格里有几个号码，只导入第一个有效的手机号。",
                             "Several numbers in one cell: the first valid mobile number is taken."), field="phone"))  # fmt: skip

    def _add_details(self, row: Resident, said: Mapping[str, str]) -> None:
        kind = said.get("kind", "").strip()
        if kind:
            row.kind = _kind(kind)
        row.household = "".join(said.get("household", "").split())[:40].replace(LOST, "")
        row.relation = _relation(row, said)
        if row.kind == "registered":
            row.is_present = _present(said.get("is_present", "") or kind)
        since = said.get("since", "")
        if since in _NONE:
            return
        row.since = _day(since)
        if row.since is None or row.since > self.today:
            row.since = None
            row.notes.append(Refusal("since_not_taken", T("入住日期看不懂或在今天以后，没有导入。",
                             "The day of moving in is not readable or ahead, and is not taken."), field="since"))  # fmt: skip


def _kind(said: str) -> str:
    found = _KIND_OF.get(said) or _KIND_OF.get(said.removesuffix("人口").removesuffix("人员"))
    if found is None:
        raise Refusal("kind_unknown", T("看不懂人员类别。请写户籍、流动、租户、境外或寄住。",
                      "This kind is not known: write 户籍, 流动, 租户, 境外 or 寄住."), field="kind")  # fmt: skip
    return found


def _name(typed: str) -> str:
    name = tidy_name(typed.replace(LOST, ""))
    if not name:
        raise Refusal("name_missing", T("没有填写姓名。", "The name is missing."), field="name")
    if len(name) < 2 or len(name) > 60 or any(char.isdigit() for char in name):
        raise Refusal(
            "name_invalid",
            T("姓名不像一个人的名字，请核对。", "This does not look like a name: check it."),
            field="name",
        )
    return name


def _document_type(said: str, typed: str) -> str:
    word = said.strip()
    if word:
        found = _DOCUMENT_OF.get(word)
        if found is None:
            raise Refusal("document_type_unknown", T("看不懂证件类型。请写居民身份证、护照、港澳居民来往内地通行证等证件名称。",
                          "This type of document is not known: write 居民身份证, 护照 or another document's name."),
                          field="document_type")  # fmt: skip
        return found
    number = normalise_number(typed)
    if len(number) == 18 and number[:2] in ("81", "82", "83"):
        return "hmt_residence_permit"
    if len(number) == 18 and number[0] == "9" and not number.startswith("999999"):
        return "permanent_resident_id"
    return "resident_id"


def _document(document_type: str, typed: str, today: date) -> str:
    try:
        return check_document(document_type, typed, field="document_number", today=today)
    except Refusal as refusal:
        # The sequence 000 was never given to anybody: Excel filled up what it had cut off.
        if document_type == "resident_id" and refusal.code == "id_number_checksum" and typed.strip().endswith("000"):
            raise Refusal("spreadsheet_digits_lost", _LOST_ID, field="document_number") from None
        raise


def _day(typed: str) -> date | None:
    """A day as it is written, or as the number by which Excel keeps it; None for neither."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if _SERIAL.fullmatch(text):
        return _SERIAL_FROM + timedelta(days=int(float(text)))
    try:
        return date.fromisoformat(check_day(text))
    except Refusal:
        return None


def _relation(row: Resident, said: Mapping[str, str]) -> str:
    word = _NOTES.sub("", said.get("relation", "")).replace("之", "").strip()
    if not word:
        return "01" if said.get("head") and tidy_name(said["head"]) == row.name else ""
    found = _RELATION_OF.get(word) or _RELATION_OF.get(word.removesuffix("关系"))
    if found is None:
        row.notes.append(Refusal("relation_not_taken", T("看不懂与户主的关系，没有导入。",
                         "The relation to the head is not understood and not taken."), field="relation"))  # fmt: skip
        return ""
    return found


def _present(word: str) -> bool | None:
    text = word.strip().casefold()
    return True if text in _YES else False if text in _NO else None


def _address(said: Mapping[str, str]) -> str:
    """The address of a row in one piece, from its column or from estate, building, unit and room apart."""
    whole = said.get("address", "")
    room = said.get("room", "")
    if LOST in (whole, room):
        raise Refusal(
            "address_missing", T("地址被存成了数字。", "The address was stored as a number."), field="address"
        )
    if room:
        parts = [said.get("estate", ""), _numbered(said.get("building", ""), "栋"), _numbered(said.get("unit", ""), "单元"),
                 _numbered(room, "室")]  # fmt: skip
        apart = "".join(parts)
        # 房号 beside a column with the whole address says nothing new when it stands there already.
        if not whole or said.get("building") or not whole.rstrip("室号户房").endswith(room.rstrip("室号户房")):
            return f"{whole}{apart}" if whole and not said.get("estate") else apart
    if not whole.strip():
        raise Refusal("address_missing", T("没有填写居住地址。", "The address is missing."), field="address")
    return whole


def _numbered(text: str, ending: str) -> str:
    bare = text.strip()
    return f"{bare}{ending}" if bare and bare[-1:].isalnum() and bare[-1:].isascii() else bare
