"""A fifth service, added while the house runs, by a folder alone: checked, published, applied for, reviewed, decided."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.browsing import Visit
from tests.journeys.house import House
from tests.journeys.people import answer, begin, enter
from tests.journeys.test_resumption import decide
from tongban.matters.rules.bundles import write_bundle

pytestmark = pytest.mark.journey

CODE = "stall-season"
GUIDE = """
guide:
  catalog_code: "519999000005"
  task_code: "11510502MB0000000X4519999000005"
  task_type: {zh: 公共服务（样例）, en: Public service (sample)}
  handling: promised
  level: {zh: 县级, en: County}
  who: {zh: 江阳区的商户, en: Traders of Jiangyang District}
  conditions: [{zh: 有营业执照, en: A business licence}]
  result: {zh: 夜市摊位证明, en: Certificate of a stall}
  fee: {zh: 不收费, en: No fee}
  visits: 0
  scope: {zh: 全区, en: The district}
  legal_basis: [{title: {zh: 夜市管理办法（样例）, en: Rules on night markets (sample)}, in_force: 2026-01-01}]
  contact: {zh: 区政务服务大厅, en: Service hall}
  supervision: {zh: 12345 热线, en: Hotline 12345}
  remedy: {zh: 可以申请行政复议或者提起行政诉讼。, en: Reconsideration or court.}
"""
DEFINITION = f"""
code: {CODE}
name: {{zh: 夜市摊位申请, en: A stall at the night market}}
about: {{zh: 申请一个季度的夜市摊位, en: A stall for one season}}
theme: enterprise
applicants: [company]
channels: [web, window, agent, api]
assurance: 2
number_prefix: YSTW
in_force: {{since: 2026-01-01}}
{GUIDE}
reviews:
  parties:
    - unit: market
      name: {{zh: 市场监管, en: Market regulation}}
      task: {{zh: 核对经营范围, en: Checks the scope}}
      looks_at: [stall]
clocks:
  statutory: {{working_days: 10, reference: {{title: {{zh: 样例, en: Sample}}, in_force: 2026-01-01}}}}
  promised: {{working_days: 3, reference: {{title: {{zh: 样例, en: Sample}}, in_force: 2026-01-01}}}}
  review_working_days: 2
decision: {{unit: approval, seal: {{zh: 泸州市江阳区行政审批和数据局, en: Jiangyang Approval Bureau}}}}
notices:
  submitted: NOTICE
  returned: NOTICE
  granted: NOTICE
  refused: NOTICE
retention: {{years: 3, reference: {{title: {{zh: 样例, en: Sample}}, in_force: 2026-01-01}}}}
"""
_NOTICE = '{title: {zh: 通知, en: Notice}, text: {zh: "{number} 有新进展", en: "News of {number}"}}'
FILES: dict[str, str] = {
    "definition.yaml": DEFINITION.replace("NOTICE", _NOTICE),
    "elements.yaml": """
elements:
  stall.tables:
    type: integer
    label: {zh: 桌数, en: Tables}
    least: 1
    most: 20
    sensitivity: public
    purpose: {zh: 划定场地, en: To mark the ground}
  stall.area:
    type: integer
    label: {zh: 占地, en: Ground}
    unit: {zh: 平方米, en: m²}
    sensitivity: public
    purpose: {zh: 划定场地, en: To mark the ground}
""",
    "parameters.yaml": """
parameters:
  area_per_table:
    title: {zh: 每桌占地, en: Ground of one table}
    values: [{value: 4, since: 2026-01-01, reference: {title: {zh: 样例, en: Sample}, in_force: 2026-01-01}}]
""",
    "form.yaml": """
screens:
  - code: stall
    title: {zh: 摊位, en: The stall}
    fields:
      - {element: enterprise.name, fill: organisation.name}
      - {element: stall.tables}
      - {element: stall.area, calculate: stall.tables * parameters.area_per_table}
""",
    "certificate.yaml": """
