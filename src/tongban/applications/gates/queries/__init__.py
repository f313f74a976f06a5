"""Reads of gates; one file per noun."""

from tongban.applications.gates.queries.callers import caller_of, callers_at_home, is_somebody_told
from tongban.applications.gates.queries.communities import (
    COMMUNITY,
    communities_with_gates,
    community_run_by,
    gates_of,
    rule_for,
    rules_of,
)
from tongban.applications.gates.queries.doubts import doubts_seen_by
from tongban.applications.gates.queries.guards import (
    community_of_device,
    community_of_guard,
    figures_of,
    guard_state,
    guards_of,
    kiosk_at,
    kiosk_of,
    photo_marks,
    scans_of,
    tag_of,
    thumbnails,
)
from tongban.applications.gates.queries.held import passes_held_on, scans_held_on
from tongban.applications.gates.queries.households import to_be_named
from tongban.applications.gates.queries.mandates import CaredFor, acting_for, cared_for
from tongban.applications.gates.queries.passes import (
    PASS,
    Home,
    held_pass,
    holds,
    home_needed,
    homes_of,
    pass_by_link,
    pass_of,
    pass_seen_by,
    passes_of,
    passes_seen_by,
    photo_of,
    photo_shown,
    shown_code,
    standing_of,
)

__all__ = [
    "COMMUNITY", "PASS", "CaredFor", "Home", "acting_for", "caller_of", "callers_at_home", "cared_for", "communities_with_gates", "community_of_device", "community_of_guard", "community_run_by", "doubts_seen_by", "figures_of", "gates_of",
    "guard_state", "guards_of", "held_pass", "holds", "home_needed", "homes_of", "is_somebody_told", "kiosk_at", "kiosk_of", "pass_by_link", "pass_of", "pass_seen_by", "passes_held_on", "passes_of", "passes_seen_by",
    "photo_marks", "photo_of", "photo_shown", "rule_for", "rules_of", "scans_held_on", "scans_of", "shown_code", "standing_of", "tag_of", "thumbnails", "to_be_named",
]  # fmt: skip
