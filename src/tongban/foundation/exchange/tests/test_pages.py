"""Operators' pages: deliveries, subscriptions, senders, jobs; and the checks at the start."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test import Client

from tongban.foundation.exchange import actions
from tongban.foundation.exchange.models import Delivery, OperatorAct, Sender, Subscription
from tongban.foundation.parties.models import Account, ApiClient, Membership, Organisation, Person, Unit
from tongban.lib.actors import Actor
from tongban.lib.tests.loopback import Web

pytestmark = pytest.mark.django_db


def on_duty(role: str) -> Client:
    """A browser at the desk, signed in with a membership and a second factor."""
    person = Person.objects.create(name="李运维")
    account = Account.objects.create(username=f"desk-{role}", person=person)
    office = Organisation.objects.create(name="数据局", kind="government", region_code="510500")
    unit = Unit.objects.create(organisation=office, kind="office", code=role, name="运维科", region_code="510500")
    membership = Membership.objects.create(person=person, unit=unit, role=role, valid_from="2020-01-01", granted_by="t")
    client = Client(HTTP_HOST="luzhou.localhost")
    client.force_login(account, backend="tongban.foundation.parties.login.HouseBackend")
    session = client.session
    session["membership"] = str(membership.pk)
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client


@pytest.fixture
def desk(db: None) -> Client:
    return on_duty("operator")


def text_of(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def dead(subscription: Subscription, receiver: Web, by: Actor, run_jobs: Any) -> Delivery:
    receiver.status = 410
    actions.publish("tests.happened", "case-7", {"number": "510502-0007"}, by=by)
    run_jobs()
    receiver.status = 200
    Subscription.objects.update(state="active")
    return Delivery.objects.get()


def test_a_dead_letter_is_found_opened_and_replayed(desk: Client, dead: Delivery, receiver: Web, run_jobs: Any) -> None:
    page = text_of(desk.get("/operations/events/?state=dead&q=case-7&type=tests.happened"))
    assert "死信" in page
    assert "HTTP 410" in page
    assert '<span class="tb-desk-count">1</span>' in page, "the menu counts it"
    assert "没有符合条件的投递" in text_of(desk.get("/operations/events/?q=case-8"))
    assert "case-7" in text_of(desk.get(f"/operations/events/?q={dead.message_id}"))
    assert "没有符合条件的投递" in text_of(desk.get("/operations/events/?state=pending"))
    opened = text_of(desk.get(f"/operations/events/{dead.pk}/"))
    assert "510502-0007" in opened
    assert desk.get(f"/operations/events/{uuid4()}/").status_code == 404
    refused = desk.post("/operations/events/replay", {"chosen": [str(dead.pk)]})
    assert refused.status_code == 422
    assert "请填写“原因”" in text_of(refused)
    done = desk.post("/operations/events/replay", {"chosen": [str(dead.pk), "?"], "reason": "对方修好了"}, follow=True)
    assert "1 次投递已重放" in text_of(done)
    run_jobs()
    assert "已投递" in text_of(desk.get("/operations/events/"))
    assert "对方修好了" in text_of(desk.get(f"/operations/events/{dead.pk}/"))
    nothing = desk.post("/operations/events/replay", {"reason": "x"}, follow=True)
    assert "没有可以重放的" in text_of(nothing)


def test_subscriptions_are_administered(desk: Client, api_client: ApiClient, receiver: Web, run_jobs: Any) -> None:
    assert "还没有系统订阅事件" in text_of(desk.get("/operations/subscriptions/"))
    assert "统计平台" in text_of(desk.get("/operations/subscriptions/new/"))
    given = {"client": str(api_client.pk), "name": "统计", "endpoint": "nonsense", "types": ["tests.happened"]}
    refused = desk.post("/operations/subscriptions/new/", given)
    assert refused.status_code == 422
    assert "不是有效的网址" in text_of(refused)
    made = desk.post("/operations/subscriptions/new/", given | {"endpoint": f"{receiver.url}/hook"})
    assert re.search(r"whsec_[A-Za-z0-9+/=]{40,}", text_of(made))
    assert "no-store" in made["Cache-Control"]
    subscription = Subscription.objects.get()
    listed = text_of(desk.get("/operations/subscriptions/"))
    assert "tests.happened" in listed
    assert "whsec_" not in listed
    where = f"/operations/subscriptions/{subscription.pk}"
    assert "测试事件已发出" in text_of(desk.post(f"{where}/test", follow=True))
    run_jobs()
    assert len(receiver.heard) == 1
    desk.post(f"{where}/pause")
    assert "请先恢复再测试" in text_of(desk.post(f"{where}/test", follow=True))
    assert "订阅已恢复" in text_of(desk.post(f"{where}/resume", follow=True))
    assert "whsec_" in text_of(desk.post(f"{where}/secret"))
    assert "删除订阅“统计”" in text_of(desk.get(f"{where}/remove"))
    assert "订阅已删除" in text_of(desk.post(f"{where}/remove", follow=True))
    assert desk.post(f"{where}/pause").status_code == 404
    assert desk.get(f"{where}/remove").status_code == 404
    assert set(OperatorAct.objects.values_list("by_name", flat=True)) == {"李运维"}


def test_senders_are_administered(desk: Client, api_client: ApiClient) -> None:
    given = {"client": str(api_client.pk), "name": "检验系统", "source": "/lis"}
    made = text_of(desk.post("/operations/senders/new/", given))
    sender = Sender.objects.get()
    assert f"/api/exchange/inbox/{sender.pk}" in made
    assert "已经登记过" in text_of(desk.post("/operations/senders/new/", given))
    assert "检验系统" in text_of(desk.get("/operations/subscriptions/"))
    where = f"/operations/senders/{sender.pk}"
    for what, is_active in (("pause", False), ("resume", True)):
        assert desk.post(f"{where}/{what}").status_code == 302
        assert Sender.objects.get().is_active is is_active
    assert "whsec_" in text_of(desk.post(f"{where}/secret"))


def test_failed_jobs_are_seen_and_retried(desk: Client, dead: Delivery) -> None:
    assert "没有失败的任务" in text_of(desk.get("/operations/jobs/"))
    actions.deliver.later(delivery_id=dead.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'todo' RETURNING id")
        [job] = cursor.fetchone()
    page = text_of(desk.get("/operations/jobs/"))
    assert str(dead.pk) in page
    assert "foundation.exchange" in page
    assert desk.post("/operations/jobs/retry", {"chosen": [str(job)]}).status_code == 422
    done = desk.post(
        "/operations/jobs/retry", {"chosen": [str(job), "x", "9" * 30], "reason": "重启后重试"}, follow=True
    )
    assert "1 个任务已重新排队" in text_of(done)
    assert "重启后重试" in text_of(done)
    none = desk.post("/operations/jobs/retry", {"chosen": [str(job)], "reason": "x"}, follow=True)
    assert "已不在失败状态" in text_of(none)


PAGES = ["/operations/events/", "/operations/subscriptions/", "/operations/subscriptions/new/", "/operations/senders/new/", "/operations/jobs/"]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_operators_and_in_english_too(desk: Client, dead: Delivery, page: str) -> None:
    assert Client(HTTP_HOST="luzhou.localhost").get(page).status_code == 302
    assert on_duty("clerk").get(page).status_code == 403
    desk.cookies["tongban_language"] = "en"
    answer = desk.get(page)
    assert answer.status_code == 200
    shown = text_of(answer)
    main = shown[shown.index('<main id="main"') : shown.index("</main>")]
    names = ("李运维", "数据局", "统计平台", "统计", "试", "（", "）")
    for name in names:
        main = main.replace(name, "")
    assert not re.search(r"[\u4e00-\u9fff]", main)


def test_other_jurisdictions_show_nothing(dead: Delivery, desk: Client) -> None:
    assert desk.get("/operations/events/", headers={"host": "zigong.localhost"}).status_code == 302


def test_checks_warn_of_open_doors(settings: Any, environment: Any) -> None:
    def found() -> set[str]:
        return {check.id for check in run_checks(tags=["exchange"]) if check.id}

    assert found() == set()
    settings.MODE = "production"
    environment(allow_private_endpoints=True, public_scheme="http")
    assert found() == {"exchange.W001", "exchange.W002"}
    environment(allow_private_endpoints=False, public_scheme="https")
    assert found() == set()