title: {zh: 夜市摊位证明, en: Certificate of a Stall}
statement: {zh: "准予{holder}设摊。", en: "{holder} may set up a stall."}
lines: [{label: {zh: 占地, en: Ground}, element: stall.area}]
valid_days: 90
""",
    "examples.yaml": """
examples:
  - name: {zh: 五桌, en: Five tables}
    today: 2026-11-20
    given: {enterprise.name: 江阳区春和商贸有限公司, stall.tables: 5, stall.area: 999}
    expect: {calculated: {stall.area: 20}, reviews: [market], regime: ""}
""",
}


def operate(house: House, *words: str) -> str:
    """What `tongban …` says, run beside the house as its operator would."""
    done = subprocess.run(
        [sys.executable, "-m", "tongban", *words], env=house.environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def apply(applicant: Visit) -> tuple[str, str]:
    """Fill in and hand in; the address of the case and its number."""
    applicant.open(f"/services/{CODE}/")
    applicant.page.locator("main a[href$='/start']").first.click()
    applicant.hold()
    begin(applicant)
    case = applicant.path.split("/form/")[0] + "/"
    answer(applicant, {"stall.tables": 6})
    applicant.press("保存并继续")
    assert "24 平方米" in applicant.page.locator("main").inner_text()
    applicant.press("提交申请")
    assert applicant.path == f"{case}receipt/"
    return case, applicant.page.locator(".tb-receipt").inner_text().split("\n")[1].strip()


def test_a_fifth_service_is_a_folder(visitor, house, tmp_path: Path):
    folder = tmp_path / "more" / CODE
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text.lstrip(), "utf-8")
    where = ["--from", str(folder.parent)]
    assert "1 项事项没有错误" in operate(house, "definition", "check", *where)
    assert "v1 新版本" in operate(house, "definition", "publish", CODE, *where, "--jurisdiction", "510500")
    applicant = visitor(screen="phone")
    enter(applicant, "owner")
    case, number = apply(applicant)
    staff = visitor(screen="desktop")
    enter(staff, "market1")
    staff.open(f"/desk{case}")
    form = staff.page.locator("form").filter(has=staff.page.locator('[name="opinion"]'))
    form.locator('[name="opinion"][value="approved"]').check()
    form.get_by_role("button").first.click()
    staff.page.get_by_text("意见已提交").first.wait_for()
    decide(staff, "decider1", number, case)
    applicant.open(f"{case}certificate/")
    assert "准予江阳区春和商贸有限公司设摊" in applicant.page.locator("main").inner_text()
    administrator = visitor(screen="desktop")
    enter(administrator, "administrator1")
    administrator.turn_to("phone")
    administrator.open("/desk/calendar/")
    administrator.turn_to("desktop")
    administrator.open("/desk/calendar/")
    administrator.open("/desk/definitions/")
    administrator.follow("夜市摊位申请")
    assert "第 1 版" in administrator.page.locator("main").inner_text()
    propose_and_confirm(administrator, visitor(screen="desktop"))
    applicant.open(f"/services/{CODE}/")
    assert "夜市摊位申请（春季）" in applicant.page.locator("h1").inner_text()


def propose_and_confirm(first: Visit, second: Visit) -> None:
    """One administrator sends an archive of another installation; only another one can publish it."""
    files = {name: text.lstrip() for name, text in FILES.items()}
    files["definition.yaml"] = files["definition.yaml"].replace("{zh: 夜市摊位申请,", "{zh: 夜市摊位申请（春季）,")
    archive = {"name": "stall.tar.gz", "mimeType": "application/gzip", "buffer": write_bundle(CODE, files)}
    first.open("/desk/definitions/propose")
    first.page.locator("[name=archive]").set_input_files(files=[archive])  # type: ignore[list-item]
    first.page.locator("[name=in_flight][value=move]").check()
    first.press("提出")
    page = first.path
    assert first.page.get_by_role("button", name="确认发布").count() == 0
    assert "夜市摊位申请（春季）" in first.page.locator("table").inner_text()
    enter(second, "administrator2")
    second.open(page)
    second.press("确认发布")
    assert "秦岚" in second.page.locator("main").inner_text()
