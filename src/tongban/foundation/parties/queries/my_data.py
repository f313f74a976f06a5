"""What the house holds on one person, for that person."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tongban.foundation.parties.models import Person
from tongban.foundation.parties.queries.people import looks_at
from tongban.lib.actors import Actor
from tongban.lib.hooks import ALL
from tongban.lib.identifiers import DOCUMENT_TYPES
from tongban.lib.phones import show_phone
from tongban.lib.words import T
from tongban.web.portal import Section

ASSURANCE = {
    1: T("仅手机号", "Phone number only"),
    2: T("本人填写", "Stated by you"),
    3: T("与登记核对一致", "Matched with a register"),
    4: T("实人实名实证", "Verified online"),
    5: T("窗口核验", "Checked at a counter"),
}
_SOURCES = {
    "self": T("本人填写", "You"), "office": T("窗口登记", "An office"), "sample": T("示例数据", "Sample data"),
    "import": T("单位名册导入", "A staff list"), "population": T("人口基础信息库", "Population register"),
}  # fmt: skip
_PROVIDER = T("统一身份认证", "A provider that verifies people online")
_SEX = {"1": T("男", "Male"), "2": T("女", "Female")}
_IDENTITY = T("身份信息", "Identity")


def identity_held(person_id: Any) -> Section:
    """The section parties itself answers with."""
    person = Person.objects.get(pk=person_id)
    source = (
        _PROVIDER if person.source.startswith("oidc:") else _SOURCES.get(person.source, T(person.source, person.source))
    )
    kind = DOCUMENT_TYPES.get(person.document_type, T("", ""))
    facts = [
        (T("姓名", "Name"), person.name, source),
        (T("证件", "Document"), f"{kind} {person.document_number}".strip(), source),
        (T("出生日期", "Date of birth"), person.birth_date, T("由证件号码得出", "From the document number")),
        (T("性别", "Sex"), str(_SEX.get(person.sex, "")), T("由证件号码得出", "From the document number")),
        (
            T("手机号", "Phone"),
            show_phone(person.phone) if person.phone else "",
            T("验证码确认或窗口登记", "Confirmed by code, or recorded by an office"),
        ),
        (T("现住址", "Present address"), person.address, source),
        (T("认证等级", "Assurance level"), f"{person.assurance} {ASSURANCE[person.assurance]}", source),
    ]
    return Section(_IDENTITY, [(label, value, origin) for label, value, origin in facts if value])


def everything_held(by: Actor) -> list[Section]:
    """Every section of every app on the viewer themselves."""
    if by.person_id is None:
        return []
    # By name: queries and hooks stand side by side and do not import one another.
    answers = ALL["parties.my_data"].call(person_id=by.person_id)
    return [identity_held(by.person_id), *(section for answer in answers for section in answer)]


def exported(by: Actor) -> dict[str, Any]:
    """The viewer's data as plain values in both languages, with the time and every look."""
    sections = [
        {
            "title": section.title.as_json(),
            "facts": [
                {"name": label.as_json(), "value": str(value), "source": source.as_json()}
                for label, value, source in section.facts
            ],
        }
        for section in everything_held(by)
    ]
    looks = [
        {"at": look.at.isoformat(), "who": look.actor_name, "unit": look.unit_name, "why": look.reason,
         "where": look.what, "case": look.case_number}
        for look in looks_at(by)[:5000]
    ]  # fmt: skip
    return {"exported_at": timezone.now().isoformat(), "sections": sections, "looks": looks}
