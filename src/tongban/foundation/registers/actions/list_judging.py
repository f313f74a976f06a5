"""What becomes of each row of a list: new, known, a case for a person to settle, or refused with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from tongban.foundation.parties.queries import Known, people_by_id, people_of_indexes
from tongban.foundation.registers.actions.list_places import Spot
from tongban.foundation.registers.models import ListRow, Residence
from tongban.foundation.registers.rules.places import COMMUNITY_DIGITS
from tongban.foundation.registers.rules.resident_rows import Resident
from tongban.lib.fields import blind_index_any, indexers
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


class Home(NamedTuple):
    """A residence in force of somebody on record."""

    dwelling_id: UUID
    kind: str
    area_code: str
    household_id: UUID | None


@dataclass(slots=True)
class Seen:
    """A person earlier rows of the list brought or named."""

    number: int
    person_id: UUID
    is_new: bool
    name: str
    birth_date: str = ""
    phone: str = ""
    has_document: bool = True
    homes: list[tuple[UUID, str]] = field(default_factory=list)


class Judged(NamedTuple):
    """What a row becomes; ``twin_…`` says whom it may repeat, for a person to settle."""

    verdict: str
    person_id: UUID
    is_new: bool
    twin_why: str = ""
    twin_person_id: UUID | None = None
    twin_number: int | None = None
    phone_use: str = ""  # "fill" when the row brings a telephone nobody has recorded


class Case(NamedTuple):
    """A row that was read, with its dwelling and the blind index of its document."""

    row: Resident
    spot: Spot
    key: bytes | None
    new_id: UUID


@dataclass
class OnRecord:
    """Whom the register knows of a batch: by document, by phone, by name in the community, and where they live."""

    by_document: dict[bytes, Known] = field(default_factory=dict)
    by_facts: dict[tuple[str, str], list[Known]] = field(default_factory=dict)  # name, date of birth
    homes: dict[UUID, list[Home]] = field(default_factory=dict)


class Judge:
    """Judges the rows of one list, remembering those before."""

    def __init__(self, area_code: str) -> None:
        self.community = area_code[:COMMUNITY_DIGITS]
        self.seen: dict[bytes, Seen] = {}
        self.alike: dict[tuple[str, str], list[Seen]] = {}
        self.record = OnRecord()
        self.phones: dict[str, bytes] = {}  # the blind indexes of a batch's telephones under the current key

    def remember(self, rows: Iterable[ListRow]) -> None:
        """Take up again what an earlier run judged."""
        by_person: dict[UUID, Seen] = {}
        for row in rows:
            if row.person_id is None or row.dwelling_id is None:
                continue
            seen = by_person.get(row.person_id)
            if seen is None:
                seen = Seen(
                    row.number, row.person_id, row.is_new, row.name, row.birth_date, row.phone, bool(row.document_type)
                )
                by_person[row.person_id] = seen
                self._keep(seen, row.document_index)
            seen.homes.append((row.dwelling_id, row.kind))

    def _keep(self, seen: Seen, index: bytes | None) -> None:
        if index is not None:
            self.seen.setdefault(index, seen)
        self.alike.setdefault((seen.name, seen.birth_date), []).append(seen)

    def prepare(self, cases: Sequence[Case]) -> None:
        """Ask the register about a batch, a handful of statements for all."""
        self.record = record = OnRecord()
        numbered = [(case.row.document_type, case.row.document_number, case.key) for case in cases if case.key]
        for place, index_of in enumerate(indexers("document")):
            keys = {
                bytes(index) if not place else index_of(f"{kind}:{number}"): index for kind, number, index in numbered
            }
            for key, found in people_of_indexes("document", keys).items():
                record.by_document[keys[key]] = found[0]
        strangers = [case for case in cases if case.key is None or case.key not in record.by_document]
        self._find_alike(strangers)
        people = {one.person_id for one in record.by_document.values()}
        people |= {one.person_id for found in record.by_facts.values() for one in found}
        homes = Residence.objects.filter(person_id__in=people, until__isnull=True)
        for row in homes.only("person_id", "dwelling_id", "kind", "area_code", "household_id"):
            home = Home(row.dwelling_id, row.kind, row.area_code, row.household_id)
            record.homes.setdefault(row.person_id, []).append(home)

    def _find_alike(self, strangers: Sequence[Case]) -> None:
        phones = {case.row.phone for case in strangers if case.row.phone}
        found: dict[UUID, Known] = {}
        for place, index_of in enumerate(indexers("phone")):
            indexes = {phone: index_of(phone) for phone in phones}
            self.phones = self.phones if place else indexes
            for many in people_of_indexes("phone", indexes.values()).values():
                found |= {one.person_id: one for one in many}
        names = {case.row.name for case in strangers if case.key is None}
        living = Residence.objects.filter(area_code__startswith=self.community, name__in=names, until__isnull=True)
        ids = set(living.values_list("person_id", flat=True)) - set(found) if names else set()
        for person in people_by_id(ids).values():
            found[person.pk] = Known(
                person.pk, person.name, person.document_type, person.birth_date, person.phone_index
            )
        for one in found.values():
            self.record.by_facts.setdefault((one.name, one.birth_date), []).append(one)

    def judge(self, case: Case) -> Judged:
        """What becomes of one row; raises the Refusal of one that cannot be taken."""
        row, home = case.row, (case.spot.dwelling_id, case.row.kind)
        seen = self.seen.get(case.key) if case.key else None
        if seen is not None:
            judged = self._again(case, seen)
            seen.homes.append(home)
            return judged
        known = self.record.by_document.get(case.key) if case.key else None
        if known is not None and known.name != row.name:
            judged = Judged("open", known.person_id, False, "other_name", known.person_id)
        elif known is not None:
            judged = _with_phone(row, known, self.at_home(case, known.person_id))
        else:
            judged = self._stranger(case)
        self._keep(
            Seen(
                row.number,
                judged.person_id,
                judged.is_new,
                row.name,
                row.birth_date,
                row.phone,
                bool(case.key),
                [home],
            ),
            case.key,
        )
        return judged

    def _again(self, case: Case, seen: Seen) -> Judged:
        """A row with a document an earlier one has."""
        if seen.name != case.row.name:
            text = T("和第 {n} 行证件号码相同，姓名却不同。请核对哪一行写错了。",
                     "The number of row {n} under another name: find out which row is wrong.")  # fmt: skip
            raise Refusal("row_other_name", text.format(n=seen.number), field="document_number")
        if self._brings_other_phone(case, seen):
            return Judged("open", seen.person_id, seen.is_new, "two_phones", None, seen.number)
        if (case.spot.dwelling_id, case.row.kind) in seen.homes:
            raise _twice(seen.number)
        if case.row.kind == "registered" and any(kind == "registered" for _, kind in seen.homes):
            return Judged("open", seen.person_id, seen.is_new, "two_places", None, seen.number)
        if seen.is_new:
            return Judged("fresh", seen.person_id, True)
        return self.at_home(case, seen.person_id)

    def _brings_other_phone(self, case: Case, seen: Seen) -> bool:
        """Whether a row has a number that neither the person's earlier row nor the register has."""
        phone = case.row.phone
        if not phone or phone == seen.phone:
            return False
        known = self.record.by_document.get(case.key) if case.key and not seen.is_new and not seen.phone else None
        return known is None or known.phone_index not in blind_index_any("phone", phone)

    def at_home(self, case: Case, person_id: UUID) -> Judged:
        """A row of somebody on record: there already, registered elsewhere, or a residence more."""
        homes = self.record.homes.get(person_id, [])
        if any((one.dwelling_id, one.kind) == (case.spot.dwelling_id, case.row.kind) for one in homes):
            return Judged("known", person_id, False)
        other = (
            next((one for one in homes if one.kind == "registered"), None) if case.row.kind == "registered" else None
        )
        if other is None:
            return Judged("fresh", person_id, False)
        if not other.area_code.startswith(self.community):
            raise registered_elsewhere()
        return Judged("open", person_id, False, "registered_here", person_id)

    def household_at(self, case: Case, person_id: UUID) -> UUID | None:
        """The household somebody on record has at the dwelling of a row."""
        homes = self.record.homes.get(person_id, [])
        return next((one.household_id for one in homes if one.dwelling_id == case.spot.dwelling_id), None)

    def _stranger(self, case: Case) -> Judged:
        """A row whose document nobody has, or that has none: perhaps somebody the register or the list knows."""
        row = case.row
        for known in self.record.by_facts.get((row.name, row.birth_date), []):
            if case.key is not None and not (row.phone and known.phone_index in blind_index_any("phone", row.phone)):
                continue
            homes = self.record.homes.get(known.person_id, [])
            if case.key is None and any(
                (one.dwelling_id, one.kind) == (case.spot.dwelling_id, row.kind) for one in homes
            ):
                return _with_phone(row, known, Judged("known", known.person_id, False))
            return Judged("open", case.new_id, True, "same_facts", known.person_id)
        for seen in self.alike.get((row.name, row.birth_date), []):
            if case.key is not None and seen.has_document and (not row.phone or row.phone != seen.phone):
                continue
            if case.key is None and not seen.has_document and (case.spot.dwelling_id, row.kind) in seen.homes:
                if self._brings_other_phone(case, seen):
                    return Judged("open", seen.person_id, seen.is_new, "two_phones", None, seen.number)
                raise _twice(seen.number)
            return Judged("open", case.new_id, True, "same_row", None, seen.number)
        return Judged("fresh", case.new_id, True)


def _with_phone(row: Resident, known: Known, judged: Judged) -> Judged:
    """A row of somebody on record with the telephone it brings: filled in where none is, for a person to settle where another is."""
    if not row.phone or judged.verdict not in ("known", "fresh"):
        return judged
    if known.phone_index is None:
        return judged._replace(phone_use="fill")
    if known.phone_index in blind_index_any("phone", row.phone):
        return judged
    return Judged("open", known.person_id, False, "other_phone", known.person_id)


def registered_elsewhere() -> Refusal:
    """The refusal for a row whose person another community has registered: only that one can end it."""
    return Refusal("registered_elsewhere", T("此人的户籍登记在别的社区。请先和对方核实、由对方办理迁出，再导入这一行。",
                   "This person is registered in another community: find out which is right and have them ended there, "
                   "then take this row over."), field="kind", status=409)  # fmt: skip


def _twice(number: int) -> Refusal:
    text = T(
        "和第 {n} 行是同一个人、同一处房屋，只取前面一行。",
        "The same person and dwelling as in row {n}: only that row is taken.",
    )
    return Refusal("row_twice", text.format(n=number), field="document_number")
