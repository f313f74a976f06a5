"""Lists communities hand in: filling what is missing once for all of them, and the lists offices make."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.applications.grid.queries.reports import missing_of
from tongban.applications.grid.rules.reports import (
    COLUMNS,
    FILLABLE,
    MOST_MADE,
    SETTING,
    Report,
    as_kept,
    check_report,
    read_kept,
)
from tongban.applications.grid.rules.rights import MAKE, WORK
from tongban.foundation.parties.actions import change_setting, record_phone
from tongban.foundation.parties.queries import require
from tongban.foundation.registers.actions import correct_residence, record_workplace
from tongban.foundation.registers.queries import KINDS, residence_facts
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

_LIST = T("这张表", "This list")


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


@transaction.atomic
def make_report(report: Report, *, code: str = "", by: Actor) -> str:
    """Make a list for the area of one's own office, or change the one with a ``code``; its code. Workers there have it at once."""
    require(by, MAKE)
    checked = check_report(report, KINDS)

    def change(kept: dict[str, Any] | None) -> dict[str, Any]:
        lists = kept or {}
        if code and code not in lists:
            raise not_found(_LIST)
        if not code and len(lists) >= MOST_MADE:
            raise Refusal("too_many_lists", T("本单位的表已有 {n} 张，请先删除不用的。", "Your office has {n} lists already: remove some first.").format(n=MOST_MADE),
                          status=409)  # fmt: skip
        if any(read_kept(kept_one).title.zh == checked.title.zh for key, kept_one in lists.items() if key != code):
            raise _twice()
        return lists | {wanted: as_kept(checked)}

    wanted = code or f"own-{secrets.token_hex(4)}"
    change_setting(SETTING, change, by=by)
    return wanted


def _twice() -> Refusal:
    return Refusal(
        "list_there_already",
        T(
            "本单位已有同名的表。请直接用它，或者换一个表名。",
            "Your office has a list of this title: use it, or choose another.",
        ),
        field="title",
        status=409,
    )


@transaction.atomic
def remove_report(code: str, *, by: Actor) -> None:
    """Ask for a list of one's own office no more; what it was filled from stays."""
    require(by, MAKE)

    def change(kept: dict[str, Any] | None) -> dict[str, Any]:
        lists = dict(kept or {})
        if lists.pop(code, None) is None:
            raise not_found(_LIST)
        return lists

    change_setting(SETTING, change, by=by)
