"""Undoing a list that was taken over: what nobody has touched since goes, what somebody has stays and is named."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.actions import give_up_people, put_back_phones
from tongban.foundation.registers.actions.list_trial import note_of, stop_list
from tongban.foundation.registers.actions.resident_lists import lock_list, reason_to_end, require_state
from tongban.foundation.registers.models import Dwelling, Household, ListPlace, ListRow, Place, Residence, ResidentList
from tongban.foundation.registers.queries.leaves import undone_leaf
from tongban.foundation.registers.queries.resident_lists import phones_brought
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import job
from tongban.lib.refusals import Refusal
from tongban.lib.relations import pointed_to_by_nothing
from tongban.lib.words import T

_log = logging.getLogger(__name__)
_SAME = """
SELECT r.id FROM registers_listrow r JOIN registers_residence x ON x.id = r.id
WHERE r.list_id = %s AND r.verdict = 'fresh' AND x.person_id = r.person_id AND x.dwelling_id = r.dwelling_id
  AND x.kind = r.kind AND x.name = r.name AND x.relation = r.relation AND x.until IS NULL AND x.lease_id IS NULL
  AND x.confirmed_at IS NULL AND x.household_id IS NOT DISTINCT FROM r.household_id
  AND x.since IS NOT DISTINCT FROM r.since AND x.is_present IS NOT DISTINCT FROM r.is_present
FOR UPDATE OF x
"""
_REOPENED = """
UPDATE registers_residence old SET until = NULL, end_reason = ''
FROM registers_listrow r
WHERE r.list_id = %s AND r.decision = 'move' AND r.id = ANY(%s) AND old.person_id = r.person_id AND old.kind = 'registered'
  AND old.end_reason = %s AND NOT EXISTS (SELECT FROM registers_residence other WHERE other.person_id = r.person_id
    AND other.kind = 'registered' AND other.until IS NULL)
