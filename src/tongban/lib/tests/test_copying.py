"""Rows that are copied in are the rows that would have been inserted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from tongban.lib.copying import add_rows, copy_rows
from tongban.lib.fields import blind_index
from tongban.lib.models import House
from tongban.lib.tests.everything import EVENING, ONE, STORED, Everything, rows, stored, table

__all__ = ["table"]


class Counter:
    """Counts statements, as the house does for each request."""

    statements = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.statements += 1
        return execute(*args)


class Unknown(House):
    """A row with a kind of column nobody has taught."""

    long = models.DurationField()

    class Meta:
        app_label = "copying"


@pytest.mark.django_db
def test_rows_stand_as_bulk_create_would_have_written_them(table: None) -> None:
    STORED.bulk_create(rows())
    inserted = stored()
    STORED.all().delete()
    fresh = rows()
    add_rows(fresh)
    assert stored() == inserted
    assert inserted[1]["phone_index"] == blind_index("phone", "+8613800000001")
    assert all(not row._state.adding and row._state.db == "default" and row.made_at for row in fresh)
    assert fresh[1].name_initials == STORED.get(pk=fresh[1].pk).name_initials != ""
    fresh[0].text = "again"
    fresh[0].save()  # an UPDATE, as after bulk_create
    assert STORED.count() == len(fresh)


@pytest.mark.django_db
def test_a_row_that_stands_already_is_an_integrity_error_and_nothing_is_added(table: None) -> None:
    one, other = rows()[:2]
    add_rows([one])
    other_with_its_id = rows()[2]
    other_with_its_id.pk = one.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        add_rows([other, other_with_its_id])
    assert [row.pk for row in STORED.all()] == [one.pk]


@pytest.mark.django_db
def test_no_rows_are_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        add_rows([])
        assert copy_rows(Everything, ["text"], []) == 0


@pytest.mark.django_db
def test_a_copy_counts_as_one_statement(table: None) -> None:
    with CaptureQueriesContext(connection) as asked, connection.execute_wrapper(counter := Counter()):
        add_rows(rows())
    assert (len(asked), counter.statements) == (1, 1)
    assert asked.captured_queries[0]["sql"].startswith('COPY "copying_everything"')


@pytest.mark.django_db
def test_values_that_are_prepared_already_are_copied_as_they_are(table: None) -> None:
    names = ["id", "name", "name_pinyin", "name_initials", "text", "number", "money", "is_it", "made_at", "facts", "sealed",
             "sealed_facts", "ids"]  # fmt: skip
    row = (ONE, "陈", "chen", "c", "a\tb", 1, Decimal("1.00"), True, EVENING, {"b": 1}, b"", b"", "{}")
    assert copy_rows(Everything, names, [row]) == 1
    found = STORED.get()
    assert (found.text, found.facts, found.is_it, found.made_at, found.state) == ("a\tb", {"b": 1}, True, EVENING, None)


def test_a_kind_of_column_nobody_has_taught_is_refused() -> None:
    with pytest.raises(TypeError, match="DurationField"):
        add_rows([Unknown(long=timedelta(1))])
