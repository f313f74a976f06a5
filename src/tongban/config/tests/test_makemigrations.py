"""Migrations are written in as few steps as the tables allow."""

from __future__ import annotations

from django.db import models
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation

from tongban.config.management.commands.makemigrations import folded


def steps(*, index: models.Index, constraint: models.UniqueConstraint) -> list[Operation]:
    return [
        CreateModel("Desk", [("id", models.IntegerField(primary_key=True)), ("room", models.IntegerField())]),
        CreateModel("Lamp", [("id", models.IntegerField(primary_key=True))]),
        AddField("Desk", "lamp", models.ForeignKey("Lamp", models.CASCADE)),
        AddIndex("Desk", index),
        AddConstraint("Desk", constraint),
    ]


def test_indexes_and_constraints_stand_where_the_table_is_made() -> None:
    index = models.Index(fields=["room"], name="desk_room")
    constraint = models.UniqueConstraint(fields=["room"], name="one_desk")
    found = folded(steps(index=index, constraint=constraint))
    assert [type(one).__name__ for one in found] == ["CreateModel", "CreateModel", "AddField"]
    assert found[0].options == {"indexes": [index], "constraints": [constraint]}  # type: ignore[attr-defined]


def test_what_speaks_of_a_later_column_comes_after_it() -> None:
    index = models.Index(models.F("lamp").desc(), name="desk_lamp")
    constraint = models.UniqueConstraint(fields=["room"], condition=models.Q(lamp=1), name="one_lit_desk")
    found = folded(steps(index=index, constraint=constraint))
    assert [type(one).__name__ for one in found][2:] == ["AddField", "AddIndex", "AddConstraint"]
    assert found[0].options == {}  # type: ignore[attr-defined]
