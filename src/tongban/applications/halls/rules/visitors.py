"""What a visitor says at the door, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tongban.applications.halls.rules.queue import ELDERLY_FROM, PRIORITIES, age_on
from tongban.applications.halls.rules.shape import MOST_COMPANIONS, YES_NO_QUESTIONS
from tongban.lib.identifiers import DOCUMENT_TYPES, check_document, personal_facts
from tongban.lib.names import tidy_name
from tongban.lib.phones import check_phone
from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.words import T

_WITH_BIRTH = frozenset({"resident_id", "hmt_residence_permit"})
_NAME = T("请填写姓名，可以有间隔号“·”，最多 60 个字。", "Enter the name, up to 60 characters.")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody typed or a kiosk read; nothing of it is checked yet."""

    service: str
    name: str
    document_type: str = ""
    document_number: str = ""
    phone: str = ""
    companions: Sequence[str] = ()
    priorities: Sequence[str] = ()
    declaration: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """The same in the stored form, with everything that follows from it."""

    service: str
    name: str
    document_type: str
    document_number: str
    phone: str
    companions: tuple[str, ...]
    priorities: tuple[str, ...]
    declaration: dict[str, str]

    @property
    def details(self) -> dict[str, str]:
        """What serving the visitor needs."""
        found = {"name": self.name, "document_type": self.document_type, "document_number": self.document_number,
                 "phone": self.phone}  # fmt: skip
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a hall asks for that day."""

    services: frozenset[str]
    document: bool
    phone: bool
    questions: tuple[str, ...]


def check_said(said: Said, wanted: Wanted, *, today: date) -> Checked:
    """Everything wrong is said at once; a person without a phone is registered by somebody else."""
    wrong: list[Refusal] = []

    def tried(check: object, *given: object) -> str:
        try:
            return str(check(*given))  # type: ignore[operator]
        except Refusal as refusal:
            wrong.append(refusal)
            return ""

    service = tried(_service, said.service, wanted)
    name = tried(_name, said.name, "name")
    number = ""
    if said.document_number.strip() or wanted.document:
        number = tried(_document, said, today)
    phone = tried(_phone, said.phone) if said.phone.strip() or wanted.phone else ""
    companions = [tried(_name, one, "companions") for one in said.companions if one.strip()]
    if len(companions) > MOST_COMPANIONS:
        wrong.append(Refusal("too_many_companions", T("随行人员最多 {n} 人，其余的人请另外登记。",
                     "At most {n} companions: the others register themselves.").format(n=MOST_COMPANIONS), field="companions"))  # fmt: skip
    declaration = {}
    for question in wanted.questions:
        declaration[question] = tried(_answer, question, said.declaration.get(question, ""))
    if wrong:
        raise Refusals(wrong)
    kind = said.document_type if number else ""
    priorities = _priorities(said.priorities, kind, number, today)
    return Checked(service, name, kind, number, phone, tuple(companions), priorities, declaration)


def _service(code: str, wanted: Wanted) -> str:
    if code not in wanted.services:
        raise Refusal("service_unknown", T("请选择要办的业务。", "Choose what you came for."), field="service")
    return code


def _name(typed: str, field_name: str) -> str:
    name = tidy_name(typed)
    if not 1 <= len(name) <= 60 or not any(one.isalpha() for one in name):
        raise Refusal("name_wrong", _NAME, field=field_name)
    return name


def _document(said: Said, today: date) -> str:
    if said.document_type not in DOCUMENT_TYPES:
        raise Refusal(
            "document_type_unknown", T("请选择证件类型。", "Choose the type of document."), field="document_type"
        )
    return check_document(said.document_type, said.document_number, field="document_number", today=today)


def _phone(typed: str) -> str:
    return check_phone(typed, field="phone")


def _answer(question: str, typed: str) -> str:
    text = " ".join(typed.split())[:200]
    if question in YES_NO_QUESTIONS and text not in ("yes", "no"):
        raise Refusal("answer_missing", T("请回答。", "Please answer."), field=question)
    if question == "temperature":
        return _temperature(text)
    return text


def _temperature(text: str) -> str:
    try:
        degrees = float(text.replace("℃", "").replace("°C", "").replace("，", ".").strip())
    except ValueError:
        degrees = 0.0
    if not 34 <= degrees <= 43:
        raise Refusal("temperature_wrong", T("体温填 34 至 43 之间的数，例如 36.5。", "A number between 34 and 43, such as 36.5."),
                      field="temperature")  # fmt: skip
    return f"{degrees:.1f}"


def _priorities(claimed: Sequence[str], kind: str, number: str, today: date) -> tuple[str, ...]:
    """What was claimed, and old age where the document itself tells it."""
    found = {one for one in claimed if one in PRIORITIES and one != "appointment"}
    if kind in _WITH_BIRTH and age_on(personal_facts(number).birth, today) >= ELDERLY_FROM:
        found.add("elderly")
    return tuple(sorted(found))
