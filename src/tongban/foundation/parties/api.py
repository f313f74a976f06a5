"""People, rights, offices and devices through the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import Mandate, Membership, Organisation
from tongban.foundation.parties.rules import Term
from tongban.web.api import ANYONE_KNOWN, PUBLIC, SIGNED_IN, STAFF, Problem, Problems, Shape

router = Router(tags=["parties"])
REFUSED = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problems}


class Text(Shape):
    """One text in both languages."""

    zh: str
    en: str


class MeOut(Shape):
    """Who calls: the principal, the membership it works with, and for whom it acts."""

    kind: str
    name: str
    channel: str
    assurance: int
    second_factor: bool
    person_id: UUID | None
    membership_id: UUID | None
    role: str
    unit_id: UUID | None
    organisation_id: UUID | None
    region: str
    on_behalf_of_kind: str = ""
    on_behalf_of_id: UUID | None = None
    mandate_id: UUID | None
    capabilities: list[str]


class HeldFactOut(Shape):
    """One fact with its source."""

    name: Text
    value: str
    source: Text


class SectionOut(Shape):
    """What one part of the house holds."""

    title: Text
    facts: list[HeldFactOut]


class LookOut(Shape):
    """Somebody looked."""

    at: datetime
    who: str
    unit: str
    why: str
    where: str
    case: str


class MyDataOut(Shape):
    """Everything held on a person, and who looked."""

    exported_at: datetime
    sections: list[SectionOut]
    looks: list[LookOut]


class MandateIn(Shape):
    """Whom to let act, in which services (none: all of them), until when."""

    agent_name: str = Field(max_length=200, examples=["王丽华"])
    document_type: str = Field(max_length=24, examples=["resident_id"])
    document_number: str = Field(max_length=40, examples=["999999199304122023"])
    organisation_id: UUID | None = Field(None, description="The company that grants; without it, oneself.")
    services: list[str] = Field(default_factory=list, max_length=100, examples=[["work-resumption"]])
    may_sign: bool = False
    valid_from: date
    valid_to: date


class MandateOut(Shape):
    """One mandate."""

    id: UUID
    person_id: UUID | None
    organisation_id: UUID | None
    agent_id: UUID
    agent_name: str
    services: list[str]
    may_sign: bool
    valid_from: date
    valid_to: date
    accepted_at: datetime | None
    withdrawn_at: datetime | None

    @staticmethod
    def resolve_agent_name(mandate: Mandate) -> str:
        """The agent's name."""
        return mandate.agent.name


class MandatesOut(Shape):
    """Mandates given and held, newest first."""

    given: list[MandateOut]
    held: list[MandateOut]


class CompanyIn(Shape):
    """A company as its licence shows it."""

    name: str = Field(max_length=200, examples=["江阳区春和商贸有限公司"])
    uscc: str = Field(max_length=40, examples=["91510502MA6200RW7C"])
    kind: str = Field("company", max_length=16)
    address: str = Field("", max_length=200)
    industry: str = Field("", max_length=80)


class OrganisationOut(Shape):
    """One organisation."""

    id: UUID
    name: str
    name_en: str
    kind: str
    uscc: str | None
    region_code: str


class UnitOut(Shape):
    """One unit as definitions call it."""

    id: UUID
    name: str
    name_en: str
    kind: str
    code: str
    region_code: str
    organisation_id: UUID


class MembershipIn(Shape):
    """A role for a person in a unit."""

    person_id: UUID
    unit_id: UUID
    role: str = Field(max_length=32, examples=["reviewer"])
    region_code: str | None = Field(None, max_length=15, pattern=r"^[0-9]*$")
    valid_from: date
    valid_to: date | None = None


