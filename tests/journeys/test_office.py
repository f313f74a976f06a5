"""What is left of the house by hand: mandates, staff lists, a special column opened by content, a program of a company."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from datetime import date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from bench.application import SERVICE, complete_application
from bench.house import HOST
from openpyxl import Workbook

from tests.journeys.people import answer, begin, enter
from tongban.lib.identifiers import synthetic_id_number

pytestmark = pytest.mark.journey
ROOT = Path(__file__).parents[2]
RESIDENT = synthetic_id_number(date(1993, 4, 12), 202)
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


def test_a_mandate_is_given_used_and_withdrawn(visitor):
    owner = visitor(screen="phone", scripts=False)
    enter(owner, "owner")
    owner.open("/me/mandates/")
    owner.follow("为江阳区春和商贸有限公司授权")
    answer(owner, {"agent_name": "陈小雨", "document_number": "110105194912310021"})
    owner.expected = {422}
    owner.press("授权")
    assert "证件号码校验不通过" in owner.page.get_by_role("alert").inner_text()
    answer(owner, {"document_number": RESIDENT, "may_sign": True})
    owner.expected = set()
    owner.press("授权")
    row = owner.page.locator("li").filter(has_text="陈小雨")
    assert "待接受" in row.inner_text()

    agent = visitor(screen="phone", scripts=False)
    enter(agent, "resident")
    agent.open("/me/companies/")
    assert "江阳区春和商贸有限公司" not in agent.page.locator("main").inner_text()  # not before it is accepted
    agent.open("/me/mandates/")
    agent.press("接受", exact=False)
    agent.open("/me/companies/")
    agent.press("为它办事", exact=False)
    agent.open("/me/companies/")
    chosen = agent.page.locator("main li").filter(has_text="当前")
    assert "江阳区春和商贸有限公司" in chosen.inner_text()
    agent.open(f"/services/{SERVICE}/start")
    begin(agent)
    case = agent.path.split("/form/")[0] + "/"

    owner.open("/me/mandates/")
    with owner.page.expect_navigation():
        owner.page.locator("li").filter(has_text="陈小雨").get_by_role("button", name="收回", exact=False).click()
    owner.hold()
    assert "已收回" in owner.page.locator("li").filter(has_text="陈小雨").inner_text()
    agent.open(case, status=404)
    agent.open("/me/companies/")
    assert "江阳区春和商贸有限公司" not in agent.page.locator("main").inner_text()


def staff_list(path: Path, *rows: tuple[str, ...]) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(["江阳区卫生健康局工作人员名册"])
    sheet.merge_cells("A1:F1")
    sheet.append(["单位名称", "部门名称", "姓名", "身份证号", "手机号", "岗位"])
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def test_a_good_and_a_bad_staff_list(visitor, tmp_path):
    manager = visitor(screen="desktop")
    enter(manager, "manager1")
    office, unit = "泸州市江阳区卫生健康局", "区卫生健康局"
    good = (office, unit, "欧阳慧", synthetic_id_number(date(1990, 5, 6), 808), "13800006001", "审查员")
    bad = (office, unit, "司马青", "110105194912310021", "12345", "局长")
    manager.open("/manage/staff-lists/")
    (tmp_path / "人员.xlsx").write_bytes(b"not a workbook")
    manager.page.locator("input[type=file]").set_input_files(tmp_path / "人员.xlsx")
    manager.expected = {422}
    manager.press("试运行")
    assert manager.page.get_by_role("alert").inner_text()
    manager.expected = set()
    manager.open("/manage/staff-lists/")
    manager.page.locator("input[type=file]").set_input_files(staff_list(tmp_path / "名册.xlsx", good, bad))
    manager.press("试运行")
    said = manager.page.locator("main").inner_text()
    assert "新任职 1 条" in said
    assert "不能导入 1 行" in said
    refused = manager.page.locator("tbody tr").filter(has_text="司马青").inner_text()
    for reason in ("证件号码校验不通过", "这不是有效的电话号码", "岗位只能是"):
        assert reason in refused
    manager.press("导入可以导入的行")
    manager.open("/manage/staff/?q=oyh")
    assert "欧阳慧" in manager.page.locator("main").inner_text()
    manager.open("/manage/staff/?q=%E5%8F%B8%E9%A9%AC")
    assert "没有找到人员" in manager.page.locator("main").inner_text()


def test_a_special_column_opens_by_content_alone(visitor, house, tmp_path):
    folder = Path(shutil.copytree(ROOT / "definitions", tmp_path / "definitions"))
    themes = folder / "themes.yaml"
    themes.write_text(themes.read_text("utf-8") + f"""
  - code: school-return
    title: {{zh: 返校专栏, en: Back to school}}
    about: {{zh: 返校安排和常见问题, en: Plans and answers for going back to school}}
    icon: building
    order: 2
    pinned: true
    opens: {TODAY}
    closes: {TODAY + timedelta(days=30)}
