"""Rows of a list that may be somebody known already: shown side by side, settled by a person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongban.foundation.parties.actions import record_look
from tongban.foundation.parties.queries import people_by_id, require
from tongban.foundation.registers.actions.list_judging import registered_elsewhere
from tongban.foundation.registers.actions.resident_lists import lock_list, require_state
from tongban.foundation.registers.hooks import IMPORT_RESIDENTS
from tongban.foundation.registers.models import Dwelling, ListPlace, ListRow, Residence, ResidentList
from tongban.foundation.registers.queries.resident_lists import list_visible_to
from tongban.foundation.registers.rules.list_twins import ANSWERS
from tongban.foundation.registers.rules.places import COMMUNITY_DIGITS
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class Side:
    """One of two that may be the same person: what is known, and where they live."""

    title: T
    name: str
    document_number: str
    birth_date: str
    sex: str
    phone: str
    homes: list[tuple[str, str]]  # address, kind


@dataclass(frozen=True, slots=True)
class Pair:
    """A row to settle beside whom it may repeat."""

    row: ListRow
    mine: Side
    other: Side


@transaction.atomic
def open_pairs(list_id: UUID, *, count: int = 10, by: Actor) -> list[Pair]:
    """The next rows to settle, each beside its twin; whoever of them is on record sees that they were looked at."""
    require(by, IMPORT_RESIDENTS)
    found = list_visible_to(by, list_id)
    rows = list(ListRow.objects.filter(resident_list=found, verdict="open").order_by("number")[:count])
    numbers = [row.twin_number for row in rows if row.twin_number]
    others = {row.number: row for row in ListRow.objects.filter(resident_list=found, number__in=numbers)}
    people = people_by_id(row.twin_person_id for row in rows if row.twin_person_id)
    homes = _homes(found, [*rows, *others.values()])
    for person_id in people:
        record_look(person_id, what="registers.list_twin", reason=f"核对名单“{found.title}”里的重复人员", by=by)
    living = list(Residence.objects.filter(person_id__in=people, until__isnull=True).select_related("dwelling"))
    pairs = []
    for row in rows:
        if row.twin_person_id in people:
            person = people[row.twin_person_id]
            own = [(one.dwelling.address, one.kind) for one in living if one.person_id == person.pk
                   and one.area_code.startswith(by.region)]  # fmt: skip
            other = Side(T("库里已有", "On record"), person.name, person.document_number, person.birth_date, person.sex,
                         person.phone, own)  # fmt: skip
        elif row.twin_number in others:
            other = _side(others[row.twin_number], homes)
        else:
            continue
        pairs.append(Pair(row, _side(row, homes), other))
    return pairs


def _side(row: ListRow, homes: dict[UUID, str]) -> Side:
    title = T("名单第 {n} 行", "Row {n} of the list").format(n=row.number)
    home = [(homes.get(row.dwelling_id, ""), row.kind)] if row.dwelling_id else []
    return Side(title, row.name, row.document_number, row.birth_date, row.sex, row.phone, home)


def _homes(found: ResidentList, rows: list[ListRow]) -> dict[UUID, str]:
    ids = [row.dwelling_id for row in rows if row.dwelling_id]
    known = dict(Dwelling.objects.filter(pk__in=ids).values_list("pk", "address"))
    return known | dict(ListPlace.objects.filter(resident_list=found, pk__in=ids).values_list("pk", "address"))


@transaction.atomic
def settle_row(row_id: UUID, decision: str, *, by: Actor) -> ListRow:
    """Say what a row is: the same person, somebody else, the place that holds, or nothing to take over."""
    known = ListRow.objects.filter(pk=row_id).first()
    require(by, IMPORT_RESIDENTS)
    if known is None:
        raise not_found(T("这一行", "This row"))
    found = lock_list(known.resident_list_id, by)
    require_state(found, "checked")
    row = ListRow.objects.select_for_update().get(pk=row_id)
    if row.verdict != "open":
        raise Refusal("row_settled", T("这一行已经核对过。", "This row was settled already."), status=409)
    if decision not in ANSWERS[row.twin_why]:
        raise Refusal("decision_unknown", T("请选择怎样处理。", "Choose what to do."), field="decision")
    before = row.verdict
    _decide(row, decision)
    row.decision, row.decided_by = decision, by.name[:120]
    row.save()
    _count(found, before, row.verdict)
    return row


def _decide(row: ListRow, decision: str) -> None:
    if decision == "skip":
        row.verdict, row.phone_use = "skipped", ""
    elif decision == "other":
        row.verdict = "skipped"
    elif decision == "same":
        _merge(row)
    elif decision == "this":
        _take_instead(row)
    elif decision in ("keep", "theirs"):
        row.phone_use = "replace" if decision == "theirs" else ""
        if row.phone_use:
            _theirs(row).update(phone_use="")
        _place_merged(row)
    elif decision in ("earlier", "later"):
        _choose_phone(row, decision)
        _place_merged(row)
    else:  # different, move
        row.verdict = "fresh"


def _merge(row: ListRow) -> None:
    """The row is somebody there already: it brings at most a residence more, never a second person."""
    mine = ListRow.objects.filter(resident_list_id=row.resident_list_id)
    before = row.person_id
    if row.twin_number is not None:
        twin = mine.get(number=row.twin_number)
        row.person_id, row.is_new = twin.person_id, twin.is_new
    else:
        row.person_id, row.is_new = row.twin_person_id, False
        _copy_known(row)
    if before is not None and before != row.person_id:  # later rows with the same document follow
        mine.filter(person_id=before).exclude(pk=row.pk).update(person_id=row.person_id, is_new=row.is_new)
    _place_merged(row)


def _theirs(row: ListRow) -> QuerySet[ListRow]:
    """The other rows of the list that are of the same person."""
    return ListRow.objects.filter(resident_list_id=row.resident_list_id, person_id=row.person_id).exclude(pk=row.pk)


def _choose_phone(row: ListRow, decision: str) -> None:
    """Of two numbers the list has for one person, the one that holds: that of this row, or that of the one before."""
    if decision == "earlier":
        assert row.twin_number is not None
        before = _theirs(row).filter(number=row.twin_number).first()
        if row.is_new and before is not None:
            row.phone = before.phone
        return
    if row.is_new:  # whichever of the rows is taken over brings this number
        for other in _theirs(row):
            other.phone = row.phone
            other.save(update_fields=["phone", "phone_index", "phone_tail_index"])
        return
    assert row.person_id is not None
    person = people_by_id([row.person_id]).get(row.person_id)
    if person is None:
        raise _gone()
    _theirs(row).update(phone_use="")
    row.phone_use = "" if person.phone == row.phone else "replace" if person.phone else "fill"


def _gone() -> Refusal:
    text = T("库里已经没有这个人，请重新试运行。", "This person is no longer on record: try the list again.")
    return Refusal("person_gone", text, status=409)


def _copy_known(row: ListRow) -> None:
    """What is on record holds, also for the copies in the residence."""
    assert row.person_id is not None
    person = people_by_id([row.person_id]).get(row.person_id)
    if person is None:
        raise _gone()
    row.name, row.name_pinyin, row.name_initials = person.name, person.name_pinyin, person.name_initials
    if row.phone and not person.phone:
        row.phone_use = "fill"
    row.sex, row.birth_year = person.sex, int(person.birth_date[:4]) if person.birth_date else None


def _place_merged(row: ListRow) -> None:
    """What becomes of a row now that its person is known: there already, once in the list, or registered twice."""
    assert row.person_id is not None
    assert row.dwelling_id is not None
    homes = Residence.objects.filter(person_id=row.person_id, until__isnull=True)
    again = ListRow.objects.filter(
        resident_list_id=row.resident_list_id, person_id=row.person_id, verdict__in=("fresh", "open")
    ).exclude(pk=row.pk)
    is_registered = row.kind == "registered"
    other = again.filter(kind="registered").order_by("number").first() if is_registered else None
    there = homes.filter(kind="registered").first() if is_registered else None
    if homes.filter(dwelling_id=row.dwelling_id, kind=row.kind).exists():
        row.verdict = "known"
    elif again.filter(dwelling_id=row.dwelling_id, kind=row.kind).exists():
        row.verdict = "skipped"
    elif other is not None:
        row.twin_why, row.twin_person_id, row.twin_number = "two_places", None, other.number
    elif there is not None:
        if there.area_code[:COMMUNITY_DIGITS] != row.area_code[:COMMUNITY_DIGITS]:
            raise registered_elsewhere()
        row.twin_why, row.twin_person_id, row.twin_number = "registered_here", row.person_id, None
    else:
        row.verdict = "fresh"


def _take_instead(row: ListRow) -> None:
    """Of two rows by which one person is registered in two places, this one holds."""
    assert row.twin_number is not None
    other = (
        ListRow.objects.select_for_update()
        .filter(resident_list_id=row.resident_list_id, number=row.twin_number)
        .first()
    )
    if other is not None and other.verdict in ("fresh", "open"):
        before, other.verdict = other.verdict, "skipped"
        other.decision = "other"
        other.save(update_fields=["verdict", "decision"])
        _count(ResidentList.objects.get(pk=row.resident_list_id), before, "skipped")
    _place_merged(row)


def _count(found: ResidentList, before: str, after: str) -> None:
    if before == after:
        return
    fresh = ResidentList.objects.select_for_update().get(pk=found.pk)
    counts = dict(fresh.counts)
    counts[before] = counts.get(before, 0) - 1
    counts[after] = counts.get(after, 0) + 1
    fresh.counts = {verdict: count for verdict, count in counts.items() if count > 0}
    fresh.save(update_fields=["counts"])


@transaction.atomic
def leave_out_the_rest(list_id: UUID, *, by: Actor) -> int:
    """Take over none of the rows nobody has settled yet; how many."""
    found = lock_list(list_id, by)
    require_state(found, "checked")
    rows = ListRow.objects.filter(resident_list=found, verdict="open")
    count = rows.update(verdict="skipped", phone_use="", decision="skip", decided_by=by.name[:120])
    counts = dict(found.counts)
    counts.pop("open", None)
    found.counts = counts | {"skipped": counts.get("skipped", 0) + count}
    found.save(update_fields=["counts"])
    return count
