"""A row written by a statement of one's own is the row the model would have written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tongban.lib.inserting import insert_statement, insert_values
from tongban.lib.tests.everything import STORED, Everything, rows, stored, table

__all__ = ["table"]
pytestmark = pytest.mark.django_db


def run(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_every_column_is_prepared_as_the_model_does(table: None) -> None:
    STORED.bulk_create(rows())
    inserted = stored()
    STORED.all().delete()
    for row in rows():
        run(insert_statement(Everything), insert_values(row))
    assert stored() == inserted


def test_a_column_may_be_given_by_sql_with_values_of_its_own(table: None) -> None:
    given = insert_values(rows()[0], {"text": ["abc", "丁"]})
    run(insert_statement(Everything, ("text", "upper(%s) || %s")), given)
    assert STORED.get().text == "ABC丁"


def test_a_statement_is_made_once_for_each_shape() -> None:
    assert insert_statement(Everything) is insert_statement(Everything)
    assert insert_statement(Everything, ("text", "%s")) != insert_statement(Everything, ("text", "upper(%s)"))
