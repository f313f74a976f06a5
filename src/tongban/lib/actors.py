"""Who acts: the principal, the membership used, on whose behalf, through which channel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

Kind = Literal["person", "device", "client", "job", "system", "anonymous"]
Channel = Literal["web", "window", "agent", "api", "job", "cli"]


@dataclass(frozen=True, slots=True)
class Actor:
    """One acting principal, resolved once per request, job or command.

    ``region`` is the scope of the membership as a code prefix of a whole level ("" is the whole jurisdiction).
    ``assurance`` is 1 (phone only) to 5 (counter check); ``second_factor`` tells whether this session proved one, ``second_factor_at``
    when it last did.
    """

    kind: Kind
    channel: Channel
    name: str = ""
    account_id: UUID | None = None
    person_id: UUID | None = None
    client_id: UUID | None = None
    device_id: UUID | None = None
    membership_id: UUID | None = None
    delegation_id: UUID | None = None
    role: str = ""
    unit_id: UUID | None = None
    organisation_id: UUID | None = None
    region: str = ""
    on_behalf_of: tuple[Literal["person", "organisation"], UUID] | None = None
    principal: str = ""  # the name of whom they act for
    mandate_id: UUID | None = None
    assurance: int = 1
    second_factor: bool = False
    second_factor_at: datetime | None = None
    capabilities: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_known(self) -> bool:
        """Whether anybody stands behind this actor."""
        return self.kind != "anonymous"

    @property
    def is_staff(self) -> bool:
        """Whether the actor works with a membership of an office."""
        return self.membership_id is not None

    def through(self, channel: Channel) -> Actor:
        """The same actor, acting through another channel."""
        return replace(self, channel=channel)


ANONYMOUS = Actor(kind="anonymous", channel="web")


def system(name: str, *, channel: Channel = "cli") -> Actor:
    """The house itself, at the command line or in a scheduled job; ``name`` says which part."""
    return Actor(kind="job" if channel == "job" else "system", channel=channel, name=name, assurance=5,
                 second_factor=True)  # fmt: skip
