"""What happens with passes and gates; one file per noun."""

from tongban.applications.gates.actions.communities import (
    NewRule,
    add_gate,
    change_community,
    close_gate,
    end_rule,
    open_community,
    set_rule,
)
from tongban.applications.gates.actions.invitations import NewVisitor, accept_invitation, invite
from tongban.applications.gates.actions.passes import (
    NewPass,
    approve,
    ask_for_pass,
    code_on_phone,
    end_own_pass,
    end_with_lease,
    paper_of,
    refuse,
    revoke_pass,
    take_pass,
)

__all__ = [
    "NewPass", "NewRule", "NewVisitor", "accept_invitation", "add_gate", "approve", "ask_for_pass", "change_community", "close_gate",
    "code_on_phone", "end_own_pass", "end_rule", "end_with_lease", "invite", "open_community", "paper_of", "refuse", "revoke_pass",
    "set_rule", "take_pass",
]  # fmt: skip
