"""What a hall says of itself: services with their queues, entrances, and the declaration it may ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

MOST_SERVICES = 40
MOST_ENTRANCES = 12
MOST_WINDOWS = 200
MOST_COMPANIONS = 9
PROVISIONAL_QUOTA = 500
"""Visits a day in a hall nobody has confirmed yet."""
_PREFIX = re.compile(r"[A-Z]{1,2}")

HALL_STATES: dict[str, T] = {
    "provisional": T("临时开通", "Provisional"), "confirmed": T("已确认", "Confirmed"),
    "suspended": T("暂停", "Suspended"), "moved": T("已迁出", "Moved"),
}  # fmt: skip
HALL_TONES = {"provisional": "action", "confirmed": "good", "suspended": "bad", "moved": "plain"}


@dataclass(frozen=True, slots=True)
class Service:
    """One line of business of a hall; services with one prefix stand in one queue. ``slot_*`` make appointments."""

    code: str
    name: T
    prefix: str
    minutes: int = 10
    is_open: bool = True
    slot_minutes: int = 0
    slot_capacity: int = 0
    definition: str = ""

    @property
    def has_slots(self) -> bool:
        """Whether one can make an appointment."""
        return self.slot_minutes > 0 and self.slot_capacity > 0

    def as_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "code": self.code, "name": self.name.as_json(), "prefix": self.prefix, "minutes": self.minutes,
            "is_open": self.is_open, "slot_minutes": self.slot_minutes, "slot_capacity": self.slot_capacity,
            "definition": self.definition,
        }  # fmt: skip

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Service:
        """From the stored form."""
        return cls(**{**found, "name": T.read(found["name"])})


@dataclass(frozen=True, slots=True)
class Entrance:
    """A door people come in by."""

    code: str
    name: T

    def as_json(self) -> dict[str, Any]:
        """The stored form."""
        return {"code": self.code, "name": self.name.as_json()}

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Entrance:
        """From the stored form."""
        return cls(found["code"], T.read(found["name"]))


QUESTIONS: dict[str, T] = {
    "temperature": T("体温（℃）", "Temperature (°C)"),
    "symptoms": T("最近 14 天有发热、咳嗽等症状吗？", "Fever, cough or the like within the last 14 days?"),
    "places": T("最近 14 天到过外地的，请写地点", "Places outside the county within the last 14 days"),
    "contact": T("最近 14 天接触过确诊或疑似人员吗？", "Contact with a confirmed or suspected case within 14 days?"),
}  # fmt: skip
YES_NO_QUESTIONS = ("symptoms", "contact")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a hall asks about health: only between two days, on a stated legal basis."""

    questions: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    legal_basis: str = ""

    def asked_on(self, day: date) -> tuple[str, ...]:
        """The questions asked on a business day."""
        if not self.questions or self.first is None or self.last is None:
            return ()
        return self.questions if self.first <= day <= self.last else ()

    def as_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "questions": list(self.questions), "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "", "legal_basis": self.legal_basis,
        }  # fmt: skip

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Declaration:
        """From the stored form; nothing asked when there is none."""
        if not found:
            return cls()
        first, last = found.get("first", ""), found.get("last", "")
        return cls(
            tuple(found.get("questions", ())), date.fromisoformat(first) if first else None,
            date.fromisoformat(last) if last else None, found.get("legal_basis", ""),
        )  # fmt: skip


def check_declaration(found: Declaration) -> Declaration:
    """A declaration that may be switched on: known questions, both days, a legal basis; none at all is fine."""
    if not found.questions:
        return Declaration()
    if set(found.questions) - set(QUESTIONS):
        raise Refusal("question_unknown", T("请从列表中选择要问的内容。", "Choose the questions from the list."),
                      field="questions")  # fmt: skip
    if found.first is None or found.last is None:
        raise Refusal("declaration_dates", T("健康申报要写明起止日期，到期自动停止。",
                      "A declaration needs its first and last day: it ends by itself."), field="last")  # fmt: skip
    if found.last < found.first or (found.last - found.first).days > 92:
        raise Refusal("declaration_dates", T("止日不能早于起日，一次最长三个月；到期可以再延。",
                      "The last day follows the first, within three months; extend it then if needed."), field="last")  # fmt: skip
    if len(found.legal_basis.strip()) < 6:
        raise Refusal("legal_basis_missing", T("请写明收集健康信息的依据，例如通告的文号。访客会看到。",
                      "State the legal basis, such as the number of the notice. Visitors see it."), field="legal_basis")  # fmt: skip
    return found


def check_services(services: Sequence[Service]) -> list[Service]:
    """Services as they may be stored: at least one, names once, prefixes of one or two letters."""
    if not services:
        raise Refusal("services_missing", T("请至少写一类业务。", "Name at least one service."), field="services")
    if len(services) > MOST_SERVICES:
        raise Refusal("too_many_services", T("最多 {n} 类业务，请合并相近的。", "At most {n} services: join similar ones.")
                      .format(n=MOST_SERVICES), field="services")  # fmt: skip
    names = [one.name.zh for one in services]
    if len(set(names)) < len(names):
        raise Refusal("service_twice", T("有两类业务同名，请改其中一个。", "Two services have the same name: change one."),
                      field="services")  # fmt: skip
    for one in services:
        if not _PREFIX.fullmatch(one.prefix):
            raise Refusal("prefix_invalid", T("号码前缀是一两个大写字母，例如 A。", "A prefix is one or two capital letters, such as A."),
                          field="services")  # fmt: skip
        if not 1 <= one.minutes <= 240:
            raise Refusal("minutes_out_of_range", T("每人用时填 1 至 240 分钟。", "Between 1 and 240 minutes a visitor."),
                          field="services")  # fmt: skip
    return list(services)


def services_of_lines(lines: Iterable[str]) -> list[Service]:
    """Services from a list with one name a line, or names between commas; each gets the next letter. ``咨询 | Advice`` names it in English, too."""
    names = [name.strip() for line in lines for name in re.split(r"[\n,，、;；]+", line) if name.strip()]
    pairs = [[part.strip() for part in name.split("|")] for name in dict.fromkeys(names)]
    return check_services(
        [Service(f"s{n + 1}", T(pair[0][:40], pair[-1][:80]), letter(n)) for n, pair in enumerate(pairs)]
    )


def letter(place: int) -> str:
    """A, B … Z, AA, AB …: prefixes in their order; I and O are left out, they look like digits."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    first, last = divmod(place, len(letters))
    return (letters[first - 1] if first else "") + letters[last]


def declared(declaration: Mapping[str, Any]) -> str:
    """What a hall asks about health and when, in one line for the public log; empty when it asks nothing."""
    asked = ", ".join(declaration.get("questions", []))
    return f"{asked} {declaration['first']}..{declaration['last']}" if asked else ""
