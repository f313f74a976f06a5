"""Questions asked again and again give what the query itself would."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tongban.lib.repeated import Repeated

BY_APP = Repeated[ContentType](lambda app: ContentType.objects.filter(app_label=app).order_by("model"))


@pytest.fixture
def rows(db: None) -> list[ContentType]:
    return list(ContentType.objects.order_by("model"))


def test_rows_are_those_of_the_query_each_time(rows: list[ContentType], django_assert_num_queries: Any) -> None:
    for app in {row.app_label for row in rows}:
        with django_assert_num_queries(1):
            assert BY_APP(app=app) == [row for row in rows if row.app_label == app]
    assert BY_APP(app="nobody's") == []
    assert not BY_APP(app=rows[0].app_label)[0]._state.adding


def test_tuples_come_as_tuples(rows: list[ContentType]) -> None:
    names = Repeated[tuple[Any, ...]](lambda pk: ContentType.objects.filter(pk=pk).values_list("model", "app_label"))
    assert names(pk=rows[0].pk) == [(rows[0].model, rows[0].app_label)]
    assert names(pk=rows[1].pk) == [(rows[1].model, rows[1].app_label)]


def test_a_list_is_as_long_as_it_is(rows: list[ContentType]) -> None:
    some = Repeated[ContentType](lambda ids, app: ContentType.objects.filter(pk__one_of=ids, app_label__one_of=app))
    for count in (0, 1, 3):
        wanted = rows[:count]
        apps = [row.app_label for row in wanted]
        assert set(some(ids=[row.pk for row in wanted], app=apps)) == set(wanted)
    assert some.first(ids=[rows[0].pk], app=[rows[0].app_label]) == rows[0]
    assert some.first(ids=[rows[0].pk], app=["nobody's, not 'even'"]) is None


def test_what_is_locked_belongs_in_a_transaction(committed_db: None) -> None:
    held = Repeated[ContentType](lambda pk: ContentType.objects.select_for_update().filter(pk=pk))
    first = ContentType.objects.order_by("pk")[0]
    with transaction.atomic():
        assert held(pk=first.pk) == [first]
    with pytest.raises(TransactionManagementError):
        held(pk=first.pk)


def test_the_database_prepares_what_it_hears_again_and_again(rows: list[ContentType]) -> None:
    for _ in range(5):
        BY_APP(app=rows[0].app_label)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%django_content_type%'")
        assert cursor.fetchone() == (1,)


def test_a_log_of_statements_shows_them_with_their_values(rows: list[ContentType]) -> None:
    for _ in range(5):
        BY_APP(app=rows[0].app_label)
    with CaptureQueriesContext(connection) as asked:
        BY_APP(app=rows[0].app_label)
    assert f"'{rows[0].app_label}'" in asked.captured_queries[0]["sql"]


def test_what_is_the_same_each_time_is_written_out(rows: list[ContentType]) -> None:
    odd = Repeated[ContentType](
        lambda app: ContentType.objects.filter(app_label=app).exclude(model__contains="%s'\\").exclude(model="a%%b")
    )
    app = rows[0].app_label
    assert {row.pk for row in odd(app=app)} == {row.pk for row in rows if row.app_label == app}
    made = odd._made
    assert made is not None
    assert made.given == ["app"]
    assert "'a%%%%b'" in made.sql


def test_a_plan_made_anew_is_not_kept(rows: list[ContentType]) -> None:
    anew = Repeated[ContentType](lambda app: ContentType.objects.filter(app_label=app), planned_anew=True)
    for _ in range(8):
        assert anew(app=rows[0].app_label)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%django_content_type%' AND "
            "statement NOT LIKE '%ORDER BY%'"
        )
        assert cursor.fetchone() == (0,)