class MembershipOut(Shape):
    """One membership."""

    id: UUID
    person_id: UUID
    person_name: str
    unit_id: UUID
    unit_name: str
    role: str
    region_code: str
    valid_from: date
    valid_to: date | None
    withdrawn_at: datetime | None

    @staticmethod
    def resolve_person_name(membership: Membership) -> str:
        """The person's name."""
        return membership.person.name

    @staticmethod
    def resolve_unit_name(membership: Membership) -> str:
        """The unit's name."""
        return membership.unit.name


class ReasonIn(Shape):
    """Why."""

    reason: str = Field(max_length=200, examples=["已调离本岗位"])


class SearchIn(Shape):
    """What to look for, and which part of the list."""

    q: str = Field("", max_length=80)
    limit: int = Field(50, ge=1, le=200)
    offset: int = Field(0, ge=0, le=100_000)


class PlaceIn(Shape):
    """A unit's code and the region it is asked for."""

    code: str = Field(max_length=40, examples=["health"])
    region_code: str = Field(max_length=12, pattern=r"^[0-9]+$")


class DeviceCodeIn(Shape):
    """An activation code."""

    code: str = Field(max_length=40, examples=["7K3M-Q2XA-9TRB"])


class TokenOut(Shape):
    """A device's token, shown once."""

    device_id: UUID
    token: str


@router.get("/me", auth=ANYONE_KNOWN, response={200: MeOut, 401: Problem}, summary="Who I am here")
def me(request: HttpRequest) -> dict[str, Any]:
    """The caller as the house sees it."""
    by = request.actor  # type: ignore[attr-defined]
    kind, principal = by.on_behalf_of or ("", None)
    names = set(MeOut.model_fields) - {"capabilities", "on_behalf_of_kind", "on_behalf_of_id"}
    return {name: getattr(by, name) for name in names} | {
        "capabilities": sorted(by.capabilities), "on_behalf_of_kind": kind, "on_behalf_of_id": principal,
    }  # fmt: skip


@router.get("/me/data", auth=SIGNED_IN, response={200: MyDataOut, 401: Problem, 403: Problem}, summary="My data")
def my_data(request: HttpRequest) -> dict[str, Any]:
    """Everything held on the signed-in person, and who looked."""
    return queries.exported(request.actor)  # type: ignore[attr-defined]


@router.get(
    "/me/mandates", auth=SIGNED_IN, response={200: MandatesOut, 401: Problem, 403: Problem}, summary="My mandates"
)
def my_mandates(request: HttpRequest) -> dict[str, Any]:
    """Mandates the signed-in person gave and holds."""
    given, held = queries.mandates_of(request.actor)  # type: ignore[attr-defined]
    return {"given": given, "held": held}


@router.post("/me/mandates", auth=SIGNED_IN, response={201: MandateOut} | REFUSED, summary="Let somebody act")
def grant_mandate(request: HttpRequest, body: MandateIn) -> Status[Mandate]:
    """Give a mandate for oneself or for a company one represents."""
    by = request.actor  # type: ignore[attr-defined]
    own = actions.Grantor(person_id=by.person_id)
    grantor = actions.Grantor(organisation_id=body.organisation_id) if body.organisation_id else own
    new = actions.NewMandate(
        body.agent_name, body.document_type, body.document_number, Term(body.valid_from, body.valid_to),
        actions.services_named(body.services), body.may_sign,
    )  # fmt: skip
    return Status(201, actions.grant_mandate(new, grantor=grantor, by=by))


@router.post(
    "/me/mandates/{uuid:mandate_id}/accept",
    auth=SIGNED_IN,
    response={200: MandateOut} | REFUSED,
    summary="Agree to act",
)
def accept_mandate(request: HttpRequest, mandate_id: UUID) -> Mandate:
    """Accept a mandate one is offered."""
    return actions.accept_mandate(mandate_id, by=request.actor)  # type: ignore[attr-defined]


@router.post(
    "/me/mandates/{uuid:mandate_id}/withdraw",
    auth=SIGNED_IN,
    response={200: MandateOut} | REFUSED,
    summary="End a mandate",
)
def withdraw_mandate(request: HttpRequest, mandate_id: UUID) -> Mandate:
    """Withdraw a mandate, or give it back."""
    return actions.withdraw_mandate(mandate_id, by=request.actor)  # type: ignore[attr-defined]


