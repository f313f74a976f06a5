"""Which rows of a table others point to, whatever app they are of."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Exists, ForeignObjectRel, Model, OuterRef, QuerySet

Kind = TypeVar("Kind", bound=Model)


def pointed_to_by_nothing(rows: QuerySet[Kind]) -> QuerySet[Kind]:
    """Of some rows those to which no row of any app points."""
    for relation in rows.model._meta.get_fields(include_hidden=True):  # hidden: without a name to go back by
        if not isinstance(relation, ForeignObjectRel):
            continue
        pointing = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
        rows = rows.filter(~Exists(pointing))
    return rows
