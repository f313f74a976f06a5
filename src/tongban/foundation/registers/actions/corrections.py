"""Correcting a residence from what somebody saw, without overwriting what a colleague found meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.foundation.registers.actions.residents import RESIDENCE
from tongban.foundation.registers.hooks import KEEP_RESIDENTS, residence_ended
from tongban.foundation.registers.models import Household, Residence
from tongban.foundation.registers.queries.facts import residence_facts
from tongban.foundation.registers.rules.corrections import PRESENCE, check_facts, clashes, read_day
from tongban.foundation.registers.rules.occupancy import RELATIONS
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of a correction: written, or with ``clashes`` (facts changed meanwhile) left for a person to settle.

    ``there`` is what stood there before, ``there_by`` who last confirmed that and ``there_at`` when.
    """

    residence: Residence
    there: dict[str, str]
    there_by: str
    there_at: datetime | None
    clashes: list[str]


@transaction.atomic
def correct_residence(
    residence_id: UUID, *, seen: Mapping[str, str], wanted: Mapping[str, str], at: datetime | None = None, by: Actor
) -> Corrected:
    """Confirm a residence with what is true now; facts that were changed since ``seen`` are not overwritten.

    ``at`` is when somebody was there, where that was earlier: a phone that was offline tells it later.
    """
    row = Residence.objects.select_for_update().filter(pk=residence_id).first()
    require(by, KEEP_RESIDENTS)
    if row is None or not row.area_code.startswith(by.region):
        raise not_found(RESIDENCE)
    check_facts(wanted)
    there = residence_facts(row)
    found = Corrected(row, there, row.confirmed_by, row.confirmed_at, clashes(seen, there, wanted))
    if not found.clashes:
        _write(row, {fact: value for fact, value in wanted.items() if value != there[fact]}, at or timezone.now(), by)
    return found


def _write(row: Residence, changed: Mapping[str, str], at: datetime, by: Actor) -> None:
    if "kind" in changed:
        if changed["kind"] not in Residence.Kind.values:
            raise Refusal("kind_unknown", T("请选择居住类别。", "Choose the kind of residence."), field="kind")
        row.kind = changed["kind"]
        if row.kind != "tenant":
            row.lease_id = None
    if "relation" in changed:
        _relate(row, changed["relation"])
    if "is_present" in changed:
        row.is_present = PRESENCE[changed["is_present"]]
    row.since = read_day(changed["since"], "since") if "since" in changed else row.since
    row.until = read_day(changed["until"], "until") if "until" in changed else row.until
    _check_days(row)
    if row.confirmed_at is None or row.confirmed_at < at:
        row.confirmed_at, row.confirmed_by = at, by.name[:120]
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refusal("residence_exists", T("此人已有同类登记，请先核实另一条。", "This person is recorded like that already: look at that first."),
                      field="kind", status=409) from None  # fmt: skip
    if "until" in changed and row.until is not None:
        residence_ended.call(person_id=row.person_id, dwelling_id=row.dwelling_id, by=by)


def _relate(row: Residence, relation: str) -> None:
    if relation and relation[:2] not in RELATIONS:
        raise Refusal(
            "relation_unknown", T("请选择与户主的关系。", "Choose the relation to the head."), field="relation"
        )
    if relation[:2] == "01" and row.household_id is not None:
        # The household's row is held, so that two heads named at once come one after the other.
        Household.objects.select_for_update().get(pk=row.household_id)
        others = Residence.objects.filter(household_id=row.household_id, until__isnull=True, relation__startswith="01")
        if others.exclude(pk=row.pk).exists():
            raise Refusal(
                "head_taken", T("这一户已有户主。", "This household has a head already."), field="relation", status=409
            )
    row.relation = relation[:4]


def _check_days(row: Residence) -> None:
    today: date = timezone.localdate()
    if row.since is not None and row.since > today:
        raise Refusal(
            "date_ahead", T("入住日期不能晚于今天。", "Nobody can have moved in later than today."), field="since"
        )
    if row.until is not None and (row.until > today or (row.since is not None and row.until < row.since)):
        raise Refusal("date_invalid", T("搬离日期应在入住之后、今天以前。", "The last day lies between moving in and today."),
                      field="until")  # fmt: skip
