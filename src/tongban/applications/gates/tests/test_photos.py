"""Photos on passes: given, replaced and removed; signed, printed, told to guards' phones, erased with the pass."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from tongban.applications.gates import actions, queries
from tongban.applications.gates.handlers import portal
from tongban.applications.gates.models import Pass
from tongban.applications.gates.tests.conftest import Place, Somebody
from tongban.applications.gates.tests.test_guards import ask
from tongban.applications.gates.tests.test_passes import verdict
from tongban.foundation.credentials.models import Credential
from tongban.foundation.documents.tests.support import picture
from tongban.foundation.parties.models import Look
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
from tongban.lib.actors import ANONYMOUS, Actor
from tongban_verify.passes.code import read

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


def face(kind: str = "JPEG") -> ContentFile[bytes]:
    return ContentFile(picture(kind, size=(300, 400)), name=f"me.{kind.lower()}")


@pytest.fixture
def holder(place: Place) -> Somebody:
    return place.lives(10)


@pytest.fixture
def held(holder: Somebody) -> Pass:
    return actions.take_pass(holder.dwelling_id, by=holder.by)


def signed(row: Pass) -> str:
    return read(Credential.objects.get(pk=row.credential_id).code).claims.content.photo.hex()


class TestGiving:
    def test_it_is_signed_and_the_code_from_before_is_void(self, holder: Somebody, held: Pass) -> None:
        before = Credential.objects.get(pk=held.credential_id)
        row = actions.set_photo(held.pk, face(), by=holder.by)
        small = base64.b64decode(row.thumbnail)
        assert signed(row) == row.photo_mark == hashlib.sha256(small).digest()[:8].hex()
        before.refresh_from_db()
        assert (before.revoked_reason, verdict(row)) == ("照片更换", "valid")
        assert len(queries.shown_code(row)) <= 366  # QR version 11 at level M
        assert len(actions.paper_of(row)) > len(queries.photo_of(row))
        assert actions.cards_of([row]).startswith(b"%PDF")

    def test_it_lies_encrypted(self, holder: Somebody, held: Pass) -> None:
        row = actions.set_photo(held.pk, face(), by=holder.by)
        with connection.cursor() as cursor:
            cursor.execute("SELECT photo, thumbnail FROM gates_pass WHERE id = %s", [row.pk])
            stored = cursor.fetchone()
        assert all(b"/9j/" not in bytes(one) and bytes(one)[0] == 1 for one in stored)

    def test_it_is_replaced_removed_and_goes_on_to_the_next_pass(self, holder: Somebody, held: Pass) -> None:
        first = actions.set_photo(held.pk, face(), by=holder.by).photo_mark
        row = actions.set_photo(held.pk, face("PNG"), by=holder.by)
        assert row.photo_mark
        actions.end_own_pass(held.pk, by=holder.by)
        again = actions.take_pass(holder.dwelling_id, by=holder.by)
        assert signed(again) == row.photo_mark
        gone = actions.remove_photo(again.pk, by=holder.by)
        assert (signed(gone), queries.photo_of(Pass.objects.get(pk=again.pk)), verdict(gone)) == ("", b"", "valid")
        assert actions.remove_photo(again.pk, by=holder.by).credential_id == gone.credential_id  # nothing more to do
        assert first

    def test_an_application_has_it_before_it_is_approved(self, place: Place, holder: Somebody) -> None:
        row = actions.ask_for_pass(place.asked(), by=holder.by)
        marked = actions.set_photo(row.pk, face(), by=holder.by)
        assert marked.credential_id is None
        assert signed(actions.approve(row.pk, by=place.worker)) == marked.photo_mark

    def test_the_window_gives_it_to_whoever_has_no_phone(self, place: Place, held: Pass) -> None:
        assert actions.set_photo(held.pk, face(), at_desk=True, by=place.worker).photo_mark
        assert not actions.remove_photo(held.pk, at_desk=True, by=place.worker).photo_mark

    def test_nobody_else_does(self, place: Place, holder: Somebody, held: Pass, refused: Refused) -> None:
        neighbour = place.lives(12, "1-102").by
        for by, at_desk, code in (
            (neighbour, False, "not_found"), (ANONYMOUS, False, "not_found"), (neighbour, True, "forbidden"),
            (grid_worker(NORTH, 81), True, "not_found"),
        ):  # fmt: skip
            with refused(code):
                actions.set_photo(held.pk, face(), at_desk=at_desk, by=by)
            with refused(code):
                actions.remove_photo(held.pk, at_desk=at_desk, by=by)

    def test_no_other_file_no_vehicle_and_none_after_the_end(
        self, place: Place, holder: Somebody, held: Pass, refused: Refused
    ) -> None:
        with refused("type_not_for_purpose"):
            actions.set_photo(held.pk, ContentFile(b"1,2\n", name="a.csv"), by=holder.by)
        vehicle = actions.ask_for_pass(place.asked(kind="vehicle", plate="川E12345"), by=holder.by)
        with refused("photo_not_here"):
            actions.set_photo(vehicle.pk, face(), by=holder.by)
        actions.set_photo(held.pk, face(), by=holder.by)
        actions.end_own_pass(held.pk, by=holder.by)
        with refused("pass_ended"):
            actions.set_photo(held.pk, face(), by=holder.by)
        assert not actions.remove_photo(held.pk, by=holder.by).photo_mark  # that, at any time
        with refused("no_cards"):
            actions.cards_of([held])


class TestGuards:
    def test_a_phone_is_told_marks_and_gets_thumbnails(self, holder: Somebody, held: Pass, token: str) -> None:
        assert ask(token, "photos").json() == {"photos": []}
        row = actions.set_photo(held.pk, face(), by=holder.by)
        answer = ask(token, "photos")
        assert answer.json() == {"photos": [row.photo_mark]}
        assert ask(token, "photos", **{"If-None-Match": answer["ETag"]}).status_code == 304
        [got] = ask(token, f"thumbnails?marks={row.photo_mark},{'0' * 16}").json()
        assert hashlib.sha256(base64.b64decode(got["webp"])).digest()[:8].hex() == got["photo"] == row.photo_mark
        assert ask(token, "thumbnails?marks=x").status_code == 422
        actions.end_own_pass(held.pk, by=holder.by)
        assert ask(token, "photos").json() == {"photos": []}
        assert ask(token, f"thumbnails?marks={row.photo_mark}").json() == []

    def test_nobody_else_is(self, held: Pass) -> None:
        for path in ("photos", f"thumbnails?marks={'0' * 16}"):
            assert Client(HTTP_HOST="luzhou.localhost").get(f"/api/gates/{path}").status_code == 401


class TestPages:
    def test_a_resident_puts_one_on_and_takes_it_off(
        self, holder: Somebody, held: Pass, as_: Callable[[Actor], Client]
    ) -> None:
        browser, page = as_(holder.by), f"/passes/{held.pk}/photo"
        assert browser.post(page, {"file": face()}).status_code == 422  # without agreeing
        assert browser.post(page, {"file": face(), "agrees": "on"}).status_code == 302
        assert "data:image/jpeg;base64," in browser.get(f"/passes/{held.pk}/").content.decode()
        assert "data:image/jpeg;base64," in browser.get(page).content.decode()
        assert not Look.objects.exists()
        assert browser.post(page, {"what": "remove"}).status_code == 302
        assert "data:image/jpeg" not in browser.get(page).content.decode()

    def test_each_look_at_the_desk_is_kept(
        self, place: Place, holder: Somebody, held: Pass, as_: Callable[[Actor], Client]
    ) -> None:
        actions.set_photo(held.pk, face(), by=holder.by)
        browser = as_(place.worker)
        assert "data:image/jpeg" not in browser.get(f"/desk/gates/passes/{held.pk}/").content.decode()
        assert "data:image/jpeg" in browser.get(f"/desk/gates/passes/{held.pk}/photo").content.decode()
        assert list(Look.objects.order_by("pk").values_list("reason", flat=True)) == [
            "办理小区出入证", "在窗口看或换出入证照片",
        ]  # fmt: skip
        assert browser.get("/desk/gates/passes/cards.pdf?kind=resident")["Content-Type"] == "application/pdf"
        assert Look.objects.filter(reason="窗口成批打印出入证").count() == 1
        assert browser.get("/desk/gates/passes/cards.pdf?kind=vehicle").status_code == 409

    def test_lists_leave_photos_where_they_are(self, holder: Somebody, held: Pass) -> None:
        actions.set_photo(held.pk, face(), by=holder.by)
        [row] = queries.passes_of(holder.by)
        assert {"photo", "thumbnail"} <= row.get_deferred_fields()


def test_it_is_erased_with_the_pass(holder: Somebody, held: Pass) -> None:
    from tongban.foundation.ledger.actions.erasing import erase_due

    actions.set_photo(held.pk, face(), by=holder.by)
    Pass.objects.filter(pk=held.pk).update(
        ends_at=timezone.now() - timedelta(days=91), starts_at=timezone.now() - timedelta(days=92)
    )
    erase_due()
    assert not Pass.objects.exists()


def test_the_holders_page_of_their_data_shows_pass_photo_scans_and_look_ups(
    holder: Somebody, held: Pass, token: str, place: Place, django_assert_max_num_queries: Any
) -> None:
    actions.set_photo(held.pk, face(), by=holder.by)
    code = queries.shown_code(Pass.objects.get(pk=held.pk))
    ask(token, "verify", {"nonce": str(uuid4()), "code": code, "gate": 1})
    ask(token, "look-up", {"nonce": str(uuid4()), "tail": held.phone[-4:], "gate": 2})
    with django_assert_max_num_queries(12):
        passes, scans = (one for answer in [portal.held(holder.person.pk)] for one in answer)
    assert [str(label) for label, _, _ in passes.facts] == ["居民", "证上的照片"]
    assert "7-1-101" in str(passes.facts[0][1])
    assert [str(label) for label, _, _ in scans.facts] == ["按手机尾号查找", "扫码"]
    assert "南门 · 进门" in str(scans.facts[1][1])
    assert str(scans.facts[1][1]).endswith("放行")
    stranger = place.lives(11, "1-102")
    assert all(not section.facts for section in portal.held(stranger.person.pk))
