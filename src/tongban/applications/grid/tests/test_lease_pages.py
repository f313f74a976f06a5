"""A lease that goes on longer or ends earlier than agreed, recorded by the grid worker of the place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tongban.applications.grid.tests.test_api_lists import send
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.models import Lease
from tongban.foundation.registers.tests.arrange import NORTH, Estate, grid_worker
from tongban.lib.actors import Actor

Desk = Callable[[Actor], Client]


def running(estate: Estate) -> tuple[Lease, str]:
    """A lease of a hundred days, and its page."""
    today = timezone.localdate()
    lease = estate.lease("1-101", today - timedelta(days=50), today + timedelta(days=50))
    return lease, f"/desk/grid/leases/{lease.pk}/"


def test_a_lease_ends_earlier_with_a_reason(estate: Estate, desk_of: Desk) -> None:
    lease, page = running(estate)
    client, last = desk_of(estate.worker), timezone.localdate() - timedelta(days=1)
    assert page in client.get(f"/desk/grid/dwellings/{lease.dwelling_id}/").content.decode()
    assert f'value="{lease.until:%Y-%m-%d}"' in client.get(page).content.decode()
    answer = client.post(page, {"until": last.isoformat(), "reason": ""})
    assert answer.status_code == 422
    assert "请写明提前结束的原因" in answer.content.decode()
    early = client.post(page, {"until": (lease.since - timedelta(days=1)).isoformat(), "reason": "双方协商退租"})
    assert early.status_code == 422
    assert 'href="#id_until"' in early.content.decode(), "said beside the day"
    assert client.post(page, {"until": last.isoformat(), "reason": "双方协商退租"}).status_code == 302
    lease.refresh_from_db()
    assert (lease.until, lease.end_reason, lease.ended_by) == (last, "双方协商退租", estate.worker.name)
    assert lease.told_at is not None, "it is over at once"
    estate.lease("1-101", last + timedelta(days=1), last + timedelta(days=90))


def test_a_lease_goes_on(estate: Estate, desk_of: Desk) -> None:
    lease, page = running(estate)
    client, later = desk_of(estate.worker), lease.until + timedelta(days=365)
    assert client.post(page, {"until": lease.until.isoformat()}).status_code == 422, "nothing changed"
    assert client.post(page, {"until": "gestern"}).status_code == 422
    assert client.post(page, {"until": later.isoformat()}).status_code == 302
    lease.refresh_from_db()
    assert lease.until == later


def test_a_lease_of_another_community_is_not_found(estate: Estate, desk_of: Desk) -> None:
    _, page = running(estate)
    assert desk_of(grid_worker(NORTH, 88)).get(page).status_code == 404


def test_a_lease_moves_over_the_api(estate: Estate, desk_of: Desk) -> None:
    lease, _ = running(estate)
    client, path = desk_of(estate.worker), f"/leases/{lease.pk}"
    [found] = client.get("/api/grid/leases").json()
    assert (found["id"], found["until"], found["ended_early"]) == (str(lease.pk), lease.until.isoformat(), False)
    assert client.get("/api/grid/leases?ended=true").json() == []
    later = (lease.until + timedelta(days=30)).isoformat()
    moved = {"until": later, "seen": lease.until.isoformat()}
    assert send(client, path, moved).json()["until"] == later
    assert send(client, path, moved).status_code == 409, "sent again, another last day is on record"
    assert send(client, path, {"until": later}).json()["code"] == "lease_order"
    last = (timezone.localdate() - timedelta(days=1)).isoformat()
    early = {"until": last, "seen": later, "reason": ""}
    assert send(client, path, early).status_code == 422, "an early end needs a reason"
    assert send(client, path, early | {"reason": "双方协商退租"}).json()["ended_early"] is True
    assert client.get(f"/api/grid{path}").status_code == 404, "it is over"
    assert send(client, path, early | {"reason": "双方协商退租"}).status_code == 404


def test_a_lease_of_another_community_does_not_move_over_the_api(estate: Estate, desk_of: Desk) -> None:
    lease, _ = running(estate)
    stranger = desk_of(grid_worker(NORTH, 88))
    assert stranger.get("/api/grid/leases").json() == []
    assert send(stranger, f"/leases/{lease.pk}", {"until": "2030-01-01"}).status_code == 404
    nobody = desk_of(staff_of(unit_of("operations-91", "510502", 91), "operator", 91, region=""))
    assert send(nobody, f"/leases/{lease.pk}", {"until": "2030-01-01"}).status_code == 403
    lease.refresh_from_db()
    assert lease.until == timezone.localdate() + timedelta(days=50)
