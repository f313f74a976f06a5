"""Taking over the list of a register: tried first, then in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.foundation.registers.actions.registers import locked_register
from tongban.foundation.registers.hooks import MANAGE_REGISTERS
from tongban.foundation.registers.models import CompanyRecord, PersonRecord, Register, RegisterImport
from tongban.foundation.registers.queries.registers import register_row
from tongban.foundation.registers.rules.catalogue import RegisterKind, register_kind
from tongban.foundation.registers.rules.columns import COLUMNS, KEYS
from tongban.lib.actors import Actor
from tongban.lib.fields import blind_index_any, fill_indexes
from tongban.lib.identifiers import document_key, personal_facts
from tongban.lib.named import fill_name_keys
from tongban.lib.names import tidy_name
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.spreadsheets import Limits, Rejected, Row, read_table
from tongban.lib.words import T

LONGEST_LIST = 20_000
_CHUNK = 500
_LIST = T("这份清单", "This list")
Record = CompanyRecord | PersonRecord


@dataclass(frozen=True, slots=True)
class Trial:
    """What a list would change, and every row that cannot be taken over."""

    import_id: UUID | None
    fresh: int
    changed: int
    unchanged: int
    rejected: list[Rejected]
    unknown: list[str]


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose list it is and of which day: shown wherever a fact of it is used."""

    source: str
    refreshed_on: date


def try_register_list(code: str, content: bytes, filename: str, *, origin: Origin, by: Actor) -> Trial:
    """Read a list and say what it would change; rows that pass wait, encrypted, to be confirmed within a day."""
    require(by, MANAGE_REGISTERS)
    kind = _importable(code)
    refreshed_at = _checked_origin(origin, register_row(code))
    table = read_table(content, filename, COLUMNS[code], Limits(rows=LONGEST_LIST + 20))
    rows, twice = _once_each(table.rows, KEYS[code])
    counts = {"fresh": 0, "changed": 0, "unchanged": 0}
    for known, chunk in _with_known(kind, [_values_of(code, row.values) for row in rows]):
        for values in chunk:
            counts[_verdict(known.get(values[KEYS[code]]), values)] += 1
    kept: RegisterImport | None = None
    if rows and by.account_id is not None:
        kept = RegisterImport.objects.create(
            register_code=code, account_id=by.account_id, filename=filename[:200], source=origin.source.strip()[:200],
            refreshed_at=refreshed_at, rows=[row.values for row in rows], row_count=len(rows),
        )  # fmt: skip
    rejected = sorted([*table.rejected, *twice], key=lambda row: row.number)
    return Trial(kept.pk if kept else None, **counts, rejected=rejected, unknown=table.unknown)


@transaction.atomic
def confirm_register_list(import_id: UUID, *, by: Actor) -> dict[str, int]:
    """Take over the rows that passed, all in one transaction; two lists of one register follow one another."""
    require(by, MANAGE_REGISTERS)
    found = RegisterImport.objects.select_for_update().filter(pk=import_id).first()
    if found is None or found.account_id != by.account_id:
        raise not_found(_LIST)
    if found.confirmed_at is not None:
        raise Refusal("import_confirmed", T("这份清单已经导入。", "This list was taken over already."), status=409)
    row = locked_register(found.register_code)
    if row.refreshed_at is not None and found.refreshed_at < row.refreshed_at:
        raise _older(row)
    counts = _take_over(register_kind(found.register_code), found)
    row.source, row.refreshed_at = found.source, found.refreshed_at
    row.is_sample = _model(row.code).objects.filter(is_sample=True).exists()
    row.save(update_fields=["source", "refreshed_at", "is_sample"])
    found.rows, found.confirmed_at = [], timezone.now()
    found.save(update_fields=["rows", "confirmed_at"])
    return counts


def register_list_template(code: str) -> str:
    """The list to fill in, as CSV with a byte order mark so that Excel reads it."""
    return "\ufeff" + ",".join(column.label.zh for column in COLUMNS[_importable(code).code]) + "\r\n"


def _importable(code: str) -> RegisterKind:
    kind = register_kind(code)
    if not kind.is_imported:
        raise Refusal(
            "register_own",
            T("这个登记库由社区维护，不从清单导入。", "Communities keep this register: no list is taken over."),
        )
    return kind


