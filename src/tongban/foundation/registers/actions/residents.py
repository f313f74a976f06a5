"""Keeping true who lives where: residences, households, workplaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.parties.actions import record_look
from tongban.foundation.parties.queries import people_by_id, require
from tongban.foundation.registers.actions.places import lock_dwelling
from tongban.foundation.registers.hooks import KEEP_RESIDENTS, VIEW_RESIDENTS, residence_ended
from tongban.foundation.registers.models import CompanyRecord, Household, Lease, Residence, Workplace
from tongban.foundation.registers.queries.residents import ResidentFound, resident_found
from tongban.foundation.registers.rules.occupancy import RELATIONS
from tongban.lib.actors import Actor
from tongban.lib.named import fill_name_keys
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Person

RESIDENCE = T("这条居住登记", "This residence")


@dataclass(frozen=True, slots=True)
class NewResidence:
    """Who lives where, of which kind, as somebody says; ``is_confirmed`` when whoever records it was there."""

    person_id: UUID
    dwelling_id: UUID
    kind: str
    since: date | None = None
    household_id: UUID | None = None
    relation: str = ""
    lease_id: UUID | None = None
    is_present: bool | None = None
    source: str = "grid"
    raw_address: str = ""
    is_confirmed: bool = True


@transaction.atomic
def record_residence(new: NewResidence, *, by: Actor) -> Residence:
    """Record that a person lives, or is registered, at a dwelling. One registered residence a person at a time."""
    dwelling = lock_dwelling(new.dwelling_id, by, KEEP_RESIDENTS)
    person = people_by_id([new.person_id]).get(new.person_id)
    if person is None:
        raise not_found(T("这个人", "This person"))
    if dwelling.ended_on is not None:
        raise Refusal(
            "dwelling_gone", T("这处房屋已经撤销。", "This dwelling is no more."), field="dwelling_id", status=409
        )
    _check_residence(new)
    row = Residence(
        person_id=person.pk, dwelling=dwelling, kind=new.kind, since=new.since, relation=new.relation,
        household=_household(new, dwelling.pk), lease=_lease(new, dwelling.pk), is_present=new.is_present,
        source=new.source[:40], raw_address=new.raw_address[:200], area_code=dwelling.area_code,
        is_sample=dwelling.is_sample,
    )  # fmt: skip
    if new.is_confirmed:
        row.confirmed_at, row.confirmed_by = timezone.now(), by.name[:120]
    copy_person(row, person)
    return _save_once(row)


def _save_once(row: Residence) -> Residence:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "residence_registered_once" in str(error):
            raise Refusal("registered_elsewhere", T("此人的户籍已登记在另一处。请先核实，在原处办理迁出后再登记。",
                          "This person is registered at another dwelling. Find out which is right, and end that one first."),
                          field="kind", status=409) from None  # fmt: skip
        raise Refusal("residence_exists", T("此人在这处房屋已有同类登记。", "This person is recorded here already."),
                      field="person_id", status=409) from None  # fmt: skip
    return row


def copy_person(row: Residence, person: Person) -> None:
    """Put the copies for lists and profiles into a residence; saves nothing."""
    row.name, row.sex = person.name, person.sex
    row.birth_year = int(person.birth_date[:4]) if person.birth_date else None


def _check_residence(new: NewResidence) -> None:
    if new.kind not in Residence.Kind.values:
        raise Refusal("kind_unknown", T("请选择居住类别。", "Choose the kind of residence."), field="kind")
    if new.relation and new.relation[:2] not in RELATIONS:
        raise Refusal(
            "relation_unknown", T("请选择与户主的关系。", "Choose the relation to the head."), field="relation"
        )
    if new.since is not None and new.since > timezone.localdate():
        raise Refusal(
            "date_ahead", T("入住日期不能晚于今天。", "Nobody can have moved in later than today."), field="since"
        )
    if new.lease_id is not None and new.kind != "tenant":
        raise Refusal("lease_of_tenants", T("只有租户关联租约。", "Only tenants have a lease."), field="lease_id")


def _household(new: NewResidence, dwelling_id: UUID) -> Household | None:
    if new.household_id is None:
        return None
    found = Household.objects.select_for_update().filter(pk=new.household_id, ended_on__isnull=True).first()
    if found is None or found.dwelling_id != dwelling_id:
        raise Refusal(
            "household_elsewhere",
            T("这一户不在这处房屋。", "This household is of another dwelling."),
            field="household_id",
        )
    if new.relation[:2] == "01" and found.members.filter(until__isnull=True, relation__startswith="01").exists():
        raise Refusal(
            "head_taken", T("这一户已有户主。", "This household has a head already."), field="relation", status=409
        )
    return found


def _lease(new: NewResidence, dwelling_id: UUID) -> Lease | None:
    if new.lease_id is None:
        return None
    found = Lease.objects.filter(pk=new.lease_id, dwelling_id=dwelling_id).first()
    if found is None:
        raise Refusal(
            "lease_elsewhere", T("这份租约不是这处房屋的。", "This lease is of another dwelling."), field="lease_id"
        )
    if found.told_at is not None:
        raise Refusal("lease_over", T("这份租约已经到期。", "This lease is over."), field="lease_id", status=409)
    return found


def _lock_residence(residence_id: UUID, by: Actor) -> Residence:
    row = Residence.objects.select_for_update().filter(pk=residence_id).first()
    require(by, KEEP_RESIDENTS)
    if row is None or not row.area_code.startswith(by.region):
        raise not_found(RESIDENCE)
    if row.until is not None:
        raise Refusal("residence_ended", T("此人已登记搬离。", "This person is recorded as moved out."), status=409)
    return row


@transaction.atomic
def confirm_residence(residence_id: UUID, *, is_present: bool | None = None, by: Actor) -> Residence:
    """Confirm that it still holds; of a registered person also whether they really live there (None says nothing new)."""
    row = _lock_residence(residence_id, by)
    row.confirmed_at, row.confirmed_by = timezone.now(), by.name[:120]
    if is_present is not None:
        row.is_present = is_present
    row.save(update_fields=["confirmed_at", "confirmed_by", "is_present"])
    return row


@transaction.atomic
def end_residence(residence_id: UUID, last_day: date, *, reason: str, by: Actor) -> Residence:
    """Record that somebody moved out, or was registered elsewhere; the row stays as history for two years."""
    row = _lock_residence(residence_id, by)
    if last_day > timezone.localdate() or (row.since is not None and last_day < row.since):
        raise Refusal("date_invalid", T("搬离日期应在入住之后、今天以前。", "The last day lies between moving in and today."),
                      field="last_day")  # fmt: skip
    row.until, row.end_reason = last_day, " ".join(reason.split())[:200]
    row.confirmed_at, row.confirmed_by = timezone.now(), by.name[:120]
    row.save(update_fields=["until", "end_reason", "confirmed_at", "confirmed_by"])
    residence_ended.call(person_id=row.person_id, dwelling_id=row.dwelling_id, by=by)
    return row


@transaction.atomic
def form_household(dwelling_id: UUID, *, number: str = "", kind: str = "family", by: Actor) -> Household:
    """Record a household at a dwelling; its number, where it has one, is taken once."""
    dwelling = lock_dwelling(dwelling_id, by, KEEP_RESIDENTS)
    if kind not in Household.Kind.values:
        raise Refusal("kind_unknown", T("请选择户的类别。", "Choose the kind of household."), field="kind")
    try:
        with transaction.atomic():
            return Household.objects.create(
                dwelling=dwelling, number=number.strip()[:40], kind=kind, area_code=dwelling.area_code,
                is_sample=dwelling.is_sample,
            )  # fmt: skip
    except IntegrityError:
        raise Refusal("household_exists", T("这个户号已经登记。", "This household number is recorded already."), field="number",
                      status=409) from None  # fmt: skip


@transaction.atomic
def record_workplace(
    person_id: UUID,
    employer: str,
    *,
    company_id: UUID | None = None,
    position: str = "",
    source: str = "grid",
    by: Actor,
) -> Workplace:
    """Record where a resident of one's area works, or confirm it."""
    require(by, KEEP_RESIDENTS)
    if not Residence.objects.filter(person_id=person_id, area_code__startswith=by.region, until__isnull=True).exists():
        raise not_found(T("这个人", "This person"))
    company = CompanyRecord.objects.filter(pk=company_id).first() if company_id else None
    name = company.name if company else " ".join(employer.split())[:200]
    if len(name) < 2:
        raise Refusal("employer_missing", T("请填写工作单位。", "Enter the employer."), field="employer")
    row, _ = Workplace.objects.get_or_create(
        person_id=person_id, employer=name, until=None,
        defaults={"company": company, "position": position[:80], "source": source, "since": None},
    )  # fmt: skip
    row.confirmed_at = timezone.now()
    row.save(update_fields=["confirmed_at"])
    return row


@transaction.atomic
def open_resident(person_id: UUID, *, reason: str, by: Actor) -> ResidentFound:
    """Open what is held on a resident of one's area; whoever is not the person leaves a look the person sees."""
    if by.person_id != person_id:
        require(by, VIEW_RESIDENTS)
        if not Residence.objects.filter(person_id=person_id, area_code__startswith=by.region).exists():
            raise not_found(T("这个人", "This person"))
    record_look(person_id, what="registers.resident", reason=reason, by=by)
    return resident_found(person_id, "" if by.person_id == person_id else by.region)


def refresh_copies(person_id: UUID) -> int:
    """Bring names, sex and year of birth in a person's residences up to what parties holds; how many rows."""
    person = people_by_id([person_id]).get(person_id)
    if person is None:
        return 0
    rows = list(Residence.objects.select_for_update().filter(person_id=person_id))
    for row in rows:
        copy_person(row, person)
    Residence.objects.bulk_update(fill_name_keys(rows), ["name", "name_pinyin", "name_initials", "sex", "birth_year"])
    return len(rows)
