"""Many applications in one call: each for itself, safe to repeat, numbered without a gap."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import connection

from tongban.foundation.documents.models import Document
from tongban.foundation.exchange.models import OutboxMessage
from tongban.foundation.ledger.queries import trail_of
from tongban.foundation.parties.models import Organisation
from tongban.lib.actors import Actor
from tongban.lib.ids import uuid7
from tongban.matters import actions, hooks
from tongban.matters.models import Case, CaseCounter, CaseEvent
from tongban.matters.tests.arrange import SERVICE, County, complete_answers, make_county
from tongban.matters.tests.test_api import Caller, program
from tongban.matters.tests.test_races import at_once

__all__ = ["program"]


def rows(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [
        {"reference": f"R{place}", "service": SERVICE, "answers": complete_answers() | changes}
        for place in range(count)
    ]


def client_of(company: Organisation) -> Actor:
    return Actor(
        kind="client", channel="api", name="ERP", client_id=uuid7(), organisation_id=company.pk, assurance=5,
        second_factor=True, capabilities=frozenset({hooks.APPLY}),
    )  # fmt: skip


def as_rows(sent: list[dict[str, Any]]) -> list[actions.Row]:
    return [actions.Row(one["reference"], one["service"], one["answers"]) for one in sent]


def test_each_of_many_is_a_whole_case(county: County, program: Caller) -> None:
    answer = program.send("/cases/bulk", {"cases": rows(3)})
    assert answer.status_code == 200, answer.content.decode()
    found = answer.json()
    assert [(one["reference"], one["is_done"], one["is_repeat"], one["state"]) for one in found] == [
        (f"R{place}", True, False, "in_review") for place in range(3)
    ]
    assert [one["number"][-4:] for one in found] == ["0001", "0002", "0003"]
    one = program.send("/cases", {"service": SERVICE, "answers": complete_answers(), "submit": True}).json()
    assert one["number"][-4:] == "0004"
    several, single = Case.objects.get(pk=found[1]["id"]), Case.objects.get(pk=one["id"])
    kinds = ["started", "submitted", "accepted"]
    for case in (several, single):
        assert list(case.events.order_by("at", "pk").values_list("kind", flat=True)) == kinds
        assert [step.title.en for step in trail_of("matters.case", case.pk)] == [
            step.title.en for step in trail_of("matters.case", single.pk)
        ]
        assert case.reviews.count() == 8
        assert OutboxMessage.objects.filter(subject=str(case.pk), type=hooks.CASE_SUBMITTED).count() == 1
        assert Document.objects.filter(attached_id=case.pk).count() == 2
    kept = {field.name for field in Case._meta.fields} - {
        "id", "number", "answers", "answers_hash", "started_at", "submitted_at", "accepted_at", "reference",
        "reference_of", "reference_hash",
    }  # fmt: skip
    assert [getattr(several, name) for name in kept] == [getattr(single, name) for name in kept]


def test_what_is_wrong_stops_no_other_and_takes_no_number(county: County, program: Caller) -> None:
    sent = rows(6)
    sent[1]["answers"]["workforce.total"] = "many"
    sent[2]["service"] = "no-such-service"
    sent[3]["answers"]["material.staff_list"] = sent[0]["answers"]["material.staff_list"]
    del sent[4]["answers"]["workforce.total"]
    found = program.send("/cases/bulk", {"cases": sent}).json()
    assert [one["is_done"] for one in found] == [True, False, False, False, False, True]
    codes = [[(error["code"], error["field"]) for error in one["errors"]] for one in found]
    assert codes[1] == [("not_a_number", "workforce.total")]
    assert codes[2] == [("not_found", "")]
    assert codes[3] == [("document_attached_elsewhere", "material.staff_list")]
    assert codes[4] == [("required", "workforce.total")]
    assert [found[0]["number"][-4:], found[5]["number"][-4:]] == ["0001", "0002"]
    assert CaseCounter.objects.get().last == 2
    assert Case.objects.count() == 2
    assert CaseEvent.objects.count() == 6  # of the two alone
    left = Document.objects.get(pk=sent[1]["answers"]["material.staff_list"][0])
    assert left.attached_id is None


def test_a_file_of_a_refused_row_serves_the_next(county: County, program: Caller) -> None:
    sent = rows(2)
    sent[1]["answers"]["material.staff_list"] = sent[0]["answers"]["material.staff_list"]
    sent[0]["answers"]["resumption.start_date"] = "soon"
    found = program.send("/cases/bulk", {"cases": sent}).json()
    assert [one["is_done"] for one in found] == [False, True]


def test_a_repeat_finds_the_cases_and_writes_nothing(county: County, program: Caller) -> None:
    sent = rows(3)
    sent[2]["answers"]["workforce.total"] = "many"
    first = program.send("/cases/bulk", {"cases": sent}).json()
    sent[2]["answers"]["workforce.total"] = 46
    again = program.send("/cases/bulk", {"cases": sent}).json()
    assert [one["id"] for one in again][:2] == [one["id"] for one in first][:2]
    assert [(one["is_done"], one["is_repeat"]) for one in again] == [(True, True), (True, True), (True, False)]
    assert Case.objects.count() == 3
    sent[0]["answers"]["workforce.total"] = 45
    changed = program.send("/cases/bulk", {"cases": sent[:1]}).json()
    assert [error["code"] for error in changed[0]["errors"]] == ["reference_reused"]
    assert actions.submit_in_bulk(as_rows(rows(1)), by=client_of(county.company))[0].is_repeat is False


def test_lists_that_are_refused_as_a_whole(county: County, program: Caller, refused: Callable[[str], Any]) -> None:
    assert program.send("/cases/bulk", {"cases": []}).status_code == 422
    by, one = client_of(county.company), actions.Row("R", SERVICE, {})
    with refused("wrong_count"):
        actions.submit_in_bulk([], by=by)
    with refused("wrong_count"):
        actions.submit_in_bulk([one] * 501, by=by)
    with refused("reference_missing"):
        actions.submit_in_bulk([actions.Row(" ", SERVICE, {})], by=by)
    with refused("reference_twice"):
        actions.submit_in_bulk([one, one], by=by)


def test_strangers_and_staff_hand_nothing_in(county: County) -> None:
    sent = as_rows(rows(1))
    for by in (county.decider, Actor(kind="client", channel="api", organisation_id=county.company.pk)):
        (outcome,) = actions.submit_in_bulk(sent, by=by)
        assert outcome.refusal is not None
        assert outcome.refusal.code == "forbidden"
    assert not Case.objects.exists()


def test_what_is_filed_on_the_spot_comes_alone(county: County) -> None:
    by = client_of(county.company)
    outcomes = actions.submit_in_bulk(as_rows(_with_one_filed()), by=by)
    assert [one.refusal for one in outcomes] == [None, None]
    assert sorted(Case.objects.values_list("state", flat=True)) == ["filed", "in_review"]


def _with_one_filed() -> list[dict[str, Any]]:
    sent = rows(2)
    sent[0]["answers"] |= {
        "workforce.returning": 2, "workforce.local": 2, "workforce.elsewhere": 0, "workforce.key_areas": 0,
    }  # fmt: skip
    return sent


def test_the_same_list_twice_at_once(committed_db: None) -> None:
    county = make_county()
    sent, by = as_rows(rows(4)), client_of(county.company)
    done = at_once(lambda: actions.submit_in_bulk(sent, by=by), lambda: actions.submit_in_bulk(sent[::-1], by=by))
    assert done == ["done", "done"]
    assert Case.objects.count() == 4
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert [number[-4:] for number in numbers if number] == ["0001", "0002", "0003", "0004"]


_WRITTEN = re.compile(r'(?:INSERT INTO|COPY|UPDATE) "?(\w+)')


def test_others_wait_for_their_number_only_while_the_cases_are_written(county: County, program: Caller) -> None:
    """Whoever holds the counter makes all others wait who apply for that service."""

    def tables_written(path: str, sent: dict[str, Any]) -> list[str]:
        found = []

        def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            if written := _WRITTEN.search(sql):
                found.append(written[1])
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            assert program.send(path, sent).status_code in (200, 201)
        return found

    one = {"service": SERVICE, "answers": complete_answers(), "submit": True}
    for tables in (tables_written("/cases", one), tables_written("/cases/bulk", {"cases": rows(3)})):
        counter = tables.index(CaseCounter._meta.db_table)
        assert {"matters_caseevent", "matters_review", "ledger_entry"} < set(tables[:counter])
        assert tables[counter + 1 : counter + 3] == ["matters_case", "exchange_outboxmessage"]
        assert set(tables[counter + 3 :]) <= {"notifications_message", "exchange_storedanswer"}
