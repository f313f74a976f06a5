"""As whom somebody works or applies in this session."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from tongban.foundation.parties.actions.memberships import MEMBERSHIP
from tongban.foundation.parties.models import Membership
from tongban.foundation.parties.queries import (
    delegations_in_force,
    may_act_for,
    may_act_for_person,
    memberships_in_force,
)
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, forbidden, not_found
from tongban.lib.words import T


def choose_desk(membership_id: UUID, *, by: Actor) -> Membership:
    """The membership a session is to work with: one's own or a colleague's by delegation, and a second factor."""
    if by.person_id is None:
        raise not_found(MEMBERSHIP)
    today = timezone.localdate()
    own = memberships_in_force(by.person_id, today).filter(pk=membership_id).first()
    lent = None if own else delegations_in_force(by.person_id, today).filter(membership_id=membership_id).first()
    chosen = own or (lent.membership if lent else None)
    if chosen is None:
        raise not_found(MEMBERSHIP)
    if not by.second_factor:
        raise Refusal("second_factor_needed", T("办理公务需要二次验证，请先完成验证。",
                      "Staff work needs a second factor: please confirm it first."), status=403)  # fmt: skip
    return chosen


def act_for(kind: str, principal_id: UUID, *, by: Actor) -> None:
    """Check that ``by`` may apply for a company (``organisation``) or another ``person``; the session remembers it."""
    standing = may_act_for(by, principal_id) if kind == "organisation" else may_act_for_person(by, principal_id)
    if standing is None:
        raise forbidden(T("您没有代理这个单位或个人的授权，或授权已到期。请对方在“我的授权”里授权。",
                          "You hold no mandate of them, or it has ended. Ask them to give one under “Mandates”."))  # fmt: skip
