"""What a holder sees of the log."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.models import Handle
from tongban.foundation.ledger.tests.support import BY, file_case
from tongban.lib.ids import uuid7

pytestmark = pytest.mark.django_db


def test_the_trail_of_an_affair_is_its_own_and_the_newest_comes_first() -> None:
    case = uuid7()
    first = file_case(case)
    file_case()  # somebody else's
    second = actions.record(
        "case.decided", by=BY, subject=("matters.case", case),
        values={"outcome": "granted", "is_late": False, "reason": "符合条件", "document": "00" * 32},
    )  # fmt: skip
    found = queries.trail_of("matters.case", case)
    assert [step.leaf for step in found] == [bytes(second.hash).hex(), bytes(first.hash).hex()]
    assert found[0].title.zh == "作出决定"
    assert queries.trail_of("credentials.credential", case) == []
    page = Template("{% load ledger %}{% log_trail 'matters.case' case %}").render(Context({"case": case}))
    assert f'href="/log/receipt/{found[1].leaf}.tlog-proof"' in page
    assert f'href="/log/check#{found[1].leaf}"' in page


def test_an_affair_whose_handle_was_erased_has_no_trail() -> None:
    case = uuid7()
    file_case(case)
    Handle.objects.all().delete()
    assert queries.trail_of("matters.case", case) == []
    assert (
        Template("{% load ledger %}{% log_trail 'matters.case' case %}").render(Context({"case": case})).strip() == ""
    )