@router.get(
    "/me/organisations",
    auth=ANYONE_KNOWN,
    response={200: list[OrganisationOut], 401: Problem},
    summary="For whom I may act",
)
def my_organisations(request: HttpRequest) -> list[Organisation]:
    """Organisations the caller may act for."""
    return queries.organisations_acted_for(request.actor)  # type: ignore[attr-defined]


@router.post(
    "/me/organisations", auth=SIGNED_IN, response={201: OrganisationOut} | REFUSED, summary="Record my company"
)
def claim_organisation(request: HttpRequest, body: CompanyIn) -> Status[Organisation]:
    """Record a company as its legal representative."""
    region = request.place.region_code  # type: ignore[attr-defined]
    new = actions.NewOrganisation(region_code=region, **body.model_dump())
    return Status(201, actions.claim_organisation(new, by=request.actor))  # type: ignore[attr-defined]


@router.get(
    "/units",
    auth=ANYONE_KNOWN,
    response={200: UnitOut | None, 401: Problem, 422: Problems},
    summary="The unit for a place",
)
def unit(request: HttpRequest, place: Query[PlaceIn]) -> Any:
    """The unit definitions call by a code, for a region: its own, else the one above; null for none."""
    del request
    return queries.unit_for(place.code, place.region_code)


@router.get("/offices", auth=STAFF, response={200: list[OrganisationOut]} | REFUSED, summary="Offices I manage")
def offices(request: HttpRequest, search: Query[SearchIn]) -> Any:
    """Offices whose staff the caller manages, by name, pinyin or initials."""
    found = queries.offices_visible_to(request.actor, search.q)  # type: ignore[attr-defined]
    return list(found[search.offset : search.offset + search.limit])


@router.get("/memberships", auth=STAFF, response={200: list[MembershipOut]} | REFUSED, summary="Staff I manage")
def memberships(request: HttpRequest, search: Query[SearchIn]) -> Any:
    """Memberships in force that the caller manages, by the person's name, pinyin or initials."""
    found = queries.memberships_visible_to(request.actor, search.q)  # type: ignore[attr-defined]
    return list(found[search.offset : search.offset + search.limit])


@router.post("/memberships", auth=STAFF, response={201: MembershipOut} | REFUSED, summary="Grant a role")
def grant_membership(request: HttpRequest, body: MembershipIn) -> Status[Membership]:
    """Give a person a role in a unit."""
    term = Term(body.valid_from, body.valid_to)
    granted = actions.grant_membership(
        body.person_id, body.unit_id, body.role, term=term, region_code=body.region_code,
        by=request.actor,  # type: ignore[attr-defined]
    )  # fmt: skip
    return Status(201, granted)


@router.post(
    "/memberships/{uuid:membership_id}/withdraw",
    auth=STAFF,
    response={200: MembershipOut} | REFUSED,
    summary="Withdraw a role",
)
def withdraw_membership(request: HttpRequest, membership_id: UUID, body: ReasonIn) -> Membership:
    """End a membership now."""
    return actions.withdraw_membership(membership_id, reason=body.reason, by=request.actor)  # type: ignore[attr-defined]


@router.post(
    "/devices/activate", auth=PUBLIC, response={201: TokenOut, 422: Problems}, summary="Activate a device",
    openapi_extra={"x-idempotent": True},  # the code works once, and the token must not be kept to be repeated
)  # fmt: skip
def activate_device(request: HttpRequest, body: DeviceCodeIn) -> Status[dict[str, Any]]:
    """Exchange an enrolment code for the device's token."""
    device, token = actions.activate_device(body.code, by=request.actor)  # type: ignore[attr-defined]
    return Status(201, {"device_id": device.pk, "token": token})
