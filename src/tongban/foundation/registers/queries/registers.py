"""How registers stand: what is in them, how fresh, whether they may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.foundation.registers.models import CompanyRecord, PersonRecord, Register, Residence
from tongban.foundation.registers.rules.catalogue import REGISTERS, RegisterKind, register_kind
from tongban.lib.actors import Actor
from tongban.lib.repeated import Repeated
from tongban.lib.words import T

Standing = Literal["available", "switched_off", "failing", "empty"]
STANDINGS: dict[Standing, T] = {
    "available": T("可用", "Available"),
    "switched_off": T("已停用", "Switched off"),
    "failing": T("来源不应答", "Source not answering"),
    "empty": T("没有内容", "Empty"),
}
_SAMPLE = T("{name}（示例）", "{name} (sample)")


@dataclass(frozen=True, slots=True)
class RegisterFound:
    """A register with its row here, its standing and how many records it holds."""

    kind: RegisterKind
    row: Register
    standing: Standing
    count: int

    @property
    def label(self) -> T:
        """The standing in words."""
        return STANDINGS[self.standing]


_ROW = Repeated[Register](lambda code: Register.objects.filter(code=code))


def register_row(code: str) -> Register:
    """The row of a register; an unsaved one before anything happened to it."""
    return _ROW.first(code=code) or Register(code=code)


def shown_name(kind: RegisterKind, is_sample: bool) -> T:
    """The register's name as people see it: sample contents say so."""
    return _SAMPLE.format(name=kind.name) if is_sample else kind.name


def is_silent(row: Register, now: datetime) -> datetime | None:
    """Since when a register cannot be asked; None when it can. A failing source is asked again after a pause."""
    if row.switched_off_at is not None:
        return row.switched_off_at
    if row.failing_since is not None and row.ask_again_at is not None and now < row.ask_again_at:
        return row.failing_since
    return None


def registers_visible_to(by: Actor) -> list[RegisterFound]:
    """Every register as it stands, for operators."""
    require(by, "registers.manage_registers")
    rows = {row.code: row for row in Register.objects.all()}
    return [_found(kind, rows.get(kind.code) or Register(code=kind.code)) for kind in REGISTERS.values()]


def register_visible_to(by: Actor, code: str) -> RegisterFound:
    """One register as it stands."""
    require(by, "registers.manage_registers")
    return _found(register_kind(code), register_row(code))


def _found(kind: RegisterKind, row: Register) -> RegisterFound:
    count = _count(kind.code)
    return RegisterFound(kind, row, _standing(row, count), count)


def _standing(row: Register, count: int) -> Standing:
    if row.switched_off_at is not None:
        return "switched_off"
    if row.failing_since is not None:
        return "failing"
    return "available" if count or row.endpoint else "empty"


def _count(code: str) -> int:
    """How many records a register holds; counted row by row, for an operator's page only."""
    if code == "companies":
        return CompanyRecord.objects.count()
    if code == "population":
        return PersonRecord.objects.count()
    return Residence.objects.filter(until__isnull=True).count()


def days_old(row: Register) -> int | None:
    """How many days ago a register was refreshed."""
    return None if row.refreshed_at is None else (timezone.localdate() - timezone.localdate(row.refreshed_at)).days


def registers_readable_by(by: Actor) -> list[tuple[RegisterKind, Register, bool]]:
    """Every register with its row and whether it may be asked now, for operators and for programs that read facts."""
    if "registers.manage_registers" not in by.capabilities:
        require(by, "registers.read_facts")
    rows = {row.code: row for row in Register.objects.all()}
    now = timezone.now()
    found = [(kind, rows.get(kind.code) or Register(code=kind.code)) for kind in REGISTERS.values()]
    return [(kind, row, is_silent(row, now) is None) for kind, row in found]
