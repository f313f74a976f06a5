"""Lists of whoever asks: the statement is made once, the rows are each actor's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from tongban.lib.actors import Actor
from tongban.lib.asked import AskedBy, counts

SOMEBODY = Actor(kind="person", channel="web", role="clerk", region="parties")


@pytest.fixture
def made(db: None) -> list[Actor]:
    """For whom a query was made: the statement of every other actor of that kind is the same."""
    return []


def _list(made: list[Actor]) -> AskedBy[ContentType]:
    def of(by: Actor) -> QuerySet[ContentType]:
        made.append(by)
        found = ContentType.objects.filter(app_label__startswith=by.region).order_by("model")
        return found.none() if by.role == "stranger" else found

    return AskedBy(of)


def _expected(prefix: str) -> list[ContentType]:
    return list(ContentType.objects.filter(app_label__startswith=prefix).order_by("model"))


def test_each_actor_gets_their_own_rows_by_one_statement(made: list[Actor], django_assert_num_queries: Any) -> None:
    mine = _list(made)
    for region in ("parties", "auth", "nobody's", "par%", "_uth", "par\\"):
        expected = _expected(region)
        with django_assert_num_queries(1):
            assert list(mine(replace(SOMEBODY, region=region))) == expected
    assert len(made) == 1


def test_a_whole_jurisdiction_is_a_question_of_its_own(made: list[Actor]) -> None:
    mine = _list(made)
    assert list(mine(SOMEBODY)) == _expected("parties")
    assert list(mine(replace(SOMEBODY, region=""))) == _expected("")
    assert len(made) == 2


def test_parts_and_orders_are_those_of_the_list(made: list[Actor]) -> None:
    mine, expected = _list(made)(SOMEBODY), _expected("parties")
    assert mine[1:3] == expected[1:3]
    assert mine.order_by("-model")[:2] == expected[::-1][:2]
    assert mine[:] == expected


def test_another_role_is_asked_anew_and_may_have_nothing(made: list[Actor], django_assert_num_queries: Any) -> None:
    mine = _list(made)
    assert list(mine(SOMEBODY))
    with django_assert_num_queries(0):
        assert list(mine(replace(SOMEBODY, role="stranger"))) == []


def test_what_is_read_is_not_what_is_counted(made: list[Actor], django_assert_num_queries: Any) -> None:
    mine = AskedBy[Any](_list(made).make, lambda rows, by: rows.values_list("model", "app_label", named=True))
    (first, *_), expected = mine(SOMEBODY)[:], _expected("parties")
    assert (first.model, first.app_label) == (expected[0].model, "parties")
    with django_assert_num_queries(1):
        assert mine(SOMEBODY).count(most=100) == len(expected)
    assert mine(SOMEBODY).count(most=2) == 2


def test_several_lists_are_counted_in_one_statement(made: list[Actor], django_assert_num_queries: Any) -> None:
    mine, nothing = _list(made), AskedBy[ContentType](lambda by: ContentType.objects.none())
    for by in (SOMEBODY, replace(SOMEBODY, region="auth")):
        expected = len(_expected(by.region))
        with django_assert_num_queries(1):
            assert counts(by, mine, nothing) == [expected, 0]
    with django_assert_num_queries(0):
        assert counts(SOMEBODY) == []


def test_a_day_may_not_stay_in_a_statement(db: None) -> None:
    today = AskedBy[Session](lambda by: Session.objects.filter(expire_date__gte=timezone.now()))
    with pytest.raises(TypeError, match="give it by its name"):
        list(today(SOMEBODY))