""", "utf-8")  # fmt: skip
    service = Path(shutil.copytree(folder / SERVICE, folder / "school-return"))
    said = (service / "definition.yaml").read_text("utf-8")
    for old, new in ((f"code: {SERVICE}", "code: school-return"), ("theme: resumption", "theme: school-return"),
                     ("zh: 企业复工复产, en: Resuming work at a company", "zh: 校内商铺返校开业, en: Shops on campus reopen"),
                     ("FGFC", "FXKY"), ("[复工复产, 复工, 复产, 开工, 开业, 返岗, resume, reopen]", "[校园, campus]")):  # fmt: skip
        assert old in said, old
        said = said.replace(old, new)
    (service / "definition.yaml").write_text(said, "utf-8")
    subprocess.run(
        [sys.executable, "-m", "tongban", "definition", "publish", "--from", str(folder)], env=house.environment,
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    someone = visitor(screen="phone", scripts=False)
    someone.open("/company/")
    someone.follow("返校专栏", exact=False)
    assert someone.path == "/themes/school-return/"
    someone.follow("校内商铺返校开业", exact=False)
    assert someone.path == "/services/school-return/"
    assert "返岗职工花名册" in someone.page.locator("main").inner_text()
    for term in ("fgfc", "复工", "reopen"):
        someone.open(f"/search/?q={term}")
        assert "企业复工复产" in someone.page.locator("main").inner_text()
    someone.open("/search/?q=没有这样的事")
    assert someone.page.get_by_role("link", name="按主题浏览").first.is_visible()  # a next step, not an empty page


def workbook() -> bytes:
    out, book = io.BytesIO(), Workbook()
    book.active.append(["姓名", "陈小雨"])
    book.save(out)
    return out.getvalue()


def test_a_program_of_a_company_from_its_token_to_its_end(visitor, house, request):
    operator = visitor(screen="desktop")
    enter(operator, "operator1")
    operator.open("/operations/clients/")
    operator.follow("新调用方", exact=False)
    operator.page.locator("[name=name]").fill("春和 ERP")
    operator.page.locator("[name=organisation]").select_option(label="江阳区春和商贸有限公司")
    operator.page.locator("[name=capabilities][value='matters.apply']").check()
    operator.press("创建")
    client_id, secret = operator.page.locator(".tb-copy code").all_inner_texts()
    # Browsers know every name under localhost, programs need the address and the name beside it.
    api = httpx.Client(base_url=f"http://127.0.0.1:{house.port}/api", timeout=30,
                       headers={"Host": f"{HOST}:{house.port}"})  # fmt: skip
    request.addfinalizer(api.close)
    granted = api.post(f"http://127.0.0.1:{house.port}/oauth/token", data={"grant_type": "client_credentials"},
                       auth=(client_id, secret))  # fmt: skip
    assert granted.status_code == HTTPStatus.OK, granted.text
    api.headers["Authorization"] = f"Bearer {granted.json()['access_token']}"

    sent = api.post("/documents", data={"purpose": "documents.material"}, headers={"Idempotency-Key": "list-1"},
                    files={"file": ("返岗职工花名册.xlsx", workbook())})  # fmt: skip
    assert sent.status_code == HTTPStatus.CREATED, sent.text
    body = json.loads(json.dumps(complete_application()).replace("{staff_list}", sent.json()["id"]))
    first = api.post("/cases", json=body, headers={"Idempotency-Key": "apply-1"})
    assert first.status_code == HTTPStatus.CREATED, first.text
    assert [one["element"] for one in first.json()["materials"]] == ["material.staff_list"]
    again = api.post("/cases", json=body, headers={"Idempotency-Key": "apply-1"})
    assert again.json() == first.json()
    other = api.post("/cases", json=body | {"submit": False}, headers={"Idempotency-Key": "apply-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    missing = api.post("/cases", json=body)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")
    taken = api.post("/cases", json=body, headers={"Idempotency-Key": "apply-2"})
    assert {one["field"]: one["code"] for one in taken.json()["errors"]} == {
        "material.staff_list": "document_attached_elsewhere"
    }
    case = f"/cases/{first.json()['id']}"
    assert api.get(case).json()["state"] == "in_review"
    content = api.get(f"/documents/{sent.json()['id']}/content")
    assert content.content == workbook() or content.content.startswith(b"PK")
    assert api.get("/memberships").status_code in (401, 403)

    house.python(
        "from django.utils import timezone\nfrom datetime import timedelta\n"
        "from tongban.foundation.parties.models import ApiClient\n"
        "ApiClient.objects.filter(name='春和 ERP').update(expires_at=timezone.now() - timedelta(minutes=1))"
    )
    expired = api.get(case)
    assert (expired.status_code, expired.json()["code"]) == (401, "token_invalid")
    operator.open("/operations/clients/")
    assert "已到期" in operator.page.locator("main li").filter(has_text="春和 ERP").inner_text()
