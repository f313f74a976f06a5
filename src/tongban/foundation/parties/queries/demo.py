"""Who can be tried out in a demo."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone

from tongban.foundation.parties.models import Account, Membership
from tongban.lib.capabilities import ROLES
from tongban.lib.phones import show_phone
from tongban.lib.words import T

# Known to everybody, and therefore only ever set on sample accounts of a demo.
DEMO_PASSWORD = "tongban-demo-2020"  # noqa: S105


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One way into the demo: a sample log-in, the membership its desk opens with, and what it is there to show."""

    username: str
    person_name: str
    role: T
    where: T
    phone: str
    membership_id: UUID | None

    @property
    def is_staff(self) -> bool:
        """Whether this log-in works at a desk."""
        return self.membership_id is not None


def demo_logins() -> list[DemoLogin]:
    """Every sample log-in, applicants first, then staff in the order their memberships were granted."""
    today = timezone.localdate()
    # What somebody trying the demo opened or was given is theirs, not part of the role.
    own = {"withdrawn_at__isnull": True, "valid_from__lte": today, "unit__is_sample": True}
    in_force = Membership.objects.filter(**own).select_related("unit")
    accounts = (
        Account.objects.filter(person__is_sample=True, is_active=True)
        .select_related("person")
        .prefetch_related(
            Prefetch("person__memberships", in_force.order_by("granted_at"), to_attr="in_force"),
            "person__represents",
            "person__mandates_held__organisation",
        )
        .order_by("created_at", "pk")
    )
    rows = [_login(account) for account in accounts]
    return [row for row in rows if not row.is_staff] + [row for row in rows if row.is_staff]


def demo_account(username: str) -> Account | None:
    """The sample log-in with this name; real log-ins are never found here."""
    return Account.objects.filter(username=username, person__is_sample=True, is_active=True).first()


def _login(account: Account) -> DemoLogin:
    person = account.person
    assert person is not None
    role, where, membership_id = T("居民", "Resident"), T("办理个人事项", "Applies for themselves"), None
    for organisation in person.represents.all():
        role = T("企业法定代表人", "Legal representative")
        where = T(organisation.name, organisation.name_en or organisation.name)
    for mandate in person.mandates_held.all():
        if mandate.organisation is not None:
            role = T("企业经办人", "Agent of a company")
            where = T(mandate.organisation.name, mandate.organisation.name_en or mandate.organisation.name)
    memberships: list[Membership] = person.in_force  # type: ignore[attr-defined]
    if memberships:
        first = memberships[0]
        role, membership_id = ROLES[first.role], first.pk
        where = T(first.unit.name, first.unit.name_en or first.unit.name)
    return DemoLogin(account.username, person.name, role, where, show_phone(account.phone), membership_id)
