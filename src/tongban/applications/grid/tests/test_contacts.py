"""A telephone or employer recorded wrongly, corrected by the grid worker: seen, told, written down, never over a colleague's word."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from django.db import connections
from django.test import Client
from django.utils import timezone

from tongban.applications.grid import actions, queries
from tongban.applications.grid.handlers.keeping import rows_and_leaves
from tongban.applications.grid.models import Proposal
from tongban.applications.grid.tests.test_api_lists import send
from tongban.foundation.ledger.models import Entry
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.actions import record_phone
from tongban.foundation.parties.models import Look, Person
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.actions import end_residence, record_workplace
from tongban.foundation.registers.models import Residence, Workplace
from tongban.foundation.registers.queries import contact_facts
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal

Desk = Callable[[Actor], Client]
Refused = Callable[[str], Any]
OLD, NEW, OTHER = "+8613800005001", "+8613800005002", "+8613800005003"


def known(estate: Estate) -> Residence:
    """Somebody with a number and an employer on record."""
    row = estate.lives(1, "1-101")
    record_phone(row.person_id, OLD, replace=True, by=estate.worker)
    record_workplace(row.person_id, "柳荫纸品厂", by=estate.worker)
    return row


def facts(row: Residence) -> tuple[str, str]:
    found = contact_facts(row.person_id)
    return found["phone"], found["employer"]


def test_what_was_wrong_is_put_right_told_and_written_down(estate: Estate, refused: Refused) -> None:
    row, worker = known(estate), estate.worker
    _, seen = actions.open_contact(row.pk, by=worker)
    look = Look.objects.get(person=row.person_id, what="grid.contact")
    assert look.reason == "核对登记的手机号和工作单位"
    wanted = {"phone": " 138 0000 5002 ", "employer": "丰叶茶场"}
    rows = actions.correct_contact(row.pk, seen=seen, wanted=wanted, by=worker)
    assert facts(row) == (NEW, "丰叶茶场")
    assert [(one.what, one.state, one.settled_by) for one in rows] == [
        ("newphone", "accepted", worker.name), ("newwork", "accepted", worker.name),
    ]  # fmt: skip
    assert Workplace.objects.get(employer="柳荫纸品厂").until is not None
    assert Entry.objects.filter(type="correction.settled").count() == 2
    owed = rows_and_leaves()[0].leaves([one.pk for one in rows])
    assert all(len(due) == 1 for due in owed.values()), "the nightly comparison knows them"
    assert Message.objects.filter(template="grid.contact_corrected").exists()
    with refused("nothing_changed"):
        actions.correct_contact(row.pk, seen=seen, wanted=wanted, by=worker)
    assert Proposal.objects.count() == 2, "sent twice, it is one correction"


def test_emptied_there_is_none(estate: Estate) -> None:
    row = known(estate)
    seen = contact_facts(row.person_id)
    actions.correct_contact(row.pk, seen=seen, wanted={"phone": "", "employer": ""}, by=estate.worker)
    assert facts(row) == ("", "")
    assert Person.objects.get(pk=row.person_id).phone_index is None


def test_what_a_colleague_changed_is_not_overwritten(estate: Estate, refused: Refused) -> None:
    row = known(estate)
    seen = contact_facts(row.person_id)
    colleague = grid_worker(COMMUNITY, 81)
    actions.correct_contact(row.pk, seen=seen, wanted={"phone": OTHER}, by=colleague)
    with refused("changed_meanwhile"):
        actions.correct_contact(row.pk, seen=seen, wanted={"phone": NEW, "employer": "丰叶茶场"}, by=estate.worker)
    assert facts(row) == (OTHER, "柳荫纸品厂"), "all or nothing"
    actions.correct_contact(row.pk, seen=seen, wanted={"phone": OTHER, "employer": "丰叶茶场"}, by=estate.worker)
    assert facts(row) == (OTHER, "丰叶茶场"), "the same word is no conflict, another fact neither"


def test_who_may_not_and_what_cannot_be(estate: Estate, refused: Refused) -> None:
    row = known(estate)
    seen = contact_facts(row.person_id)
    own = staff_of(unit_of("community-90", COMMUNITY, 90), "grid_worker", 90, region=COMMUNITY)
    Residence.objects.filter(pk=row.pk).update(person_id=own.person_id)
    with refused("own_record"):
        actions.correct_contact(row.pk, seen=seen, wanted={"phone": NEW}, by=own)
    Residence.objects.filter(pk=row.pk).update(person_id=row.person_id)
    for by, code in (
        (grid_worker(NORTH, 88), "not_found"),
        (staff_of(unit_of("o", COMMUNITY, 91), "operator", 91, region=""), "forbidden"),
    ):
        with refused(code):
            actions.open_contact(row.pk, by=by)
        with refused(code):
            actions.correct_contact(row.pk, seen=seen, wanted={"phone": NEW}, by=by)
    for wanted, code in (({"phone": "123"}, "phone_invalid"), ({"employer": "一"}, "employer_missing"), ({"kind": "tenant"}, "fact_unknown"),
                         ({}, "nothing_changed")):  # fmt: skip
        with refused(code):
            actions.correct_contact(row.pk, seen=seen, wanted=wanted, by=estate.worker)
    end_residence(row.pk, timezone.localdate(), reason="已搬走", by=estate.worker)
    with refused("not_found"):
        actions.correct_contact(row.pk, seen=seen, wanted={"phone": NEW}, by=estate.worker)
    assert facts(row) == (OLD, "柳荫纸品厂")


def test_two_at_once_one_is_told(committed_db: None) -> None:
    """Both saw the same; the second to come finds what the first wrote."""
    with enter("j510500"):
        estate = Estate(grid_worker())
        row = known(estate)
        seen = contact_facts(row.person_id)
        workers = [estate.worker, grid_worker(COMMUNITY, 81)]
    said: list[str] = ["", ""]
    barrier = threading.Barrier(2)

    def run(n: int) -> None:
        with enter("j510500"):
            barrier.wait()
            try:
                actions.correct_contact(row.pk, seen=seen, wanted={"phone": (NEW, OTHER)[n]}, by=workers[n])
                said[n] = "written"
            except Refusal as refusal:
                said[n] = refusal.code
            finally:
                connections["default"].close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["changed_meanwhile", "written"]
    with enter("j510500"):
        assert Proposal.objects.filter(what="newphone").count() == 1


def test_the_page_shows_a_conflict_side_by_side(estate: Estate, desk_of: Desk) -> None:
    row = known(estate)
    page = f"/desk/grid/residences/{row.pk}/contact/"
    client = desk_of(estate.worker)
    assert page in client.get(f"/desk/grid/residences/{row.pk}/").content.decode()
    assert 'value="138 0000 5001"' in client.get(page).content.decode()
    seen = json.dumps(contact_facts(row.person_id))
    typed = {"phone": "13800005002", "employer": "柳荫纸品厂", "seen": seen}
    assert client.post(page, typed | {"phone": "12"}).status_code == 422
    actions.correct_contact(row.pk, seen=json.loads(seen), wanted={"phone": OTHER}, by=grid_worker(COMMUNITY, 81))
    answer = client.post(page, typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    for number in ("138 0000 5001", "138 0000 5002", "138 0000 5003"):
        assert number in text
    again = typed | {"seen": json.dumps(contact_facts(row.person_id))}
    assert client.post(page, again).status_code == 302
    assert facts(row) == (NEW, "柳荫纸品厂")
    assert client.post(page, typed | {"seen": "[]"}).status_code == 422
    assert desk_of(grid_worker(NORTH, 88)).get(page).status_code == 404


def test_over_the_api(estate: Estate, desk_of: Desk) -> None:
    row = known(estate)
    client, path = desk_of(estate.worker), f"/residences/{row.pk}/contact"
    found = client.get(f"/api/grid{path}").json()
    assert found == {"name": row.name, "recorded": {"phone": OLD, "employer": "柳荫纸品厂"}}
    body = {"seen": found["recorded"], "wanted": {"phone": "13800005002"}}
    assert send(client, path, body).json() == {"written": ["phone"]}
    assert send(client, path, body).status_code == 422, "it is so already"
    assert send(client, path, body | {"wanted": {"phone": "13800005003"}}).status_code == 409
    assert desk_of(grid_worker(NORTH, 88)).get(f"/api/grid{path}").status_code == 404


def test_the_person_finds_it_at_home(estate: Estate) -> None:
    row = known(estate)
    actions.correct_contact(row.pk, seen=contact_facts(row.person_id), wanted={"phone": NEW}, by=estate.worker)
    own = Actor("person", "web", "居民1", person_id=row.person_id)
    [kept] = queries.own_proposals(own)
    assert (kept.what, kept.by_name, kept.wanted) == ("newphone", estate.worker.name, {"phone": NEW})
