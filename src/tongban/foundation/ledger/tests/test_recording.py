"""Leaves: what they say, what they hide, when they are refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.db.utils import ProgrammingError
from django.utils import timezone

from tongban.foundation.ledger import actions
from tongban.foundation.ledger.models import Entry, Handle, Pending, Salt
from tongban.foundation.ledger.rules import canonical
from tongban.foundation.ledger.tests.support import BY, CASE, SEALED, file_case
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusal
from tongban_verify.leaves import commitment

db = pytest.mark.django_db


@db
def test_a_leaf_shows_what_is_open_and_commits_to_the_rest() -> None:
    entry = file_case()
    leaf = json.loads(bytes(entry.body))
    assert bytes(entry.body) == canonical(leaf)
    assert leaf["type"] == "case.filed"
    assert leaf["open"] == CASE
    assert leaf["prev"] == ""
    assert set(leaf["commit"]) == {*SEALED, "actor"}
    assert "张三" not in bytes(entry.body).decode()
    for name, value in SEALED.items():
        salt = bytes(Salt.objects.get(entry=entry, field=name).salt)
        assert leaf["commit"][name] == commitment("case.filed", name, salt, canonical(value)).hex()
        assert leaf["commit"][name] != commitment("case.filed", name, bytes(32), canonical(value)).hex()


@db
def test_the_same_value_never_looks_the_same() -> None:
    first, second = (json.loads(bytes(file_case().body)) for _ in range(2))
    assert not set(first["commit"].values()) & set(second["commit"].values())


@db
def test_leaves_of_one_affair_form_a_chain() -> None:
    case = uuid7()
    first = file_case(case)
    second = actions.record(
        "case.decided", by=BY, subject=("matters.case", case),
        values={"outcome": "granted", "is_late": False, "reason": "符合条件", "document": "00" * 32},
    )  # fmt: skip
    leaf = json.loads(bytes(second.body))
    assert leaf["prev"] == bytes(first.hash).hex()
    assert leaf["subject"] == json.loads(bytes(first.body))["subject"]
    assert Handle.objects.count() == 1


@db
def test_a_leaf_rolls_back_with_its_business() -> None:
    with pytest.raises(LookupError), transaction.atomic():
        file_case()
        raise LookupError
    assert not Entry.objects.exists()
    assert not Pending.objects.exists()


def test_outside_a_transaction_nothing_is_recorded(committed_db: None) -> None:
    with pytest.raises(TransactionManagementError):
        file_case()
    assert not Entry.objects.exists()


@db
def test_too_large_a_leaf_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        file_case(due="9" * 65_536)
    assert refused.value.code == "leaf_too_large"
    assert not Entry.objects.exists()


@db
@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_leaf_is_dated_now(minutes: int) -> None:
    with pytest.raises(Refusal) as refused:
        actions.record(
            "case.filed", by=BY, subject=("matters.case", uuid7()), values=CASE | SEALED,
            at=timezone.now() + timedelta(minutes=minutes),
        )  # fmt: skip
    assert refused.value.code == "leaf_misdated"


@db
@pytest.mark.parametrize(
    ("leaf_type", "values", "subject", "said"),
    [
        ("case.forgotten", {}, None, "closed"),
        ("case.filed", CASE, ("matters.case", uuid7()), "takes"),
        ("case.filed", CASE | SEALED | {"name": "张三"}, ("matters.case", uuid7()), "takes"),
        ("case.filed", CASE | SEALED, None, "needs a subject"),
        ("shard.closed", {"size": 1}, ("matters.case", uuid7()), "has no subject"),
    ],
)
def test_the_list_of_types_is_closed(leaf_type: str, values: dict[str, Any], subject: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        actions.record(leaf_type, by=BY, subject=subject, values=values)


@db
@pytest.mark.parametrize("table", ["entry", "position", "checkpoint", "shard", "subtree", "logkey"])
@pytest.mark.parametrize("statement", ["DELETE FROM ledger_{}", "UPDATE ledger_{} SET id = id", "TRUNCATE ledger_{}"])
def test_the_runtime_role_takes_nothing_back(table: str, statement: str) -> None:
    if table == "checkpoint" and statement.startswith("DELETE"):
        pytest.skip("old heads are thinned out; that the newest one is gone is seen (test_resuming)")
    if table == "position":
        statement = statement.replace("id = id", "index = index")
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@db
def test_salts_can_be_erased_but_not_exchanged() -> None:
    entry = file_case()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Salt.objects.filter(entry=entry).update(salt=bytes(32))
    assert Salt.objects.filter(entry=entry).delete()[0] == 6
