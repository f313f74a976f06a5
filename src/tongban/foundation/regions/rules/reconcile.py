"""What an edition changes in what is on record: nothing told before is rewritten, only closed, opened or dated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise
from uuid import UUID

from tongban.foundation.regions.rules.codes import level_of, prefix_of
from tongban.foundation.regions.rules.editions import Head, Row, refused
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


@dataclass(slots=True)
class Span:
    """A code under one name and parent for as long as both held; ``id`` None is not on record yet."""

    id: UUID | None
    code: str  # the official form, as in an edition
    name: str
    parent: str
    since: date | None
    until: date | None
    line: int = 0
    is_changed: bool = field(default=False)

    def overlaps(self, row: Row) -> bool:
        """Whether the span and the row are both in force on some day; unknown beginnings reach back for ever."""
        ends = self.until or date.max
        return (row.valid_from or date.min) < ends and (self.since or date.min) < (row.valid_to or date.max)


class Reconciler:
    """Compares one edition with the record, code by code.

    ``was_covered`` tells whether an earlier edition of this authority was complete at a prefix and level, so that a
    code that is new there began with this edition.
    """

    def __init__(self, head: Head, file: str, was_covered: Callable[[str, str], bool]) -> None:
        self.head = head
        self.file = file
        self.was_covered = was_covered

    def changes(self, rows: Iterable[Row], record: Iterable[Span]) -> Iterator[Span]:
        """The spans to add (no id) or to change (id); both inputs and the output are in the order of their codes."""
        told = groupby(rows, key=lambda row: row.code)
        kept = groupby(record, key=lambda span: span.code)
        row_code, row_group = next(told, (None, iter(())))
        span_code, span_group = next(kept, (None, iter(())))
        while row_code is not None or span_code is not None:
            code = min(found for found in (row_code, span_code) if found is not None)
            rows_here = list(row_group) if row_code == code else []
            spans_here = list(span_group) if span_code == code else []
            yield from self._of_code(code, rows_here, spans_here)
            if row_code == code:
                row_code, row_group = next(told, (None, iter(())))
            if span_code == code:
                span_code, span_group = next(kept, (None, iter(())))

    def _of_code(self, code: str, rows: list[Row], spans: list[Span]) -> list[Span]:
        for row in rows:
            if row.valid_to is None:
                self._in_force(row, spans)
            else:
                self._ended(row, spans)
        if not any(row.valid_to is None for row in rows):
            self._gone(code, spans)
        changed = [span for span in spans if span.is_changed]
        if changed:
            self._check_apart(spans)
        return changed

    def _ended(self, row: Row, spans: list[Span]) -> None:
        for span in spans:
            if span.name == row.name and span.overlaps(row):
                if span.until is None:
                    span.until, span.is_changed = row.valid_to, True
                return  # what was recorded earlier stays as it was recorded
        spans.append(self._new(row, row.valid_from))

    def _in_force(self, row: Row, spans: list[Span]) -> None:
        now = next((span for span in spans if span.until is None), None)
        if now and (now.name, now.parent) == (row.name, row.parent):
            if now.since is None and row.valid_from is not None:
                now.since, now.is_changed = row.valid_from, True
            return
        if now:
            began = now.since or date.min
            day = row.valid_from if row.valid_from and row.valid_from > began else self.head.date
            if day <= began:
                raise self._contradiction(row, now)
            now.until, now.is_changed = day, True
            spans.append(self._new(row, day))
            return
        spans.append(self._new(row, row.valid_from or self._beginning(row, spans)))

    def _beginning(self, row: Row, spans: list[Span]) -> date | None:
        """When a code that the edition does not date began: with the edition, if an earlier one would have had it."""
        ended = [span.until for span in spans if span.until]
        if ended:
            return max([*ended, self.head.date])
        return self.head.date if self.was_covered(prefix_of(row.code), row.level) else None

    def _gone(self, code: str, spans: list[Span]) -> None:
        if not any(cover.holds(prefix_of(code), level_of(code)) for cover in self.head.covers):
            return
        for span in spans:
            if span.until is None:
                if span.since and span.since >= self.head.date:
                    raise self._contradiction(None, span)
                span.until, span.is_changed = self.head.date, True

    def _new(self, row: Row, since: date | None) -> Span:
        return Span(None, row.code, row.name, row.parent, since, row.valid_to, row.line, is_changed=True)

    def _check_apart(self, spans: list[Span]) -> None:
        ordered = sorted(spans, key=lambda span: (span.since or date.min, span.until or date.max))
        for earlier, later in pairwise(ordered):
            if earlier.until is None or earlier.until > (later.since or date.min):
                what = T(
                    "{code} 的有效期与已载入的“{name}”重叠。",
                    "The validity of {code} overlaps that of {name}, loaded earlier.",
                ).format(code=later.code, name=earlier.name)
                raise refused("region_validity_overlaps", self.file, later.line or earlier.line, what)

    def _contradiction(self, row: Row | None, span: Span) -> Refusal:
        what = T(
            "{code} 与已载入的同日版本说法不一（“{name}”）。",
            "{code} contradicts what an edition of the same day said (“{name}”).",
        ).format(code=span.code, name=span.name)
        return refused("region_edition_contradicts", self.file, row.line if row else self.head.lines, what)
