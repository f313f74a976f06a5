"""What one still owes: a paper promised and handed in, a fee paid, waived or paid back, a word that was not true."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.browsing import Visit
from tests.journeys.people import answer, begin, enter

pytestmark = pytest.mark.journey

DRAWINGS = Path(__file__).parents[2] / "definitions" / "construction-permit" / "files" / "施工图审查合格书（样例）.pdf"
CONTINUE = "保存并继续"
# A building whose drawings are still under review: promised, accepted, and approved by both departments.
BUILDING = """
from tongban.foundation.parties.queries import actor_of_account, demo_account, organisations_acted_for
from tongban.matters import actions
from tongban.matters.handlers.demo import sample_files, staff_member
from tongban.matters.handlers.demo_services import BUILDING, PAPERS, building_answers
owner = actor_of_account(demo_account("owner"), channel="web", second_factor=False)
company = organisations_acted_for(owner)[0]
case = actions.start_draft(BUILDING, organisation_id=company.pk, by=owner)
papers = {name: file for name, file in PAPERS.items() if name != "material.drawing_review"}
files = sample_files(case, papers, owner)
actions.save_answers(case.pk, {**building_answers(), "promise.later_materials": True, **files}, by=owner)
actions.submit_case(case.pk, by=owner)
actions.accept_case(case.pk, by=staff_member("decider1"))
for name in ("planning1", "housing1"):
    actions.review_case(case.pk, opinion="approved", by=staff_member(name))
print(case.pk)
"""
# Two applications for a small permit with a fee before the decision, which comes back when one withdraws.
SMALL_FEES = """
import tempfile
from pathlib import Path
from tongban.foundation.parties.queries import actor_of_account, demo_account, organisations_acted_for
from tongban.matters import actions
from tongban.matters.models import Payment
from tongban.matters.tests.small import ANSWERS, CODE, publish_small
from tongban.matters.tests.test_payments import BEFORE_DECISION
with tempfile.TemporaryDirectory() as place:
    publish_small(Path(place), **BEFORE_DECISION)
owner = actor_of_account(demo_account("owner"), channel="web", second_factor=False)
company = organisations_acted_for(owner)[0]
for _ in range(2):
    case = actions.start_draft(CODE, organisation_id=company.pk, by=owner)
    actions.save_answers(case.pk, ANSWERS, by=owner)
    actions.submit_case(case.pk, by=owner)
    print(case.pk, Payment.objects.get(case=case).pk)
"""


def main_of(visit: Visit) -> str:
    return visit.page.locator("main").inner_text()


def act(visit: Visit, name: str, fields: dict[str, str], button: str) -> None:
    """Fill in one of a desk's forms, opening it where it is folded, and send it."""
    form = visit.page.locator("form").filter(has=visit.page.locator(f'input[name=act][value="{name}"]'))
    fold = visit.page.locator("details:not([open])").filter(has=form)
    if fold.count():
        fold.locator("summary").click()
    for field, value in fields.items():
        form.locator(f'[name="{field}"]').fill(value)
    with visit.page.expect_navigation():
        form.get_by_role("button", name=button).click()
    visit.hold()


def test_a_paper_handed_in_later_and_a_fee_paid(visitor, house):
    case = house.python(BUILDING)
    owner = visitor(screen="phone", scripts=False)
    enter(owner, "owner")
    owner.open(f"/cases/{case}/")
    owner.follow("现在补交", exact=False)
    assert "当时的承诺" in main_of(owner)
    owner.expected = {422}
    owner.press("补交")
    assert "请上传" in owner.page.get_by_role("alert").first.inner_text()
    owner.expected = set()
    answer(owner, {"material.drawing_review": DRAWINGS})
    owner.press("补交")
    assert "已补交，承诺已兑现" in owner.page.locator("body").inner_text()
    assert "已兑现" in main_of(owner)

    decider = visitor(screen="desktop")
    enter(decider, "decider1")
    decider.open(f"/desk/cases/{case}/")
    form = decider.page.locator("form").filter(has=decider.page.locator('[name="outcome"]'))
    form.locator('[name="outcome"][value="granted"]').check()
    form.get_by_role("button").first.click()
    decider.page.get_by_text("决定已作出").first.wait_for()
    decider.hold()

    owner.open(f"/cases/{case}/")
    owner.follow("去缴费")
    assert "336,000" in main_of(owner)
    for choice, then in (("模拟付款失败", "待缴费"), ("不付了，返回", "待缴费"), ("付款", "已缴费")):
        owner.follow("去付款")
        owner.press(choice)
        assert owner.path == f"/cases/{case}/pay/"
        assert then in main_of(owner)
    owner.open(f"/cases/{case}/certificate/")
    assert "施工许可" in main_of(owner)


