"""Reads for whoever publishes: proposals, versions, who is in the middle of an older one and what changes for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters.models import Case, Definition, DefinitionVersion, Publication
from tongban.matters.rules.cases import DRAFT, OPEN_STATES, STATES
from tongban.matters.rules.differences import Difference, differences
from tongban.matters.rules.publishing import CONFIRMED, FINISH, PROPOSED
from tongban.matters.rules.shape import Content

# As declared in hooks.py, which stands on the same layer and cannot be imported here.
PUBLISH = "matters.publish_definition"
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Those in the middle of one version: how many in which state, numbers of some, and what a new version changes for them."""

    version: int
    counts: tuple[tuple[str, T, int], ...]
    numbers: tuple[str, ...]
    changes: tuple[Difference, ...]

    @property
    def total(self) -> int:
        """How many they are."""
        return sum(count for _, _, count in self.counts)


def in_flight(code: str, new: Content | None, *, by: Actor) -> list[Group]:
    """Drafts and open cases of a service by the version they are on, the oldest first; ``new`` is what may come."""
    require(by, PUBLISH)
    rows = Case.objects.filter(definition__code=code, state__in=(DRAFT, *OPEN_STATES))
    counted = (
        rows.values("version_id", "version__number", "state").annotate(count=Count("pk")).order_by("version__number")
    )
    versions: dict[UUID, tuple[int, dict[str, int]]] = {}
    for row in counted:
        versions.setdefault(row["version_id"], (row["version__number"], {}))[1][row["state"]] = row["count"]
    return [_group(rows, version_id, number, states, new) for version_id, (number, states) in versions.items()]


def _group(
    rows: QuerySet[Case], version_id: UUID, number: int, states: dict[str, int], new: Content | None
) -> Group:  # fmt: skip
    numbers = rows.filter(version_id=version_id, number__isnull=False).order_by("number")
    shown: Sequence[str | None] = list(numbers.values_list("number", flat=True)[:_SHOWN])
    changes = differences(version_content(version_id), new) if new is not None else []
    return Group(
        number, tuple((state, STATES[state], states[state]) for state in (DRAFT, *OPEN_STATES) if state in states),
        tuple(one for one in shown if one), tuple(changes),
    )  # fmt: skip


def version_content(version_id: UUID) -> Content:
    """What a version says."""
    return Content.model_validate(DefinitionVersion.objects.values_list("content", flat=True).get(pk=version_id))


def definitions_kept(by: Actor) -> QuerySet[Definition]:
    """Every service that was ever published, with its newest version, for whoever publishes."""
    require(by, PUBLISH)
    return (
        Definition.objects.filter(version__isnull=False)
        .select_related("version")
        .defer("version__content", "version__sources")
    )


def definition_kept(code: str, by: Actor) -> Definition:
    """One of them; not found otherwise."""
    found = definitions_kept(by).filter(code=code).first()
    if found is None:
        raise not_found(T("这项服务", "This service"))
    return found


def version_of(code: str, number: int, by: Actor) -> DefinitionVersion:
    """A version by its number."""
    require(by, PUBLISH)
    found = DefinitionVersion.objects.filter(definition__code=code, number=number).first()
    if found is None:
        raise not_found(T("这个版本", "This version"))
    return found


def versions_of(definition: Definition) -> QuerySet[DefinitionVersion]:
    """All versions of a service, the newest first."""
    return definition.versions.defer("content", "sources").order_by("-number")


def proposals_open(by: Actor) -> QuerySet[Publication]:
    """What awaits a second person."""
    require(by, PUBLISH)
    return Publication.objects.filter(state=PROPOSED).select_related("base").defer("sources").order_by("proposed_at")


def publication_kept(publication_id: UUID, by: Actor) -> Publication:
    """A proposal, settled or not; not found otherwise."""
    require(by, PUBLISH)
    found = Publication.objects.select_related("base", "version").filter(pk=publication_id).first()
    if found is None:
        raise not_found(T("这个待确认的版本", "This proposal"))
    return found


def is_version_over(case: Case, today: date) -> bool:
    """Whether the last day of a draft's older version has passed."""
    if case.version_id == case.definition.version_id:
        return False
    later = Publication.objects.filter(code=case.definition.code, state=CONFIRMED, in_flight=FINISH, until__lt=today)
    return later.filter(version__number__gt=case.version.number).exists()
