"""How long cases are kept, and how they stand against the public log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.foundation.ledger.hooks import Affairs, Due, Retention, affairs, retentions
from tongban.lib.ids import uuid7_floor
from tongban.lib.words import T
from tongban.matters.actions.erasing import erase_cases
from tongban.matters.models import Case, Certificate, DayOverride, Definition, DefinitionVersion
from tongban.matters.queries.keeping import calendar_leaf, case_leaves, version_leaf

DRAFTS_KEPT = timedelta(days=366)


def _definition_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    due: dict[UUID, list[Due]] = {one: [] for one in Definition.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    versions = DefinitionVersion.objects.filter(definition_id__in=ids).select_related("definition").order_by("number")
    for row in versions:
        due[row.definition_id].append(Due("definition.published", version_leaf(row)))
    return due


def _calendar_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    """The newest leaf of a day says what the day is now; a day that was taken back has no row any more."""
    rows = {row.pk: row for row in DayOverride.objects.filter(pk__in=ids)}
    return {one: [Due("rule.changed", calendar_leaf(rows.get(one)), is_last=True)] for one in ids}


def _opening_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    """A service that was ever closed has leaves; the newest says how it stands."""
    rows = Definition.objects.filter(pk__in=ids).values_list("pk", "is_open")
    return {
        one: [Due("rule.changed", {"after": "open" if is_open else "closed"}, is_last=True)] for one, is_open in rows
    }


@affairs.answer
def rows_and_leaves() -> list[Affairs]:
    """Definitions with their versions, days off the published calendar, cases with what happened to them."""
    return [
        Affairs("matters.definition", lambda: Definition.objects.filter(version__isnull=False), _definition_leaves),
        Affairs("matters.opening", lambda: Definition.objects.filter(is_open=False), _opening_leaves),
        Affairs("matters.calendar", DayOverride.objects.all, _calendar_leaves),
        Affairs("matters.case", lambda: Case.objects.filter(number__isnull=False), case_leaves),
    ]


def _old_drafts(now: datetime) -> QuerySet[Case]:
    floor = uuid7_floor(now - DRAFTS_KEPT)
    return Case.objects.filter(pk__lt=floor, number__isnull=True)


def _past_cases(now: datetime) -> QuerySet[Case]:
    """Closed cases whose definition's retention is over, unless a certificate of theirs is still good."""
    chosen = Q(pk__in=())
    by_years: dict[int, list[UUID]] = {}
    years = DefinitionVersion.objects.values_list("pk", "content__definition__retention__years")
    for version_id, kept in years:
        by_years.setdefault(int(kept), []).append(version_id)
    for kept, versions in by_years.items():
        chosen |= Q(version_id__in=versions, closed_at__lt=now - timedelta(days=365.25 * kept + 1))
    good = Certificate.objects.filter(case=OuterRef("pk"), credential__expires_at__gte=now)
    return Case.objects.filter(chosen, ~Exists(good), number__isnull=False)


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Drafts for a year, cases as long as the definition they were decided on says."""
    return [
        Retention("matters.drafts", T("没有提交的草稿", "Drafts never handed in"), T("一年", "1 year"), Case, _old_drafts,
                  kind="matters.case", remove=erase_cases),
        Retention("matters.cases", T("办结的办件", "Closed cases"), T("按事项规定，从办结之日起算", "As the service says, from its end on"), Case,
                  _past_cases, kind="matters.case", remove=erase_cases),
    ]  # fmt: skip
