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
from tongban.foundation.parties.actions import record_look
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web.forms import refusals_told

STATES: dict[str, tuple[T, str]] = {
    "invited": (T("等访客确认", "Waiting for the visitor"), "progress"), "waiting": (T("社区核对中", "Being checked"), "progress"),
    "active": (T("有效", "Good"), "good"), "refused": (T("未通过", "Refused"), "bad"), "ended": (T("已停用", "Ended"), "plain"),
    "asked": (T("门岗在问住户", "The gate is asking"), "action"), "agreed": (T("住户已同意", "The home agreed"), "good"),
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


def caller_shown(row: Pass) -> dict[str, Any]:
    """A visitor without a pass, the gate they stand at and what the home said."""
    gate = next((one for one in row.community.gates.all() if one.number in row.gates), None)
    said = {"words": T("住户不同意", "The home said no")} if row.state == Pass.State.REFUSED else {}
    return shown(row) | said | {"gate": T(gate.name, gate.name_en or gate.name) if gate else ""}


def looked(row: Pass, reason: str, by: Actor) -> None:
    """Whoever holds the pass, or answers for it, sees who opened it."""
    person_id = row.person_id or row.asked_by_id
    if person_id:
        record_look(person_id, what="gates.pass", reason=reason, by=by)


def may_have_photo(row: Pass) -> bool:
    """Whether a photo can be put on a pass now."""
    return KINDS[row.kind].has_photo and standing_of(row) in ("active", "waiting")


def scans_shown(row: Pass) -> list[dict[str, Any]]:
    """What gates saw of a pass, in words."""
    names = {gate.number: T(gate.name, gate.name_en or gate.name) for gate in row.community.gates.all()}
    return [
        {"at": one.at, "gate": names.get(one.gate, str(one.gate)), "words": VERDICTS.get(one.verdict, one.verdict),
         "way": T("进门", "in") if one.is_entry else T("出门", "out"), "was_let": one.was_let, "is_look": one.verdict == "looked_up"}
        for one in scans_of(row)
    ]  # fmt: skip
