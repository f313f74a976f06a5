"""What applicants and clerks read: what follows, what is settled, what is revoked, and for whom one fills in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties.models import Person
from tongban.matters import actions, queries
from tongban.matters.adapters import read_library
from tongban.matters.forms import screen_form
from tongban.matters.models import Case
from tongban.matters.rules.handling import what_follows
from tongban.matters.tests.arrange import DEFINITIONS, SERVICE, County, staff
from tongban.matters.tests.small import ANSWERS, BY_OFFICE, CODE, party, publish_small
from tongban.matters.tests.test_window import filled_in

SignIn = Callable[..., Client]
AT_ONCE: dict[str, Any] = {"reviews": {"parties": []}}


def granted_at_once() -> dict[str, Any]:
    """What makes the small service one that a rule decides."""
    whole = yaml.safe_load((DEFINITIONS / SERVICE / "definition.yaml").read_text("utf-8"))
    decided = {name: whole["decision"][name] for name in ("unit", "seal")}
    return AT_ONCE | {"decision": decided | {"automatic": "workforce.screened"}}


def draft_of(county: County) -> Case:
    case = actions.start_draft(CODE, organisation_id=county.company.pk, by=county.applicant)
    actions.save_answers(case.pk, ANSWERS, by=county.applicant)
    return case


@pytest.mark.parametrize(
    ("changes", "zh"),
    [
        ({}, "提交后，2 个部门同时开始审查，承诺 10 个工作日内办结。进展随时可查，决定前可以撤回。"),
        (BY_OFFICE, "提交后先核对材料，缺什么一次告知；受理后，2 个部门同时开始审查，承诺 10 个工作日内办结。进展随时可查，决定前可以撤回。"),
        ({"reviews": {"parties": [party("health")]}}, "提交后，由一个部门审查，承诺 10 个工作日内办结。进展随时可查，决定前可以撤回。"),
        (AT_ONCE, "提交后，不经审查直接决定，承诺 10 个工作日内办结。进展随时可查，决定前可以撤回。"),
    ],
)  # fmt: skip
def test_an_applicant_reads_beforehand_what_follows(
    changes: dict[str, Any], zh: str, county: County, sign_in: SignIn, tmp_path: Path
) -> None:
    publish_small(tmp_path, **changes)
    case = draft_of(county)
    assert zh in sign_in(county.owner).get(f"/cases/{case.pk}/check/").content.decode()
    again = what_follows(queries.content_of(case), case.values, timezone.localdate(), is_returned=True)
    assert "意见继续有效" in again.zh


def test_only_departments_these_answers_need_are_counted(county: County, tmp_path: Path) -> None:
    asked = party("market") | {"when": "workforce.total > 100"}
    publish_small(tmp_path, reviews={"parties": [party("health"), asked]})
    case = draft_of(county)
    today = timezone.localdate()
    assert "由一个部门审查" in what_follows(queries.content_of(case), case.values, today).zh
    many = case.values | {"workforce.total": 300}
    assert "2 departments review" in what_follows(queries.content_of(case), many, today).en


def test_what_is_granted_at_once_says_so_before_and_after(county: County, sign_in: SignIn, tmp_path: Path) -> None:
    publish_small(tmp_path, **granted_at_once())
    browser = sign_in(county.owner)
    case = draft_of(county)
    assert "提交后按规定当场办结" in browser.get(f"/cases/{case.pk}/check/").content.decode()
    receipt = browser.post(f"/cases/{case.pk}/check/", follow=True).content.decode()
    assert "申请已办结" in receipt
    assert f"/cases/{case.pk}/certificate/" in receipt
    case.refresh_from_db()
    titles = [str(one.title) for one in queries.history_of(case, names=False)]
    assert "受理" in titles
    assert not any("分送" in title for title in titles)


def test_what_is_computed_is_not_offered_to_be_left_out() -> None:
    content = read_library(DEFINITIONS).contents["individual-business"]
    screen = next(one for one in content.form.screens if any(asked.calculate for asked in one.fields))
    asked = next(one for one in screen.fields if one.calculate)
    form = screen_form(content, screen, values={}, hidden=())
    shown = form[asked.element].as_field_group()
    assert "选填" not in shown
    assert "按您的回答自动算出，不用填写。" in shown
    assert "许可" in shown


def test_a_revoked_certificate_is_no_longer_offered(county: County, sign_in: SignIn) -> None:
    case = county.granted()
    browser = sign_in(county.owner)
    assert "查看证明" in browser.get(f"/cases/{case.pk}/").content.decode()
    actions.revoke_certificate(case.pk, reason="现场查看，与申请不符", by=county.decider)
    page = browser.get(f"/cases/{case.pk}/").content.decode()
    assert "查看证明" not in page
    assert "撤销，不能再使用" in page


def test_a_clerk_sees_for_whom_the_form_is_and_comes_back_to_the_window(
    county: County, sign_in: SignIn, tmp_path: Path
) -> None:
    publish_small(tmp_path)
    person = Person.objects.create(name="周敏")
    browser = sign_in(person, "approval", "clerk")
    case = filled_in(staff(county.units["approval"], "clerk", name=person.name, person=person))
    page = browser.get(f"/cases/{case.pk}/form/only/").content.decode()
    assert "窗口为钱老大填写“小型许可”" in page
    assert f"/window/{case.pk}/" in page
    later = browser.post(f"/cases/{case.pk}/form/only/", {"then": "later", "workforce.total": "12"})
    assert later.url == f"/window/{case.pk}/"
    own = draft_of(county)
    assert "窗口为" not in sign_in(county.owner).get(f"/cases/{own.pk}/form/only/").content.decode()
