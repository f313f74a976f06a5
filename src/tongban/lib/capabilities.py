"""What an actor may do, by name, and which role brings it. Apps declare; parties grants."""

from __future__ import annotations

from dataclasses import dataclass

from tongban.lib.words import T

# A role is what a membership of a unit gives. The office's own words.
ROLES: dict[str, T] = {
    "administrator": T("系统管理员", "System administrator"),
    "operator": T("运维人员", "Operator"),
    "organisation_manager": T("单位管理员", "Organisation manager"),
    "hall_manager": T("大厅负责人", "Hall manager"),
    "hall_clerk": T("大厅窗口人员", "Hall window staff"),
    "clerk": T("窗口受理员", "Window clerk"),
    "grid_worker": T("网格员", "Grid worker"),
    "reviewer": T("审查员", "Reviewer"),
    "decider": T("决定人", "Decider"),
    "auditor": T("监督员", "Auditor"),
}


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing an actor may do: ``app.verb_noun``, its label, and the roles that bring it."""

    name: str
    label: T
    roles: frozenset[str]
    grantable_to_clients: bool


ALL: dict[str, Capability] = {}


def declare(name: str, label: T, *, roles: tuple[str, ...] = (), clients: bool = False) -> str:
    """Declare a capability once; ``clients`` says that an API client may be given it."""
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"{name}: unknown roles {sorted(unknown)}")
    if name in ALL:
        raise ValueError(f"capability {name} is declared twice")
    ALL[name] = Capability(name, label, frozenset(roles), clients)
    return name


def grantable() -> list[Capability]:
    """What an API client may be given, by name: the scopes of its tokens."""
    return sorted((c for c in ALL.values() if c.grantable_to_clients), key=lambda c: c.name)


def of_role(role: str) -> frozenset[str]:
    """Names of the capabilities a role brings."""
    return frozenset(c.name for c in ALL.values() if role in c.roles)
