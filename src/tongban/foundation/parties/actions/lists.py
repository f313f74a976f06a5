"""Many people from a list another app has read, checked and encrypted: taken in, and given up again, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from tongban.foundation.parties.hooks import REGISTER_PERSON
from tongban.foundation.parties.models import Person
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.relations import pointed_to_by_nothing

if TYPE_CHECKING:
    from django.db.models import Model

_COPIED = (
    "name", "name_pinyin", "name_initials", "document_type", "document_number", "document_index", "birth_date", "sex",
    "phone", "phone_index", "phone_tail_index",
)  # fmt: skip
_TAKE_IN = """
INSERT INTO {person} (id, region_code, address, assurance, source, created_at, is_sample, {columns})
SELECT DISTINCT ON (person_id) person_id, left(area_code, 12), '', %s, %s, now(), false, {columns}
FROM {waiting} WHERE list_id = %s AND is_new AND verdict = 'fresh' ORDER BY person_id, number
"""


def take_in_people(waiting: type[Model], list_id: UUID, *, source: str, by: Actor) -> int:
    """Record the new people of a list, at assurance level 2; how many. A document recorded meanwhile stops it all.

    ``waiting`` holds them as the columns of Person have them, encrypted and indexed for these, each row with its
    ``person_id``, ``area_code``, ``number``, ``verdict`` and whether it ``is_new``.
    """
    require(by, REGISTER_PERSON)
    columns = sql.SQL(", ").join(map(sql.Identifier, _COPIED))
    names = {"person": sql.Identifier(Person._meta.db_table), "waiting": sql.Identifier(waiting._meta.db_table)}
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(_TAKE_IN).format(columns=columns, **names), [Person.Assurance.STATED, source[:40], list_id]
        )
        return int(cursor.rowcount)


@transaction.atomic
def give_up_people(person_ids: Iterable[UUID], *, by: Actor) -> int:
    """Delete people a list brought, as far as nobody verified them and no row of any app points to them; how many."""
    require(by, REGISTER_PERSON)
    rows = Person.objects.filter(pk__in=list(person_ids), assurance__lte=Person.Assurance.STATED)
    return pointed_to_by_nothing(rows).delete()[0]
