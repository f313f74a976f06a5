"""The base of every model of the house."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tongban.lib.ids import uuid7


class House(models.Model):
    """A row with a UUIDv7 made in Python as its key.

    ``append_only`` tables may be written and read but not changed by the runtime role; ``erasable`` ones of them
    may also be emptied by scheduled erasure.
    """

    append_only: ClassVar[bool] = False
    erasable: ClassVar[bool] = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
