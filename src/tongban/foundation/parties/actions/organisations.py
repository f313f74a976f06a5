"""Organisations and their units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.hooks import MANAGE_ORGANISATIONS
from tongban.foundation.parties.models import Organisation, Unit
from tongban.foundation.parties.queries import require
from tongban.foundation.parties.queries.leaves import representative_leaf
from tongban.foundation.parties.rules import check_name
from tongban.lib.actors import Actor
from tongban.lib.identifiers import check_uscc
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

ORGANISATION = T("这个单位", "This organisation")
UNIT = T("这个部门", "This unit")


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """What an organisation is recorded with; ``kind`` is one of ``Organisation.Kind``."""

    name: str
    kind: str
    region_code: str
    uscc: str = ""
    short_name: str = ""
    name_en: str = ""
    address: str = ""
    industry: str = ""
    source: str = "office"
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What a unit is recorded with; ``code`` is the stable name definitions call it by, unique in its region."""

    name: str
    kind: str
    code: str
    region_code: str
    name_en: str = ""
    is_sample: bool = False


@transaction.atomic
def create_organisation(
    new: NewOrganisation, *, legal_representative_id: UUID | None = None, by: Actor
) -> Organisation:
    """Record an organisation; one credit code belongs to one organisation."""
    require(by, MANAGE_ORGANISATIONS, region=new.region_code)
    organisation = save_organisation(
        Organisation(
            name=check_name(" ".join(new.name.split())), kind=_kind(Organisation.Kind.values, new.kind),
            region_code=new.region_code, uscc=check_uscc(new.uscc, field="uscc") if new.uscc else None,
            short_name=new.short_name, name_en=new.name_en, address=new.address, industry=new.industry,
            source=new.source, is_sample=new.is_sample, legal_representative_id=legal_representative_id,
        )
    )  # fmt: skip
    if legal_representative_id is not None:
        record_representative(organisation, "office", by)
    return organisation


@transaction.atomic
def create_unit(new: NewUnit, *, organisation_id: UUID, parent_id: UUID | None = None, by: Actor) -> Unit:
    """Record a part of an organisation in which people work."""
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    require(by, MANAGE_ORGANISATIONS, region=new.region_code)
    if organisation is None:
        raise not_found(ORGANISATION)
    if parent_id is not None and not organisation.units.filter(pk=parent_id).exists():
        raise not_found(UNIT)
    unit = Unit(
        organisation=organisation, parent_id=parent_id, name=check_name(" ".join(new.name.split())),
        kind=_kind(Unit.Kind.values, new.kind), code=new.code, region_code=new.region_code, name_en=new.name_en,
        is_sample=new.is_sample,
    )  # fmt: skip
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError:
        raise Refusal("unit_code_taken", T("这个区域里已有同代码的部门，请换一个代码。",
                      "A unit of this region has this code already: choose another."), field="code", status=409) from None  # fmt: skip
    return unit


@transaction.atomic
def create_many_units(wanted: Sequence[tuple[str, NewUnit]], *, source: str, by: Actor) -> list[UUID]:
    """Units of many organisations at once, each (organisation's name, unit), in a few statements; their ids in order.

    One name in one region is one organisation: recorded once, and found again the next time.
    """
    for region in {new.region_code for _, new in wanted}:
        require(by, MANAGE_ORGANISATIONS, region=region)
    names = {name for name, _ in wanted}
    known = {
        (one.name, one.region_code): one.pk
        for one in Organisation.objects.filter(name__in=names, source=source).only("name", "region_code")
    }
    fresh = []
    for name, new in wanted:
        if (name, new.region_code) not in known:
            one = Organisation(
                name=name, kind=Organisation.Kind.INSTITUTION, region_code=new.region_code, source=source
            )
            known[name, new.region_code] = one.pk
            fresh.append(one)
    Organisation.objects.bulk_create(fresh)
    units = [
        Unit(
            organisation_id=known[name, new.region_code], name=new.name, kind=_kind(Unit.Kind.values, new.kind),
            code=new.code, region_code=new.region_code, name_en=new.name_en, is_sample=new.is_sample,
        )
        for name, new in wanted
    ]  # fmt: skip
    Unit.objects.bulk_create(units)
    return [one.pk for one in units]


@transaction.atomic
def change_setting(name: str, change: Callable[[Any], Any], *, by: Actor) -> Unit:
    """Change what an application keeps for the actor's own unit, given what is kept now; it has asked for the right itself."""
    active = Unit.objects.select_for_update().filter(is_active=True)
    unit = active.filter(pk=by.unit_id).first() if by.unit_id else None
    if unit is None:
        raise not_found(UNIT)
    unit.settings = unit.settings | {name: change(unit.settings.get(name))}
    unit.save(update_fields=["settings"])
    return unit


def save_organisation(organisation: Organisation) -> Organisation:
    """Save an organisation unless another holds its credit code."""
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError:
        raise Refusal("uscc_taken", T("这个统一社会信用代码已登记在另一个单位名下。请核对；确有错误，请联系政务大厅更正。",
                      "Another organisation is recorded with this credit code. Check it; if that record is wrong, "
                      "ask the service hall to correct it."), field="uscc", status=409) from None  # fmt: skip
    return organisation


def record_representative(organisation: Organisation, how: str, by: Actor) -> None:
    """The public trace of who represents an organisation from now on, and how that became known."""
    ledger.record(
        "representative.recorded", by=by, subject=("parties.organisation", organisation.pk),
        values={"how": how, **representative_leaf(organisation)},
    )  # fmt: skip


def _kind(known: list[str], kind: str) -> str:
    if kind not in known:
        raise Refusal("kind_unknown", T("请从列表中选择类型。", "Choose a kind from the list."), field="kind")
    return kind
