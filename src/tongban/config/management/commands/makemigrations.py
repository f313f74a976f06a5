"""`tongban makemigrations`: as Django writes them, with each table's indexes and constraints where the table is made."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.commands.makemigrations import Command as DjangoMakeMigrations
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation

_KINDS = {AddIndex: ("indexes", "index"), AddConstraint: ("constraints", "constraint")}


class Command(DjangoMakeMigrations):
    """Each operation costs Django 40 ms for every jurisdiction that is made, and its own optimizer leaves these apart."""

    def write_migration_files(self, changes: dict[str, list[Any]], *arguments: Any, **more: Any) -> None:
        for migration in (one for migrations in changes.values() for one in migrations):
            migration.operations = folded(migration.operations)
        super().write_migration_files(changes, *arguments, **more)


def folded(operations: list[Operation]) -> list[Operation]:
    """The same end in fewer steps; what speaks of a column that a later step adds stays where it is."""
    made = {one.name_lower: one for one in operations if isinstance(one, CreateModel)}
    later = {(one.model_name_lower, one.name) for one in operations if isinstance(one, AddField)}
    kept: list[Operation] = []
    for one in operations:
        if isinstance(one, AddIndex | AddConstraint) and one.model_name_lower in made:
            option, attribute = _KINDS[type(one)]
            added = getattr(one, attribute)
            columns = {name for model, name in later if model == one.model_name_lower}
            if not any(re.search(rf"\b{name}\b", repr(added.deconstruct())) for name in columns):
                options = made[one.model_name_lower].options
                options[option] = [*options.get(option, []), added]
                continue
        kept.append(one)
    return kept
