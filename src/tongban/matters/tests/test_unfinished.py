"""What waits for a hand or a seal has its list, for whoever it concerns and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client

from tongban.foundation.parties.models import Membership, Person
from tongban.matters import actions
from tongban.matters.models import Case
from tongban.matters.queries.unfinished import cases_unsigned, papers_unsealed, waits_for
from tongban.matters.queries.window import acting_in
from tongban.matters.tests.arrange import County, staff
from tongban.matters.tests.small import ANSWERS, CODE, publish_small
from tongban.matters.tests.test_window import clerk_of, filled_in
from tongban.matters.tests.test_window_rights import MOTHER, finished, paper, visitor

Refused = Callable[[str], Any]


def test_what_is_unsigned(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk, colleague = clerk_of(county), clerk_of(county, "何志强")
    with refused("forbidden"):
        cases_unsigned(county.reviewers["health"])
    drafted = filled_in(clerk)
    unsigned = actions.take_in(
        CODE, visitor(principal=MOTHER, mandate=paper(may_sign=False)), evidence="证件原件", by=clerk
    )
    actions.save_answers(unsigned.pk, ANSWERS, by=acting_in(unsigned.pk, clerk))
    actions.ask_to_sign(unsigned.pk, by=acting_in(unsigned.pk, clerk))
    assert [(one.pk, str(waits_for(one))) for one in cases_unsigned(colleague)] == [
        (drafted.pk, "等待申请人签字或验证码确认"), (unsigned.pk, "等待请来的人签署"),
    ]  # fmt: skip
    assert not cases_unsigned(staff(county.units["health"], "clerk"))
    finished(drafted, clerk)
    assert [one.pk for one in cases_unsigned(clerk)] == [unsigned.pk]
    for code in ("health", "market"):
        actions.review_case(drafted.pk, opinion="correction", text="人数不对", by=county.reviewers[code])
    actions.return_for_correction(drafted.pk, note="请补正", by=county.decider)
    assert {str(waits_for(one)) for one in cases_unsigned(clerk)} == {"等待请来的人签署", "等待补正后再次确认"}


def test_what_is_unsealed(county: County, refused: Refused, tmp_path: Path, sign_in: Callable[..., Client]) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    case = finished(filled_in(clerk), clerk)
    for code in ("health", "market"):
        actions.review_case(case.pk, opinion="approved", by=county.reviewers[code])
    assert not papers_unsealed(county.decider)
    actions.decide_case(case.pk, outcome="granted", by=county.decider)
    with refused("forbidden"):
        papers_unsealed(county.reviewers["health"])
    waiting = list(papers_unsealed(county.decider))
    assert [one.kind for one in waiting] == ["granted", "certified"]
    Membership.objects.all().delete()  # the browser opens a desk of its own
    browser = sign_in(Person.objects.get(pk=clerk.person_id), "approval", "clerk")
    shown = browser.get("/desk/unsealed/").content.decode()
    assert str(case.number) in shown
    assert "待盖章" in shown
    assert browser.get("/desk/unsigned/").status_code == 200
    for page in ("unsealed", "unsigned", "deliveries", "fees"):
        file = browser.get(f"/desk/{page}/?export=csv")
        assert file["Content-Type"].startswith("text/csv"), page
        assert b"".join(file.streaming_content) if file.streaming else file.content
    for one in waiting:
        actions.make_paper(case.pk, one.pk)
    assert not papers_unsealed(county.decider)
    assert Case.objects.get(pk=case.pk).deliver_by is not None
