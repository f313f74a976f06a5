"""The API of signing, acting for somebody, papers, delivery and ratings: what the pages do, with their refusals."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties.models import Account, Mandate, Person
from tongban.matters import actions
from tongban.matters.models import Case
from tongban.matters.tests.arrange import County
from tongban.matters.tests.small import ANSWERS, CODE, publish_small, reviewed
from tongban.matters.tests.test_api import Caller, desk


def signed_in(person: Person) -> Caller:
    client = Client()
    account, _ = Account.objects.get_or_create(username=str(person.pk)[-12:], person=person)
    client.force_login(account)
    return Caller(client)


@pytest.fixture
def small(county: County, tmp_path: Path) -> County:
    publish_small(tmp_path)
    return county


def decided(county: County) -> Case:
    case = reviewed(county)
    actions.decide_case(case.pk, outcome="granted", by=county.decider)
    return Case.objects.get(pk=case.pk)


def test_one_fills_in_and_another_signs(small: County) -> None:
    clerk, head = signed_in(small.agent), signed_in(small.owner)
    begun = clerk.send("/cases", {"service": CODE, "organisation_id": str(small.company.pk), "answers": ANSWERS})
    path = f"/cases/{begun.json()['id']}"
    assert clerk.send(f"{path}/submit").json()["code"] == "forbidden"
    assert clerk.send(f"{path}/ask-to-sign", {"note": "请过目"}).status_code == 200
    locked = clerk.send(f"{path}/answers", {"answers": {"workforce.total": 13}}, method="patch")
    assert (locked.status_code, locked.json()["code"]) == (409, "awaiting_signature")
    assert clerk.get("/signatures").json() == []
    assert [one["id"] for one in head.get("/signatures").json()] == [begun.json()["id"]]
    assert head.send(f"{path}/send-back", {"remark": "人数不对"}).status_code == 200
    assert head.send(f"{path}/sign", {"shown": "x"}).json()["code"] == "not_to_sign"
    clerk.send(f"{path}/ask-to-sign")
    assert clerk.send(f"{path}/take-back").status_code == 200
    clerk.send(f"{path}/ask-to-sign")
    assert head.send(f"{path}/sign", {"shown": "x-y"}).json()["code"] == "changed_meanwhile"
    shown = head.get(path).json()["shown"]
    assert clerk.send(f"{path}/sign", {"shown": shown}).json()["code"] == "forbidden"
    done = head.send(f"{path}/sign", {"shown": shown}, key="once")
    assert done.json()["state"] == "in_review"
    assert head.send(f"{path}/sign", {"shown": shown}, key="once").json() == done.json()
    assert signed_in(small.stranger).send(f"{path}/sign", {"shown": shown}).status_code == 404


def test_acting_for_a_person(small: County) -> None:
    agent, principal = (
        signed_in(small.agent),
        Person.objects.create(name="罗秀英", assurance=4, region_code="510502001"),
    )
    body = {"service": CODE, "person_id": str(principal.pk), "answers": ANSWERS, "submit": True}
    assert agent.send("/cases", body).json()["code"] == "forbidden"
    today = timezone.localdate()
    Mandate.objects.create(person=principal, agent=small.agent, may_sign=True, valid_from=today, valid_to=today,
                           accepted_at=timezone.now(), granted_by=principal.name)  # fmt: skip
    done = agent.send("/cases", body)
    assert (done.status_code, done.json()["applicant"]) == (201, "罗秀英")
    assert Case.objects.get(pk=done.json()["id"]).channel == "agent"


def test_papers_and_their_delivery(small: County, settings: Any) -> None:
    case = decided(small)
    path, office = f"/cases/{case.pk}", desk(small, "approval", "clerk", settings)
    assert [one["id"] for one in office.get("/deliveries").json()] == [str(case.pk)]
    assert office.get(f"{path}/delivery").status_code == 404
    refused = office.send(f"{path}/delivery/window", {"receiver": " ", "evidence": "身份证"})
    assert (refused.status_code, refused.json()["field"]) == (422, "receiver")
    posted = office.send(f"{path}/delivery/post", {"carrier": "中国邮政", "tracking": "EZ123456789CN"})
    assert (posted.status_code, posted.json()["delivered_at"]) == (200, None), posted.json()
    future = (timezone.localdate() + timedelta(days=3)).isoformat()
    assert office.send(f"{path}/delivery/receipt", {"delivered_on": future, "receiver": "刘建国"}).status_code == 422
    today = timezone.localdate().isoformat()
    arrived = office.send(f"{path}/delivery/receipt", {"delivered_on": today, "receiver": "刘建国"})
    assert arrived.json()["receiver"] == "刘建国"
    head, stranger = signed_in(small.owner), signed_in(small.stranger)
    papers = head.get(f"{path}/papers").json()
    assert "granted" in [one["kind"] for one in papers]
    assert stranger.get(f"{path}/papers").status_code == 404
    assert stranger.get(f"{path}/papers/{papers[0]['id']}").status_code == 404
    assert stranger.send(f"{path}/delivery/post", {"carrier": "x", "tracking": "y"}).status_code == 403
    sealed = head.get(f"{path}/papers/{papers[0]['id']}")
    assert b"".join(sealed.streaming_content).startswith(b"%PDF-")


def test_a_bad_rating_from_the_first_word_to_the_last(small: County, settings: Any) -> None:
    case = decided(small)
    path, head = f"/cases/{case.pk}/rating", signed_in(small.owner)
    assert head.send(path, {"level": 9}).status_code == 422
    assert signed_in(small.stranger).send(path, {"level": 5}).status_code == 404
    made = head.send(path, {"level": 1, "reasons": ["slow"], "text": "等了太久"})
    assert (made.status_code, made.json()["follow"]) == (201, "open")
    assert head.send(path, {"level": 5}).json()["code"] == "already_rated"
    office = desk(small, "approval", "decider", settings)
    rating = f"/ratings/{office.get('/ratings').json()[0]['id']}"
    assert office.get(rating).json()["number"] == case.number
    answer = {"is_confirmed": True, "measure": "fixed", "answer": "已增设一个窗口"}
    assert desk(small, "health", "decider", settings).send(f"{rating}/answer", answer).status_code in (403, 404)
    assert office.send(f"{rating}/answer", answer).json()["follow"] == "answered"
    assert office.send(f"{rating}/callback", {"is_content": True, "note": "满意"}).json()["code"] == "forbidden"
    assert office.send(f"{rating}/appeal", {"reason": "评价的是另一件事"}).json()["follow"] == "appealed"
    auditor = desk(small, "approval", "auditor", settings)
    ruled = auditor.send(f"{rating}/settle", {"is_upheld": True, "reason": "评价对象有误"})
    assert ruled.json()["follow"] == "settled"
    again = office.send(f"{rating}/callback", {"is_content": True, "note": "满意"})
    assert again.status_code == 409
