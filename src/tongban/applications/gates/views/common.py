"""What pages of gates share: who asks, forms that come back with what was refused, states in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from tongban.applications.gates.models import Pass
from tongban.applications.gates.queries import standing_of
from tongban.applications.gates.rules.kinds import KINDS
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.forms import HouseForm, show_refusal

STATES: dict[str, tuple[T, str]] = {
    "invited": (T("等访客确认", "Waiting for the visitor"), "progress"), "waiting": (T("社区核对中", "Being checked"), "progress"),
    "active": (T("有效", "Good"), "good"), "refused": (T("未通过", "Refused"), "bad"), "ended": (T("已停用", "Ended"), "plain"),
    "past": (T("已到期", "Expired"), "plain"),
}  # fmt: skip


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def tried(form: HouseForm, act: Callable[[dict[str, Any]], Any]) -> Any:
    """What an action gives for a form's answers; None when the form or the action refused, said in the form."""
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return None


def done(request: HttpRequest, act: Callable[[], object], said: T) -> None:
    """Do something that has no form; what is refused is said on the next page."""
    try:
        act()
        messages.success(request, str(said))
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, str(refusal.message))


def shown(row: Pass) -> dict[str, Any]:
    """A pass as pages show it."""
    words, tone = STATES[standing_of(row)]
    return {"row": row, "kind": KINDS[row.kind].name, "words": words, "tone": tone,
            "community": T(row.community.name, row.community.name_en or row.community.name)}  # fmt: skip
