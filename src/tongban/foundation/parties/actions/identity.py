"""Saying who one is, correcting it, and having verified facts corrected."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.actions.accounts import ACCOUNT
from tongban.foundation.parties.actions.people import PERSON, document_taken, fill_in, record_identity, save_unique
from tongban.foundation.parties.hooks import SETTLE_CORRECTION, VERIFY_PERSON, name_on_document, person_changed
from tongban.foundation.parties.models import Account, Correction, Person
from tongban.foundation.parties.queries import account_by_phone, person_by_document, require
from tongban.foundation.parties.queries.leaves import correction_leaf
from tongban.foundation.parties.rules import Particulars, check_reason
from tongban.lib.actors import Actor
from tongban.lib.facts import Fact
from tongban.lib.identifiers import check_document
from tongban.lib.names import tidy_name
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

CORRECTABLE = {"name": T("姓名", "Name"), "document_number": T("证件号码", "Document number")}


@transaction.atomic
def state_identity(particulars: Particulars, *, by: Actor) -> Person:
    """Say who is behind a log-in: assurance level 2, or 3 where a register holds this name under the document.

    What has been verified is corrected on request only.
    """
    account = Account.objects.select_for_update().filter(pk=by.account_id).first() if by.account_id else None
    if account is None:
        raise not_found(ACCOUNT)
    if not particulars.document_number:
        raise Refusal("id_number_missing", T("请填写证件号码。", "Enter the document number."), field="document_number")
    person = Person.objects.select_for_update().filter(pk=account.person_id).first() if account.person_id else None
    if person is not None and person.assurance > Person.Assurance.STATED:
        raise Refusal("identity_verified", T("您的身份已经核验，不能自行改动。如有错误，请申请更正。",
                      "Your identity is verified and cannot be changed here. If it is wrong, ask for a correction."),
                      status=409)  # fmt: skip
    if person is None:
        return _join(account, particulars)
    fill_in(person, particulars)
    _match(person)
    save_unique(person)
    person_changed.call(person_id=person.pk)
    return person


def _match(person: Person) -> None:
    """Compare name and document with the register that lists people; one that is silent or knows nobody changes nothing."""
    said = name_on_document.first(document_type=person.document_type, document_number=person.document_number)
    if not isinstance(said, Fact):
        return
    if tidy_name(str(said.value)) != person.name:
        raise Refusal("identity_contradicted", T("姓名和证件号码与“{register}”不一致。请核对；如果登记有误，请带证件到窗口办理。",
                      "Name and number do not agree with “{register}”. Check them; if the register is wrong, bring the "
                      "document to a service window.").format(register=said.source), field="name")  # fmt: skip
    person.assurance, person.source = Person.Assurance.MATCHED, said.register
    person.confirmed_at = said.refreshed_at or timezone.now()


@transaction.atomic
def identity_from_provider(particulars: Particulars, *, provider: str, by: Actor) -> Person:
    """Take over who somebody is from a provider that verified it online: assurance level 4, again at each log-in.

    Somebody the office knows by this document is joined to the log-in, unless another log-in is theirs already.
    """
    assert by.account_id is not None
    account = Account.objects.select_for_update().get(pk=by.account_id)
    number = check_document(particulars.document_type, particulars.document_number, field="document_number")
    known = person_by_document(particulars.document_type, number)
    if known is not None and Account.objects.filter(person=known).exclude(pk=account.pk).exists():
        raise document_taken()
    if account.person_id is not None and (known is None or known.pk != account.person_id):
        raise Refusal("identity_differs", T("统一身份认证给出的身份与这个账号登记的不是同一人，请带证件到窗口办理。",
                      "The provider names somebody other than this log-in does: bring your document to a service window."),
                      status=409)  # fmt: skip
    person = known or Person(phone=account.phone if account.phone_verified_at else "")
    if person.assurance < Person.Assurance.COUNTER:
        _take_over(person, particulars, provider, by)
    account.person = person
    account.save(update_fields=["person"])
    return person


def _take_over(person: Person, particulars: Particulars, provider: str, by: Actor) -> None:
    before = (person.assurance, person.name, person.document_number)
    fill_in(person, particulars)
    person.assurance, person.source, person.confirmed_at = Person.Assurance.VERIFIED, provider, timezone.now()
    save_unique(person)
    if before != (person.assurance, person.name, person.document_number):
        record_identity(person, by)
        person_changed.call(person_id=person.pk)


def _join(account: Account, particulars: Particulars) -> Person:
    """The person the office recorded earlier, when name, document and proved phone agree; else a new one."""
    number = check_document(particulars.document_type, particulars.document_number, field="document_number")
    known = person_by_document(particulars.document_type, number)
    if known is not None:
        same = known.name == tidy_name(particulars.name) and account.phone_verified_at and account.phone == known.phone
        if not same or Account.objects.filter(person=known).exists():
            raise document_taken()
        person = known
    else:
        person = Person(phone=account.phone if account.phone_verified_at else "")
        fill_in(person, particulars)
        _match(person)
        save_unique(person)
    account.person = person
    account.save(update_fields=["person"])
    return person


@transaction.atomic
def link_account_at_counter(person_id: UUID, phone: str, *, by: Actor) -> Account:
    """Join a log-in to a person whose document a clerk has seen; the log-in must be nobody's yet."""
    require(by, VERIFY_PERSON)
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise not_found(PERSON)
    found = account_by_phone(check_mobile(phone, field="phone"))
    account = Account.objects.select_for_update().filter(pk=found.pk).first() if found else None
    if account is None or account.phone_verified_at is None:
        raise Refusal("account_unknown", T("这个手机号还没有登录过。请先用它登录一次。",
                      "Nobody has signed in with this number yet: sign in with it once."), field="phone")  # fmt: skip
    if account.person_id is not None or Account.objects.filter(person=person).exists():
        raise Refusal("account_exists", T("这个账号或这个人已经有对应关系。", "The log-in or the person is joined already."),
                      field="phone", status=409)  # fmt: skip
    account.person = person
    account.save(update_fields=["person"])
    return account


