"""Two at the same moment: one wins, the other is told why, nothing is written twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.matters import actions
from tongban.matters.models import Case, Certificate, Decision
from tongban.matters.tests.arrange import complete_answers, make_county, staff


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run every act in a thread of its own behind one barrier; ``done`` or the refusal's code of each."""
    results = [""] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            with enter("j510500"):
                barrier.wait()
                act()
                results[place] = "done"
        except Refusal as refusal:
            results[place] = refusal.code
        except BaseException as error:
            results[place] = repr(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_two_deciders_one_decision_one_certificate(committed_db: None) -> None:
    county = make_county()
    case = county.reviewed()
    second = staff(county.units["approval"], "decider", name="谢芳")
    found = at_once(
        lambda: actions.decide_case(case.pk, outcome="granted", by=county.decider),
        lambda: actions.decide_case(case.pk, outcome="refused", reason="不符合", by=second),
    )
    assert found == ["already_decided", "done"]
    assert Decision.objects.count() == 1
    assert Certificate.objects.count() == (Decision.objects.get().outcome == "granted")


def test_two_reviewers_of_one_unit_one_opinion(committed_db: None) -> None:
    county = make_county()
    case = county.submitted()
    second = staff(county.units["health"], name="张海燕")
    found = at_once(
        lambda: actions.review_case(case.pk, opinion="approved", by=county.reviewers["health"]),
        lambda: actions.review_case(case.pk, opinion="objected", text="不行", by=second),
    )
    assert found == ["already_reviewed", "done"]
    assert case.events.filter(kind="reviewed").count() == 1


def test_the_last_two_reviewers_make_the_case_ready_exactly_once(committed_db: None) -> None:
    county = make_county()
    case = county.submitted()
    *first, a, b = county.reviewers.values()
    for actor in first:
        actions.review_case(case.pk, opinion="approved", by=actor)
    found = at_once(
        *(lambda actor=actor: actions.review_case(case.pk, opinion="approved", by=actor) for actor in (a, b))
    )
    assert found == ["done", "done"]
    assert Case.objects.get(pk=case.pk).state == "ready"
    assert case.events.filter(kind="ready").count() == 1


def test_submitted_twice_at_once_is_one_number(committed_db: None) -> None:
    county = make_county()
    case = county.draft()
    actions.save_answers(case.pk, complete_answers(), by=county.applicant)
    found = at_once(*(lambda: actions.submit_case(case.pk, by=county.applicant) for _ in range(3)))
    assert found == ["done"] * 3
    assert Case.objects.get(pk=case.pk).number.endswith("0001")
    assert case.reviews.count() == 8


def test_numbers_given_at_once_differ(committed_db: None) -> None:
    county = make_county()
    cases = [county.draft() for _ in range(4)]
    for case in cases:
        actions.save_answers(case.pk, complete_answers(), by=county.applicant)
    found = at_once(*(lambda case=case: actions.submit_case(case.pk, by=county.applicant) for case in cases))
    assert found == ["done"] * 4
    assert sorted(case.number[-4:] for case in Case.objects.all()) == ["0001", "0002", "0003", "0004"]


def test_withdrawn_while_decided_ends_in_one_of_the_two(committed_db: None) -> None:
    county = make_county()
    case = county.reviewed()
    found = at_once(
        lambda: actions.decide_case(case.pk, outcome="granted", by=county.decider),
        lambda: actions.withdraw_case(case.pk, by=county.applicant),
    )
    case.refresh_from_db()
    assert (case.state, found) in (("granted", ["case_closed", "done"]), ("withdrawn", ["done", "not_ready"]))
    assert Decision.objects.count() == (case.state == "granted")
