"""Taking a list over, and undoing it: all in one transaction each, statement by statement inside the database."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.actions import fill_phones, record_phone, take_in_people
from tongban.foundation.parties.queries import people_by_id
from tongban.foundation.registers.actions.list_trial import stop_list
from tongban.foundation.registers.actions.resident_lists import lock_list, reason_to_end, require_state
from tongban.foundation.registers.models import ListRow, ResidentList
from tongban.foundation.registers.queries.leaves import taken_leaf
from tongban.foundation.registers.queries.resident_lists import phones_brought
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import job
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_log = logging.getLogger(__name__)
CHANGED = T("试运行之后人口库或地址库有变化，一行也没有写入。请重新试运行。",
            "The register changed since the trial run; nothing was written. Try the list again.")  # fmt: skip
# What rows left out would have needed is not added. The rows of a list that was just tried are in no statistics yet: taken
# for a handful, each place would look through all of them.
_WHOLE = "SET LOCAL enable_nestloop = off"
_BY_KEY = "SET LOCAL enable_nestloop = on"
_NEEDED = """
WITH RECURSIVE used AS (
  SELECT dwelling_id AS id FROM registers_listrow WHERE list_id = %(list)s AND verdict = 'fresh'
  UNION SELECT household_id FROM registers_listrow WHERE list_id = %(list)s AND verdict = 'fresh'
), needed AS (
  SELECT p.id, p.parent_id FROM registers_listplace p JOIN used ON used.id = p.id WHERE p.list_id = %(list)s
  UNION SELECT up.id, up.parent_id FROM registers_listplace up JOIN needed ON up.id = needed.parent_id
  WHERE up.list_id = %(list)s
)
UPDATE registers_listplace SET is_needed = true WHERE list_id = %(list)s AND id IN (SELECT id FROM needed)
"""
_PLACES = """
INSERT INTO registers_place (id, name, name_pinyin, name_initials, level, parent_id, mark, area_code, address, grid_kind, source,
  is_sample)
SELECT id, name, name_pinyin, name_initials, level, parent_id, mark, area_code, address, '', 'list', false
FROM registers_listplace WHERE list_id = %(list)s AND is_needed AND level NOT IN ('dwelling', 'household')
"""
_DWELLINGS = """
INSERT INTO registers_dwelling (id, place_id, building_id, floor, mark, area_code, address, use, collected_by, is_sample)
SELECT id, parent_id, building_id, floor, mark, area_code, address, 'home', '', false
FROM registers_listplace WHERE list_id = %(list)s AND is_needed AND level = 'dwelling'
"""
# A number another household has by now is left away: it would name two.
_HOUSEHOLDS = """
INSERT INTO registers_household (id, number, kind, dwelling_id, area_code, is_sample)
SELECT p.id, CASE WHEN p.mark <> '' AND EXISTS (SELECT FROM registers_household h WHERE h.number = p.mark AND h.ended_on IS NULL) THEN ''
  ELSE p.mark END, 'family', p.parent_id, d.area_code, false
FROM registers_listplace p JOIN registers_dwelling d ON d.id = p.parent_id
WHERE p.list_id = %(list)s AND p.is_needed AND p.level = 'household'
"""
_MOVED = """
WITH r AS MATERIALIZED (
  SELECT person_id, area_code FROM registers_listrow WHERE list_id = %(list)s AND verdict = 'fresh' AND decision = 'move'
)
UPDATE registers_residence old SET until = %(today)s, end_reason = %(reason)s
FROM r WHERE old.person_id = r.person_id
  AND old.kind = 'registered' AND old.until IS NULL AND left(old.area_code, 12) = left(r.area_code, 12)
"""
_RESIDENCES = """
INSERT INTO registers_residence (id, name, name_pinyin, name_initials, person_id, dwelling_id, kind, household_id, relation,
  since, end_reason, is_present, source, confirmed_by, raw_address, sex, birth_year, area_code, is_sample)
