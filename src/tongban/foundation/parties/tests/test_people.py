"""Who somebody is: stating, proving, correcting, looking."""

from __future__ import annotations

from datetime import date

import pytest

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import Account, ListLook, Look, Person
from tongban.foundation.parties.rules import Particulars
from tongban.foundation.parties.tests.arrange import OFFICE, actor_of, person_of, staff_of, unit_of
from tongban.lib.actors import Actor
from tongban.lib.fields import blind_index
from tongban.lib.identifiers import synthetic_id_number
from tongban.lib.refusals import Refusal

pytestmark = pytest.mark.django_db
NUMBER = synthetic_id_number(date(1991, 2, 3), 8)


def stated(name: str = "李四", number: str = NUMBER) -> Particulars:
    return Particulars(name=name, document_type="resident_id", document_number=number)


def fresh(phone: str = "13800002222", *, verified: bool = True) -> Actor:
    account = Account.objects.create(username=f"p{phone}")
    by = queries.actor_of_account(account, channel="web", second_factor=False)
    actions.claim_phone(account.pk, phone, verified=verified, by=by)
    return by


def refuses(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, match=f"^{code}:")


def test_stating_who_one_is() -> None:
    by = fresh()
    person = actions.state_identity(stated(), by=by)
    person.refresh_from_db()
    assert (person.assurance, person.birth_date, person.sex) == (2, "1991-02-03", "2")
    assert person.document_index == blind_index("document", f"resident_id:{NUMBER}")
    assert person.phone == "+8613800002222"
    assert Account.objects.get(pk=by.account_id).person == person
    assert actions.state_identity(stated("李思"), by=by).pk == person.pk


