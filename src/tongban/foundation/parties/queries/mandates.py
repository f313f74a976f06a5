"""Who may act for which organisation or person: its legal representative, whoever holds its mandate, its own programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import FilteredRelation, Q, QuerySet
from django.utils import timezone

from tongban.foundation.parties.models import Mandate, Organisation, Person
from tongban.lib.actors import Actor
from tongban.lib.repeated import Repeated
from tongban.lib.together import know


@dataclass(frozen=True, slots=True)
class Standing:
    """By what right somebody acts for an organisation, and whether that right covers signing."""

    right: Literal["legal_representative", "mandate", "client", "self"]
    may_sign: bool
    mandate_id: UUID | None = None
    principal: str = ""  # the name of whom they act for


@dataclass(frozen=True, slots=True)
class Ground:
    """For whom somebody may act: in all services, or in those named; and whether they may sign, too."""

    kind: Literal["organisation", "person"]
    principal_id: UUID
    services: tuple[str, ...] = ()
    may_sign: bool = True


def _in_force(**whose: Any) -> QuerySet[Mandate]:
    """Accepted mandates that count today."""
    return _on(timezone.localdate(), **whose)


def _on(today: Any, **whose: Any) -> QuerySet[Mandate]:
    return Mandate.objects.filter(
        accepted_at__isnull=False, withdrawn_at__isnull=True, valid_from__lte=today, valid_to__gte=today, **whose
    )


def mandates_in_force(agent_id: UUID) -> QuerySet[Mandate]:
    """Accepted mandates of organisations that a person holds today."""
    return _in_force(agent_id=agent_id, organisation__is_active=True)


def _rights(organisation_id: Any, person_id: Any, today: Any) -> QuerySet[Any, Any]:
    """Of an organisation who heads it, beside each mandate of it that a person holds today; those to sign come first."""
    held = FilteredRelation("mandates_given", condition=Q(
        mandates_given__agent_id=person_id, mandates_given__accepted_at__isnull=False,
        mandates_given__withdrawn_at__isnull=True, mandates_given__valid_from__lte=today,
        mandates_given__valid_to__gte=today,
    ))  # fmt: skip
    rows = (
        Organisation.objects.filter(pk=organisation_id, is_active=True).annotate(held=held).order_by("-held__may_sign")
    )
    return rows.values_list("legal_representative_id", "held__pk", "held__services", "held__may_sign", "name")


_RIGHTS = Repeated[tuple[Any, ...]](_rights)


def may_act_for(by: Actor, organisation_id: UUID, *, service: str = "") -> Standing | None:
    """The right by which ``by`` acts for an organisation, in ``service`` (a definition's code) if given; None for none."""
    if by.kind == "client" and by.organisation_id == organisation_id:
        return Standing("client", may_sign=True)
    if by.kind != "person" or by.person_id is None:
        return None
    asked = {"organisation_id": organisation_id, "person_id": by.person_id, "today": timezone.localdate()}
    for head, mandate_id, services, may_sign, name in _RIGHTS(**asked):
        if head == by.person_id:
            return Standing("legal_representative", may_sign=True, principal=name)
        if mandate_id is not None and (not service or not services or service in services):
            return Standing("mandate", may_sign, mandate_id, name)
    return None


_PROGRAMS_OWN = Repeated[Organisation](
    lambda organisation_id: Organisation.objects.filter(pk=organisation_id, is_active=True).select_related(
        "legal_representative"
    )
)


def organisations_acted_for(by: Actor) -> list[Organisation]:
    """Every organisation ``by`` may act for in one service or all, by name."""
    if by.kind == "client" and by.organisation_id is not None:
        found = _PROGRAMS_OWN(organisation_id=by.organisation_id)
        for one in found:
            know(("parties.uscc", one.pk), (one.uscc,))
        return found
    if by.kind != "person" or by.person_id is None:
        return []
    held = mandates_in_force(by.person_id).values("organisation_id")
    mine = Organisation.objects.filter(Q(legal_representative_id=by.person_id) | Q(pk__in=held), is_active=True)
    return list(mine.select_related("legal_representative").order_by("name_pinyin", "name"))


def person_mandates_in_force(agent_id: UUID) -> QuerySet[Mandate]:
    """Accepted mandates of other people that a person holds today."""
    return _in_force(agent_id=agent_id, person__isnull=False)


def may_act_for_person(by: Actor, person_id: UUID, *, service: str = "") -> Standing | None:
    """The right by which ``by`` acts for a person, themselves included; None for none."""
    if by.kind != "person" or by.person_id is None:
        return None
    if by.person_id == person_id:
        return Standing("self", may_sign=True)
    held = person_mandates_in_force(by.person_id).filter(person_id=person_id).select_related("person")
    for mandate in held.order_by("-may_sign"):
        if not service or not mandate.services or service in mandate.services:
            return Standing("mandate", mandate.may_sign, mandate.pk, mandate.person.name if mandate.person else "")
    return None


def mandate_by_id(mandate_id: UUID) -> Mandate | None:
    """The mandate a case was made by, also after its end; None when its retention is over."""
    return Mandate.objects.filter(pk=mandate_id).first()


def persons_acted_for(by: Actor) -> list[Person]:
    """Every other person ``by`` may act for in one service or all, by name."""
    if by.kind != "person" or by.person_id is None:
        return []
    held = person_mandates_in_force(by.person_id).values("person_id")
    return list(Person.objects.filter(pk__in=held).order_by("name_pinyin", "name"))


def mandates_of(by: Actor) -> tuple[list[Mandate], list[Mandate]]:
    """Mandates ``by`` gave (also as legal representative) and holds, newest first, ended ones included."""
    if by.person_id is None:
        return [], []
    every = Mandate.objects.select_related("person", "organisation", "agent").order_by("-granted_at")
    given = every.filter(Q(person_id=by.person_id) | Q(organisation__legal_representative_id=by.person_id))
    return list(given[:200]), list(every.filter(agent_id=by.person_id)[:200])


_HEADED = Repeated[tuple[UUID]](
    lambda person_id: Organisation.objects.filter(legal_representative_id=person_id, is_active=True).values_list("pk")
)
_HELD = Repeated[tuple[Any, ...]](
    lambda agent_id, today: _on(today, agent_id=agent_id)
    .filter(Q(person__isnull=False) | Q(organisation__is_active=True))
    .values_list("person_id", "organisation_id", "services", "may_sign")
)  # fmt: skip


def grounds_of(by: Actor) -> list[Ground]:
    """Everybody ``by`` may act for today, themselves first: what lists of their cases are made of."""
    if by.kind == "client" and by.organisation_id is not None:
        return [Ground("organisation", one.pk) for one in _PROGRAMS_OWN(organisation_id=by.organisation_id)]
    if by.kind != "person" or by.person_id is None:
        return []
    headed = [Ground("organisation", pk) for (pk,) in _HEADED(person_id=by.person_id)]
    found = [Ground("person", by.person_id), *headed]
    held = _HELD(agent_id=by.person_id, today=timezone.localdate())
    for person_id, organisation_id, services, may_sign in held:
        kind: Literal["organisation", "person"] = "organisation" if organisation_id else "person"
        found.append(Ground(kind, organisation_id or person_id, tuple(services), may_sign))
    return found


def signers_for(kind: Literal["organisation", "person"], principal_id: UUID, *, service: str) -> list[Person]:
    """Who may sign for somebody in a service: the legal representative or the person, then whoever holds such a mandate."""
    held = _in_force(may_sign=True, **{f"{kind}_id": principal_id}).select_related("agent").order_by("granted_at")
    agents = [one.agent for one in held if not one.services or service in one.services]
    head = (
        Person.objects.filter(represents__pk=principal_id, represents__is_active=True).first()
        if kind == "organisation"
        else Person.objects.filter(pk=principal_id).first()
    )
    found = {person.pk: person for person in ([head] if head else []) + agents}
    return list(found.values())
