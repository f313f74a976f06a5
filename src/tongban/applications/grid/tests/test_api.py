"""What a phone loads before a round and sends afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from tongban.applications.grid.models import HomeVisit
from tongban.foundation.parties.models import ListLook
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.queries import residence_facts
from tongban.foundation.registers.tests.arrange import COMMUNITY, Estate, grid_worker, known_person
from tongban.lib.actors import Actor

Desk = Callable[[Actor], Client]


def sent(client: Client, *visits: dict[str, Any]) -> Any:
    return client.post("/api/grid/visits", {"visits": visits}, content_type="application/json")


def visit(dwelling_id: UUID, *said: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"nonce": str(uuid4()), "dwelling_id": str(dwelling_id), "outcome": "met", "at": timezone.now().isoformat()}
    return given | {"said": list(said)} | more


def test_a_round_holds_what_a_visit_needs_and_no_number(
    estate: Estate, desk_of: Desk, django_assert_max_num_queries: Any
) -> None:
    for number in range(1, 5):
        estate.lives(number, f"1-{number % 3 + 1}01", is_confirmed=False)
    client = desk_of(estate.worker)
    with django_assert_max_num_queries(16):
        answer = client.get("/api/grid/round")
    found = answer.json()
    assert {one["name"] for door in found["doors"] for one in door["residents"]} == {f"居民{n}" for n in range(1, 5)}
    assert len(found["doors"]) == 12, "and homes nobody visited"
    person = known_person(1)
    assert person.document_number not in answer.content.decode()
    assert person.phone[3:] not in answer.content.decode()
    assert ListLook.objects.get(what="grid.round").row_count == 4


def test_visits_are_taken_over_each_for_itself_and_once(estate: Estate, desk_of: Desk) -> None:
    row = estate.lives(1, "1-101")
    facts = residence_facts(row)
    said = {"residence_id": str(row.pk), "seen": facts, "wanted": facts | {"is_present": "no"}}
    good = visit(estate.rooms["1-101"].pk, said)
    late = visit(estate.rooms["1-102"].pk, at="2020-01-01T00:00:00Z")
    unknown = visit(UUID(int=0))
    client = desk_of(estate.worker)
    for _ in range(2):
        answer = sent(client, good, late, unknown)
        assert answer.status_code == 200
        assert [(one["state"], one["code"]) for one in answer.json()] == [
            ("recorded", ""), ("refused", "visit_too_old"), ("refused", "not_found"),
        ]  # fmt: skip
        assert [one["state"] for one in answer.json()[0]["edits"]] == ["applied"]
    assert HomeVisit.objects.count() == 1
    clash = visit(estate.rooms["1-101"].pk, said | {"wanted": facts | {"is_present": "yes"}})
    answer = sent(desk_of(grid_worker(COMMUNITY, 81)), clash)
    assert [one["state"] for one in answer.json()[0]["edits"]] == ["clash"]


def test_only_a_worker_at_their_desk_may(estate: Estate, desk_of: Desk) -> None:
    from dataclasses import replace

    client = desk_of(replace(estate.worker, second_factor=False))
    assert client.get("/api/grid/round").status_code == 403
    client = desk_of(staff_of(unit_of("hall", "510502", 71), "clerk", 71))
    assert client.get("/api/grid/round").status_code == 403
    assert sent(client, visit(estate.rooms["1-101"].pk)).status_code == 403
    assert sent(client, {"nonce": "x"}).status_code == 422


def test_what_a_phone_keeps_of_the_page(estate: Estate, desk_of: Desk) -> None:
    client = desk_of(estate.worker)
    estate.lives(1, "1-101")
    page = client.get("/desk/grid/round/").content.decode()
    assert "居民1" not in page, "the page itself holds nobody's data"
    worker = client.get("/desk/grid/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "web/offline/sealed.js" in worker.content.decode()
    found = json.loads(Client(HTTP_HOST="luzhou.localhost").get("/desk/grid/app.webmanifest").content)
    assert found["start_url"] == "/desk/grid/round/"