"""
_TOUCHED = Refusal("changed_since", T("导入以后有人核实、改动或引用过，没有撤销。请在这一户里单独处理。",
                   "Somebody confirmed, changed or used it since: it was not undone. Deal with it where it is."))  # fmt: skip

_PHONE_STAYS = Refusal("phone_confirmed_since", T("导入的电话以后有人核实过，没有撤销。",
                       "The telephone the list brought was confirmed since: it stays."), field="phone")  # fmt: skip


@transaction.atomic
def undo_list(list_id: UUID, *, reason: str, by: Actor) -> ResidentList:
    """Undo everything a list brought that nobody has touched since; what somebody has is kept and named."""
    found = lock_list(list_id, by)
    require_state(found, "taken")
    why = " ".join(reason.split())
    if not 2 <= len(why) <= 200:
        raise Refusal(
            "reason_missing", T("请写明撤销原因，2 至 200 字。", "Say why, in 2 to 200 characters."), field="reason"
        )
    found.state, found.trouble = ResidentList.State.UNDOING, []
    found.undo_reason, found.undone_by = why, by.name[:120]
    found.save(update_fields=["state", "trouble", "undo_reason", "undone_by"])
    undo_taken_list.later(list_id=found.pk)
    return found


@job(queue="lists")
def undo_taken_list(list_id: str) -> None:
    """Take a list out of the register again, in one transaction."""
    try:
        with transaction.atomic():
            found = ResidentList.objects.select_for_update().filter(pk=list_id).first()
            if found is not None and found.state == ResidentList.State.UNDOING:
                _undo(found, by=system("registers.lists", channel="job"))
    except Exception:
        _log.exception("list %s: undoing stopped", list_id)
        stop_list(list_id, T("撤销中断，没有改动任何内容。请再试一次；仍然不行请联系运维人员。",
                             "Undoing stopped; nothing was changed. Try again, or tell the operators."))  # fmt: skip


def _undo(found: ResidentList, *, by: Actor) -> None:
    brought = _phones(found)
    _hold_homes(found, brought)
    with connection.cursor() as cursor:
        cursor.execute(_SAME, [found.pk])
        same = [row[0] for row in cursor.fetchall()]
    gone = list(pointed_to_by_nothing(Residence.objects.filter(pk__in=same)).values_list("pk", flat=True))
    rows = ListRow.objects.filter(resident_list=found, verdict="fresh")
    new_people = set(rows.filter(pk__in=gone, is_new=True).values_list("person_id", flat=True))
    Residence.objects.filter(pk__in=gone).delete()
    with connection.cursor() as cursor:
        cursor.execute(_REOPENED, [found.pk, gone, reason_to_end(found)])
    homes_kept = rows.exclude(pk__in=gone).update(verdict="kept", notes=[note_of(_TOUCHED)])
    _remove_places(found)
    phones_kept = _give_back_phones(found, brought, by)
    give_up_people({one for one in new_people if one}, by=by)
    found.state, found.undone_at, found.undone_count = ResidentList.State.UNDONE, timezone.now(), len(gone)
    found.counts = found.counts | {"fresh": len(gone), "kept": homes_kept + sum(phones_kept.values())}
    for verdict, kept in phones_kept.items():  # each row is counted once
        found.counts[verdict] -= kept
    found.save(update_fields=["state", "undone_at", "undone_count", "counts"])
    ledger.record("list.undone", by=by, subject=("registers.residentlist", found.pk), values=undone_leaf(found))


def _phones(found: ResidentList) -> dict[UUID, tuple[str, str]]:
    """Telephones the list brought to people on record, and what each replaced."""
    return {row.person_id: (row.phone, row.old_phone) for row in phones_brought(found) if row.person_id}


def _hold_homes(found: ResidentList, people: Iterable[UUID]) -> None:
    """Hold every home the list touches: who is at a door finishes first, or finds what the undoing left.

    A visit holds its dwelling before its residences; so does undoing, that neither waits for the other in a circle.
    """
    homes = ListRow.objects.filter(resident_list=found, dwelling_id__isnull=False).values("dwelling_id")
    theirs = Residence.objects.filter(person_id__in=list(people), until__isnull=True)
    touched = Dwelling.objects.filter(Q(pk__in=homes) | Q(pk__in=theirs.values("dwelling_id")))
    list(touched.order_by("pk").select_for_update().values_list("pk"))
    list(theirs.order_by("pk").select_for_update().values_list("pk"))


def _remove_places(found: ResidentList) -> None:
    """Households, dwellings and places the list added, from below, as far as nothing stands on them and nobody was there."""
    added = ListPlace.objects.filter(resident_list=found, is_needed=True)
    ids = {level: list(added.filter(level=level).values_list("pk", flat=True)) for level in
           ("household", "dwelling", "unit", "building", "estate", "group")}  # fmt: skip
    pointed_to_by_nothing(Household.objects.filter(pk__in=ids["household"])).delete()
    unseen = Q(pk__in=ids["dwelling"], collected_at__isnull=True)
    pointed_to_by_nothing(Dwelling.objects.filter(unseen)).delete()
    for level in ("unit", "building", "estate", "group"):
        pointed_to_by_nothing(Place.objects.filter(pk__in=ids[level])).delete()


def _give_back_phones(found: ResidentList, brought: Mapping[UUID, tuple[str, str]], by: Actor) -> Counter[str]:
    """Telephones the list brought to people on record go again, and what they replaced comes back; how many are kept,
    by the verdict their row had.

    A number that does not stand there any more, or that somebody confirmed since, on a visit or otherwise, is left as it is.
    """
    assert found.taken_at is not None
    seen = Residence.objects.filter(person_id__in=list(brought), confirmed_at__gt=found.taken_at)
    visited = set(seen.values_list("person_id", flat=True))
    given_back = {person: numbers for person, numbers in brought.items() if person not in visited}
    kept = visited | put_back_phones(given_back, since=found.taken_at, by=by)
    rows = phones_brought(found).filter(verdict__in=("known", "skipped"), person_id__in=kept)
    verdicts = Counter(rows.values_list("verdict", flat=True))
    rows.update(verdict="kept", notes=[note_of(_PHONE_STAYS)])
    return verdicts
