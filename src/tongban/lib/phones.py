"""Telephone numbers in one form: E.164 (``+8613812345678``)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# Numbers copied from a phone's address book come wrapped in marks of writing direction.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CN: Any = phonenumbers.PhoneMetadata.metadata_for_region("CN")
_AT_HOME = re.compile(rf"(?=1[0-9]{{10}}$)(?:{_CN.mobile.national_number_pattern})", re.ASCII)
_MISSING = T("请填写电话号码。", "Enter a telephone number.")
_INVALID = T(
    "这不是有效的电话号码。内地手机填 11 位，固定电话前加区号，境外号码以 + 和国家（地区）代码开头。",
    "This is not a valid telephone number. Mainland mobile numbers have 11 digits, landlines need the area code, "
    "others begin with + and the country code.",
)
_NOT_MOBILE = T(
    "这里需要能收短信的手机号码。请填 11 位手机号；境外手机以 + 和国家（地区）代码开头。",
    "A mobile number that can receive text messages is needed here: 11 digits, or + and the country code.",
)
_EXTENSION = T("请去掉分机号，只填总机号码。", "Leave out the extension; enter the main number only.")


def check_phone(number: str, *, field: str = "") -> str:
    """The E.164 form of a landline or mobile number; one without a country code is read as the mainland's."""
    return phonenumbers.format_number(_parse(number, field), PhoneNumberFormat.E164)


def check_mobile(number: str, *, field: str = "") -> str:
    """The E.164 form of a number that can receive text messages."""
    if _AT_HOME.fullmatch(number):  # what lists are full of; as the library itself judges it
        return f"+86{number}"
    parsed = _parse(number, field)
    if phonenumbers.number_type(parsed) not in _MOBILE:
        raise Refusal("phone_not_mobile", _NOT_MOBILE, field=field)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def phone_tail_key(phone: str, region_code: str) -> str:
    """The last four digits within one community: over a whole city they would say nothing and give much away."""
    return f"{region_code}:{phone[-4:]}" if phone and region_code else ""


def show_phone(e164: str) -> str:
    """A stored number as people write it: 138 1234 5678, 0830-311 2233, +1 650-253-0000."""
    parsed = phonenumbers.parse(e164)
    at_home = parsed.country_code == phonenumbers.country_code_for_region("CN")
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _parse(number: str, field: str) -> PhoneNumber:
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", number)).replace("转", "ext").strip()
    if not text:
        raise Refusal("phone_missing", _MISSING, field=field)
    try:
        parsed = phonenumbers.parse(text, "CN")
    except NumberParseException:
        raise Refusal("phone_invalid", _INVALID, field=field) from None
    if not phonenumbers.is_valid_number(parsed):
        raise Refusal("phone_invalid", _INVALID, field=field)
    if parsed.extension:
        raise Refusal("phone_extension", _EXTENSION, field=field)
    return parsed
