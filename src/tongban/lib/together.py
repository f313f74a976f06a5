"""What belongs to one act, or to many alike, put together: rows written in one statement for each kind, facts read once.

Within ``with together():`` writers hand their rows to ``write`` (inside a transaction) and readers their questions to
``once``. Rows are in the database when the block ends, or after ``write_now``; outside of any block everything happens
at once. Ids are made in Python and foreign keys are checked at commit, so that no row has to wait for another: what
makes other transactions wait is written last.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection
from django.db.transaction import TransactionManagementError

Known = TypeVar("Known")
Kind = Callable[[list[Any]], object]


@dataclass(slots=True)
class _Sheet:
    waiting: dict[Kind, list[Any]] = field(default_factory=dict)  # kinds in the order in which they were first met
    last: set[Kind] = field(default_factory=set)
    known: dict[Hashable, Any] = field(default_factory=dict)

    def next_kind(self) -> Kind:
        """The kind to write now."""
        return next((kind for kind in self.waiting if kind not in self.last), next(iter(self.waiting)))


_sheet: ContextVar[_Sheet | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Put together what happens inside; an exception drops what was not written yet. Inside another block: part of it."""
    if _sheet.get() is not None:
        yield
        return
    token = _sheet.set(_Sheet())
    try:
        yield
        write_now()
    finally:
        _sheet.reset(token)


def write(kind: Kind, row: Any, *, last: bool = False) -> None:
    """Give ``[row]`` to ``kind`` now, or all its rows at once when the block ends; ``last``: after all other kinds."""
    sheet = _sheet.get()
    if sheet is None:
        kind([row])
    elif not connection.in_atomic_block:
        raise TransactionManagementError("what is written together belongs in one transaction")
    else:
        sheet.waiting.setdefault(kind, []).append(row)
        if last:
            sheet.last.add(kind)


def write_now() -> None:
    """Write what waits, for whoever has to find it in the database within the block."""
    sheet = _sheet.get()
    while sheet is not None and sheet.waiting:
        kind = sheet.next_kind()
        kind(sheet.waiting.pop(kind))


def once(question: Hashable, read: Callable[[], Known]) -> Known:
    """What ``read`` finds, asked once within the block. Only for what nothing in the block changes unseen."""
    sheet = _sheet.get()
    if sheet is None:
        return read()
    if question not in sheet.known:
        sheet.known[question] = read()
    found: Known = sheet.known[question]
    return found


@contextmanager
def attempt() -> Iterator[None]:
    """One of many within the block: an exception drops what it handed over, and what became known through it.

    What was written to the database already is not undone: that needs a savepoint.
    """
    sheet = _sheet.get()
    assert sheet is not None
    handed_over, known = {kind: len(rows) for kind, rows in sheet.waiting.items()}, dict(sheet.known)
    try:
        yield
    except BaseException:
        sheet.waiting = {kind: sheet.waiting[kind][:count] for kind, count in handed_over.items()}
        sheet.known = known
        raise


def is_known(question: Hashable) -> bool:
    """Whether a question of ``once`` has its answer already."""
    sheet = _sheet.get()
    return sheet is not None and question in sheet.known


def know(question: Hashable, answer: Any) -> None:
    """Answer a question of ``once`` beforehand."""
    sheet = _sheet.get()
    if sheet is not None:
        sheet.known[question] = answer
