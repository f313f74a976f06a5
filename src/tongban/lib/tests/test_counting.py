"""Counting for menus: in one statement, and no further than anybody reads."""

from typing import Any

from django.contrib.contenttypes.models import ContentType

from tongban.lib.counting import counts


def test_several_lists_are_counted_in_one_statement(db: None, django_assert_num_queries: Any) -> None:
    every, there = ContentType.objects.all(), ContentType.objects.count()
    with django_assert_num_queries(1):
        assert counts(every, every.none(), every.filter(pk__lt=0)) == [there, 0, 0]
    assert counts() == []


def test_counting_stops(db: None) -> None:
    assert ContentType.objects.count() > 5
    assert counts(ContentType.objects.order_by("model"), most=5) == [5]
