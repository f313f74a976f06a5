"""Who may act for whom: memberships of units, delegation between colleagues, mandates of applicants."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tongban.lib.models import House


class Membership(House):
    """A person's role in a unit, within a region, for a time. Withdrawn ones stay as history."""

    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=32)
    # Scope as code prefix: a region, or a grid of 15 digits; "" is the whole jurisdiction.
    region_code = models.CharField(max_length=15, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # last day
    granted_by = models.CharField(max_length=120)
    granted_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "role", "region_code"],
                condition=Q(withdrawn_at__isnull=True),
                name="membership_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="membership_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class Delegation(House):
    """A colleague acts with a membership while its holder is away."""

    membership = models.ForeignKey("parties.Membership", on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="delegations")
    valid_from = models.DateField()
    valid_to = models.DateField()
    reason = models.CharField(max_length=200)
    granted_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="delegation_dates")]

    def __str__(self) -> str:
        return f"{self.membership_id} -> {self.delegate_id}"


class Mandate(House):
    """An applicant lets a person act: a company its accountant, an old man his daughter. Exactly one grantor.

    ``services`` lists definition codes; empty means every service. Retention: 5 years after its end.
    """

    person = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="mandates_given"
    )
    organisation = models.ForeignKey(
        "parties.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="mandates_given"
    )
    agent = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="mandates_held")
    services = models.JSONField(default=list, blank=True)
    may_sign = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField()  # last day
    evidence = models.CharField(max_length=200, blank=True)
    granted_by = models.CharField(max_length=120)
    granted_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(organisation__isnull=True), name="mandate_one_grantor"
            ),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="mandate_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id or self.person_id} -> {self.agent_id}"
