"""企业复工复产 from end to end: a company applies, departments review at once, one office decides, the code verifies."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.browsing import Visit
from tests.journeys.people import SERVICE, answer, begin, enter, sign_in_by_phone

pytestmark = pytest.mark.journey

SAMPLES = Path(__file__).parents[2] / "definitions" / "enterprise-resumption" / "files"
CONTINUE, LATER = "保存并继续", "保存，以后再填"
START = f"{datetime.now(ZoneInfo('Asia/Shanghai')).date() + timedelta(days=3)}"
ANSWERS = {
    "防疫负责人": {"epidemic_contact.name": "王丽华", "epidemic_contact.phone": "0830-3110000",
               "epidemic_contact.team": "yes"},
    "返岗人员": {"workforce.total": 46, "workforce.returning": 30, "workforce.local": 24, "workforce.elsewhere": 6,
             "workforce.key_areas": 0, "workforce.screened": "yes"},
    "防疫物资": {"supplies.masks": 600, "supplies.thermometers": 3, "supplies.disinfectant": 40},
    "场所": {"premises.kind": "shop", "premises.disinfection": "twice_daily", "premises.canteen": "no", "premises.dormitory": "no",
           "premises.isolation_rooms": 1},
    "安全生产": {"safety.self_check": "yes"},
    "复工安排": {"resumption.start_date": START,
             "resumption.plan": "专人负责；进出测温并登记；每天通风三次、消毒两次；发热人员先隔离并立即报告。"},
    "材料": {"material.staff_list": SAMPLES / "返岗职工花名册（样例）.xlsx",
           "material.emergency_plan": SAMPLES / "应急预案（样例）.docx"},
    "承诺": {"promise.prevention": True, "promise.truth": True, "promise.signer": "刘建国"},
}  # fmt: skip
REVIEWERS = ("industry1", "health1", "labour1", "environment1", "emergency1", "market1", "decider2", "township1")


def fill_in(visitor: Visit) -> str:
    """Apply, with a mistake and a pause on the way; gives the address of the case."""
    visitor.open(SERVICE)
    visitor.page.locator("main a[href$='/start']").first.click()
    visitor.hold()
    begin(visitor)
    case = visitor.path.split("/form/")[0] + "/"
    visitor.press(CONTINUE)  # the company is known already
    for title, answers in ANSWERS.items():
        visitor.page.get_by_role("heading", name=title, exact=True).first.wait_for()
        if title == "返岗人员":
            make_a_mistake(visitor, answers)
        if title == "防疫物资":
            put_off_and_come_back(visitor, case, title)
        if title == "场所" and visitor.looking_glass is None:
            outrun_the_network(visitor, answers)
        else:
            answer(visitor, answers)
        visitor.press(CONTINUE)
    return case


def make_a_mistake(visitor: Visit, answers: dict[str, object]) -> None:
    """Numbers that do not add up are named at the top with a link to the field, and stay in their fields."""
    answer(visitor, answers | {"workforce.local": 10})
    visitor.expected = {422}
    visitor.press(CONTINUE)
    visitor.expected = set()
    link = visitor.page.get_by_role("alert").get_by_role("link").first
    assert "三项相加" in link.inner_text()
    field = visitor.page.locator('[name="workforce.local"]')
    assert link.get_attribute("href") == f"#{field.get_attribute('id')}"
    assert field.input_value() == "10"
    assert field.get_attribute("aria-invalid") == "true"


def put_off_and_come_back(visitor: Visit, case: str, title: str) -> None:
    """Save half a screen, leave, and find it again where one stopped."""
    answer(visitor, {"supplies.masks": 600})
    visitor.press(LATER)
    assert visitor.path == case
    visitor.open(f"{case}form/")
    visitor.page.get_by_role("heading", name=title, exact=True).first.wait_for()
    assert visitor.page.locator('[name="supplies.masks"]').input_value() == "600"


def outrun_the_network(visitor: Visit, answers: dict[str, object]) -> None:
    """What is answered while the page still asks which questions belong to it stays answered."""
    visitor.page.route("**/*preview=1", lambda asking: None)
    answer(visitor, answers)
    with visitor.page.expect_response("**/*preview=1"):
        visitor.page.unroute("**/*preview=1")  # which lets go what was held back
    visitor.page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")
    stands = visitor.page.evaluate(
        "Object.fromEntries(new FormData(document.getElementById('questions').closest('form')))"
    )
    assert {name: stands[name] for name in answers} == {name: str(value) for name, value in answers.items()}


def sign(head: Visit, case: str) -> None:
    """The legal representative finds what waits on the home page, reads where each answer comes from, and signs."""
    enter(head, "owner")
    head.open("/")
    head.page.locator(f"main a[href='{case}sign/']").first.click()
    head.hold()
    assert "来源：王丽华填写" in head.page.locator("main").inner_text()
    head.press("签署并提交")
    assert head.path == f"{case}receipt/"


def review(staff: Visit, username: str, number: str, case: str) -> None:
    enter(staff, username)
    staff.open("/desk/reviews/")
    assert number in staff.page.locator("main").inner_text()
    staff.open(f"/desk{case}")
    if username == "health1":
        staff_list = ANSWERS["材料"]["material.staff_list"]
        assert staff.take(staff_list.name) == staff_list.read_bytes()
    form = staff.page.locator("form").filter(has=staff.page.locator('[name="opinion"]'))
    form.locator('[name="opinion"][value="approved"]').check()
    form.get_by_role("button").first.click()
    staff.page.get_by_text("意见已提交").first.wait_for()
    staff.hold()


def decide(staff: Visit, username: str, number: str, case: str) -> None:
    enter(staff, username)
    staff.open("/desk/decisions/")
    assert number in staff.page.locator("main").inner_text()
    staff.open(f"/desk{case}")
    form = staff.page.locator("form").filter(has=staff.page.locator('[name="outcome"]'))
    form.locator('[name="outcome"][value="granted"]').check()
    form.get_by_role("button").first.click()
    staff.page.get_by_text("决定已作出").first.wait_for()
    staff.hold()


def code_on(holder: Visit) -> str:
    """The text of the QR code on the certificate that is open."""
    link = holder.page.get_by_role("link", name="核验这张证明").get_attribute("href")
    assert link
    code = parse_qs(urlsplit(link).query)["c"][0]
    assert code.startswith("TB1:")
    return code


def verdict(visitor: Visit, code: str) -> str:
    """What a stranger is told who pastes a code."""
    visitor.open("/verify")
    visitor.page.locator("main [name=c]").fill(code)
    visitor.press("核验")
    return visitor.page.locator("#verdict").inner_text().strip()


def complain(applicant: Visit, staff: Visit, case: str) -> None:
    """A bad rating, on paper-thin HTML; the office finds it, and the papers of the case, on its desk."""
    applicant.open(f"{case}rate")
    answer(applicant, {"level": "2", "text": "等了很久"})
    applicant.press("提交评价")
    staff.open("/desk/ratings/")
    staff.page.locator("main a[href^='/desk/ratings/']").first.click()
    staff.hold()
    assert "等了很久" in staff.page.locator("main").inner_text()
    staff.open(f"/desk/deliveries{case.removeprefix('/cases')}")
    assert "送达" in staff.page.locator("main").inner_text()


def test_a_company_gets_its_certificate_by_phone_without_scripts(visitor):
    applicant = visitor(screen="phone", scripts=False)
    sign_in_by_phone(applicant, "accountant")
    case = fill_in(applicant)
    applicant.press("请签署")
    assert applicant.page.get_by_role("heading", name="等待签署").is_visible()
    head = visitor(screen="phone", scripts=False)
    sign(head, case)
    assert head.page.get_by_role("heading", name="申请已受理").is_visible()
    number = head.page.locator(".tb-receipt").inner_text().split("\n")[1].strip()
    staff = visitor(screen="desktop")
    for username in REVIEWERS:
        review(staff, username, number, case)
    decide(staff, "decider1", number, case)
    applicant.open(case)
    applicant.open(f"{case}certificate/")
    assert applicant.page.locator("main svg, main img").first.is_visible()
    code = code_on(applicant)
    complain(applicant, staff, case)
    stranger = visitor(screen="phone", language="zh")
    assert verdict(stranger, code) == "有效"
    assert "江阳区春和商贸有限公司" in stranger.page.locator("main").inner_text()
    middle = len(code) // 2
    edited = code[:middle] + ("0" if code[middle] != "0" else "1") + code[middle + 1 :]
    assert verdict(stranger, edited) == "不能认可"


def test_a_company_applies_with_scripts(visitor):
    applicant = visitor(screen="phone")
    sign_in_by_phone(applicant, "owner")
    case = fill_in(applicant)
    applicant.press("提交申请")
    assert applicant.path == f"{case}receipt/"
    applicant.open("/cases/")
    applicant.open(case)
    applicant.open("/messages/")
