"""Tasks with their last day, and events that go to a department and come back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tongban.applications.grid import actions, queries
from tongban.applications.grid.models import Event, Task
from tongban.applications.grid.rules.events import KINDS as EVENTS
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.models import Unit
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.actions import tell_ended_leases
from tongban.foundation.registers.models import Lease
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker
from tongban.lib.actors import Actor

Desk = Callable[[Actor], Client]
Refused = Callable[[str], Any]


def task(estate: Estate, **more: Any) -> Task:
    given = {"title": "核实独居老人情况", "due_on": timezone.localdate() + timedelta(days=3), "area": COMMUNITY}
    return actions.give_task(actions.NewTask(**(given | more)), by=estate.worker)


def event(by: Actor, **more: Any) -> Event:
    given = {
        "nonce": uuid4(),
        "kind": "facility",
        "said": "路灯不亮，已有三天",
        "where": "示例路18号门口",
        "area": COMMUNITY,
    }
    return actions.report_event(actions.NewEvent(**(given | more)), by=by)


@pytest.fixture
def lamps(db: None) -> tuple[Unit, Actor]:
    """A department and who works there."""
    unit = unit_of("lamps", "510502", 75)
    return unit, staff_of(unit, "reviewer", 75)


def test_a_task_is_given_and_done_once(estate: Estate, refused: Refused) -> None:
    given = task(estate, dwelling_id=estate.rooms["1-101"].pk)
    assert given.area_code == f"{COMMUNITY}001"
    assert queries.doors(estate.worker)[0].address == estate.rooms["1-101"].address
    with refused("not_found"):
        actions.end_task(given.pk, by=grid_worker(NORTH, 76))
    done = actions.end_task(given.pk, result="老人身体良好", by=estate.worker)
    assert (done.state, done.ended_by) == ("done", estate.worker.name)
    with refused("task_ended"):
        actions.end_task(given.pk, withdrawn=True, by=estate.worker)
    assert actions.end_task(task(estate).pk, withdrawn=True, by=estate.worker).state == "withdrawn"


def test_a_task_for_one_worker(estate: Estate, desk_of: Desk, refused: Refused) -> None:
    colleague, stranger = grid_worker(f"{COMMUNITY}001", 78), grid_worker(NORTH, 79)
    assert (colleague.person_id, stranger.person_id) != (None, None)
    for wrong in (stranger.person_id, UUID(int=0)):
        with refused("worker_unknown"):
            task(estate, worker_id=wrong)
    home = estate.rooms["1-101"]
    page = desk_of(estate.worker).post("/desk/grid/tasks/", {
        "title": "看望独居老人", "due_on": timezone.localdate().isoformat(), "area": COMMUNITY, "worker_id": str(estate.worker.person_id),
    })  # fmt: skip
    assert page.status_code == 302
    assert not Message.objects.exists(), "nobody tells themselves"
    given = task(estate, dwelling_id=home.pk, worker_id=colleague.person_id)
    assert (given.worker_id, given.worker_name) == (colleague.person_id, colleague.name)
    assert Message.objects.get(channel="in_app").person_id == colleague.person_id
    assert [one.address for one in queries.doors(colleague)][:1] == [home.address]
    assert "看望独居老人" not in [str(why) for one in queries.doors(colleague) for why in one.why]
    shown = desk_of(colleague).get("/desk/grid/tasks/").content.decode()
    assert "您的任务" in shown
    assert actions.end_task(given.pk, by=estate.worker).state == "done", "anybody of the grid may say that it is done"


def test_a_task_that_says_too_little_is_refused(estate: Estate, refused: Refused) -> None:
    for changed, code in (
        ({"title": "查"}, "title_missing"), ({"due_on": date(2020, 1, 1)}, "date_past"), ({"area": NORTH}, "not_found"),
        ({"dwelling_id": UUID(int=0)}, "not_found"),
    ):  # fmt: skip
        with refused(code):
            task(estate, **changed)


def test_a_lease_that_ends_leaves_one_task(estate: Estate) -> None:
    today = timezone.localdate()
    lease = estate.lease("1-101", today - timedelta(days=30), today + timedelta(days=5))
    estate.lives(1, "1-101", "tenant", lease_id=lease.pk)
    empty = estate.lease("1-102", today - timedelta(days=30), today + timedelta(days=5), landlord=61)
    Lease.objects.filter(pk__in=[lease.pk, empty.pk]).update(until=today - timedelta(days=1))
    tell_ended_leases()
    tell_ended_leases()
    [made] = queries.tasks_open(estate.worker)
    assert (made.dwelling_id, made.origin) == (estate.rooms["1-101"].pk, f"lease/{lease.pk}")
    again = actions.ask_after_lease(lease.pk, estate.rooms["1-101"].pk, made.area_code, today, by=estate.worker)
    assert again.pk == made.pk
    [first, *_] = queries.doors(estate.worker)
    assert "租户还登记在此" in first.why[0].zh


def test_an_event_goes_to_a_department_and_comes_back(
    estate: Estate, lamps: tuple[Unit, Actor], refused: Refused
) -> None:
    unit, official = lamps
    found = event(estate.worker)
    with refused("not_found"):
        actions.handle_event(found.pk, said="已更换灯泡", by=official)
    with refused("unit_unknown"):
        actions.dispatch_event(found.pk, UUID(int=0), by=estate.worker)
    for day in (timezone.localdate() - timedelta(days=1), timezone.localdate() + timedelta(days=60)):
        with refused("due_invalid"):
            actions.dispatch_event(found.pk, unit.pk, due_on=day, by=estate.worker)
    sent = actions.dispatch_event(found.pk, unit.pk, said="请尽快", by=estate.worker)
    assert sent.due_on is not None
    told = Message.objects.get(channel="in_app")
    assert (told.person_id, told.subject) == (official.person_id, f"网格派来一件事：{EVENTS['facility'][0]}")
    assert sent.due_on >= timezone.localdate() + timedelta(days=5), "five working days are at least five days"
    assert [one.pk for one in queries.events_visible_to(official)] == [found.pk]
    with refused("event_moved_on"):
        actions.dispatch_event(found.pk, unit.pk, by=estate.worker)
    with refused("text_missing"):
        actions.return_event(found.pk, said="不", by=official)
    actions.return_event(found.pk, said="不属于本单位管辖", by=official)
    actions.dispatch_event(found.pk, unit.pk, by=estate.worker)
    actions.handle_event(found.pk, said="已更换灯泡", by=official)
    with refused("event_moved_on"):
        actions.return_event(found.pk, said="不属于本单位管辖", by=official)
    closed = actions.close_event(found.pk, by=estate.worker)
    assert closed.closed_at is not None
    assert [one.state for one in closed.steps.all()] == [
        "reported",
        "dispatched",
        "returned",
        "dispatched",
        "handled",
        "closed",
    ]
    assert not queries.events_visible_to(estate.worker, open_only=True)


def test_what_an_event_needs(estate: Estate, refused: Refused) -> None:
    for changed, code in (
        ({"kind": "ufo"}, "event_kind_unknown"), ({"said": "坏"}, "text_missing"), ({"where": ""}, "address_missing"), ({"area": NORTH}, "not_found"),
    ):  # fmt: skip
        with refused(code):
            event(estate.worker, **changed)
    nonce = uuid4()
    assert event(estate.worker, nonce=nonce).pk == event(estate.worker, nonce=nonce, said="路灯又不亮了").pk
    own = event(estate.worker, where="", dwelling_id=estate.rooms["1-101"].pk)
    assert own.where == estate.rooms["1-101"].address


def test_nobody_sees_events_of_others(estate: Estate, lamps: tuple[Unit, Actor], refused: Refused) -> None:
    found = event(estate.worker)
    actions.dispatch_event(found.pk, lamps[0].pk, by=estate.worker)
    other = staff_of(unit_of("roads", "510502", 77), "reviewer", 77)
    for by in (other, grid_worker(NORTH, 78)):
        with refused("not_found"):
            queries.event_visible_to(by, found.pk)
    with refused("not_found"):
        actions.handle_event(found.pk, said="已更换灯泡", by=other)
    with refused("not_found"):
        actions.close_event(found.pk, by=grid_worker(NORTH, 79))
    with refused("forbidden"):
        queries.events_visible_to(staff_of(unit_of("hall", "510502", 70), "clerk", 70))


def picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (32, 24), (90, 120, 90)).save(out, "JPEG")
    return out.getvalue()


def shown(client: Client, found: Event) -> bytes:
    """The photo as this browser is given it."""
    answer = client.get(f"/documents/{found.photo_id}/?show=1")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_an_event_with_a_photo_on_the_pages(estate: Estate, lamps: tuple[Unit, Actor], desk_of: Desk) -> None:
    unit, official = lamps
    client = desk_of(estate.worker)
    new = {"kind": "facility", "said": "路灯不亮，已有三天", "where": "示例路18号门口", "nonce": str(uuid4())}
    assert client.post("/desk/grid/events/new/", new | {"said": ""}).status_code == 422
    answer = client.post(
        "/desk/grid/events/new/", new | {"photo": SimpleUploadedFile("路灯.jpg", picture(), "image/jpeg")}
    )
    found = Event.objects.get()
    assert answer["Location"] == f"/desk/grid/events/{found.pk}/"
    assert shown(client, found)
    assert client.post(answer["Location"], {"what": "handle", "said": "已更换灯泡"}).status_code == 404
    assert client.post(answer["Location"], {"what": "dispatch", "unit": str(unit.pk)}).status_code == 302
    client = desk_of(official)
    assert "示例路18号门口" in client.get("/desk/grid/events/").content.decode()
    assert shown(client, found)
    assert client.post(answer["Location"], {"what": "handle", "said": ""}).status_code == 422
    assert client.post(answer["Location"], {"what": "handle", "said": "已更换灯泡"}).status_code == 302
    client = desk_of(staff_of(unit_of("roads", "510502", 77), "reviewer", 77))
    assert client.get(answer["Location"]).status_code == 404
    assert client.get(f"/documents/{found.photo_id}/?show=1").status_code == 404


def test_tasks_on_their_page(estate: Estate, desk_of: Desk) -> None:
    client = desk_of(estate.worker)
    day = (timezone.localdate() + timedelta(days=2)).isoformat()
    assert client.post("/desk/grid/tasks/", {"title": "", "due_on": day}).status_code == 422
    assert (
        client.post("/desk/grid/tasks/", {"title": "张贴防火通知", "due_on": day, "area": COMMUNITY}).status_code == 302
    )
    given = Task.objects.get()
    assert "张贴防火通知" in client.get("/desk/grid/tasks/").content.decode()
    for _ in range(2):
        assert client.post(f"/desk/grid/tasks/{given.pk}/end", {"what": "done", "result": "已张贴"}).status_code == 302
    assert "已经结束" in client.get("/desk/grid/tasks/").content.decode()
