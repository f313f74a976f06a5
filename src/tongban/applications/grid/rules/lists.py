"""The lists of residents a page shows, and which can be taken away."""

from __future__ import annotations

from tongban.lib.words import T

LISTS: dict[str, T] = {
    "": T("全部登记的人", "Everybody recorded"),
    "away": T("户在人不在", "Registered here, living elsewhere"),
    "guest": T("人在户不在", "Living here, registered elsewhere"),
    "came": T("迁入的人", "Who came"),
    "left": T("迁出的人", "Who left"),
    "stale": T("90 天没有核实", "Not confirmed for 90 days"),
}
RESIDENTS = "grid.residents"  # the purpose of a disclosure that is such a list
MOST_EXPORTED = 20_000