@pytest.mark.parametrize(
    ("particulars", "code"),
    [
        (stated(number=""), "id_number_missing"),
        (stated(number=NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")), "id_number_checksum"),
        (stated(name="  "), "name_missing"),
        (stated(name="李\x07四"), "name_invalid"),
        (Particulars("李四", "library_card", "123"), "document_type_unknown"),
    ],
)
def test_what_cannot_be_right_is_refused(particulars: Particulars, code: str) -> None:
    with refuses(code):
        actions.state_identity(particulars, by=fresh())
    assert not Person.objects.exists()


def test_a_document_belongs_to_one_person() -> None:
    actions.state_identity(stated(), by=fresh())
    with refuses("document_taken"):
        actions.state_identity(stated(), by=fresh("13800003333"))


def test_whom_the_office_recorded_is_joined_when_everything_agrees() -> None:
    known = person_of("李四", 8, account=False)
    particulars = stated("李四", known.document_number)
    with refuses("document_taken"):
        actions.state_identity(particulars, by=fresh("13800004444"))
    with refuses("document_taken"):
        actions.state_identity(stated("王五", known.document_number), by=fresh(known.phone))
    by = queries.actor_of_account(queries.account_by_phone(known.phone), channel="web", second_factor=False)
    assert actions.state_identity(particulars, by=by).pk == known.pk


def test_an_unproved_phone_joins_nobody() -> None:
    known = person_of("李四", 8, account=False)
    with refuses("document_taken"):
        actions.state_identity(stated("李四", known.document_number), by=fresh(known.phone, verified=False))


def test_verified_facts_are_corrected_on_request_only() -> None:
    person = person_of("李四", 8)
    clerk = staff_of(unit_of("window"), "clerk", 90)
    actions.verify_at_counter(person.pk, by=clerk)
    person.refresh_from_db()
    with refuses("identity_verified"):
        actions.state_identity(stated("李思", person.document_number), by=actor_of(person))
    correction = actions.request_correction("name", "李思", reason="登记时写错", by=actor_of(person))
    with refuses("correction_open"):
        actions.request_correction("name", "李思思", reason="登记时写错", by=actor_of(person))
    with refuses("forbidden"):
        actions.settle_correction(correction.pk, accept=True, answer="属实", by=actor_of(person))
    with refuses("reason_missing"):
        actions.settle_correction(correction.pk, accept=True, answer=" ", by=clerk)
    actions.settle_correction(correction.pk, accept=True, answer="与证件一致", by=clerk)
    person.refresh_from_db()
    assert (person.name, person.name_initials, person.assurance) == ("李思", "ls", 5)
    with refuses("correction_settled"):
        actions.settle_correction(correction.pk, accept=False, answer="不属实", by=clerk)


def test_declining_a_correction_changes_nothing() -> None:
    person = person_of("李四", 8)
    clerk = staff_of(unit_of("window"), "clerk", 90)
    correction = actions.request_correction("name", "李思", reason="登记时写错", by=actor_of(person))
    settled = actions.settle_correction(correction.pk, accept=False, answer="与证件不一致", by=clerk)
    person.refresh_from_db()
    assert person.name == "李四"
    assert settled.is_accepted is False


@pytest.mark.parametrize(
    ("fact", "value", "code"),
    [("sex", "1", "fact_unknown"), ("name", " ", "stated_missing"), ("document_number", "12", "id_number_length")],
)
def test_a_correction_must_make_sense(fact: str, value: str, code: str) -> None:
    with refuses(code):
        actions.request_correction(fact, value, reason="写错了", by=actor_of(person_of()))


def test_nobody_settles_their_own_correction() -> None:
    clerk = staff_of(unit_of("window"), "clerk", 90)
    correction = actions.request_correction("name", "员工九十", reason="登记时写错", by=clerk)
    with refuses("own_correction"):
        actions.settle_correction(correction.pk, accept=True, answer="属实", by=clerk)


def test_verifying_needs_a_clerk_with_a_second_factor_and_a_document() -> None:
    person = person_of()
    with refuses("forbidden"):
        actions.verify_at_counter(person.pk, by=actor_of(person))
    nobody = actions.register_person(Particulars("无证人"), by=OFFICE)
    with refuses("document_missing"):
        actions.verify_at_counter(nobody.pk, by=OFFICE)


def test_a_clerk_joins_a_log_in_to_a_person() -> None:
    known = person_of("李四", 8, account=False)
    clerk = staff_of(unit_of("window"), "clerk", 90)
    with refuses("account_unknown"):
        actions.link_account_at_counter(known.pk, "13800005555", by=clerk)
    fresh("13800005555")
    assert actions.link_account_at_counter(known.pk, "138 0000 5555", by=clerk).person_id == known.pk
    with refuses("account_exists"):
        actions.link_account_at_counter(known.pk, "13800005555", by=clerk)


def test_changing_ones_address() -> None:
    person = person_of()
    actions.change_address("  新路   2 号 ", by=actor_of(person))
    person.refresh_from_db()
    assert person.address == "新路 2 号"
    with refuses("identity_missing"):
        actions.change_address("新路", by=fresh())


def test_a_look_is_written_and_seen_by_the_person() -> None:
    person = person_of()
    clerk = staff_of(unit_of("window"), "clerk", 90)
    assert queries.person_visible_to(clerk, person.pk) == person
    with refuses("reason_missing"):
        actions.record_look(person.pk, what="parties.person", reason="", by=clerk)
    actions.record_look(person.pk, what="matters.case", reason="办理复工备案", case_number="20260001", by=clerk)
    look = queries.looks_at(actor_of(person)).get()
    assert (look.actor_name, look.unit_name, look.reason) == ("员工90", "window科", "办理复工备案")
    assert actions.record_look(person.pk, what="parties.me", reason="", by=actor_of(person)) is None
    assert Look.objects.count() == 1
    actions.record_list_look(what="parties.people", criteria="zs", row_count=3, by=clerk)
    assert ListLook.objects.get().row_count == 3


def test_people_are_seen_within_ones_region_and_found_by_initials() -> None:
    person = person_of("单小明", 3)
    here = staff_of(unit_of("window"), "clerk", 90)
    there = staff_of(unit_of("window", "510504", 2), "clerk", 91)
    for term in ("单小明", "shanxiaoming", "sxm", "小明"):
        assert list(queries.people_visible_to(here, term)) == [person], term
    assert not queries.people_visible_to(there, "sxm").exists()
    with refuses("not_found"):
        queries.person_visible_to(there, person.pk)
    with refuses("forbidden"):
        queries.people_visible_to(actor_of(person), "sxm")
