"""Correcting how a resident is reached and where they work, without overwriting what a colleague wrote meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.actions import record_phone
from tongban.foundation.parties.queries import require
from tongban.foundation.registers.actions.residents import record_workplace
from tongban.foundation.registers.hooks import KEEP_RESIDENTS
from tongban.foundation.registers.models import Residence, Workplace
from tongban.foundation.registers.queries.facts import contact_facts
from tongban.lib.actors import Actor
from tongban.lib.refusals import changed_meanwhile, not_found
from tongban.lib.words import T


@transaction.atomic
def correct_contact(person_id: UUID, *, seen: Mapping[str, str], wanted: Mapping[str, str], by: Actor) -> list[str]:
    """Write the telephone and employer (``wanted``) of a resident of one's area, "" for none; which of them were not so already.

    What was changed since it was ``seen``, and not to what is wanted, is not overwritten: all or nothing.
    """
    require(by, KEEP_RESIDENTS)
    homes = Residence.objects.filter(person_id=person_id, until__isnull=True).order_by("pk")
    held = list(homes.select_for_update().values_list("area_code", flat=True))  # two who correct one person take turns
    if not any(area.startswith(by.region) for area in held):
        raise not_found(T("这个人", "This person"))
    there = contact_facts(person_id)
    changed = {fact: value for fact, value in wanted.items() if there[fact] != value}
    if any(there[fact] != seen.get(fact, "") for fact in changed):
        raise changed_meanwhile()
    if "phone" in changed:
        record_phone(person_id, changed["phone"], replace=True, seen=there["phone"], by=by)
    if "employer" in changed:
        works = Workplace.objects.filter(person_id=person_id, until__isnull=True)
        works.exclude(employer=changed["employer"]).update(until=timezone.localdate())
        if changed["employer"]:
            record_workplace(person_id, changed["employer"], by=by)
    return list(changed)
