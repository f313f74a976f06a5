"""A table with each kind of column the house has, and rows for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from tongban.lib.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from tongban.lib.models import House
from tongban.lib.named import Named

ONE, OTHER = UUID(int=1), UUID(int=2)
EVENING = datetime(2026, 1, 31, 23, 59, 58, 123456, timezone(timedelta(hours=8)))


class Everything(Named, House):
    """A row with each kind of column the house has."""

    text = models.TextField()
    state = models.CharField(max_length=8, unique=True, null=True, blank=True)
    number = models.PositiveIntegerField(default=7)
    money = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("0.10"))
    is_it = models.BooleanField(default=False)
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    facts = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    sealed = EncryptedTextField()
    sealed_facts = EncryptedJSONField()
    phone_index = BlindIndexField(kind="phone", source="sealed", null=True)
    raw = models.BinaryField(null=True)
    ids = ArrayField(models.UUIDField(), default=list)

    class Meta(Named.Meta):
        app_label = "copying"


STORED = Everything._default_manager


@pytest.fixture
def table(db: None) -> None:
    with connection.schema_editor(collect_sql=True) as editor:
        made, _ = editor.table_sql(Everything)
    with connection.cursor() as cursor:
        cursor.execute(made.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))


def rows() -> list[Everything]:
    return [
        Everything(name="陈小雨", text="一\t二\n三\r四\\五\\N", state=None, facts=None, sealed="", raw=b"\x00\\x"),
        Everything(
            name="𬭎㛃·买买提", text="", state="", number=0, money=Decimal("-12.30"), is_it=True, day=date(2026, 2, 29 - 1), at=EVENING,
            facts={"甲": ["\\", '"', "\n", 0, "", {}], "day": date(2026, 1, 1)}, sealed="+8613800000001", sealed_facts={"a": [1, "\t"]},
            raw=b"", ids=[ONE, OTHER],
        ),
        Everything(name="null", text="NULL", state="\\N", facts=[], sealed_facts=[], raw=memoryview(b"ab")),
        Everything(name="", text="\\.", facts="", ids=[]),
    ]  # fmt: skip


def stored() -> list[dict[str, Any]]:
    found = []
    for row in STORED.order_by("id"):
        values = {field.name: getattr(row, field.name) for field in Everything._meta.local_fields}
        found.append({name: value for name, value in values.items() if name not in ("id", "made_at")})
    return found
