"""How a dwelling stands: who is registered there, who lives there, whether it is let."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tongban.lib.words import T

Kind = Literal["registered", "floating", "tenant", "abroad", "lodging"]
State = Literal["together", "apart", "rented", "vacant", "uncollected"]

KINDS: dict[str, T] = {
    "registered": T("户籍", "Registered"),
    "floating": T("流动", "Floating"),
    "tenant": T("租户", "Tenant"),
    "abroad": T("境外", "From abroad"),
    "lodging": T("寄住", "Lodging"),
}
STATES: dict[State, T] = {
    "together": T("人户一致", "Registered and living here"),
    "apart": T("人户分离", "Registered and living apart"),
    "rented": T("出租", "Let"),
    "vacant": T("空置", "Vacant"),
    "uncollected": T("未采", "Not yet visited"),
}
# Relation to the head of a household, GB/T 4761-2008, its first digits.
RELATIONS: dict[str, T] = {
    "01": T("户主", "Head"),
    "10": T("配偶", "Spouse"),
    "20": T("子", "Son"),
    "30": T("女", "Daughter"),
    "40": T("孙子、孙女或外孙子、外孙女", "Grandchild"),
    "50": T("父母", "Parent"),
    "60": T("祖父母或外祖父母", "Grandparent"),
    "70": T("兄、弟、姐、妹", "Brother or sister"),
    "80": T("其他亲属", "Other relative"),
    "90": T("非亲属", "Not related"),
}


@dataclass(frozen=True, slots=True)
class Occupant:
    """One residence in force at a dwelling; ``is_present`` None means that nobody said."""

    kind: str
    is_present: bool | None = None

    @property
    def lives_here(self) -> bool:
        """Whether the person lives here: everybody whom nobody called away."""
        return self.is_present is not False


def state_of(occupants: Iterable[Occupant], *, is_collected: bool, is_let: bool) -> State:
    """How a dwelling stands on the matrix; one nobody visited says nothing, whatever lists claim."""
    if not is_collected:
        return "uncollected"
    found = list(occupants)
    if is_let or any(one.kind == "tenant" and one.lives_here for one in found):
        return "rented"
    if not found:
        return "vacant"
    same = all(one.kind == "registered" and one.lives_here for one in found)
    return "together" if same else "apart"
