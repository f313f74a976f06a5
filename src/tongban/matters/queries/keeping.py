"""What rows of matters say that their leaves must say, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import yaml
from django.db.models import Prefetch

from tongban.foundation.ledger.hooks import Due
from tongban.matters.models import Case, CaseEvent, DayOverride, Definition, DefinitionVersion
from tongban.matters.queries.leaves import LEAF_OF_EVENT, event_leaf
from tongban.matters.rules.bundles import write_bundle
from tongban.matters.rules.cases import NOT_NEEDED, OPEN, hash_of
from tongban.matters.rules.folders import fingerprint
from tongban.matters.rules.shape import Content


def version_leaf(row: DefinitionVersion) -> dict[str, Any]:
    """A published version, its digest computed anew; ``row.definition`` is read."""
    return {
        "code": row.definition.code, "version": row.number, "digest": fingerprint(row.content),
        "in_flight": row.in_flight, "proposed_by": row.proposed_by,
    }  # fmt: skip


def written_files(row: DefinitionVersion) -> dict[str, str]:
    """A version's files for another installation: as written, with every element the form asks."""
    content = Content.model_validate(row.content)
    used = {name: element.model_dump(mode="json", exclude_defaults=True) for name, element in content.elements.items()}
    elements = yaml.safe_dump({"elements": used}, allow_unicode=True, sort_keys=False, width=1000)
    return {**row.sources, "elements.yaml": elements}


def archive_of(definition: Definition) -> tuple[str, bytes]:
    """The version in force as an archive for another installation, with the name of its file."""
    assert definition.version is not None
    content = write_bundle(definition.code, written_files(definition.version))
    return f"{definition.code}-v{definition.version.number}.tar.gz", content


def calendar_leaf(row: DayOverride | None) -> dict[str, Any]:
    """What a day was set to last; None when it follows the published calendar again."""
    if row is None:
        return {"after": ""}
    return {"rule": f"calendar {row.day.isoformat()}", "after": str(row.is_working).lower()}


def case_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    """The leaves each case asks for: one for every event of weight, its newest acts as the rows have them now."""
    weighty = CaseEvent.objects.filter(kind__in=LEAF_OF_EVENT).order_by("at", "pk")
    cases = (
        Case.objects.filter(pk__in=ids)
        .select_related("definition", "version", "decision")
        .prefetch_related("reviews", Prefetch("events", weighty, "acts"))
    )
    return {case.pk: _leaves(case) for case in cases}


def _leaves(case: Case) -> list[Due]:
    if case.number is None:
        return []
    acts: list[CaseEvent] = case.acts  # type: ignore[attr-defined]
    due = []
    for act in acts:
        act.case = case  # as it was read: no query for each event
        due.append(Due(LEAF_OF_EVENT[act.kind], event_leaf(act) | _as_it_is_now(case, act, acts), act.at))
    return due


_CHANGES_ANSWERS = ("case.filed", "case.returned", "promise.supplied")


def _as_it_is_now(case: Case, act: CaseEvent, acts: Sequence[CaseEvent]) -> dict[str, Any]:
    """What the rows beside the history say of an act that nothing came after: they must say the same."""
    kind = LEAF_OF_EVENT[act.kind]
    if kind == "case.decided":
        decision = getattr(case, "decision", None)
        if decision is None:
            return {"document": ""}
        return {"outcome": decision.outcome, "reason": decision.reason, "document": decision.opinions_hash}
    later = acts[acts.index(act) + 1 :]
    if kind in ("case.filed", "promise.supplied"):
        # Once returned, the applicant works on the answers until they are handed in anew.
        is_final = not any(LEAF_OF_EVENT[one.kind] in _CHANGES_ANSWERS for one in later)
        return {"form": hash_of(case.values)} if is_final else {}
    if kind == "case.reviewed":
        review = next((one for one in case.reviews.all() if one.unit_code == act.facts["unit"]), None)
        if review is None:
            return {"opinion": ""}
        if review.state not in (OPEN, NOT_NEEDED) and review.round == act.facts["round"]:
            return {"opinion": review.state, "reason": review.text}
    return {}
