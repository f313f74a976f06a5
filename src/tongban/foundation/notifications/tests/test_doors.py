"""The pages and the API of messages, and the checks an operator reads at the start."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from pydantic import SecretStr

from tongban.foundation.notifications import actions
from tongban.foundation.notifications.handlers import send_code_by_sms
from tongban.foundation.notifications.models import Message
from tongban.foundation.notifications.tests.conftest import PHONE
from tongban.foundation.parties.models import Account, Membership, Organisation, Person, Unit
from tongban.lib.actors import Actor

pytestmark = pytest.mark.django_db


def browser(account: Account | None = None) -> Client:
    client = Client(HTTP_HOST="luzhou.localhost")
    if account:
        client.force_login(account, backend="tongban.foundation.parties.login.HouseBackend")
    return client


def on_duty(role: str) -> Client:
    """A browser at the desk, signed in with a membership and a second factor."""
    person = Person.objects.create(name="李运维")
    account = Account.objects.create(username=f"desk-{role}", person=person, email="li@example.org")
    office = Organisation.objects.create(name="数据局", kind="government", region_code="510500")
    unit = Unit.objects.create(organisation=office, kind="office", code=role, name="运维科", region_code="510500")
    membership = Membership.objects.create(person=person, unit=unit, role=role, valid_from="2020-01-01", granted_by="t")
    client = browser(account)
    session = client.session
    session["membership"] = str(membership.pk)
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client


def test_the_outbox_exists_in_the_demo_only(settings: Any) -> None:
    send_code_by_sms(phone=PHONE, code="428913", purpose="login", language="zh-hans")
    assert browser().get("/demo/outbox").status_code == 404
    settings.DEMO = True
    page = browser().get("/demo/outbox").content.decode()
    assert "428913" in page
    assert 'hx-trigger="every 3s"' in page
    assert "428913" in browser().get("/demo/outbox?phone=138 0013 8000").content.decode()
    assert "428913" not in browser().get("/demo/outbox?phone=13900139000").content.decode()
    assert "没有发给这个号码的消息" in browser().get("/demo/outbox?phone=nonsense").content.decode()
    part = browser().get("/demo/outbox", headers={"hx-request": "true"}).content.decode()
    assert "428913" in part
    assert "<html" not in part
    assert "428913" not in browser().get("/demo/outbox", headers={"host": "zigong.localhost"}).content.decode()


def test_the_newest_code_stands_first(settings: Any) -> None:
    settings.DEMO = True
    for code in ("111111", "222222"):
        send_code_by_sms(phone=PHONE, code=code, purpose="login", language="en")
    page = browser().get("/demo/outbox").content.decode()
    assert page.index("222222") < page.index("111111")


def test_the_inbox_is_one_s_own(resident: Person, by: Actor) -> None:
    assert browser().get("/messages/").status_code == 302
    me = browser(Account.objects.get(person=resident))
    assert "还没有消息" in me.get("/messages/").content.decode()
    for _ in range(21):
        actions.notify(template="notifications.trial", parts={"who": "<b>某人</b>"}, by=by, person_id=resident.pk)
    page = me.get("/messages/").content.decode()
    assert "21 条未读" in page
    assert 'rel="next"' in page
    message = Message.objects.filter(channel="in_app").latest("created_at")
    opened = me.get(f"/messages/{message.pk}/")
    assert "&lt;b&gt;某人" in opened.content.decode()
    assert "20 条未读" in me.get("/messages/").content.decode()
    other = browser(Account.objects.create(username="o", person=Person.objects.create(name="他人")))
    assert other.get(f"/messages/{message.pk}/").status_code == 404
    assert me.post("/messages/read").status_code == 302
    assert "都已读" in me.get("/messages/").content.decode()
    me.cookies["tongban_language"] = "en"
    assert "All read" in me.get("/messages/").content.decode()


def test_operators_find_and_resend(run_jobs: Any, resident: Person) -> None:
    desk = on_duty("operator")
    assert "没有未送达的消息" in desk.get("/operations/messages/").content.decode()
    send_code_by_sms(phone=PHONE, code="428913", purpose="login", language="zh-hans")
    run_jobs()
    page = desk.get("/operations/messages/?state=failed&channel=sms").content.decode()
    assert "138****8000" in page
    assert "428913" not in page
    assert "本站没有配置这个通道" in page
    message = Message.objects.get()
    refused = desk.post("/operations/messages/resend", {"chosen": [str(message.pk)]})
    assert refused.status_code == 422
    assert "请填写“重发原因”" in refused.content.decode()
    done = desk.post("/operations/messages/resend", {"chosen": [str(message.pk), "x"], "reason": "已配置"}, follow=True)
    assert "1 条消息已重新发送" in done.content.decode()
    none = desk.post("/operations/messages/resend", {"reason": "已配置"}, follow=True)
    assert "没有可以重发的" in none.content.decode()
    assert "测试消息已交给" in desk.post("/operations/messages/trial", follow=True).content.decode()


def test_operators_pages_are_for_operators(resident: Person) -> None:
    me = browser(Account.objects.get(person=resident))
    clerk = on_duty("clerk")
    for client, expected in ((browser(), 302), (me, 403), (clerk, 403)):
        assert client.get("/operations/messages/").status_code == expected
        assert client.post("/operations/messages/resend", {"reason": "x"}).status_code == expected
        assert client.post("/operations/messages/trial").status_code == expected


def test_the_menu_counts(resident: Person, by: Actor) -> None:
    actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
    page = browser(Account.objects.get(person=resident)).get("/messages/").content.decode()
    assert "我的消息" in page
    assert '<span class="tb-desk-count">1</span>' in page


def test_the_api_reads_and_marks(resident: Person, by: Actor) -> None:
    assert browser().get("/api/messages").status_code == 401
    actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
    me = browser(Account.objects.get(person=resident))
    answer = me.get("/api/messages").json()
    assert answer["unread"] == 1
    [message] = answer["messages"]
    read = me.post(f"/api/messages/{message['id']}/read", headers={"idempotency-key": "k1"})
    assert read.json()["state"] == "read"
    other = browser(Account.objects.create(username="o", person=Person.objects.create(name="他人")))
    assert other.post(f"/api/messages/{message['id']}/read", headers={"idempotency-key": "k1"}).status_code == 404


def test_checks_explain_what_is_missing(settings: Any, environment: Any) -> None:
    def found() -> set[str]:
        return {check.id for check in run_checks(tags=["notifications"]) if check.id}

    assert found() == set()
    settings.MODE = "production"
    assert found() == {"notifications.W001", "notifications.W002"}
    environment(sms_gateway_url=SecretStr("http://sms.example.org"), email_url=SecretStr("imap://x"))
    assert found() == {"notifications.E001", "notifications.E002"}
    environment(
        sms_gateway_url=SecretStr("https://sms.example.org"), email_url=SecretStr("smtps://u:p@mail.example.org")
    )
    assert found() == set()
