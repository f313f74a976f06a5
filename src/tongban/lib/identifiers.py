"""Identifiers of people and organisations: what somebody typed, checked and in its one stored form.

Every ``check_…`` returns the normalised identifier or raises a Refusal that names the remedy; none repeats the
number it was given, so that a message can be logged. ``field`` is the form field the Refusal points at.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from operator import mul
from typing import Literal

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI

DOCUMENT_TYPES = {
    "resident_id": T("居民身份证", "Resident identity card"),
    "hmt_residence_permit": T("港澳台居民居住证", "Residence permit for Hong Kong, Macao and Taiwan residents"),
    "permanent_resident_id": T("外国人永久居留身份证", "Foreign permanent resident ID card"),
    "hk_macao_permit": T("港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"),
    "taiwan_permit": T("台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"),
    "passport": T("护照", "Passport"),
    "birth_certificate": T("出生医学证明", "Medical certificate of birth"),
}
"""The closed list of documents a person may be known by."""

SYNTHETIC_REGION = "999999"
"""Never assigned to a place: an identity number that begins so belongs to nobody."""

# GB/T 2260 province codes; the rest of a region code is not checked, because a number keeps the code of a county
# that was abolished or renamed long ago.
_PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71))
PROVINCES = frozenset(str(code) for first, last in _PROVINCE_RANGES for code in range(first, last + 1))
# Numbers were first given out in 1984, to nobody older than this.
EARLIEST_BIRTH = date(1860, 1, 1)

USCC_DEPARTMENTS = {
    "1": T("机构编制", "Staffing authority"),
    "2": T("外交", "Foreign affairs"),
    "3": T("司法行政", "Justice"),
    "4": T("文化", "Culture"),
    "5": T("民政", "Civil affairs"),
    "6": T("旅游", "Tourism"),
    "7": T("宗教", "Religious affairs"),
    "8": T("工会", "Trade unions"),
    "9": T("市场监管", "Market regulation"),
    "A": T("军队改革和编制", "Military staffing"),
    "N": T("农业农村", "Agriculture and rural affairs"),
    "Y": T("其他", "Other"),
}
"""First character of a unified social credit code: the department that registered the holder (GB 32100-2015)."""

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_SHAPE = re.compile(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ID_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
_ID_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_OLD_ID_SHAPE = re.compile(r"[0-9]{15}")
_FILLING = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\-\u2010-\u2015\u2212_.·]")

Sex = Literal["1", "2", ""]


@dataclass(frozen=True, slots=True)
class PersonalFacts:
    """What an 18-digit identity number says about its holder; ``sex`` is 1 male, 2 female (GB/T 2261.1), or empty.

    ``region`` is where the number was first given, never where the person lives now.
    """

    region: str
    birth: date
    sex: Sex


def normalise_number(text: str) -> str:
    """Capital letters and digits without spaces, dashes and dots; full-width forms made ordinary."""
    return _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()


def document_key(document_type: str, number: str) -> str:
    """What a document is found by: a passport and an identity card may share a number."""
    return f"{document_type}:{number}" if number else ""


def check_document(document_type: str, number: str, *, field: str = "", today: date | None = None) -> str:
    """The normalised number of a document of one of ``DOCUMENT_TYPES``."""
    if document_type not in DOCUMENT_TYPES:
        raise Refusal(
            "document_type_unknown",
            T("请选择证件类型，可用的有：{known}。", "Choose the type of document: one of {known}.")
            .format(known=T("、".join(DOCUMENT_TYPES), ", ".join(DOCUMENT_TYPES))),
            field=field.replace("document_number", "document_type"),
        )  # fmt: skip
    if document_type == "resident_id":
        return check_citizen_id(number, field=field, today=today)
    if document_type == "hmt_residence_permit":
        return _check_18_digits(number, ("810000", "820000", "830000"), document_type, field, today)
    if document_type == "permanent_resident_id":
        return _check_permanent_resident_id(number, field, today)
    return _check_shape(document_type, number, field)


def check_citizen_id(number: str, *, field: str = "", today: date | None = None) -> str:
    """The 18-digit citizen identity number (GB 11643-1999); an old 15-digit one is lengthened.

    A 15-digit number has no check digit, so a mistyped one passes as long as its date of birth is possible.
    """
    text = normalise_number(number)
    if _OLD_ID_SHAPE.fullmatch(text):
        body = text[:6] + "19" + text[6:]
        text = body + id_check_digit(body)
    return _check_18_digits(text, (), "resident_id", field, today)


def personal_facts(number: str) -> PersonalFacts:
    """What a checked 18-digit number (citizen, residence permit, permanent resident) says about its holder."""
    birth = _birth_in(number)
    if birth is None or not _ID_SHAPE.fullmatch(number):
        raise ValueError("not a checked 18-digit number")
    sex: Sex = "1" if int(number[16]) % 2 else "2"
    # The published rules of the foreigner's card (2023) do not promise that its sequence tells the sex.
    is_foreign = number[0] == "9" and not number.startswith(SYNTHETIC_REGION)
    return PersonalFacts(number[:6], birth, "" if is_foreign else sex)


def id_check_digit(body: str) -> str:
    """The 18th character for 17 digits: ISO 7064 MOD 11-2, as GB 11643-1999 prescribes."""
    return "10X98765432"[sum(map(mul, map(int, body), _ID_WEIGHTS)) % 11]


def synthetic_id_number(birth: date, sequence: int) -> str:
    """A number for demonstrations and tests that no real person can hold; an odd ``sequence`` (1-999) is male."""
    if not 1 <= sequence <= 999:
        raise ValueError("sequence must be 1 to 999")
    body = f"{SYNTHETIC_REGION}{birth:%Y%m%d}{sequence:03d}"
    return body + id_check_digit(body)


def is_synthetic(number: str) -> bool:
    """Whether an identity number or credit code was made for a demonstration."""
    return number.startswith(SYNTHETIC_REGION) or number[2:8] == SYNTHETIC_REGION


def check_uscc(number: str, *, field: str = "") -> str:
    """The 18-character unified social credit code (GB 32100-2015), its inner GB 11714 code checked as well."""
    text = normalise_number(number)
    if not text:
        raise _refusal("uscc_missing", _USCC_MISSING, field)
    if len(text) != 18:
        raise _refusal("uscc_length", _USCC_LENGTH, field)
    if not _USCC_SHAPE.fullmatch(text):
        raise _refusal("uscc_characters", _USCC_CHARACTERS, field)
    if text[0] not in USCC_DEPARTMENTS:
        raise _refusal("uscc_department", _USCC_DEPARTMENT, field)
    if uscc_check_character(text[:17]) != text[17] or organisation_check_character(text[8:16]) != text[16]:
        raise _refusal("uscc_checksum", _USCC_CHECKSUM, field)
    return text


def uscc_check_character(body: str) -> str:
    """The 18th character for 17: weights 3^i mod 31 (GB 32100-2015)."""
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return _USCC_ALPHABET[-total % 31]


def organisation_check_character(body: str) -> str:
    """The 9th character of an organisation code for 8 (GB 11714-1997); letters count from A = 10."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def synthetic_uscc(department: str, sequence: int) -> str:
    """A credit code for demonstrations in the region nobody has; ``department`` is two characters such as ``91``."""
    if not 0 <= sequence <= 999_999 or len(department) != 2 or department[0] not in USCC_DEPARTMENTS:
        raise ValueError("department must be two characters, sequence 0 to 999999")
    body = f"MA{sequence:06d}"
    code = f"{department}{SYNTHETIC_REGION}{body}{organisation_check_character(body)}"
    return code + uscc_check_character(code)