def _checked_origin(origin: Origin, row: Register) -> datetime:
    if not 2 <= len(origin.source.strip()) <= 200:
        raise Refusal("source_missing", T("请写明清单来自哪个部门。", "Say whose list this is."), field="source")
    if origin.refreshed_on > timezone.localdate():
        raise Refusal(
            "date_ahead", T("清单日期不能晚于今天。", "The list cannot be of a later day."), field="refreshed_on"
        )
    day = origin.refreshed_on
    moment = datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone()).astimezone(UTC)
    if row.refreshed_at is not None and timezone.localdate(row.refreshed_at) > day:
        raise _older(row)
    return moment if row.refreshed_at is None else max(moment, row.refreshed_at)


def _older(row: Register) -> Refusal:
    text = T(
        "登记库里的内容是 {day} 的，比这份清单新，没有导入。",
        "The register holds contents of {day}, newer than this list.",
    )
    day = timezone.localdate(row.refreshed_at) if row.refreshed_at else ""
    return Refusal("list_older", text.format(day=day), field="refreshed_on", status=409)


def _once_each(rows: Iterable[Row], key: str) -> tuple[list[Row], list[Rejected]]:
    """Each number once: a second row with the same one is explained, not taken."""
    seen: dict[str, int] = {}
    once, twice = [], []
    for row in rows:
        first = seen.setdefault(row.values[key], row.number)
        if first == row.number:
            once.append(row)
            continue
        why = T("和第 {row} 行号码相同，只取前面一行。", "The same number as in row {row}: only that row is taken.")
        twice.append(Rejected(row.number, row.values, (Refusal("row_twice", why.format(row=first), field=key),)))
    return once, twice


def _model(code: str) -> type[CompanyRecord] | type[PersonRecord]:
    return CompanyRecord if code == "companies" else PersonRecord


def _values_of(code: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """A row's texts as the record holds them."""
    values: dict[str, Any] = {name: value for name, value in typed.items() if value != ""}
    values["name"] = tidy_name(values["name"])[:200]
    for name, longest in (("kind", 60), ("address", 200), ("industry", 80), ("legal_representative", 120),
                          ("ethnicity", 20), ("registered_address", 200), ("business_scope", 4000)):  # fmt: skip
        if name in values:
            values[name] = values[name][:longest]
    if code == "population":
        facts = personal_facts(values["document_number"])
        return values | {"birth_date": facts.birth.isoformat(), "sex": facts.sex}
    if "registered_on" in values:
        values["registered_on"] = date.fromisoformat(values["registered_on"])
    if "capital_fen" in values:
        values["capital_fen"] = int(values["capital_fen"])
    return values


def _with_known(
    kind: RegisterKind, rows: Sequence[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Sequence[dict[str, Any]]]]:
    """Rows in chunks, each with the records on file by their number."""
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        keys = [values[KEYS[kind.code]] for values in chunk]
        known: Iterable[Record]
        if kind.code == "companies":
            known = CompanyRecord.objects.filter(uscc__in=keys)
        else:
            indexes = [one for key in keys for one in blind_index_any("document", document_key("resident_id", key))]
            known = PersonRecord.objects.filter(document_index__in=indexes)
        yield {str(getattr(record, KEYS[kind.code])): record for record in known}, chunk


def _verdict(record: Any, values: Mapping[str, Any]) -> str:
    if record is None:
        return "fresh"
    same = all(getattr(record, name) == value for name, value in values.items()) and not record.is_sample
    return "unchanged" if same else "changed"


def _take_over(kind: RegisterKind, found: RegisterImport) -> dict[str, int]:
    model: Any = _model(kind.code)
    counts = {"fresh": 0, "changed": 0, "unchanged": 0}
    stamp = {"source": found.source, "refreshed_at": found.refreshed_at, "is_sample": False}
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    for known, chunk in _with_known(kind, [_values_of(kind.code, row) for row in found.rows]):
        groups: dict[str, list[Any]] = {"fresh": [], "changed": [], "unchanged": []}
        for values in chunk:
            record = known.get(values[KEYS[kind.code]])
            verdict = _verdict(record, values)
            record = record or model()
            for name, value in (values | stamp).items():
                setattr(record, name, value)
            groups[verdict].append(record)
        model.objects.bulk_create(groups["fresh"])
        for record in fill_name_keys(groups["changed"]):
            fill_indexes(record)
        model.objects.bulk_update(groups["changed"], fields)
        model.objects.filter(pk__in=[record.pk for record in groups["unchanged"]]).update(**stamp)
        counts = {verdict: counts[verdict] + len(rows) for verdict, rows in groups.items()}
    return counts
