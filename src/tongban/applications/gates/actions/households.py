"""One pass for the children and the elderly of a home, held by an adult of it; and what ends when somebody moves out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from tongban.applications.gates.actions.passes import check_rules, end, home_ends, is_fresh, resign, sign
from tongban.applications.gates.models import Community, Pass
from tongban.applications.gates.queries.households import to_be_named
from tongban.applications.gates.queries.passes import Home, home_needed, person_needed
from tongban.applications.gates.rules.households import MOST_NAMED, may_hold
from tongban.applications.gates.rules.kinds import HOUSEHOLDS, NAMES_BETWEEN, OF_HOME
from tongban.applications.gates.rules.notices import LEFT, REGISTER, RENEWED
from tongban.foundation.parties.queries import contacts_of, people_by_id
from tongban.foundation.registers.queries import who_lives_at
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import periodic
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_BATCH = 500


@transaction.atomic
def take_household_pass(dwelling_id: UUID, members: Sequence[UUID], *, by: Actor) -> Pass:
    """The pass of those of one's household who have no phone; taken again for the same people, it is the same until it is
    about to end."""
    person_id = person_needed(by)
    home = home_needed(by, dwelling_id)
    community = Community.objects.select_for_update().get(pk=home.community.pk)
    named = _named(home, members, person_id)
    now, kind = timezone.now(), "tenants" if home.kind == "tenant" else "household"
    there = Pass.objects.select_for_update().filter(dwelling_id=dwelling_id, kind__in=HOUSEHOLDS, state="active")
    rows = list(there.filter(ends_at__gt=now))
    if any(
        row.asked_by_id != person_id and {key for key, _ in row.members} & {key for key, _ in named} for row in rows
    ):
        raise Refusal("member_named", T("其中有人已在同住另一位成年人的证上。", "One of them stands on the pass of another adult of your home."),
                      field="members", status=409)  # fmt: skip
    own, ends = next((row for row in rows if row.asked_by_id == person_id), None), home_ends(home, kind, now)
    if own is not None and own.members == named and is_fresh(own, ends, now):
        return own
    if own is not None:
        end(own, RENEWED, by, is_told=False)
    check_rules(community, kind, dwelling_id, timezone.localdate(now))
    row = Pass.objects.create(
        kind=kind, community=community, area_code=home.residence.area_code, dwelling_id=dwelling_id, person_id=person_id,
        asked_by_id=person_id, nonce=uuid4(), name=_names(named), members=named, phone=contacts_of(person_id).phone,
        place=home.place, state="active", starts_at=now, ends_at=ends, decided_at=now, decided_by=REGISTER,
        is_sample=home.residence.is_sample,
    )  # fmt: skip
    return sign(row, by)


def _named(home: Home, members: Sequence[UUID], person_id: UUID) -> list[list[str]]:
    """Who is to be named, by id and name; refused unless the register has each of them in this household."""
    if not may_hold(people_by_id([person_id])[person_id].birth_date, timezone.localdate()):
        raise Refusal(
            "holder_too_young", T("请由同住的成年人办理。", "An adult of the household takes this pass."), status=409
        )
    possible, wanted = {row.person_id: row.name for row in to_be_named(home)}, set(members)
    if not wanted:
        raise Refusal("members_missing", T("请选择给谁办。", "Choose for whom."), field="members")
    if not wanted <= set(possible):
        raise Refusal("member_not_here", T("登记里这一户没有这个人，或者不是老人孩子。请找社区核对登记。",
                      "The register has no such child or old person in your household: ask the community."), field="members")  # fmt: skip
    if len(wanted) > MOST_NAMED:
        raise Refusal(
            "too_many_members",
            T("一张证最多写 {n} 人。", "At most {n} people on one pass.").format(n=MOST_NAMED),
            field="members",
        )
    return sorted(([str(key), possible[key]] for key in wanted), key=lambda one: (one[1], one[0]))


def _names(named: list[list[str]]) -> str:
    return NAMES_BETWEEN.join(name for _, name in named)


@transaction.atomic
def end_for_left(person_id: UUID, dwelling_id: UUID, *, by: Actor) -> int:
    """Somebody lives at a dwelling no more: what they hold and asked for there ends, and households' passes name them no more."""
    if (person_id, dwelling_id) in who_lives_at([dwelling_id]):
        return 0
    ended = 0
    rows = Pass.objects.select_for_update().filter(dwelling_id=dwelling_id, state__in=("active", "invited", "waiting"))
    for row in rows.order_by("pk"):
        if person_id in (row.person_id, row.asked_by_id):
            end(row, LEFT, by)
            ended += 1
        elif str(person_id) in {key for key, _ in row.members}:
            ended += _without(row, str(person_id), by)
    return ended


def _without(row: Pass, person_id: str, by: Actor) -> int:
    row.members = [one for one in row.members if one[0] != person_id]
    if not row.members:
        end(row, LEFT, by)
        return 1
    row.name = _names(row.members)
    row.save(update_fields=["members", "name"])
    resign(row, "同住人已搬离", by)
    return 0


@periodic("20 20 * * *")  # 04:20 in China
def end_where_nobody_lives() -> None:
    """The register may have changed by a list, too: once a night every pass of a home is held against it."""
    rows = Pass.objects.filter(kind__in=OF_HOME, state="active", ends_at__gt=timezone.now(), dwelling__isnull=False)
    found = list(rows.values_list("person_id", "dwelling_id", "members"))
    for start in range(0, len(found), _BATCH):
        part = found[start : start + _BATCH]
        living = who_lives_at({dwelling for _, dwelling, _ in part if dwelling})
        told = {(person, dwelling) for person, dwelling, _ in part}
        told |= {(UUID(key), dwelling) for _, dwelling, members in part for key, _ in members}
        for person, dwelling in sorted(told - living, key=str):
            if person and dwelling:
                end_for_left(person, dwelling, by=system("gates", channel="job"))
