"""Reads of services and themes."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.lib.name_search import name_query
from tongban.lib.names import name_key
from tongban.lib.refusals import not_found
from tongban.lib.repeated import Repeated
from tongban.lib.words import T
from tongban.lib.working_days import legal_date
from tongban.matters.models import Case, Definition, DefinitionVersion, Theme
from tongban.matters.rules.shape import Content


@lru_cache(maxsize=256)
def _content(version_id: UUID) -> Content:
    """Read once per process: a version never changes, and its id is the same in no two jurisdictions."""
    return Content.model_validate(DefinitionVersion.objects.values_list("content", flat=True).get(pk=version_id))


def content_of(holder: Case | Definition) -> Content:
    """What the version of a case, or the newest of a service, says; parameters as of the day a case was submitted."""
    assert holder.version_id is not None
    content = _content(holder.version_id)
    if content.parameters and isinstance(holder, Case) and holder.submitted_at is not None:
        return _content_as_of(holder.version_id, legal_date(holder.submitted_at))
    return content


@lru_cache(maxsize=1024)
def _content_as_of(version_id: UUID, day: date) -> Content:
    return _content(version_id).model_copy(update={"as_of": day})


def open_definitions() -> QuerySet[Definition]:
    """Services that are published and open."""
    return Definition.objects.filter(is_open=True, version__isnull=False).order_by("name_pinyin", "name")


def _with_version(found: QuerySet[Definition]) -> QuerySet[Definition]:
    """With the number of the version, and without its long texts: what it says is asked of ``content_of``."""
    return found.select_related("version").defer("version__content", "version__sources")


_BY_CODE = Repeated[Definition](lambda code: _with_version(Definition.objects.filter(code=code, version__isnull=False)))


def definition_by_code(code: str) -> Definition:
    """The published service with this code; refused as not found otherwise."""
    found = _BY_CODE.first(code=code)
    if found is None:
        raise not_found(T("这项服务", "This service"))
    return found


def find_definitions(term: str) -> list[Definition]:
    """Services whose name, initials, English name or keywords match."""
    by_name = open_definitions().filter(name_query(term, personal=False) | Q(name_en__icontains=term))
    found = {definition.pk: definition for definition in by_name[:20]}
    if len(term) >= 2:
        for definition in open_definitions():
            if any(_matches(term.lower(), word) for word in content_of(definition).definition.keywords):
                found.setdefault(definition.pk, definition)
    return list(found.values())[:20]


def _matches(term: str, word: str) -> bool:
    key = name_key(word, personal=False)
    return term in word.lower() or key.initials.startswith(term) or key.pinyin.startswith(term)


def themes_now(today: date) -> QuerySet[Theme]:
    """Themes to show today: those without dates, and columns within theirs."""
    return Theme.objects.filter(
        Q(opens__isnull=True) | Q(opens__lte=today), Q(closes__isnull=True) | Q(closes__gte=today)
    ).order_by("position", "code")