@transaction.atomic
def change_address(address: str, *, by: Actor) -> Person:
    """Change the address a person states for themselves; it takes effect at once."""
    person = _own(by)
    fill_in(person, Particulars(name=person.name, address=address))
    if not address.strip():
        person.address = ""
    person.save(update_fields=["address"])
    return person


@transaction.atomic
def request_correction(fact: str, stated: str, *, reason: str, by: Actor) -> Correction:
    """Ask for a verified fact to be corrected; one open request for each fact."""
    person = _own(by)
    if fact not in CORRECTABLE:
        raise Refusal("fact_unknown", T("请选择要更正的内容。", "Choose what is to be corrected."), field="fact")
    value = (
        check_document(person.document_type, stated, field="stated") if fact == "document_number" else tidy_name(stated)
    )
    if not value:
        raise Refusal("stated_missing", T("请填写正确的内容。", "Enter what is right."), field="stated")
    try:
        with transaction.atomic():
            return Correction.objects.create(person=person, fact=fact, stated=value, reason=check_reason(reason))
    except IntegrityError:
        raise Refusal("correction_open", T("这一项已有更正申请在办，请等待结果。",
                      "A correction of this is under way: please wait for its result."), field="fact", status=409) from None  # fmt: skip


@transaction.atomic
def settle_correction(correction_id: UUID, *, accept: bool, answer: str, by: Actor) -> Correction:
    """Grant or decline a correction with a reasoned answer; granted, the fact changes and stays verified."""
    correction = (
        Correction.objects.select_for_update(of=("self",)).select_related("person").filter(pk=correction_id).first()
    )
    require(by, SETTLE_CORRECTION, region=correction.person.region_code or None if correction else None)
    if correction is None:
        raise not_found(T("这项更正申请", "This correction"))
    if correction.settled_at is not None:
        raise Refusal("correction_settled", T("这项更正已经办结。", "This correction is settled already."), status=409)
    if by.person_id == correction.person_id:
        raise Refusal("own_correction", T("自己的更正申请由其他同事办理。", "A colleague settles your own correction."),
                      status=403)  # fmt: skip
    if accept:
        person = Person.objects.select_for_update().get(pk=correction.person_id)
        changed = {"name": person.name, "document_number": person.document_number, correction.fact: correction.stated}
        fill_in(person, Particulars(changed["name"], person.document_type, changed["document_number"]))
        person.confirmed_at = timezone.now()
        save_unique(person)
        if person.assurance >= Person.Assurance.VERIFIED:
            record_identity(person, by)
        person_changed.call(person_id=person.pk)
    correction.is_accepted, correction.answer = accept, check_reason(answer, field="answer")
    correction.settled_at, correction.settled_by = timezone.now(), by.name
    correction.save()
    ledger.record(
        "correction.settled", by=by, subject=("parties.correction", correction.pk), values=correction_leaf(correction)
    )
    return correction


def _own(by: Actor) -> Person:
    person = Person.objects.select_for_update().filter(pk=by.person_id).first() if by.person_id else None
    if person is None:
        raise Refusal("identity_missing", T("请先填写您的身份信息。", "Say who you are first."), status=409)
    return person