def _check_18_digits(number: str, regions: tuple[str, ...], document_type: str, field: str, today: date | None) -> str:
    """Shape, region, date of birth, check digit; ``regions`` empty means a citizen of any province."""
    text = normalise_number(number)
    if not text:
        raise _refusal("id_number_missing", _ID_MISSING, field)
    if len(text) != 18:
        raise _refusal("id_number_length", _ID_LENGTH, field)
    if not _ID_SHAPE.fullmatch(text):
        raise _refusal("id_number_characters", _ID_CHARACTERS, field)
    _check_region(text, regions, document_type, field)
    birth = _birth_in(text)
    if birth is None or not EARLIEST_BIRTH <= birth <= (today or datetime.now(SHANGHAI).date()):
        raise _refusal("id_number_birth", _ID_BIRTH, field)
    if id_check_digit(text[:17]) != text[17]:
        raise _refusal("id_number_checksum", _ID_CHECKSUM, field)
    return text


def _check_region(text: str, regions: tuple[str, ...], document_type: str, field: str) -> None:
    found = _type_of_18_digits(text)
    if found is None:
        raise _refusal("id_number_region", _ID_REGION, field)
    if found != document_type:
        types = {"found": DOCUMENT_TYPES[found], "chosen": DOCUMENT_TYPES[document_type]}
        raise _refusal("id_number_other_document", _ID_OTHER_DOCUMENT.format(**types), field)
    if regions and text[:6] not in regions:
        raise _refusal("id_number_region", _ID_REGION, field)


def _type_of_18_digits(text: str) -> str | None:
    if text[:2] in PROVINCES or text.startswith(SYNTHETIC_REGION):
        return "resident_id"
    if text[:2] in ("81", "82", "83"):
        return "hmt_residence_permit"
    return "permanent_resident_id" if text[0] == "9" else None


