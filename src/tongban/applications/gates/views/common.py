"""What pages of gates share: acts without a form, states in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from tongban.applications.gates.models import Pass
from tongban.applications.gates.queries import scans_of, standing_of
from tongban.applications.gates.rules.kinds import KINDS
from tongban.applications.gates.rules.scans import VERDICTS
from tongban.lib.words import T
from tongban.web.forms import refusals_told

STATES: dict[str, tuple[T, str]] = {
    "invited": (T("等访客确认", "Waiting for the visitor"), "progress"), "waiting": (T("社区核对中", "Being checked"), "progress"),
    "active": (T("有效", "Good"), "good"), "refused": (T("未通过", "Refused"), "bad"), "ended": (T("已停用", "Ended"), "plain"),
    "past": (T("已到期", "Expired"), "plain"),
}  # fmt: skip


def done(request: HttpRequest, act: Callable[[], object], said: T) -> None:
    """Do something that has no form; what is refused is said on the next page."""
    with refusals_told(request):
        act()
        messages.success(request, str(said))


def shown(row: Pass) -> dict[str, Any]:
    """A pass as pages show it."""
    words, tone = STATES[standing_of(row)]
    return {"row": row, "kind": KINDS[row.kind].name, "words": words, "tone": tone,
            "community": T(row.community.name, row.community.name_en or row.community.name)}  # fmt: skip


def scans_shown(row: Pass) -> list[dict[str, Any]]:
    """What gates saw of a pass, in words."""
    names = {gate.number: T(gate.name, gate.name_en or gate.name) for gate in row.community.gates.all()}
    return [
        {"at": one.at, "gate": names.get(one.gate, str(one.gate)), "words": VERDICTS.get(one.verdict, one.verdict),
         "way": T("进门", "in") if one.is_entry else T("出门", "out"), "was_let": one.was_let, "is_look": one.verdict == "looked_up"}
        for one in scans_of(row)
    ]  # fmt: skip
