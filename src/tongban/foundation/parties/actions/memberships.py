"""Who works where, in which role, for how long."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.actions.organisations import UNIT
from tongban.foundation.parties.actions.people import PERSON
from tongban.foundation.parties.hooks import MANAGE_STAFF
from tongban.foundation.parties.models import Delegation, Membership, Person, Unit
from tongban.foundation.parties.queries import memberships_in_force, require
from tongban.foundation.parties.queries.leaves import delegation_leaf, membership_end_leaf, membership_leaf
from tongban.foundation.parties.rules import (
    LONGEST_DELEGATION_DAYS,
    Term,
    check_limited_term,
    check_reason,
    check_term,
    may_grant,
)
from tongban.lib.actors import Actor
from tongban.lib.capabilities import ROLES
from tongban.lib.refusals import Refusal, forbidden, not_found
from tongban.lib.words import T

DELEGATION = T("这项代行", "This delegation")
MEMBERSHIP = T("这项任职", "This membership")


@transaction.atomic
def grant_membership(
    person_id: UUID, unit_id: UUID, role: str, *, term: Term, region_code: str | None = None, by: Actor
) -> Membership:
    """Give a person a role in a unit from a day on; ``region_code`` (the unit's when None) limits its scope."""
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    unit = Unit.objects.select_related("organisation").filter(pk=unit_id, is_active=True).first()
    scope = region_code if region_code is not None else unit.region_code if unit else ""
    _require_rule_over(by, unit, scope)
    if person is None:
        raise not_found(PERSON)
    if unit is None:
        raise not_found(UNIT)
    _check_role(by, person, role)
    check_term(term, today=timezone.localdate())
    try:
        with transaction.atomic():
            granted = Membership.objects.create(
                person=person, unit=unit, role=role, region_code=scope, valid_from=term.first, valid_to=term.last,
                granted_by=by.name,
            )  # fmt: skip
    except IntegrityError:
        raise Refusal("membership_exists", T("此人在这个部门已有同样的岗位。要改期限，请先收回原来的。",
                      "This person has this role here already. To change its dates, withdraw it first."),
                      field="role", status=409) from None  # fmt: skip
    ledger.record(
        "membership.granted", by=by, subject=("parties.membership", granted.pk), values=membership_leaf(granted)
    )
    return granted


@transaction.atomic
def withdraw_membership(membership_id: UUID, *, reason: str, by: Actor) -> Membership:
    """End a membership now; it stays as history, and desks open with it close at their next page."""
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("unit__organisation")
        .filter(pk=membership_id).first()
    )  # fmt: skip
    require(by, MANAGE_STAFF)
    if membership is None or not _is_within_reach(by, membership):
        raise not_found(MEMBERSHIP)  # also for one of another office: that it exists is not told
    if not may_grant(by.role, membership.role) and by.kind not in ("system", "job"):
        raise forbidden(T("这个岗位由系统管理员收回。", "An administrator withdraws this role."))
    if membership.withdrawn_at is not None:
        raise Refusal(
            "membership_withdrawn", T("这项任职已经收回。", "This membership is withdrawn already."), status=409
        )
    membership.withdrawn_at, membership.withdrawn_by = timezone.now(), by.name
    membership.withdrawn_reason = check_reason(reason)
    membership.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    ledger.record(
        "membership.withdrawn", by=by, subject=("parties.membership", membership.pk),
        values=membership_end_leaf(membership),
    )  # fmt: skip
    return membership


