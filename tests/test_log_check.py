"""What people are told when the public log and the rows differ: a page, a message, a number for the monitoring."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tongban.foundation.exchange.tests.test_pages import on_duty
from tongban.foundation.ledger import actions
from tongban.lib.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def finding() -> Any:
    """A leaf whose row nobody has."""
    from tongban.foundation.ledger.models import Finding
    from tongban.lib.actors import system

    actions.record("mandate.withdrawn", by=system("tests"), subject=("parties.mandate", uuid7()), values={"reason": ""})
    actions.sequence_all()
    actions.check()
    return Finding.objects.get()


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_whoever_watches_sees_it_and_explains_it(finding: Any) -> None:
    desk = on_duty("auditor")
    page = text_of(desk.get("/operations/ledger/"))
    assert "业务数据不见了" in page
    assert finding.about in page
    assert "请保留数据库现状" in page
    where = f"/operations/ledger/{finding.pk}/"
    assert "它是被直接删掉的" in text_of(desk.get(where))
    refused = desk.post(where, {"explanation": ""})
    assert refused.status_code == 422
    assert desk.post(where, {"explanation": "测试人员误删，已从镜像核对。"}).status_code == 302
    assert "已说明" in text_of(desk.get("/operations/ledger/"))
    again = desk.post(where, {"explanation": "又一次"})
    assert "已经有人说明" in text_of(again)
    assert desk.get(f"/operations/ledger/{uuid7()}/").status_code == 404
    english = Client(HTTP_HOST="luzhou.localhost", HTTP_ACCEPT_LANGUAGE="en")
    english.cookies = desk.cookies
    assert "A row is gone" in text_of(english.get(where))


def test_before_the_first_check_nothing_is_promised() -> None:
    assert "还没有核对过" in text_of(on_duty("operator").get("/operations/ledger/"))


def test_a_log_that_agrees_says_so() -> None:
    actions.check()
    desk = on_duty("operator")
    page = text_of(desk.get("/operations/ledger/"))
    assert "没有异常" in page
    assert "上次核对" in page


@pytest.mark.parametrize("role", ["reviewer", "clerk", "decider"])
def test_others_do_not(role: str, finding: Any) -> None:
    desk = on_duty(role)
    assert desk.get("/operations/ledger/").status_code == 403
    assert desk.post(f"/operations/ledger/{finding.pk}/", {"explanation": "没事"}).status_code == 403


def test_administrators_are_told_once() -> None:
    from tongban.foundation.ledger.hooks import alarm
    from tongban.foundation.notifications.models import Message

    on_duty("administrator")
    alarm.call(count=3)
    (message,) = Message.objects.all()
    assert message.subject == "公开日志核对发现 3 处异常"
    assert message.link == "/operations/ledger/"


def test_the_monitoring_counts_what_nobody_explained(finding: Any) -> None:
    text = text_of(Client(HTTP_HOST="luzhou.localhost").get("/metrics"))
    assert 'tongban_ledger_findings{jurisdiction="j510500"} 1.0' in text
    assert 'tongban_ledger_findings{jurisdiction="j510300"} 0.0' in text
    (when,) = [
        line for line in text.splitlines() if line.startswith("tongban_ledger_checked_timestamp") and "j510500" in line
    ]
    assert float(when.split()[-1]) > 1.7e9


@pytest.fixture
def late() -> Any:
    """A trace of a hall nobody erased for a month."""
    from datetime import timedelta

    from django.utils import timezone

    from tongban.applications.halls.models import Hall, Trace
    from tongban.foundation.ledger.actions import conditions
    from tongban.foundation.parties.models import Organisation, Unit

    conditions._noted.clear()
    organisation = Organisation.objects.create(name="江阳区行政审批和数据局", kind="institution", region_code="510502")
    unit = Unit.objects.create(organisation=organisation, name="大厅", kind="hall", code="hall-x", region_code="510502")
    hall = Hall.objects.create(name="大厅", code="LATEHALL", unit=unit, region_code="510502", capacity=10)
    then = timezone.now() - timedelta(days=30)
    Trace.objects.create(hall=hall, visit_id=uuid7(), day=timezone.localdate(then), since=then)
    yield hall
    conditions._noted.clear()


def test_late_erasure_is_told_on_the_page_by_probes_and_to_administrators(late: Any) -> None:
    from tongban.foundation.ledger.actions import conditions
    from tongban.foundation.notifications.models import Message

    on_duty("administrator")
    actions.note_overdue()
    conditions._noted.clear()
    actions.note_overdue()
    (message,) = Message.objects.all()
    assert message.subject == "1 条数据到期未删除"
    assert "大厅溯源记录 1" in message.body
    assert "到期未删除：大厅溯源记录 1" in text_of(on_duty("operator").get("/operations/ledger/"))
    visitor = Client(HTTP_HOST="luzhou.localhost")
    ready = visitor.get("/readyz")
    assert ready.status_code == 200
    assert "j510500: erasure_overdue: Who was in a hall 1" in ready.json()["checks"]["erasure"]
    metrics = text_of(visitor.get("/metrics"))
    assert 'tongban_erasure_overdue_rows{jurisdiction="j510500",purpose="halls.traces"} 1.0' in metrics
    conditions._noted.clear()
    assert actions.erase_due("halls.traces") == 1
    actions.note_overdue()
    assert visitor.get("/readyz").json()["checks"]["erasure"] == "ok"
    assert "halls.traces" not in text_of(visitor.get("/metrics"))
