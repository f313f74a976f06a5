"""Letting somebody act for a company or a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.actions.organisations import ORGANISATION
from tongban.foundation.parties.actions.people import PERSON
from tongban.foundation.parties.hooks import VERIFY_PERSON, mandate_services
from tongban.foundation.parties.models import Mandate, Organisation, Person
from tongban.foundation.parties.queries import person_by_document, require
from tongban.foundation.parties.queries.leaves import mandate_leaf
from tongban.foundation.parties.rules import LONGEST_MANDATE_DAYS, Term, check_limited_term, check_reason
from tongban.lib.actors import Actor
from tongban.lib.identifiers import check_document
from tongban.lib.names import tidy_name
from tongban.lib.refusals import Refusal, forbidden, not_found
from tongban.lib.words import T

MANDATE = T("这项授权", "This mandate")


@dataclass(frozen=True, slots=True)
class Grantor:
    """Who lets somebody act: exactly one of a person and an organisation."""

    person_id: UUID | None = None
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewMandate:
    """What is granted to whom: the agent by name and document; no services means all of them."""

    agent_name: str
    document_type: str
    document_number: str
    term: Term
    services: tuple[str, ...] = ()
    may_sign: bool = False
    evidence: str = ""


def services_to_mandate() -> dict[str, T]:
    """The services a mandate can be limited to, by code."""
    return {code: title for answer in mandate_services.call() for code, title in answer}


def services_named(typed: Iterable[str]) -> tuple[str, ...]:
    """Codes of services as somebody names them, by title or code; a name nobody knows would be a mandate for nothing."""
    titles = services_to_mandate()
    codes = {name.casefold(): code for code, title in titles.items() for name in (code, title.zh, title.en)}
    found = []
    for name in filter(None, map(str.strip, typed)):
        code = codes.get(name.casefold())
        if code is None:
            near = [
                str(title) for title in titles.values() if name in title.zh or name.casefold() in title.en.casefold()
            ]
            raise Refusal("service_unknown", T("没有“{name}”这项服务。{near}不限定事项请留空。",
                          "There is no service “{name}”. {near}Leave it empty for all services.").format(
                          name=name[:60], near=_NEAR.format(names="、".join(near[:5])) if near else T("", "")), field="services")  # fmt: skip
        found.append(code)
    return tuple(dict.fromkeys(found))


_NEAR = T("您要的是不是：{names}？", "Do you mean {names}? ")


@transaction.atomic
def grant_mandate(new: NewMandate, *, grantor: Grantor, by: Actor) -> Mandate:
    """Let a person act for a grantor, from acceptance on; a clerk with both at the counter records it as accepted."""
    at_counter = _check_grantor(grantor, by)
    last = check_limited_term(new.term, today=timezone.localdate(), longest=LONGEST_MANDATE_DAYS)
    agent = _agent(new)
    if agent.pk == grantor.person_id:
        raise Refusal(
            "mandate_self", T("不需要给自己授权。", "Nobody needs a mandate for themselves."), field="agent_name"
        )
    own = Q(organisation_id=grantor.organisation_id) if grantor.organisation_id else Q(person_id=grantor.person_id)
    held = Mandate.objects.filter(own, agent=agent, withdrawn_at__isnull=True, valid_to__gte=timezone.localdate())
    services = sorted(set(new.services))
    if any(sorted(mandate.services) == services and mandate.may_sign == new.may_sign for mandate in held):
        raise Refusal("mandate_exists", T("已经给这个人同样的授权。要改期限，请先收回原来的。",
                      "This person holds the same mandate already. To change its dates, withdraw it first."),
                      field="agent_name", status=409)  # fmt: skip
    mandate = Mandate.objects.create(
        person_id=grantor.person_id, organisation_id=grantor.organisation_id, agent=agent, services=services,
        may_sign=new.may_sign, valid_from=new.term.first, valid_to=last, granted_by=by.name,
        evidence=check_reason(new.evidence, field="evidence") if at_counter else "",
        accepted_at=timezone.now() if at_counter else None,
    )  # fmt: skip
    ledger.record("mandate.granted", by=by, subject=("parties.mandate", mandate.pk), values=mandate_leaf(mandate))
    if at_counter:
        ledger.record("mandate.accepted", by=by, subject=("parties.mandate", mandate.pk), values={})
    return mandate


@transaction.atomic
def accept_mandate(mandate_id: UUID, *, by: Actor) -> Mandate:
    """Agree to act; only then does a mandate count."""
    mandate = Mandate.objects.select_for_update().filter(pk=mandate_id, agent_id=by.person_id).first()
    if mandate is None or by.person_id is None:
        raise not_found(MANDATE)
    if mandate.withdrawn_at is not None:
        raise Refusal("mandate_withdrawn", T("这项授权已经收回。", "This mandate was withdrawn."), status=409)
    if mandate.valid_to < timezone.localdate():
        raise Refusal("mandate_expired", T("这项授权已经过期，请对方重新授权。",
                      "This mandate has expired: ask for a new one."), status=409)  # fmt: skip
    if mandate.accepted_at is not None:
        raise Refusal(
            "mandate_accepted", T("您已经接受这项授权。", "You have accepted this mandate already."), status=409
        )
    mandate.accepted_at = timezone.now()
    mandate.save(update_fields=["accepted_at"])
    ledger.record("mandate.accepted", by=by, subject=("parties.mandate", mandate.pk), values={})
    return mandate


@transaction.atomic
def withdraw_mandate(mandate_id: UUID, *, by: Actor) -> Mandate:
    """End a mandate now; by its grantor, by the agent who gives it back, or by a clerk at the counter."""
    mandate = (
        Mandate.objects.select_for_update(of=("self",))
        .select_related("organisation", "person")
        .filter(pk=mandate_id)
        .first()
    )
    if mandate is None or by.person_id is None or not _may_withdraw(mandate, by):
        raise not_found(MANDATE)
    if mandate.withdrawn_at is not None:
        raise Refusal("mandate_withdrawn", T("这项授权已经收回。", "This mandate was withdrawn."), status=409)
    mandate.withdrawn_at, mandate.withdrawn_by = timezone.now(), by.name
    mandate.save(update_fields=["withdrawn_at", "withdrawn_by"])
    ledger.record("mandate.withdrawn", by=by, subject=("parties.mandate", mandate.pk), values={"reason": ""})
    return mandate


def _may_withdraw(mandate: Mandate, by: Actor) -> bool:
    own = {mandate.agent_id, mandate.person_id}
    if mandate.organisation is not None:
        own.add(mandate.organisation.legal_representative_id)
    place = mandate.organisation.region_code if mandate.organisation else mandate.person.region_code  # type: ignore[union-attr]
    at_counter = by.second_factor and VERIFY_PERSON in by.capabilities
    # Of a person whose place nobody knows, any counter may.
    return by.person_id in own or (at_counter and (not place or place.startswith(by.region)))


def _check_grantor(grantor: Grantor, by: Actor) -> bool:
    """Lock the grantor and say whether a clerk acts; refuse whoever may not give its rights away."""
    organisation, person = None, None
    if grantor.organisation_id is not None:
        organisation = (
            Organisation.objects.select_for_update().filter(pk=grantor.organisation_id, is_active=True).first()
        )
    elif grantor.person_id is not None:
        person = Person.objects.select_for_update().filter(pk=grantor.person_id).first()
    if organisation is None and person is None:
        raise not_found(ORGANISATION if grantor.organisation_id else PERSON)
    if VERIFY_PERSON in by.capabilities:
        require(by, VERIFY_PERSON)
        return True
    if by.person_id is None or by.assurance < Person.Assurance.STATED:
        raise Refusal("identity_missing", T("请先填写您的身份信息。", "Say who you are first."), status=409)
    holder = organisation.legal_representative_id if organisation is not None else grantor.person_id
    if holder != by.person_id:
        raise forbidden(T("企业的授权由法定代表人办理，个人的授权由本人办理。",
                          "Only the legal representative, or the person concerned, gives this mandate."))  # fmt: skip
    return False


def _agent(new: NewMandate) -> Person:
    number = check_document(new.document_type, new.document_number, field="document_number")
    agent = person_by_document(new.document_type, number)
    # A right number with a wrong name is not confirmed: that would let anybody read names off numbers.
    if agent is None or agent.name != tidy_name(new.agent_name):
        raise Refusal("agent_unknown", T("没有找到姓名和证件都相符的人。请核对，并请对方先登录、填好身份信息。",
                      "Nobody with this name and document is known. Check both, and ask them to sign in and say who they are."),
                      field="document_number")  # fmt: skip
    return agent