@transaction.atomic
def delegate_membership(membership_id: UUID, delegate_id: UUID, *, term: Term, reason: str, by: Actor) -> Delegation:
    """Let a colleague of the same organisation act with a membership while its holder is away."""
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("unit")
        .filter(pk=membership_id, withdrawn_at__isnull=True).first()
    )  # fmt: skip
    if membership is None:
        raise not_found(MEMBERSHIP)
    if by.person_id != membership.person_id:
        _require_rule_over(by, membership.unit, membership.region_code)
    today = timezone.localdate()
    last = check_limited_term(term, today=today, longest=LONGEST_DELEGATION_DAYS)
    if delegate_id == membership.person_id:
        raise Refusal("delegate_self", T("请选择另一位同事。", "Choose another colleague."), field="delegate")
    colleagues = memberships_in_force(delegate_id, today).filter(unit__organisation_id=membership.unit.organisation_id)
    if not colleagues.exists():
        raise Refusal("delegate_outside", T("只能交给本单位在岗的同事代行。", "Only a colleague working in the same organisation."),
                      field="delegate")  # fmt: skip
    if membership.delegations.filter(
        withdrawn_at__isnull=True, valid_to__gte=term.first, valid_from__lte=last
    ).exists():
        raise Refusal("delegation_overlaps", T("这段时间已经有人代行，请先收回原来的代行。",
                      "Somebody acts already during these days: withdraw that first."), field="valid_from", status=409)  # fmt: skip
    made = Delegation.objects.create(
        membership=membership, delegate_id=delegate_id, valid_from=term.first, valid_to=last,
        reason=check_reason(reason),
    )  # fmt: skip
    ledger.record("delegation.granted", by=by, subject=("parties.delegation", made.pk), values=delegation_leaf(made))
    return made


@transaction.atomic
def withdraw_delegation(delegation_id: UUID, *, by: Actor) -> Delegation:
    """End a delegation now; by the holder, the delegate, or whoever manages the staff."""
    delegation = (
        Delegation.objects.select_for_update(of=("self",)).select_related("membership__unit")
        .filter(pk=delegation_id).first()
    )  # fmt: skip
    if delegation is None:
        raise not_found(DELEGATION)
    own = by.person_id in (delegation.delegate_id, delegation.membership.person_id)
    if not own and not (MANAGE_STAFF in by.capabilities and _is_within_reach(by, delegation.membership)):
        raise not_found(DELEGATION)
    if not own:
        require(by, MANAGE_STAFF)
    if delegation.withdrawn_at is not None:
        raise Refusal(
            "delegation_withdrawn", T("这项代行已经收回。", "This delegation is withdrawn already."), status=409
        )
    delegation.withdrawn_at = timezone.now()
    delegation.save(update_fields=["withdrawn_at"])
    ledger.record("delegation.withdrawn", by=by, subject=("parties.delegation", delegation.pk), values={})
    return delegation


def _is_within_reach(by: Actor, membership: Membership) -> bool:
    """Whether it lies in the region, and for an organisation's manager in the organisation, somebody answers for."""
    own = by.role != "organisation_manager" or membership.unit.organisation_id == by.organisation_id
    return own and membership.region_code.startswith(by.region)


def _require_rule_over(by: Actor, unit: Unit | None, scope: str) -> None:
    """An administrator within the region, an organisation's manager within the organisation."""
    require(by, MANAGE_STAFF, region=scope if unit else None)
    if by.role == "organisation_manager" and unit is not None and unit.organisation_id != by.organisation_id:
        raise forbidden(T("您只能管理本单位的人员。", "You manage the staff of your own organisation only."))


def _check_role(by: Actor, person: Person, role: str) -> None:
    if role not in ROLES:
        raise Refusal("role_unknown", T("请从列表中选择岗位。", "Choose a role from the list."), field="role")
    if by.kind in ("system", "job"):
        return
    if not may_grant(by.role, role):
        raise Refusal("role_not_yours", T("这个岗位由系统管理员授予。", "An administrator grants this role."),
                      field="role", status=403)  # fmt: skip
    if person.pk == by.person_id:
        raise Refusal("own_membership", T("不能给自己授予岗位，请由另一位管理员办理。",
                      "Nobody grants a role to themselves: ask another manager."), field="person", status=403)  # fmt: skip