def _check_permanent_resident_id(number: str, field: str, today: date | None) -> str:
    # The 2017 card (three letters of the nationality, twelve digits) stays valid until it expires; the card of
    # December 2023 has 18 digits beginning with 9 and the check digit of the citizen number.
    text = normalise_number(number)
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", text):
        return text
    return _check_18_digits(text, (), "permanent_resident_id", field, today)


_SHAPES = {
    "passport": (
        r"(?=.*[0-9])[A-Z0-9]{5,15}",
        T("护照号码是 5 至 15 位字母和数字。请对照护照资料页重新填写。",
          "A passport number has 5 to 15 letters and digits. Copy it from the passport's data page."),
    ),
    "hk_macao_permit": (
        r"[HM]([0-9]{8}|[0-9]{10})",
        T("港澳居民来往内地通行证号码以 H 或 M 开头，后面 8 位数字（旧证 10 位）。请对照证件重新填写。",
          "The number begins with H or M, then 8 digits (10 on old permits). Copy it from the permit."),
    ),
    "taiwan_permit": (
        r"[0-9]{8}|[0-9]{10}[A-Z]?",
        T("台湾居民来往大陆通行证号码是 8 位数字（旧证 10 位数字加字母）。请对照证件重新填写。",
          "The number has 8 digits (10 and a letter on old permits). Copy it from the permit."),
    ),
    "birth_certificate": (
        r"[A-Z][0-9]{9}",
        T("出生医学证明编号是 1 个字母加 9 位数字。请对照证明右上角重新填写。",
          "The number of a birth certificate is a letter and 9 digits. Copy it from the certificate."),
    ),
}  # fmt: skip


def _check_shape(document_type: str, number: str, field: str) -> str:
    text = re.sub(r"[()]", "", normalise_number(number))
    shape, remedy = _SHAPES[document_type]
    if not text:
        raise _refusal("id_number_missing", _ID_MISSING, field)
    if not re.fullmatch(shape, text):
        raise _refusal(f"{document_type}_shape", remedy, field)
    return text


def _birth_in(text: str) -> date | None:
    try:
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None


def _refusal(code: str, message: T, field: str) -> Refusal:
    return Refusal(code, message, field=field)


_ID_MISSING = T("请填写证件号码。", "Enter the number of the document.")
_ID_LENGTH = T(
    "证件号码应为 18 位（老身份证 15 位）。请数一数是否漏填或多填。",
    "The number has 18 characters (15 on old cards). Check whether one is missing or extra.",
)
_ID_CHARACTERS = T(
    "证件号码只能是数字，末位可以是 X。请检查是否误填了字母或符号。",
    "The number has digits only, and may end in X. Check for letters or signs typed by mistake.",
)
_ID_REGION = T(
    "证件号码的前几位不对。请对照证件重新填写。",
    "The first digits of the number cannot be right. Copy them from the document.",
)
_ID_OTHER_DOCUMENT = T(
    "这是{found}的号码，而证件类型选的是{chosen}。请改选证件类型，或核对号码。",
    "This is the number of a {found}, but the type chosen is {chosen}. Change the type, or check the number.",
)
_ID_BIRTH = T(
    "证件号码里的出生日期（第 7 至 14 位）不存在或不可能。请对照证件核对这 8 位。",
    "The date of birth in the number (digits 7 to 14) is impossible. Check these 8 digits against the document.",
)
_ID_CHECKSUM = T(
    "证件号码校验不通过，多半是有一位填错或前后两位颠倒。请对照证件逐位核对。",
    "The number does not add up: one digit is probably wrong, or two are swapped. Compare it digit by digit.",
)
_USCC_MISSING = T("请填写统一社会信用代码。", "Enter the unified social credit code.")
_USCC_LENGTH = T(
    "统一社会信用代码是 18 位。旧的营业执照注册号（15 位）和组织机构代码（9 位）已停用，请按现在的证照填写。",
    "A unified social credit code has 18 characters; old registration numbers (15) and organisation codes (9) "
    "are no longer used. Copy the code from the current licence.",
)
_USCC_CHARACTERS = T(
    "统一社会信用代码由数字和大写字母组成，不用 I、O、S、V、Z，第 3 至 8 位是数字。"
    "请看看是否把 1、0、5、2 看成了字母。",
    "A unified social credit code has digits and capital letters except I, O, S, V and Z; characters 3 to 8 are "
    "digits. Check whether a 1, 0, 5 or 2 was read as a letter.",
)
_USCC_DEPARTMENT = T(
    "统一社会信用代码的第 1 位不是任何登记管理部门的代码。请对照证照重新填写。",
    "The first character names no registering department. Copy the code from the licence.",
)
_USCC_CHECKSUM = T(
    "统一社会信用代码校验不通过，多半是有一位填错或前后两位颠倒。请对照证照逐位核对。",
    "The code does not add up: one character is probably wrong, or two are swapped. Compare it one by one.",
)
