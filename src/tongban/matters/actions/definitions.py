"""Publish services and themes from their folder."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.matters import hooks
from tongban.matters.adapters import Library
from tongban.matters.models import Definition, DefinitionVersion, Theme
from tongban.matters.rules.dictionary import ThemeShape
from tongban.matters.rules.folders import fingerprint
from tongban.matters.rules.shape import Content


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a service did: its version's number, and whether that is new."""

    code: str
    number: int
    is_new: bool


@transaction.atomic
def publish_library(library: Library, *, by: Actor) -> list[Published]:
    """Publish every service of a checked library, and its themes; what has not changed stays as it is."""
    require(by, hooks.PUBLISH)
    for theme in library.themes.themes if library.themes else []:
        _publish_theme(theme)
    return [_publish(content, by) for content in library.contents.values()]


def _publish_theme(theme: ThemeShape) -> None:
    Theme.objects.update_or_create(
        code=theme.code,
        defaults={
            "title": theme.title.as_json(), "about": theme.about.as_json(), "icon": theme.icon, "position": theme.order,
            "is_pinned": theme.pinned, "opens": theme.opens, "closes": theme.closes, "is_sample": theme.is_sample,
        },
    )  # fmt: skip


def _publish(content: Content, by: Actor) -> Published:
    """A new version when the content differs from the newest one; the row's lock makes two publishers take turns."""
    said = content.definition
    Definition.objects.get_or_create(
        code=said.code, defaults={"name": said.name.zh, "name_en": said.name.en, "theme_code": said.theme}
    )
    definition = Definition.objects.select_for_update().get(code=said.code)
    plain = content.model_dump(mode="json")
    sha256 = fingerprint(plain)
    newest = definition.versions.order_by("-number").defer("content").first()
    if newest is not None and newest.sha256 == sha256:
        return Published(said.code, newest.number, is_new=False)
    number = newest.number + 1 if newest else 1
    definition.version = DefinitionVersion.objects.create(
        definition=definition, number=number, content=plain, sha256=sha256, published_by=by.name
    )
    definition.name, definition.name_en, definition.theme_code = said.name.zh, said.name.en, said.theme
    definition.save(update_fields=["version", "name", "name_en", "theme_code"])
    ledger.record(
        "definition.published", by=by, subject=("matters.definition", definition.pk),
        values={"code": said.code, "version": number, "digest": sha256},
    )  # fmt: skip
    return Published(said.code, number, is_new=True)
