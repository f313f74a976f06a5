"""Several lists counted in one statement."""

from __future__ import annotations

from typing import Any

from tongban.foundation.regions.models import Region
from tongban.lib.counting import counts


def test_counts_are_those_of_the_lists_in_one_statement(db: None, django_assert_num_queries: Any) -> None:
    everything, named, nothing = Region.objects.all(), Region.objects.filter(name="泸州市"), Region.objects.none()
    with django_assert_num_queries(1):
        found = counts(everything.order_by("name"), named, nothing)
    assert found == [everything.count(), named.count(), 0]


def test_nothing_to_count_asks_nothing(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert counts() == []
