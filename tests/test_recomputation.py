"""What the nightly recomputation finds of a house whose tables somebody changed as their owner, and what it must not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tongban.foundation.ledger import actions as ledger

if TYPE_CHECKING:
    from tongban.matters.tests.arrange import County

Owner = Callable[..., Any]


@pytest.fixture
def as_owner(request: pytest.FixtureRequest) -> Owner:
    from tests.support import owner_of

    return owner_of(request)


@pytest.fixture
def county(committed_db: None) -> County:
    """A county in which every act has its leaf, a granted case and one under review among them."""
    from tongban.foundation.parties.actions.organisations import record_representative
    from tongban.foundation.parties.models import Mandate
    from tongban.foundation.parties.queries import leaves
    from tongban.lib.actors import system
    from tongban.matters.tests.arrange import make_county

    by = system("tests")
    from django.db import transaction

    with transaction.atomic():
        found = make_county()
        record_representative(found.company, "office", by)
        for mandate in Mandate.objects.all():  # arranged as rows, without their act
            about = ("parties.mandate", mandate.pk)
            ledger.record("mandate.granted", by=by, subject=about, values=leaves.mandate_leaf(mandate))
            ledger.record("mandate.accepted", by=by, subject=about, values={})
        found.granted()
        found.submitted()
    ledger.sequence_all()
    return found


def findings(*, is_full: bool = True) -> set[str]:
    from tongban.foundation.ledger.models import Finding

    ledger.check(is_full=is_full)
    return set(Finding.objects.values_list("kind", flat=True))


@pytest.mark.slow
def test_an_honest_house_has_no_findings(county: County) -> None:
    from tongban.foundation.ledger.models import CheckRun, Entry, Handle, Salt

    assert findings() == set()
    run = CheckRun.objects.get()
    assert run.is_full
    assert (run.leaves, run.affairs) == (Entry.objects.count(), Handle.objects.count())
    assert run.leaves > 15
    assert Salt.objects.count() > 60
    assert findings(is_full=False) == set()


CASE = "(SELECT id FROM matters_case WHERE state = 'granted')"
ATTACKS = {
    "a decision deleted": ("DELETE FROM matters_decision", {"row_changed"}),
    "a decision reversed": ("UPDATE matters_decision SET outcome = 'refused'", {"row_changed"}),
    "an act of the history deleted": (
        f"DELETE FROM matters_caseevent WHERE kind = 'reviewed' AND case_id = {CASE}", {"row_missing"},
    ),
    "an act back-dated": (
        f"UPDATE matters_caseevent SET at = at - interval '3 days' WHERE kind = 'granted' AND case_id = {CASE}",
        {"row_missing", "row_unrecorded"},
    ),
    "an opinion turned round": (
        f"UPDATE matters_review SET state = 'objected' WHERE unit_code = 'health' AND case_id = {CASE}", {"row_changed"},
    ),
    "a review deleted": (
        f"DELETE FROM matters_review WHERE unit_code = 'health' AND case_id = {CASE}", {"row_changed"},
    ),
    "an applicant exchanged": (f"UPDATE matters_case SET name = '别人' WHERE id = {CASE}", {"row_changed"}),
    "a definition changed": (
        "UPDATE matters_definitionversion SET content = jsonb_set(content, '{definition,prefix}', '\"X\"')",
        {"row_changed"},
    ),
    "a mandate lengthened": ("UPDATE parties_mandate SET valid_to = valid_to + 100", {"row_changed"}),
    "a mandate deleted": ("DELETE FROM parties_mandate", {"row_missing"}),
    "a mandate slipped in": (
        "INSERT INTO parties_mandate SELECT gen_random_uuid(), services, may_sign, valid_from, valid_to, evidence, granted_by, "
        "granted_at, accepted_at, withdrawn_at, withdrawn_by, agent_id, organisation_id, person_id FROM parties_mandate",
        {"row_unrecorded"},
    ),
    "a company taken over": (
        "UPDATE parties_organisation SET legal_representative_id = (SELECT id FROM parties_person WHERE name = '陈小雨') "
        "WHERE legal_representative_id IS NOT NULL", {"row_changed"},
    ),
    "a certificate's holder changed": ("UPDATE credentials_credential SET holder_name = '别人'", {"row_changed"}),
    "a salt deleted": (
        "DELETE FROM ledger_salt WHERE id = (SELECT min(id::text)::uuid FROM ledger_salt)", {"salt_missing"},
    ),
    "a name of an affair deleted": (
        "DELETE FROM ledger_handle WHERE subject_kind = 'parties.mandate'", {"subject_missing", "row_unrecorded"},
    ),
    "an erasure invented": (
        "WITH gone AS (DELETE FROM ledger_handle WHERE subject_kind = 'parties.mandate' RETURNING handle), "
        "rows AS (DELETE FROM parties_mandate) INSERT INTO ledger_erased (id, handle, entry_id) "
        "SELECT gen_random_uuid(), handle, (SELECT min(id::text)::uuid FROM ledger_entry) FROM gone",
        {"erasure_invented"},
    ),
    "a leaf's words changed": (
        "UPDATE ledger_entry SET body = replace(convert_from(body, 'UTF8'), 'mandate.granted', 'mandate.changed')::bytea "
        "WHERE type = 'mandate.granted'", {"leaf_changed", "leaf_missing", "row_unrecorded"},
    ),
    "a leaf's words and hash changed": (
        "UPDATE ledger_entry SET body = convert_to('{}', 'UTF8'), hash = sha256(convert_to(E'\\\\x00{}', 'UTF8')) "
        "WHERE type = 'mandate.accepted'", {"leaf_changed", "leaf_missing", "row_unrecorded", "tree_changed"},
    ),
    "a leaf and its place deleted": (
        "WITH gone AS (SELECT id FROM ledger_entry WHERE type = 'mandate.accepted'), "
        "salts AS (DELETE FROM ledger_salt WHERE entry_id IN (SELECT id FROM gone)), "
        "places AS (DELETE FROM ledger_position WHERE entry_id IN (SELECT id FROM gone)) "
        "DELETE FROM ledger_entry WHERE id IN (SELECT id FROM gone)",
        {"leaf_missing", "row_unrecorded", "tree_changed"},
    ),
    "a chain cut short": (
        "UPDATE ledger_handle SET last = (SELECT hash FROM ledger_entry WHERE type = 'mandate.granted') "
        "WHERE subject_kind = 'parties.mandate'", {"leaf_missing"},
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("attack", list(ATTACKS))
def test_what_the_owner_changes_is_found(attack: str, county: County, as_owner: Owner) -> None:
    statement, expected = ATTACKS[attack]
    assert as_owner(statement) > 0
    assert findings() == expected


@pytest.mark.slow
def test_an_entry_that_lost_its_turn_is_found(county: County, as_owner: Owner) -> None:
    county.draft()
    county.submitted()
    assert as_owner("DELETE FROM ledger_pending") > 0
    assert findings(is_full=False) == {"place_missing"}
    assert findings() == {"place_missing"}


@pytest.mark.slow
def test_the_runtime_role_cannot_delete_what_was_decided(county: County) -> None:
    from django.db import ProgrammingError, connection

    for table in ("ledger_entry", "ledger_position", "ledger_erased", "matters_definitionversion"):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.slow
def test_what_is_erased_by_schedule_is_told_and_raises_no_alarm(county: County, as_owner: Owner) -> None:
    from tongban.foundation.credentials.models import Credential
    from tongban.foundation.ledger.models import Entry, Erased, Handle
    from tongban.matters.models import Case

    case = Case.objects.get(state="granted")
    assert ledger.erase_due("matters.cases") == 0, "neither old enough nor is its certificate out of date"
    Case.objects.filter(pk=case.pk).update(closed_at=case.closed_at - timedelta(days=40 * 365))
    assert ledger.erase_due("matters.cases") == 0, "its certificate is still good"
    Credential.objects.update(
        not_before=case.closed_at - timedelta(days=9), expires_at=case.closed_at - timedelta(days=1)
    )
    assert ledger.erase_due("matters.cases") == 1
    assert ledger.erase_due("matters.cases") == 0
    assert not Case.objects.filter(pk=case.pk).exists()
    assert not Credential.objects.exists()
    assert not Handle.objects.filter(subject_id=case.pk).exists()
    assert Erased.objects.count() == 2  # the case and its credential
    assert Entry.objects.filter(type="data.erased").count() == 1
    ledger.sequence_all()
    assert findings() == set()
