"""The trial run of a list: part by part, each in a transaction of its own, so that whatever kills it loses one part."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.registers.actions.list_judging import Case, Judge, Judged
from tongban.foundation.registers.actions.list_places import Planned, Spot, Tree
from tongban.foundation.registers.models import Household, ListPart, ListPlace, ListRow, ResidentList
from tongban.foundation.registers.rules.resident_rows import Resident, RowReader
from tongban.lib.copying import copy_rows
from tongban.lib.fields import indexers, sealer
from tongban.lib.identifiers import document_key
from tongban.lib.ids import uuid7, uuid7s
from tongban.lib.jobs import job
from tongban.lib.memory import undisturbed
from tongban.lib.names import name_key
from tongban.lib.phones import phone_tail_key
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_log = logging.getLogger(__name__)
_PERSON = "parties.person"
COLUMNS = (
    "id", "resident_list", "number", "verdict", "notes", "name", "name_pinyin", "name_initials", "person_id", "is_new", "document_type",
    "document_number", "document_index", "birth_date", "sex", "phone", "phone_index", "phone_tail_index", "dwelling_id",
    "household_id", "area_code", "kind", "relation", "since", "is_present", "raw_address", "birth_year", "twin_why",
    "twin_person_id", "twin_number", "phone_use", "old_phone", "decision", "decided_by",
)  # fmt: skip
_NOTHING = ("", "", "", None, False, "", b"", None, b"", "", b"", None, None, None, None, "", "", "", None, None, b"", None, "",
            None, None, "", b"", "", "")  # fmt: skip


def note_of(refusal: Refusal) -> list[str]:
    """A reason as it is kept beside a row; none repeats what was typed."""
    return [refusal.code, refusal.field, refusal.message.zh, refusal.message.en]


@job(queue="lists")
def check_list(list_id: str) -> None:
    """Try a list, from where it was left; run twice at once, the two take turns."""
    desk: Desk | None = None
    try:
        while True:
            with undisturbed(), transaction.atomic():
                found = ResidentList.objects.select_for_update().filter(pk=list_id).first()
                if found is None or found.state != ResidentList.State.CHECKING:
                    return
                if desk is None or desk.parts_done != found.parts_done:
                    desk = Desk(found)
                desk.found = desk.tree.found = found
                desk.check_next()
    except Exception:
        _log.exception("list %s: the trial run stopped", list_id)
        stop_list(list_id, T("试运行中断，没有写入任何内容。请重新试运行；仍然不行请联系运维人员。",
                             "The trial run stopped; nothing was written. Try again, or tell the operators."))  # fmt: skip


@transaction.atomic
def stop_list(list_id: str, why: T) -> None:
    """Put a list back to where a person decides, with the reason."""
    found = ResidentList.objects.select_for_update().filter(pk=list_id).first()
    if found is not None and found.state in ("checking", "taking", "undoing"):
        found.state = {"undoing": ResidentList.State.TAKEN}.get(found.state, ResidentList.State.CHECKED)
        found.trouble = [why.zh, why.en]
        found.save(update_fields=["state", "trouble"])


class Desk:
    """Everything a trial run keeps in mind between parts; made anew from what is stored after an interruption."""

    def __init__(self, found: ResidentList) -> None:
        self.found, self.parts_done = found, found.parts_done
        self.reader = RowReader(found.places, found.kind, timezone.localdate())
        self.told: dict[str, str] = found.addresses  # addresses nobody could read, as a person reads them
        self.tree, self.judge, self.households = Tree(found), Judge(found.area_code), Households(found)
        self.index_document, self.index_phone = indexers("document")[0], indexers("phone")[0]
        self.index_tail = indexers("phone_tail")[0]
        self.seal_number, self.seal_birth, self.seal_phone = (
            sealer(f"{_PERSON}.{name}") for name in ("document_number", "birth_date", "phone")
        )
        self.seal_address = sealer("registers.residence.raw_address")
        if self.parts_done:
            done = ListRow.objects.filter(resident_list=found).exclude(verdict="rejected").order_by("number")
            self.judge.remember(done.iterator(chunk_size=2000))

    def check_next(self) -> None:
        """The next part, or the end of the run."""
        found = self.found
        part = ListPart.objects.filter(resident_list=found, number=found.parts_done).first()
        if part is None:
            found.state = ResidentList.State.CHECKED
            found.save(update_fields=["state"])
            return
        verdicts = self._store(part.rows)
        planned = self.tree.take_fresh() + self.households.take_fresh()
        copy_rows(ListPlace, Planned._fields, planned)
        found.counts = dict(Counter(found.counts) + verdicts)
        found.places_added = dict(Counter(found.places_added) + Counter(row.level for row in planned))
        found.parts_done += 1
        found.done_count += len(part.rows)
        found.save(update_fields=["counts", "places_added", "parts_done", "done_count"])
        self.parts_done = found.parts_done

    def _store(self, rows: Sequence[tuple[int, list[str]]]) -> Counter[str]:
        ids = iter(uuid7s(2 * len(rows)))
        cases: list[Case] = []
        out: list[tuple[Any, ...]] = []
        for number, cells in rows:
            try:
                cases.append(self._read(number, cells, next(ids)))
            except Refusal as refusal:
                out.append(self._rejected(number, next(ids), [refusal]))
        self.judge.prepare(cases)
        for case in cases:
            try:
                judged = self.judge.judge(case)
            except Refusal as refusal:
                out.append(self._rejected(case.row.number, next(ids), [refusal]))
            else:
                out.append(self._judged(case, judged, next(ids)))
        copy_rows(ListRow, COLUMNS, out)
        return Counter(row[3] for row in out)

    def _read(self, number: int, cells: list[str], new_id: UUID) -> Case:
        row = self.reader.read(number, cells)
        spot = self.tree.spot(self.told.get(row.address, row.address))
        key = document_key(row.document_type, row.document_number)
        return Case(row, spot, self.index_document(key) if key else None, new_id)

    def _rejected(self, number: int, row_id: UUID, reasons: list[Refusal]) -> tuple[Any, ...]:
        return (row_id, self.found.pk, number, "rejected", [note_of(one) for one in reasons], *_NOTHING)

    def _judged(self, case: Case, judged: Judged, row_id: UUID) -> tuple[Any, ...]:
        row, spot = case.row, case.spot
        key = name_key(row.name)
        tail = phone_tail_key(row.phone, spot.area_code[:12])
        phone_index = (self.judge.phones.get(row.phone) or self.index_phone(row.phone)) if row.phone else None
        household_id: UUID | None = None
        if judged.verdict == "known":
            self.households.follow(row, spot, self.judge.household_at(case, judged.person_id))
        else:
            household_id = self.households.of(row, spot)  # before its notes are written
        return (
            row_id, self.found.pk, row.number, judged.verdict, [note_of(one) for one in row.notes], row.name, key.pinyin[:200],
            key.initials[:60], judged.person_id, judged.is_new, row.document_type, self.seal_number(row.document_number),
            case.key, self.seal_birth(row.birth_date), row.sex, self.seal_phone(row.phone),
            phone_index, self.index_tail(tail) if tail else None, spot.dwelling_id,
            household_id, spot.area_code, row.kind, row.relation, row.since, row.is_present,
            self.seal_address(row.address[:200]), int(row.birth_date[:4]) if row.birth_date else None, judged.twin_why,
            judged.twin_person_id, judged.twin_number, judged.phone_use, b"", "", "",
        )  # fmt: skip


class Households:
    """Households of a list: by their number, else from each head to the next row of another dwelling."""

    def __init__(self, found: ResidentList) -> None:
        self.found = found
        self.by_number: dict[str, tuple[UUID, UUID | None]] = {}  # number: (household, dwelling)
        self.last: tuple[UUID, UUID] | None = None  # (dwelling, household) of the last head
        self.fresh: list[Planned] = []
        for number, pk, dwelling in Household.objects.filter(
            area_code__startswith=found.area_code[:12], ended_on__isnull=True
        ).exclude(number="").values_list("number", "pk", "dwelling_id"):  # fmt: skip
            self.by_number[number] = pk, dwelling
        for row in ListPlace.objects.filter(resident_list=found, level="household").order_by("pk"):
            if row.mark:
                self.by_number[row.mark] = row.pk, row.parent_id
            if row.parent_id is not None:
                self.last = row.parent_id, row.pk

    def of(self, row: Resident, spot: Spot) -> UUID | None:
        """The household of a row, begun when it is its first; a number that is another dwelling's says nothing."""
        if row.kind != "registered" and not row.household:
            return None
        if row.household:
            known = self.by_number.get(row.household)
            if known is None:
                known = self._begin(row.household, spot), spot.dwelling_id
                self.by_number[row.household] = known
            if known[1] == spot.dwelling_id:
                return known[0]
            row.notes.append(Refusal("household_elsewhere", T("这个户号已登记在另一处房屋，没有归户。",
                             "This household number is another dwelling's: no household is recorded."), field="household"))  # fmt: skip
            return None
        if row.relation == "01":
            self.last = spot.dwelling_id, self._begin("", spot)
        if self.last is not None and row.relation and self.last[0] == spot.dwelling_id:
            return self.last[1]
        return None

    def follow(self, row: Resident, spot: Spot, household_id: UUID | None) -> None:
        """A row there already: who follows its head in the list belongs to the household on record."""
        if row.relation == "01" and household_id is not None:
            self.last = spot.dwelling_id, household_id

    def _begin(self, number: str, spot: Spot) -> UUID:
        new_id = uuid7()
        self.fresh.append(
            Planned(new_id, self.found.pk, "household", spot.dwelling_id, None, number, "", "", "", None, spot.area_code, "")
        )  # fmt: skip
        return new_id

    def take_fresh(self) -> list[Planned]:
        """What was begun since the last call."""
        fresh, self.fresh = self.fresh, []
        return fresh
