"""Visits: what holds is confirmed, what does not is corrected, and two who disagree are shown side by side."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connections
from django.test import Client
from django.utils import timezone

from tongban.applications.grid import actions, queries
from tongban.applications.grid.models import Edit, HomeVisit
from tongban.foundation.registers.models import Residence
from tongban.foundation.registers.queries import residence_facts
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal

Desk = Callable[[Actor], Client]
Refused = Callable[[str], Any]


def said(row: Residence, seen: dict[str, str] | None = None, **changed: str) -> actions.Said:
    """What somebody who saw ``seen`` (or what stands there) says is true now."""
    facts = seen or residence_facts(row)
    return actions.Said(row.pk, facts, facts | changed)


def visit(estate: Estate, room: str, *what: actions.Said, by: Actor | None = None, **more: Any) -> HomeVisit:
    report = actions.Report(
        more.pop("nonce", None) or uuid4(), estate.rooms[room].pk, more.pop("outcome", "met"), what, **more
    )
    return actions.report_visit(report, by=by or estate.worker)


def test_a_visit_confirms_and_corrects(estate: Estate) -> None:
    first, second = estate.lives(1, "1-101"), estate.lives(2, "1-101", is_confirmed=False)
    found = visit(estate, "1-101", said(first, is_present="no"), said(second))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_present, second.is_present) == (False, None)
    assert second.confirmed_by == estate.worker.name
    assert second.confirmed_at == found.at
    assert [(one.residence_id, one.state) for one in found.edits.all()] == [(first.pk, "applied")], (
        "what only holds needs no row"
    )
    estate.rooms["1-101"].refresh_from_db()
    assert estate.rooms["1-101"].collected_at is not None


def test_sent_twice_it_is_one_visit(estate: Estate) -> None:
    row, nonce = estate.lives(1, "1-101"), uuid4()
    one = visit(estate, "1-101", said(row, is_present="no"), nonce=nonce)
    two = visit(estate, "1-101", said(row, is_present="yes"), nonce=nonce)
    assert one.pk == two.pk
    row.refresh_from_db()
    assert row.is_present is False
    assert HomeVisit.objects.count() == 1


def test_two_who_disagree_wait_for_a_person(estate: Estate) -> None:
    row = estate.lives(1, "1-101")
    before = residence_facts(row)
    colleague = grid_worker(COMMUNITY, 81)
    visit(estate, "1-101", said(row, is_present="no"), by=colleague)
    found = visit(estate, "1-101", said(row, before, is_present="yes", since="2020-05-01"))
    [edit] = found.edits.all()
    assert (edit.state, edit.there_by) == ("clash", colleague.name)
    row.refresh_from_db()
    assert (row.is_present, row.since) == (False, None), "nothing of it was written"
    rows = {one.fact: one for one in queries.differences(edit, residence_facts(row))}
    assert rows["is_present"].differs
    assert (rows["is_present"].there.zh, rows["is_present"].wanted.zh) == ("否，不在此居住", "是")
    assert not rows["kind"].differs

    now = residence_facts(row)
    settled = actions.settle_edit(
        edit.pk, seen=now, wanted=now | {"is_present": "yes", "since": "2020-05-01"}, by=colleague
    )
    assert (settled.state, settled.settled_by) == ("settled", colleague.name)
    row.refresh_from_db()
    assert (row.is_present, row.since) == (True, date(2020, 5, 1))
    assert not queries.edits_to_settle(estate.worker).exists()


def test_other_facts_of_the_same_person_stand_side_by_side(estate: Estate) -> None:
    row = estate.lives(1, "1-101")
    before = residence_facts(row)
    visit(estate, "1-101", said(row, is_present="no"), by=grid_worker(COMMUNITY, 81))
    found = visit(estate, "1-101", actions.Said(row.pk, before, {"since": "2020-05-01"}))
    assert [one.state for one in found.edits.all()] == ["applied"]
    row.refresh_from_db()
    assert (row.is_present, row.since) == (False, date(2020, 5, 1))


def test_confirming_somebody_a_colleague_moved_out_is_a_clash(estate: Estate) -> None:
    row = estate.lives(1, "1-101")
    before = residence_facts(row)
    today = timezone.localdate().isoformat()
    visit(estate, "1-101", said(row, until=today), by=grid_worker(COMMUNITY, 81))
    [edit] = visit(estate, "1-101", said(row, before)).edits.all()
    assert edit.state == "clash"
    [again] = visit(estate, "1-101", actions.Said(row.pk, before, {"since": "2020-05-01"})).edits.all()
    assert again.state == "clash", "whoever corrects somebody believes them there"
    # Dropped, it stays as recorded, and is not confirmed by whoever only looked.
    row.refresh_from_db()
    confirmed = row.confirmed_at
    actions.settle_edit(edit.pk, seen={}, wanted={}, by=estate.worker)
    row.refresh_from_db()
    assert (row.confirmed_at, row.until) == (confirmed, timezone.localdate())


def test_what_changes_while_somebody_settles_is_a_new_clash(estate: Estate) -> None:
    row = estate.lives(1, "1-101")
    before = residence_facts(row)
    visit(estate, "1-101", said(row, is_present="no"), by=grid_worker(COMMUNITY, 81))
    [edit] = visit(estate, "1-101", said(row, before, is_present="yes")).edits.all()
    row.refresh_from_db()
    page = residence_facts(row)
    visit(estate, "1-101", said(row, is_present=""), by=grid_worker(COMMUNITY, 82))
    assert (
        actions.settle_edit(edit.pk, seen=page, wanted=page | {"is_present": "yes"}, by=estate.worker).state == "clash"
    )
    row.refresh_from_db()
    assert row.is_present is None


def test_what_cannot_be_taken_over_keeps_its_reason(estate: Estate, refused: Refused) -> None:
    head, other = estate.lives(1, "1-101"), estate.lives(2, "1-101")
    ahead = (timezone.localdate() + timedelta(days=30)).isoformat()
    wrong = [
        ({"kind": "alien"}, "kind_unknown"), ({"relation": "zz"}, "relation_unknown"), ({"since": ahead}, "date_ahead"),
        ({"since": "gestern"}, "date_invalid"), ({"until": ahead}, "date_invalid"), ({"is_present": "maybe"}, "presence_unknown"),
        ({"colour": "red"}, "fact_unknown"),
    ]  # fmt: skip
    for changed, code in wrong:
        found = visit(estate, "1-101", said(head, **changed), said(other))
        [edit] = found.edits.all()
        assert (edit.state, edit.refusal["code"], bool(edit.refusal["zh"])) == ("refused", code, True)
        with refused(code):
            visit(estate, "1-101", said(head, **changed), is_live=True)
    assert HomeVisit.objects.count() == len(wrong), "a refusal that is told leaves nothing behind"


def test_one_household_has_one_head(estate: Estate, refused: Refused) -> None:
    from tongban.foundation.registers.actions import form_household

    home = form_household(estate.rooms["1-101"].pk, by=estate.worker)
    head = estate.lives(1, "1-101", household_id=home.pk, relation="01")
    other = estate.lives(2, "1-101", household_id=home.pk, relation="10")
    with refused("head_taken"):
        visit(estate, "1-101", said(other, relation="01"), is_live=True)
    visit(estate, "1-101", said(head, relation="10"))
    visit(estate, "1-101", said(other, relation="01"), is_live=True)
    other.refresh_from_db()
    assert other.relation == "01"


def test_a_vacant_dwelling_is_vacant(estate: Estate, refused: Refused) -> None:
    visit(estate, "1-101", outcome="vacant")
    row = estate.lives(1, "1-102")
    with refused("dwelling_not_vacant"):
        visit(estate, "1-102", outcome="vacant")
    visit(estate, "1-102", outcome="absent")
    estate.rooms["1-102"].refresh_from_db()
    assert estate.rooms["1-102"].collected_at is None, "nobody was met there"
    with refused("outcome_unknown"):
        visit(estate, "1-102", outcome="flooded")
    with refused("not_found"):
        visit(estate, "1-101", said(row))
    assert HomeVisit.objects.filter(dwelling=estate.rooms["1-101"]).count() == 1


def test_what_a_phone_tells_days_later(estate: Estate, refused: Refused) -> None:
    row = estate.lives(1, "1-101")
    now = timezone.now()
    later = row.confirmed_at
    visit(estate, "1-101", said(row), at=now - timedelta(days=2))
    row.refresh_from_db()
    assert row.confirmed_at == later, "an older visit does not take a newer confirmation away"
    ahead = visit(estate, "1-101", said(row), at=now + timedelta(hours=3))
    assert ahead.at <= timezone.now(), "a clock that is ahead is set right"
    with refused("visit_too_old"):
        visit(estate, "1-101", said(row), at=now - timedelta(days=8))


def test_nobody_visits_another_grid(estate: Estate, refused: Refused) -> None:
    row = estate.lives(1, "1-101")
    for by in (grid_worker(NORTH, 83), replace(estate.worker, region=f"{COMMUNITY}002")):
        with refused("not_found"):
            visit(estate, "1-101", said(row), by=by)
    with refused("forbidden"):
        visit(estate, "1-101", said(row), by=replace(estate.worker, capabilities=frozenset()))
    visit(estate, "1-101", said(row, is_present="no"), by=grid_worker(COMMUNITY, 81))
    [edit] = visit(estate, "1-101", said(row, is_present="yes")).edits.all()
    assert edit.state == "clash"
    with refused("not_found"):
        actions.settle_edit(edit.pk, seen={}, wanted={}, by=grid_worker(NORTH, 84))
    actions.settle_edit(edit.pk, seen={}, wanted={}, by=estate.worker)
    with refused("edit_settled"):
        actions.settle_edit(edit.pk, seen={}, wanted={}, by=estate.worker)


def test_two_workers_at_once_do_not_overwrite_one_another(committed_db: None) -> None:
    with enter("j510500"):
        estate = Estate(grid_worker())
        row = estate.lives(1, "1-101")
        seen = residence_facts(row)
        workers = [estate.worker, grid_worker(COMMUNITY, 81)]
    wanted = [{"is_present": "yes"}, {"is_present": "no"}]
    states: list[Any] = [None, None]
    barrier = threading.Barrier(2)

    def run(n: int) -> None:
        with enter("j510500"):
            barrier.wait()
            try:
                found = visit(estate, "1-101", actions.Said(row.pk, seen, seen | wanted[n]), by=workers[n])
                states[n] = found.edits.get().state
            except Refusal as refusal:
                states[n] = refusal.code
            finally:
                connections["default"].close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == ["applied", "clash"]


def test_the_pages_of_a_day(estate: Estate, desk_of: Desk, django_assert_max_num_queries: Any) -> None:
    for number in range(1, 6):
        estate.lives(number, f"1-{1 + number // 2}0{1 + number % 2}", is_confirmed=False)
    row = Residence.objects.get(name="居民2")
    Residence.objects.filter(name="居民1").update(confirmed_at=timezone.now() - timedelta(days=100))
    client = desk_of(estate.worker)
    with django_assert_max_num_queries(26):
        today = client.get("/desk/grid/today/").content.decode()
    assert "1 人还没有核实过" in today
    assert "1 人超过 90 天没有核实" in today
    assert "还没有人上门" in today
    page = client.get(f"/desk/grid/dwellings/{row.dwelling_id}/").content.decode()
    assert f'value="{row.pk}"' in page
    url = f"/desk/grid/dwellings/{row.dwelling_id}/visit"
    form = {"nonce": str(uuid4()), "outcome": "met", "residence": [queries.shown_facts(row)]}
    assert client.post(url, form).status_code == 302
    row.refresh_from_db()
    assert row.confirmed_by == estate.worker.name
    assert client.post(url, {"nonce": "x"}).status_code == 404
    assert "没有要核对的" in client.get("/desk/grid/edits/").content.decode()


def test_correcting_on_a_page_and_settling_on_another(estate: Estate, desk_of: Desk) -> None:
    row = estate.lives(1, "1-101", relation="2001")
    client = desk_of(estate.worker)
    url = f"/desk/grid/residences/{row.pk}/"
    assert client.get(url).context["form"].initial["relation"] == "20"
    page = {
        "kind": "registered",
        "is_present": "",
        "relation": "20",
        "since": "",
        "until": "",
        "seen": json.dumps(residence_facts(row)),
    }
    assert client.post(url, page | {"nonce": str(uuid4()), "is_present": "no"}).status_code == 302
    row.refresh_from_db()
    assert (row.is_present, row.relation) == (False, "2001"), "the finer code of the register stays"
    assert client.post(url, page | {"nonce": str(uuid4()), "since": "2999-01-01"}).status_code == 422
    clash = client.post(url, page | {"nonce": str(uuid4()), "is_present": "yes"})
    edit = Edit.objects.get(state="clash")
    assert clash["Location"] == f"/desk/grid/edits/{edit.pk}/"
    shown = client.get(clash["Location"])
    assert b"is-different" in shown.content
    there = shown.context["there"]
    assert client.post(clash["Location"], {"there": "x"}).status_code == 404
    done = client.post(clash["Location"], {"there": there, "choice": "chosen", "is_present": "wanted"})
    assert done["Location"] == "/desk/grid/edits/"
    row.refresh_from_db()
    assert row.is_present is True
    assert client.get(f"/desk/grid/edits/{UUID(int=0)}/").status_code == 404
