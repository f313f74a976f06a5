"""What comes in by the poster's form: right at once, wrong with a sentence, twice once, forged not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Counter, Hall, Visit
from tongban.applications.halls.tests.conftest import staff
from tongban.applications.halls.tests.test_visits import HOST, come
from tongban.lib.actors import Actor

POSTED = {
    "service": "s1", "name": "Zoë Müller-Östergård", "document_type": "passport", "document_number": "c01x 00t47",
    "phone": "+49 30 901820", "companions": "", "entrance": "main",
}  # fmt: skip


def post(hall: Hall, **changes: str) -> Any:
    phone = Client(HTTP_HOST=HOST)
    return phone.post(f"/h/{hall.code}/", POSTED | {"nonce": str(uuid4())} | changes)


@pytest.mark.django_db
class TestPoster:
    """The page of the poster takes what came right at once, and shows everything else in its form."""

    def test_a_foreign_passport_and_a_foreign_phone(self, hall: Hall) -> None:
        answer = post(hall)
        assert answer.status_code == 302
        visit = Visit.objects.get()
        assert (visit.details["document_type"], visit.details["document_number"]) == ("passport", "C01X00T47")
        assert answer["Location"] == f"/v/{visit.code}/"

    def test_an_ordinary_registration_takes_three_statements(
        self, hall: Hall, django_assert_max_num_queries: Any
    ) -> None:
        post(hall)
        queries.forget_hall(hall)
        with django_assert_max_num_queries(
            8
        ):  # within a test's transaction: the jurisdiction, a savepoint and the way back, too
            assert post(hall).status_code == 302

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "陈\0雨"}, {"name": "陈" * 5000}, {"companions": "甲\n" * 40}, {"nonce": ""}, {"nonce": "x" * 40},
            {"service": "s9"}, {"document_number": "E1"}, {"phone": "1"}, {"document_type": "library_card"}, {"name": "   "},
        ],
    )  # fmt: skip
    def test_what_is_wrong_comes_back_with_what_was_typed(self, hall: Hall, changes: dict[str, str]) -> None:
        answer = post(hall, **changes)
        assert answer.status_code == 422
        assert "error-summary" in answer.content.decode() or "tb-invalid" in answer.content.decode()
        assert not Visit.objects.exists()
        assert not Counter.objects.exists(), "no number was used up"

    def test_the_form_sent_twice_is_one_visit_even_after_closing(
        self, hall: Hall, manager: Actor, clock: Callable[[datetime], None]
    ) -> None:
        nonce = str(uuid4())
        first = post(hall, nonce=nonce)
        actions.suspend_hall(hall.pk, reason="演练", by=staff("administrator"))
        assert post(hall, nonce=nonce)["Location"] == first["Location"]
        assert post(hall).status_code == 422

    def test_a_forged_code_is_no_visit(self, hall: Hall) -> None:
        code = come(hall, 1).code
        forged = code[:-1] + ("2" if code[-1] != "2" else "3")
        phone = Client(HTTP_HOST=HOST)
        for path in (f"/v/{forged}/", f"/v/{forged}/now", f"/v/{forged}/slip.pdf", "/v/AAAAAAAAAAAAAA/"):
            assert phone.get(path).status_code == 404
        assert phone.post(f"/v/{forged}/leave").status_code == 404