SELECT r.id, r.name, r.name_pinyin, r.name_initials, r.person_id, r.dwelling_id, r.kind, r.household_id, r.relation, r.since, '', r.is_present, %(source)s, '', r.raw_address,
  r.sex, r.birth_year, d.area_code, false
FROM registers_listrow r JOIN registers_dwelling d ON d.id = r.dwelling_id AND d.ended_on IS NULL
WHERE r.list_id = %(list)s AND r.verdict = 'fresh'
"""


@transaction.atomic
def confirm_list(list_id: UUID, *, by: Actor) -> ResidentList:
    """Take over every row that passed; what waits for a person has to be settled or left out first."""
    found = lock_list(list_id, by)
    require_state(found, "checked")
    if found.counts.get("open"):
        raise Refusal("rows_open", T("还有 {n} 行待核对。请逐一核对，或者选择其余的都不导入。",
                      "{n} rows wait to be settled: settle them, or leave out the rest.").format(n=found.counts["open"]),
                      status=409)  # fmt: skip
    if not found.counts.get("fresh") and not phones_brought(found).exists():
        raise Refusal("nothing_to_take", T("没有可以导入的新内容。", "There is nothing new to take over."), status=409)
    found.state, found.trouble, found.taken_by = ResidentList.State.TAKING, [], by.name[:120]
    found.save(update_fields=["state", "trouble", "taken_by"])
    take_list.later(list_id=found.pk)
    return found


@job(queue="lists")
def take_list(list_id: str) -> None:
    """Write a confirmed list into the register: all of it, or nothing when the register changed meanwhile."""
    try:
        with transaction.atomic():
            found = ResidentList.objects.select_for_update().filter(pk=list_id).first()
            if found is not None and found.state == ResidentList.State.TAKING:
                _take(found, by=system("registers.lists", channel="job"))
    except (IntegrityError, Refusal):
        stop_list(list_id, CHANGED)
    except Exception:
        _log.exception("list %s: taking over stopped", list_id)
        stop_list(list_id, T("写入中断，一行也没有写入。请再确认一次；仍然不行请联系运维人员。",
                             "Writing stopped; nothing was written. Confirm again, or tell the operators."))  # fmt: skip


def _take(found: ResidentList, *, by: Actor) -> None:
    given: dict[str, Any] = {
        "list": found.pk, "source": found.title, "today": timezone.localdate(), "reason": reason_to_end(found),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (_WHOLE, _NEEDED, _BY_KEY, _PLACES, _DWELLINGS, _HOUSEHOLDS):
            cursor.execute(statement, given)
        take_in_people(ListRow, found.pk, source=f"list {found.title}", by=by)
        cursor.execute(_MOVED, given)
        cursor.execute(_RESIDENCES, given)
        taken = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what points at something gone shows here, not at commit
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    found.phones_count = _take_phones(found, by)
    if taken != found.counts.get("fresh", 0):
        raise Refusal("list_changed", CHANGED, status=409)
    found.state, found.taken_at, found.taken_count = ResidentList.State.TAKEN, timezone.now(), taken
    found.save(update_fields=["state", "taken_at", "taken_count", "phones_count"])
    ledger.record("list.taken", by=by, subject=("registers.residentlist", found.pk), values=taken_leaf(found))


def _take_phones(found: ResidentList, by: Actor) -> int:
    """Record the telephones a list brings to people on record: where none is, and where somebody settled that it holds."""
    rows = phones_brought(found)
    numbers = {row.person_id: row.phone for row in rows.filter(phone_use="fill").order_by("-number") if row.person_id}
    filled = fill_phones(numbers, by=by)
    rows.filter(phone_use="fill").exclude(person_id__in=filled).update(phone_use="")  # recorded meanwhile
    replaced = [row for row in rows.filter(phone_use="replace") if row.person_id]
    people = people_by_id(row.person_id for row in replaced if row.person_id)
    for row in replaced:
        assert row.person_id is not None
        row.old_phone = people[row.person_id].phone
        row.save(update_fields=["old_phone"])
        record_phone(row.person_id, row.phone, replace=True, by=by)
    return len(filled) + len(replaced)
