"""Filling what is missing once, for every list that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from tongban.applications.grid.queries.reports import missing_of
from tongban.applications.grid.rules.reports import COLUMNS, FILLABLE
from tongban.applications.grid.rules.rights import WORK
from tongban.foundation.parties.actions import record_phone
from tongban.foundation.parties.queries import require
from tongban.foundation.registers.actions import correct_residence, record_workplace
from tongban.foundation.registers.queries import residence_facts
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


@transaction.atomic
def fill_missing(residence_id: UUID, facts: Mapping[str, str], *, by: Actor) -> list[str]:
    """Record facts nobody recorded yet (``FILLABLE``), all or none; what is known already is not overwritten. What was written.

    Facts of the residence confirm it, as a visit does.
    """
    require(by, WORK)
    row, missing = missing_of(by, residence_id)
    given = {key: " ".join(value.split()) for key, value in facts.items() if value.strip()}
    if not given:
        raise Refusal("nothing_filled", T("请至少填写一项。", "Fill in at least one."))
    for key in given:
        if key not in FILLABLE:
            raise Refusal("fact_unknown", T("没有“{name}”这一项。", "There is no “{name}”.").format(name=key[:40]))
        if key not in missing:
            raise Refusal("fact_known", T("“{name}”刚刚有人填过，请核对。", "“{name}” has just been filled in: look at it.").format(name=COLUMNS[key]),
                          field=key, status=409)  # fmt: skip
    if "phone" in given:
        record_phone(row.person_id, given["phone"], by=by)
    if "employer" in given:
        record_workplace(row.person_id, given["employer"], by=by)
    own: dict[str, str] = {key: given[key] for key in ("since", "relation") if key in given}
    if own:
        correct_residence(row.pk, seen=residence_facts(row), wanted=own, by=by)
    return list(given)
