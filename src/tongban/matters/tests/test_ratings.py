"""Ratings: once, by the applicant, never by default; a bad one is answered, called back, maybe appealed against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.ledger.models import Entry
from tongban.lib.working_days import add_working_days
from tongban.matters import actions, queries
from tongban.matters.models import Case, Rating
from tongban.matters.queries.statistics import (
    Group,
    Period,
    groups_of,
    known_questions,
    review_durations,
    screen_losses,
    step_durations,
    take_up,
)
from tongban.matters.tests.arrange import SERVICE, County, person_actor, staff

Refused = Callable[[str], Any]


def bad(county: County) -> Rating:
    return actions.rate_case(
        county.granted().pk, level=1, reasons=["slow", "slow"], text="跑了三趟", by=county.applicant
    )


def auditor(county: County) -> Any:
    return staff(county.units["approval"], "auditor", name="监督员")


def month() -> Period:
    today = timezone.localdate()
    return Period(today - timedelta(days=30), today, "510502")


def groups(definition: Any, *, region: str = "510502") -> list[Group]:
    return groups_of([definition], replace(month(), region=region))[definition.pk]


def test_a_good_rating_needs_nothing_more(county: County) -> None:
    rating = actions.rate_case(county.granted().pk, level=5, by=county.applicant)
    assert (rating.follow, rating.follow_due_on, rating.unit) == ("none", None, county.units["approval"])


def test_a_bad_rating_opens_a_follow_up_on_a_clock(county: County) -> None:
    rating = bad(county)
    assert (rating.follow, rating.reasons) == ("open", ["slow"])
    assert rating.follow_due_on == add_working_days(timezone.now(), 5).date
    assert list(queries.ratings_to_follow(county.decider)) == [rating]
    assert not queries.ratings_to_follow(county.reviewers["health"]).exists()


def test_only_a_closed_case_is_rated_once_by_its_applicant_and_in_time(county: County, refused: Refused) -> None:
    case = county.submitted()
    with refused("not_closed"):
        actions.rate_case(case.pk, level=5, by=county.applicant)
    case = county.granted()
    with refused("not_found"):
        actions.rate_case(case.pk, level=5, by=person_actor(county.stranger))
    with refused("not_found"):
        actions.rate_case(case.pk, level=5, by=county.decider)
    with refused(
        "not_a_choice",
    ):
        actions.rate_case(case.pk, level=None, by=county.applicant)
    with refused("not_a_choice"):
        actions.rate_case(case.pk, level=6, by=county.applicant)
    with refused("not_a_choice"):
        actions.rate_case(case.pk, level=1, reasons=["other"], by=county.applicant)
    with refused("too_long"):
        actions.rate_case(case.pk, level=1, text="字" * 1001, by=county.applicant)
    actions.rate_case(case.pk, level=3, by=county.applicant)
    with refused("already_rated"):
        actions.rate_case(case.pk, level=5, by=county.applicant)
    Rating.objects.all().delete()
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=31))
    with refused("too_late_to_rate"):
        actions.rate_case(case.pk, level=5, by=county.applicant)


def test_answered_called_back_and_settled_by_two_people(county: County, refused: Refused) -> None:
    rating = bad(county)
    first, second = county.decider, staff(county.units["approval"], "decider", name="同事")
    with refused("forbidden"):
        actions.answer_rating(rating.pk, is_confirmed=True, measure="fixed", answer="改了", by=auditor(county))
    with refused("not_found"):
        actions.answer_rating(
            rating.pk, is_confirmed=True, measure="fixed", answer="改了", by=county.reviewers["health"]
        )
    with refused("not_a_choice"):
        actions.answer_rating(rating.pk, is_confirmed=True, measure="later", answer="改了", by=first)
    with refused("day_missing"):
        actions.answer_rating(rating.pk, is_confirmed=True, measure="planned", answer="改", by=first)
    with refused("reason_missing"):
        actions.answer_rating(rating.pk, is_confirmed=True, measure="fixed", answer=" ", by=first)
    with refused("wrong_step"):
        actions.call_back(rating.pk, is_content=True, note="满意", by=second)
    answered = actions.answer_rating(rating.pk, is_confirmed=True, measure="fixed", answer="已增派窗口", by=first)
    assert (answered.follow, answered.measure_by) == ("answered", None)
    with refused("wrong_step"):
        actions.answer_rating(rating.pk, is_confirmed=True, measure="fixed", answer="再答", by=first)
    with refused("forbidden"):
        actions.call_back(rating.pk, is_content=True, note="满意", by=first)
    assert actions.call_back(rating.pk, is_content=True, note="电话回访，认可", by=second).follow == "settled"


def test_a_promise_not_kept_opens_it_again(county: County) -> None:
    rating, second = bad(county), staff(county.units["approval"], "decider", name="同事")
    day = timezone.localdate() + timedelta(days=9)
    actions.answer_rating(
        rating.pk, is_confirmed=True, measure="planned", measure_by=day, answer="月底前增设窗口", by=county.decider
    )
    again = actions.call_back(rating.pk, is_content=False, note="没有看到变化", by=second)
    assert (again.follow, again.follow_due_on) == ("open", day)


def test_an_appeal_is_settled_by_the_auditor_and_stays_visible(county: County, refused: Refused) -> None:
    rating = bad(county)
    with refused("wrong_step"):
        actions.settle_appeal(rating.pk, is_upheld=True, reason="误评", by=auditor(county))
    actions.appeal_rating(rating.pk, reason="评价的是另一件事", by=county.decider)
    with refused("forbidden"):
        actions.settle_appeal(rating.pk, is_upheld=True, reason="误评", by=county.decider)
    with refused("not_found"):
        actions.settle_appeal(rating.pk, is_upheld=True, reason="误评", by=replace(auditor(county), region="510503"))
    settled = actions.settle_appeal(rating.pk, is_upheld=True, reason="与本事项无关", by=auditor(county))
    assert (settled.is_excluded, settled.follow) == (True, "settled")
    assert Entry.objects.filter(type="rating.excluded").count() == 1
    found = queries.score(groups(settled.definition))
    assert (found.rated, found.excluded, found.good_share) == (1, 1, None)


def test_an_appeal_that_fails_goes_on_where_it_stood(county: County) -> None:
    rating = bad(county)
    actions.appeal_rating(rating.pk, reason="评价的是另一件事", by=county.decider)
    assert actions.settle_appeal(rating.pk, is_upheld=False, reason="确有其事", by=auditor(county)).follow == "open"


def test_every_score_stands_beside_who_really_rated(county: County) -> None:
    county.granted()
    rating = actions.rate_case(county.granted().pk, level=4, by=county.applicant)
    found = queries.score(groups(rating.definition))
    assert (found.closed, found.rated, found.rated_share, found.good_share, found.average) == (2, 1, 0.5, 1.0, 4.0)
    nowhere = queries.score(groups(rating.definition, region="510503"))
    assert (nowhere.closed, nowhere.rated_share, nowhere.average) == (0, None, None)


def test_how_a_service_runs(county: County) -> None:
    draft = county.draft()
    actions.save_answers(
        draft.pk, {"epidemic_contact.name": "王丽华"}, screen="contact", complete=False, by=county.applicant
    )
    case, period = county.granted(), month()
    alike = groups(case.definition)
    up = take_up(alike)
    assert (up.started, up.submitted, up.decided, up.late, up.corrected) == (2, 1, 1, 0, 0)
    losses = {one.code: (one.reached, one.stopped) for one in screen_losses(case.definition, alike)}
    assert losses["company"] == (2, 0)
    assert losses["contact"] == (2, 1)
    assert losses["workforce"] == (1, 0)
    assert [one.count for one in step_durations(case.definition, period)] == [1, 1, 1]
    reviews = review_durations(case.definition, period)
    assert len(reviews) == 8
    assert all(one.count == 1 and one.median is not None and one.late == 0 for one in reviews)
    Case.objects.filter(pk=case.pk).update(asked_known=["enterprise.name"])
    assert [(label.zh, n) for label, n in known_questions(case.definition, groups(case.definition))] == [
        ("企业名称", 1)
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages(county: County, sign_in: Callable[..., Client], language: str) -> None:
    case = county.granted()
    mine = sign_in(county.owner)
    page = mine.get(f"/cases/{case.pk}/", headers={"Accept-Language": language}).content.decode()
    assert f"/cases/{case.pk}/rate" in page
    assert mine.post(f"/cases/{case.pk}/rate", {}).status_code == 422
    assert mine.post(f"/cases/{case.pk}/rate", {"level": "2", "reasons": ["slow"]}).status_code == 302
    assert f"/cases/{case.pk}/rate" not in mine.get(f"/cases/{case.pk}/").content.decode()
    assert mine.get(f"/cases/{case.pk}/rate").status_code == 302


def test_the_desk_of_bad_ratings(county: County, sign_in: Callable[..., Client]) -> None:
    rating = bad(county)
    desk = sign_in(county.stranger, "approval", "decider")
    address = f"/desk/ratings/{rating.pk}/"
    assert address in desk.get("/desk/ratings/").content.decode()
    assert "跑了三趟" in desk.get(address).content.decode()
    assert (
        desk.post(address, {"act": "answer", "is_confirmed": "yes", "measure": "planned", "answer": "改"}).status_code
        == 422
    )
    sent = {"act": "answer", "is_confirmed": "yes", "measure": "fixed", "answer": "已增派窗口"}
    assert desk.post(address, sent).status_code == 302
    assert "已增派窗口" in desk.get(address).content.decode()
    other = sign_in(county.agent, "health", "reviewer")
    assert other.get(address).status_code == 404


def test_the_pages_of_how_services_run(
    county: County, sign_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    bad(county)
    desk = sign_in(county.stranger, "approval", "decider")
    assert SERVICE in desk.get("/desk/services/?since=2020-01-01&until=nonsense").content.decode()
    desk.get(f"/desk/services/{SERVICE}/")
    with django_assert_max_num_queries(30):
        page = desk.get(f"/desk/services/{SERVICE}/").content.decode()
    assert "chart-screens" in page
    assert sign_in(county.agent, "health", "reviewer").get("/desk/services/").status_code == 403
