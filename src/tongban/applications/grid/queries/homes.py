"""What a resident sees of themselves: where they are recorded, with whom, what they let, what they proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongban.applications.grid.models import Proposal, Tenancy
from tongban.applications.grid.queries.work import in_words
from tongban.applications.grid.rules.proposals import LABELS, stated
from tongban.applications.grid.rules.rights import WORK
from tongban.foundation.parties.queries import contacts_of
from tongban.foundation.registers.queries import (
    contact_facts,
    own_record,
    people_living_with,
    residence_facts,
    scope_of,
    tenants_of,
)
from tongban.lib.actors import Actor
from tongban.lib.fields import blind_index_any
from tongban.lib.phones import show_phone
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.registers.models import Lease, Residence, Workplace

PROPOSAL = T("这条更正建议", "This proposal")
TENANCY = T("这份租约", "This tenancy")


@dataclass(frozen=True, slots=True)
class OwnHome:
    """What is recorded of the viewer now; ``others`` are those they live with or let to, whom they may speak of."""

    phone: str
    residences: list[Residence]
    others: list[Residence]
    workplaces: list[Workplace]
    leases_let: list[Lease]


def person_of(by: Actor) -> UUID:
    """Whoever acts, as a person with a name; somebody who never said who they are is told to."""
    if by.person_id is None:
        raise Refusal("identity_missing", T("请先填写您的身份信息。", "Say who you are first."), status=409)
    return by.person_id


def own_home(by: Actor) -> OwnHome:
    """Everything in force that is recorded of the viewer; nobody else's record is opened by it."""
    found = own_record(person_of(by))
    today = timezone.localdate()
    residences = [row for row in found.residences if row.until is None]
    leases = [row for row in found.leases_let if row.until >= today]
    others = [*people_living_with(residences), *tenants_of(leases)]
    return OwnHome(
        found.person.phone, residences, list({row.pk: row for row in others if row.person_id != by.person_id}.values()),
        [row for row in found.workplaces if row.until is None], leases,
    )  # fmt: skip


def own_proposals(by: Actor) -> QuerySet[Proposal]:
    """What the viewer proposed, newest first."""
    found = Proposal.objects.filter(person_id=by.person_id) if by.person_id else Proposal.objects.none()
    return found.select_related("residence__dwelling", "dwelling").order_by("-proposed_at", "-pk")


def proposals_to_settle(by: Actor) -> QuerySet[Proposal]:
    """Proposals of one's area that wait, oldest first."""
    scope = scope_of(by, WORK)
    found = Proposal.objects.filter(area_code__startswith=scope, state="waiting")
    return found.select_related("residence__dwelling", "dwelling").order_by("proposed_at", "pk")


def proposal_visible_to(by: Actor, proposal_id: UUID) -> Proposal:
    """One of them."""
    found = proposals_to_settle(by).filter(pk=proposal_id).first()
    if found is None:
        raise not_found(PROPOSAL)
    return found


@dataclass(frozen=True, slots=True)
class Beside:
    """One fact as it stands and as the resident says it is."""

    label: T
    there: T
    wanted: T


@dataclass(frozen=True, slots=True)
class ContactBeside:
    """One fact as it was seen, as it stands, and as it is wanted."""

    label: T
    seen: T
    there: T
    wanted: T


def facts_beside(row: Proposal) -> tuple[list[Beside], dict[str, str]]:
    """A proposal beside what stands now, and that as plain text for the form to send back."""
    there = facts_there(row)
    return [
        Beside(LABELS[fact], _said(fact, there.get(fact, "")), _said(fact, value))
        for fact, value in (row.wanted or {}).items()
    ], there


def facts_there(row: Proposal) -> dict[str, str]:
    """What stands now where a proposal would change something."""
    if row.residence is not None:
        return residence_facts(row.residence)
    if row.what == "phone":
        return {"phone": contact_facts(row.person_id)["phone"]}
    if row.what == "work":
        return {"employer": contact_facts(row.person_id)["employer"]}
    return {}


def contact_beside(seen: Mapping[str, str], there: Mapping[str, str], wanted: Mapping[str, str]) -> list[ContactBeside]:
    """A correction of how somebody is reached, beside what was seen and what stands there now."""
    return [
        ContactBeside(LABELS[fact], _said(fact, seen.get(fact, "")), _said(fact, there[fact]), _said(fact, value))
        for fact, value in wanted.items()
    ]


def proposal_address(row: Proposal) -> str:
    """Which dwelling a proposal is about; "" where it is about none."""
    home = row.dwelling or (row.residence.dwelling if row.residence else None)
    return home.address if home else ""


def _said(fact: str, value: str) -> T:
    if fact == "phone" and value:
        return T(show_phone(value), show_phone(value))
    return in_words(fact, value)


def proposal_leaf(row: Proposal) -> dict[str, object]:
    """A settled proposal for the public log: that a correction asked for was granted or declined."""
    return {
        "is_accepted": row.state == "accepted", "person": row.person_id, "fact": row.what, "stated": stated(row.wanted or {}),
        "answer": row.answer,
    }  # fmt: skip


def tenancies_of(by: Actor) -> QuerySet[Tenancy]:
    """Leases the viewer registered, or is asked to confirm on the telephone they signed in with; newest first."""
    if by.person_id is None:
        return Tenancy.objects.none()
    phone = contacts_of(by.person_id).phone
    asked = Q(other_index__in=blind_index_any("phone", phone)) & Q(other__isnull=True) if phone else Q(pk__in=[])
    mine = Q(asker_id=by.person_id) | Q(other_id=by.person_id) | asked
    return Tenancy.objects.filter(mine).select_related("dwelling", "lease").order_by("-asked_at", "-pk")


def tenancy_visible_to(by: Actor, tenancy_id: UUID) -> Tenancy:
    """One of them; to everybody else it is not there."""
    found = tenancies_of(by).filter(pk=tenancy_id).first()
    if found is None:
        raise not_found(TENANCY)
    return found


def tenancies_to_confirm(by: Actor) -> list[Tenancy]:
    """Those that wait for the viewer's word."""
    found = tenancies_of(by).filter(state="waiting", code_until__gt=timezone.now())
    return [row for row in found if row.asker_id != by.person_id]


def tenancy_leaf(row: Tenancy) -> dict[str, object]:
    """A lease both sides confirmed, for the public log."""
    landlord, tenant = (row.asker_id, row.other_id) if row.asker_lets else (row.other_id, row.asker_id)
    return {
        "dwelling": row.dwelling_id, "part": row.part, "landlord": landlord, "tenant": tenant, "from": row.since,
        "until": row.until,
    }  # fmt: skip


def proposals_held(person_id: UUID) -> QuerySet[Proposal]:
    """A person's proposals, for the page of everything held on them."""
    return Proposal.objects.filter(person_id=person_id).order_by("-proposed_at")[:50]


def tenancies_held(person_id: UUID) -> QuerySet[Tenancy]:
    """Leases a person registered or confirmed, for that page."""
    found = Tenancy.objects.filter(Q(asker_id=person_id) | Q(other_id=person_id)).select_related("dwelling")
    return found.order_by("-asked_at")[:50]
