"""Who works in a hall: its manager lets colleagues in by their phone number, and takes the right back."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.applications.halls.actions.halls import as_house, managed_hall
from tongban.applications.halls.rules.rights import ROLES_IN_HALL
from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.queries import account_by_phone, staff_of_unit
from tongban.lib.actors import Actor
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

MOST_COLLEAGUES = 200


@transaction.atomic
def add_colleague(hall_id: UUID, phone: str, role: str, *, by: Actor) -> str:
    """Let whoever signs in with a phone number work in the hall; their name. The log keeps who let whom in."""
    hall = managed_hall(hall_id, by)
    if role not in ROLES_IN_HALL:
        raise Refusal("role_unknown", T("请从列表中选择岗位。", "Choose a role from the list."), field="role")
    account = account_by_phone(check_mobile(phone, field="phone"))
    if account is None or account.person_id is None or account.person is None or not account.is_active:
        raise Refusal(
            "colleague_unknown",
            T("这个手机号还没有登录过本平台。请同事先用手机验证码登录一次，再来添加。",
              "Nobody has signed in with this number yet. Ask your colleague to sign in once by phone code, then add them."),
            field="phone",
        )  # fmt: skip
    if len(staff_of_unit(hall.unit_id)) >= MOST_COLLEAGUES:
        raise Refusal("too_many_colleagues", T("最多 {n} 人，请先移出已离岗的。", "At most {n} people: take out those who left first.")
                      .format(n=MOST_COLLEAGUES), field="phone", status=409)  # fmt: skip
    term = parties.Term(timezone.localdate())
    parties.grant_membership(
        account.person_id, hall.unit_id, role, term=term, region_code=hall.region_code, by=as_house(by)
    )
    return account.person.name


@transaction.atomic
def remove_colleague(hall_id: UUID, membership_id: UUID, *, by: Actor) -> str:
    """Take a colleague's right to work in the hall back; their name. Nobody removes themselves: a hall keeps a manager."""
    hall = managed_hall(hall_id, by)
    found = next((one for one in staff_of_unit(hall.unit_id) if one.pk == membership_id), None)
    if found is None or found.role not in ROLES_IN_HALL:
        raise not_found(T("这位同事", "This colleague"))
    if found.person_id == by.person_id:
        raise Refusal("own_membership", T("不能移出自己，请另一位负责人办理。", "Nobody removes themselves: ask another manager."),
                      status=409)  # fmt: skip
    parties.withdraw_membership(
        membership_id, reason=T("大厅负责人移出", "Taken out by the hall's manager").zh, by=as_house(by)
    )
    return found.person.name
