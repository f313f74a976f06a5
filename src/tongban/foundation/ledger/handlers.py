"""Moments the ledger answers."""

from django.urls import reverse

from tongban.foundation.ledger.actions import rotate_key, sequence_all
from tongban.foundation.ledger.hooks import EXPLAIN
from tongban.foundation.ledger.queries import open_findings
from tongban.lib.actors import Actor
from tongban.lib.rotation import key_rotated
from tongban.lib.words import T
from tongban.web.portal import Entry, Tile, desk_menu, footer_links


@key_rotated.answer
def hand_the_log_over(kind: str, by: Actor) -> int:
    """After a rotation of the log's key, the log says so itself and goes on with the new one at once."""
    if kind != "ledger":
        return 0
    changed = rotate_key(by=by)
    sequence_all()
    return 1 if changed else 0


@footer_links.answer
def the_log_at_the_foot() -> list[Tile]:
    """Every page leads to the public log."""
    return [Tile(T("公开日志", "Public log"), reverse("ledger:overview"), icon="list-check")]


@desk_menu.answer
def findings_at_the_desk(*, actor: Actor) -> list[Entry]:
    """The way to what the recomputation found, with how many wait for an explanation."""
    if EXPLAIN not in actor.capabilities or not actor.second_factor:
        return []
    where = reverse("ledger_operations:findings")
    return [Entry(T("日志核对", "Log check"), where, "list-check", 840, open_findings(), T("运行", "Operations"))]
