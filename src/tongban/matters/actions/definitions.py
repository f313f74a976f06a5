"""Publish services and themes from their folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.adapters import Library
from tongban.matters.models import Definition, DefinitionVersion, Theme
from tongban.matters.queries.keeping import version_leaf
from tongban.matters.rules.cases import check_reason
from tongban.matters.rules.folders import fingerprint
from tongban.matters.rules.publishing import check_second_person
from tongban.matters.rules.shape import Content


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a service did: its version's number, and whether that is new."""

    code: str
    number: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Edition:
    """What a version is made of: its content, its files as written, who proposed it, what becomes of open cases."""

    content: Content
    sources: Mapping[str, str]
    proposed_by: str = ""
    in_flight: str = ""
    until: date | None = None


@transaction.atomic
def publish_library(library: Library, *, by: Actor) -> list[Published]:
    """Publish every service of a checked library at once, and its themes; what has not changed stays as it is.

    For the machine alone: a demo, or a house nobody administers yet. People propose, and others confirm.
    """
    require(by, hooks.PUBLISH)
    if by.kind != "system":
        check_second_person(by.person_id, by.person_id, is_machine=False)
    publish_themes(library, by=by)
    editions = [Edition(content, library.sources.get(code, {})) for code, content in library.contents.items()]
    return [publish_edition(edition, by) for edition in editions]


@transaction.atomic
def publish_themes(library: Library, *, by: Actor) -> None:
    """Write the themes of a library; a column can so be opened the same day."""
    require(by, hooks.PUBLISH)
    for theme in library.themes.themes if library.themes else []:
        Theme.objects.update_or_create(
            code=theme.code,
            defaults={
                "title": theme.title.as_json(), "about": theme.about.as_json(), "icon": theme.icon,
                "position": theme.order, "is_pinned": theme.pinned, "opens": theme.opens, "closes": theme.closes,
                "is_sample": theme.is_sample,
            },
        )  # fmt: skip


def publish_edition(edition: Edition, by: Actor) -> Published:
    """A new version when the content differs from the newest one; the row's lock makes two publishers take turns."""
    said = edition.content.definition
    Definition.objects.get_or_create(
        code=said.code, defaults={"name": said.name.zh, "name_en": said.name.en, "theme_code": said.theme}
    )
    definition = Definition.objects.select_for_update().get(code=said.code)
    plain = edition.content.model_dump(mode="json")
    sha256 = fingerprint(plain)
    newest = definition.versions.order_by("-number").defer("content", "sources").first()
    if newest is not None and newest.sha256 == sha256:
        return Published(said.code, newest.number, is_new=False)
    version = DefinitionVersion.objects.create(
        definition=definition, number=newest.number + 1 if newest else 1, content=plain, sha256=sha256,
        published_by=by.name, sources=dict(edition.sources), proposed_by=edition.proposed_by,
        in_flight=edition.in_flight, until=edition.until,
    )  # fmt: skip
    definition.version = version
    definition.name, definition.name_en, definition.theme_code = said.name.zh, said.name.en, said.theme
    definition.save(update_fields=["version", "name", "name_en", "theme_code"])
    ledger.record(
        "definition.published", by=by, subject=("matters.definition", definition.pk), values=version_leaf(version)
    )
    return Published(said.code, version.number, is_new=True)


@transaction.atomic
def set_open(code: str, *, is_open: bool, reason: str, by: Actor) -> Definition:
    """Stop taking applications for a service, or take them again, with the reason; what was handed in goes on."""
    require(by, hooks.PUBLISH)
    why = check_reason(reason)
    definition = Definition.objects.select_for_update().filter(code=code, version__isnull=False).first()
    if definition is None:
        raise not_found(T("这项服务", "This service"))
    if definition.is_open != is_open:
        definition.is_open = is_open
        definition.save(update_fields=["is_open"])
        ledger.record(
            "rule.changed", by=by, subject=("matters.opening", definition.pk),
            values={"rule": f"service {code}", "before": _word(not is_open), "after": _word(is_open), "reason": why},
        )  # fmt: skip
    return definition


def _word(is_open: bool) -> str:
    return "open" if is_open else "closed"