def test_a_fee_waived_and_one_paid_back(visitor, house):
    (_, waived), (withdrawn, paid) = (line.split() for line in house.python(SMALL_FEES).splitlines())
    decider = visitor(screen="desktop")
    enter(decider, "decider1")
    decider.open("/desk/fees/")
    decider.open(f"/desk/fees/{waived}/")
    decider.expected = {422}
    act(decider, "exempt", {"reason": ""}, "准予免缴")
    decider.expected = set()
    act(decider, "exempt", {"reason": "小微企业，按规定免缴"}, "准予免缴")
    assert "已免缴" in main_of(decider)

    clerk = visitor(screen="phone")
    enter(clerk, "clerk1")
    clerk.open(f"/desk/fees/{paid}/")
    act(clerk, "window", {"receipt": "JOURNEY-1"}, "登记缴费")
    assert "已缴费" in main_of(clerk)

    owner = visitor(screen="phone", scripts=False)
    enter(owner, "owner")
    owner.open(f"/cases/{withdrawn}/")
    owner.page.locator("summary").filter(has_text="撤回申请").click()
    owner.press("确认撤回")
    owner.open(f"/cases/{withdrawn}/pay/")
    assert "待退费" in main_of(owner)

    clerk.open(f"/desk/fees/{paid}/")
    act(clerk, "refund", {"reference": "JOURNEY-R1"}, "登记退费")
    assert "已退费" in main_of(clerk)
    owner.open(f"/cases/{withdrawn}/pay/")
    assert "JOURNEY-R1" in main_of(owner)


def test_a_word_that_was_not_true(visitor):
    resident = visitor(screen="phone", scripts=False)
    enter(resident, "resident")
    resident.open("/services/individual-business/")
    resident.page.locator("main a[href$='/start']").first.click()
    resident.hold()
    begin(resident)
    case = resident.path.split("/form/")[0]
    answer(resident, {"trader.kind": "individual"})
    resident.press(CONTINUE)
    answer(
        resident,
        {"trader.name": "江阳区小雨百货店", "trader.scope": ["retail"], "trader.capital": 20000, "trader.staff": 1},
    )
    resident.press(CONTINUE)
    answer(resident, {"trader.place": "南城街道凤凰社区示例路 26 号", "trader.place_kind": "commercial"})
    resident.press(CONTINUE)
    assert "20 个工作日内核查" in main_of(resident)
    answer(resident, {"promise.registration": True, "promise.signer": "陈小雨"})
    resident.press(CONTINUE)
    resident.press("提交申请", exact=False)
    resident.open(f"{case}/")
    assert "告知承诺" in main_of(resident)
    resident.open(f"{case}/certificate/")
    assert "已被撤销" not in main_of(resident)

    market = visitor(screen="desktop")
    enter(market, "market2")
    market.open("/desk/promises/")
    with market.page.expect_navigation():
        market.page.locator("main tbody a[href^='/desk/promises/']").first.click()
    market.hold()
    assert "经营场所合法使用" in main_of(market)
    act(market, "broken", {"reason": "现场查看，该处为违法建筑"}, "认定未兑现")
    assert "未兑现" in main_of(market)

    resident.open(f"{case}/certificate/")
    assert "已被撤销" in main_of(resident)
    resident.open(f"{case}/")
    assert "未兑现" in main_of(resident)
