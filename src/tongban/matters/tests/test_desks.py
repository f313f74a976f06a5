"""The desks around a case: several approved together, who has what in hand, supervision, the working calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tongban.foundation.ledger.queries import trail_of
from tongban.foundation.parties.models import ListLook, Look, Membership, Person
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusals
from tongban.lib.words import T
from tongban.matters import actions
from tongban.matters.models import Assignment, Case, DayOverride, Review
from tongban.matters.queries import staff_case
from tongban.matters.queries.shown import shown_of
from tongban.matters.queries.supervision import late_cases, standings
from tongban.matters.tests.arrange import County, person_actor, staff
from tongban.matters.tests.small import publish_small, submitted

Refused = Callable[[str], Any]
SignIn = Callable[..., Client]
NOTICE = "国办发明电〔2090〕1号（试）"
DAY = date(2090, 5, 4)


@pytest.fixture
def small(county: County, tmp_path: Path) -> County:
    publish_small(tmp_path)
    return county


def shown(case: Case, by: Any) -> str:
    return str(shown_of(staff_case(case.pk, by)))


def at_work(county: County, unit: str, name: str, role: str = "reviewer") -> Person:
    person = Person.objects.create(name=name)
    Membership.objects.create(person=person, unit=county.units[unit], role=role, region_code="510502",
                              granted_by="tests", valid_from=timezone.localdate())  # fmt: skip
    return person


# ---- together -----------------------------------------------------------------------------------------------------


def test_several_are_approved_as_they_were_shown(small: County) -> None:
    health = small.reviewers["health"]
    one, other = submitted(small), submitted(small)
    seen = [(case.pk, shown(case, health)) for case in (one, other)]
    other.refresh_from_db()
    other.answers["workforce.total"]["value"] = 99  # what was read is not what is there any more
    other.save(update_fields=["answers"])
    done, stale = actions.approve_together(seen, text="核对一致", by=health)
    assert (done.refusal, stale.refusal is not None and stale.refusal.code) == (None, "changed_meanwhile")
    states = Review.objects.filter(unit_code="health").order_by("opened_at").values_list("state", "text")
    assert list(states) == [("approved", "核对一致"), ("open", "")]
    again = actions.approve_together(seen[:1], by=health)
    assert again[0].refusal is not None
    assert again[0].refusal.code == "already_reviewed"


def test_what_cannot_be_approved_together(small: County, refused: Refused) -> None:
    health, case = small.reviewers["health"], submitted(small)
    with refused("nothing_chosen"):
        actions.approve_together([], by=health)
    with refused("not_opened"):
        actions.approve_together([(case.pk, "")], by=health)
    with refused("too_many"):
        actions.approve_together([(uuid7(), "x")] * 11, by=health)
    with refused("not_found"):
        actions.approve_together([(uuid7(), "x")], by=health)
    with refused("not_found"):
        actions.approve_together([(case.pk, "x")], by=staff(small.units["health"], region="510503"))
    own = staff(small.units["health"], person=small.owner)
    [found] = actions.approve_together([(case.pk, shown(case, own))], by=own)
    assert found.refusal is not None
    assert found.refusal.code == "own_case"
    assert not Review.objects.exclude(state="open").exists()


def test_the_page_shows_them_side_by_side(small: County, sign_in: SignIn) -> None:
    cases = [submitted(small), submitted(small)]
    desk = sign_in(small.stranger, "health", "reviewer")
    query = "&".join(f"chosen={case.pk}" for case in cases)
    page = desk.get(f"/desk/reviews/together/?{query}").content.decode()
    for case in cases:
        assert case.number in page
    assert Look.objects.filter(what="matters.case").count() == 2
    stamps = {f"shown-{case.pk}": shown(case, small.reviewers["health"]) for case in cases}
    body: dict[str, Any] = {"case": [str(case.pk) for case in cases], **stamps}
    nothing = desk.post("/desk/reviews/together/", body)
    assert nothing.status_code == 422
    assert "请先勾选办件" in nothing.content.decode()
    done = desk.post("/desk/reviews/together/", body | {"agree": [str(cases[0].pk)], "text": "一致"}, follow=True)
    assert "已同意 1 件" in done.content.decode()
    assert Review.objects.filter(state="approved", unit_code="health").count() == 1
    rest = desk.get(f"/desk/reviews/together/?{query}").content.decode()
    assert f'name="agree" value="{cases[0].pk}"' not in rest
    assert f'name="agree" value="{cases[1].pk}"' in rest
    assert desk.get("/desk/reviews/together/?chosen=x").status_code == 404
    many = "&".join(f"chosen={uuid7()}" for _ in range(11))
    assert desk.get(f"/desk/reviews/together/?{many}").status_code == 422
    assert sign_in(small.owner, "approval", "clerk").get("/desk/reviews/together/").status_code == 403


# ---- in hand ------------------------------------------------------------------------------------------------------


def test_a_case_is_put_into_somebodys_hands(small: County, refused: Refused) -> None:
    case, health = submitted(small), small.reviewers["health"]
    first, second = at_work(small, "health", "张海燕"), at_work(small, "health", "李静")
    assert actions.assign_case(case.pk, first.pk, by=health).name == "张海燕"
    assert actions.assign_case(case.pk, first.pk, by=health).name == "张海燕"
    assert actions.assign_case(case.pk, second.pk, by=health).name == "李静"
    assert Assignment.objects.count() == 1
    assert case.events.filter(kind="assigned").count() == 2
    for person in (at_work(small, "market", "王磊"), small.owner):
        with refused("not_a_colleague"):
            actions.assign_case(case.pk, person.pk, by=health)
    with refused("not_found"):
        actions.assign_case(case.pk, first.pk, by=staff(small.units["health"], region="510503"))
    with refused("forbidden"):
        actions.assign_case(case.pk, first.pk, by=person_actor(small.owner))
    actions.withdraw_case(case.pk, by=small.applicant)
    with refused("case_closed"):
        actions.assign_case(case.pk, first.pk, by=health)


def test_the_desk_hands_over(small: County, sign_in: SignIn) -> None:
    case, colleague = submitted(small), at_work(small, "health", "张海燕")
    desk = sign_in(small.stranger, "health", "reviewer")
    path = f"/desk/cases/{case.pk}/assign"
    assert "承办人：张海燕" in desk.post(path, {"person": str(colleague.pk)}, follow=True).content.decode()
    assert "张海燕" in desk.get("/desk/reviews/").content.decode()
    assert desk.post(path, {"person": str(small.owner.pk)}).status_code == 404
    assert desk.get(path).status_code == 405
    assert sign_in(small.owner).post(path, {"person": str(colleague.pk)}).status_code == 403


# ---- supervision --------------------------------------------------------------------------------------------------


def test_who_is_late_department_by_department(small: County, refused: Refused) -> None:
    decider, today = small.decider, timezone.localdate()
    late, due, stopped = submitted(small), submitted(small), submitted(small)
    for case, day in ((late, today - timedelta(days=1)), (due, today), (stopped, today - timedelta(days=9))):
        Review.objects.filter(case=case, unit_code="health").update(due_on=day)
    Case.objects.filter(pk=stopped.pk).update(clock_stopped_at=timezone.now())
    found = {row.unit.zh: (row.waiting, row.today, row.late) for row in standings(decider)}
    assert found == {"health局": (2, 1, 1), "market局": (2, 0, 0)}
    assert next(iter(found)) == "health局"  # the latest first
    assert set(late_cases(decider)) == {late, due}
    assert set(late_cases(staff(small.units["approval"], "administrator"))) == set()
    assert standings(staff(small.units["approval"], "auditor", region="510503")) == []
    with refused("forbidden"):
        standings(small.reviewers["health"])
    with refused("forbidden"):
        late_cases(small.applicant)


def test_the_page_of_supervision(small: County, sign_in: SignIn) -> None:
    case = submitted(small)
    auditor = sign_in(Person.objects.create(name="杜兰"), "approval", "auditor")
    assert "没有超期的办件" in auditor.get("/desk/supervision/").content.decode()
    Review.objects.filter(case=case).update(due_on=timezone.localdate() - timedelta(days=1))
    page = auditor.get("/desk/supervision/").content.decode()
    assert case.number in page
    assert "health局" in page
    exported = b"".join(auditor.get("/desk/supervision/?export=csv")).decode("utf-8-sig")
    assert case.number in exported
    assert ListLook.objects.filter(what="matters.export").exists()
    assert sign_in(small.stranger, "health", "reviewer").get("/desk/supervision/").status_code == 403


# ---- the calendar -------------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(county: County) -> Any:
    return staff(county.units["approval"], "administrator", region="")


def test_days_are_set_and_taken_back(county: County, keeper: Any, refused: Refused) -> None:
    reason = T("防汛停工", "Closed for the flood")
    for _ in range(2):
        kept = actions.set_day(DAY, is_working=False, reason=reason, source=NOTICE, by=keeper)
    assert len(trail_of("matters.calendar", kept.pk)) == 1
    with refused("source_missing"):
        actions.set_day(DAY, is_working=True, reason=reason, source=" ", by=keeper)
    with refused("reason_missing"):
        actions.unset_day(DAY, reason=" ", by=keeper)
    for nobody in (county.decider, county.applicant):
        with refused("forbidden"):
            actions.set_day(DAY, is_working=True, reason=reason, source=NOTICE, by=nobody)
        with refused("forbidden"):
            actions.unset_day(DAY, reason="误录", by=nobody)
        with refused("forbidden"):
            actions.complete_year(2090, source=NOTICE, by=nobody)
        with refused("forbidden"):
            actions.reopen_year(2090, reason="误录", by=nobody)
        with refused("forbidden"):
            actions.import_days(b"", "x.csv", source=NOTICE, by=nobody)
    for _ in range(2):
        actions.unset_day(DAY, reason="误录", by=keeper)
    assert not DayOverride.objects.exists()


def test_a_year_is_complete_and_open_again(keeper: Any, refused: Refused) -> None:
    with refused("year_published"):
        actions.complete_year(2020, source=NOTICE, by=keeper)
    assert actions.complete_year(2090, source=NOTICE, by=keeper).day == date(2090, 1, 1)
    actions.reopen_year(2090, reason="通知有更正", by=keeper)
    actions.reopen_year(2090, reason="通知有更正", by=keeper)
    assert DayOverride.objects.get().completes_year is None


@pytest.mark.parametrize(("rows", "code"), [
    ("2090-05-04,休息,劳动节\n2090-05-32,休息,劳动节", "not_a_date"),
    ("2090-05-04,也许,劳动节", "not_a_choice"),
    ("2090-05-04,休息,劳动节\n2090/05/04,上班,劳动节", "day_twice"),
])  # fmt: skip
def test_one_wrong_row_refuses_the_whole_list(keeper: Any, refused: Refused, rows: str, code: str) -> None:
    content = f"日期,安排,说明\n{rows}\n".encode()
    if code == "day_twice":
        with refused(code):
            actions.import_days(content, "2090.csv", source=NOTICE, by=keeper)
    else:
        with pytest.raises(Refusals) as found:
            actions.import_days(content, "2090.csv", source=NOTICE, by=keeper)
        assert [one.code for one in found.value.refusals] == [code]
    assert not DayOverride.objects.exists()


def test_the_calendars_page(county: County, sign_in: SignIn) -> None:
    desk = sign_in(Person.objects.create(name="蒋云"), "approval", "administrator")
    path = "/desk/calendar/?year=2090"
    assert "2090" in desk.get(path).content.decode()
    for odd in ("1", "9999", "x"):
        assert desk.get(f"/desk/calendar/?year={odd}").status_code == 200
    day = {"act": "day", "day": DAY.isoformat(), "is_working": "no", "reason": "防汛停工", "source": NOTICE}
    assert desk.post(path, day | {"day": "不是日期"}).status_code == 422
    assert desk.post(path, day | {"source": ""}).status_code == 422
    assert "已保存" in desk.post(path, day, follow=True).content.decode()
    assert "防汛停工" in desk.get(path).content.decode()
    wrong = desk.post(path, {"act": "unset", "day": "x", "reason": "误录"})
    assert (wrong.status_code, "请选择日期" in wrong.content.decode()) == (422, True)
    assert desk.post(path, {"act": "unset", "day": DAY.isoformat(), "reason": "误录"}).status_code == 302
    table = SimpleUploadedFile("2090.csv", "日期,安排,说明\n2090-05-04,休息,劳动节\n".encode())
    assert (
        "已录入 1 天"
        in desk.post(path, {"act": "import", "file": table, "source": NOTICE}, follow=True).content.decode()
    )
    assert "完整" in desk.post(path, {"act": "complete", "source": NOTICE}, follow=True).content.decode()
    assert desk.post(path, {"act": "reopen", "reason": "有更正"}).status_code == 302
    published = desk.post("/desk/calendar/?year=2020", {"act": "complete", "source": NOTICE})
    assert (published.status_code, "随软件发布" in published.content.decode()) == (422, True)
    assert sign_in(county.stranger, "health", "reviewer").get("/desk/calendar/").status_code == 403
