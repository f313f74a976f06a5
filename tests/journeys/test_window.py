"""The window (一窗受理): a clerk sees a visitor's document and types for them; a code on the visitor's phone confirms it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.journeys.people import answer, code_for, enter
from tongban.lib.identifiers import synthetic_id_number

pytestmark = pytest.mark.journey
RESIDENT = synthetic_id_number(date(1993, 4, 12), 202)
CONTINUE = "保存并继续"


def test_a_clerk_takes_in_for_a_visitor_who_confirms_by_code(visitor):
    clerk = visitor(screen="desktop")
    enter(clerk, "clerk1")
    clerk.open("/window/company/")
    clerk.open("/window/")
    clerk.page.locator("main a[href='/window/new/']").first.click()
    clerk.hold()
    clerk.page.locator("select[name=service]").select_option("social-card")
    answer(clerk, {"name": "陈小雨", "document_number": RESIDENT, "evidence": "居民身份证原件"})
    clerk.press("已核对，开始填写")
    clerk.press(CONTINUE)  # the registers know the visitor
    answer(clerk, {"social_card.reason": "lost"})
    answer(clerk, {"social_card.reported_lost": "yes", "social_card.bank": "rural"})
    clerk.press(CONTINUE)
    answer(clerk, {"social_card.collect": "hall", "promise.truth": True})
    clerk.press(CONTINUE)
    assert clerk.path.startswith("/window/")
    code_for(clerk, "resident", lambda: clerk.press("发送验证码到申请人手机"))
    clerk.press("凭验证码提交")
    assert clerk.path.endswith("/receipt/")

    resident = visitor(screen="phone", scripts=False)
    enter(resident, "resident")
    resident.open("/cases/")
    resident.open(clerk.path.removesuffix("receipt/"))
    assert "申请人确认" in resident.page.locator("main").inner_text()
