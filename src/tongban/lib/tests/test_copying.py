"""Rows that are copied in are the rows that would have been inserted."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from tongban.lib.copying import add_rows, copy_rows
from tongban.lib.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField, blind_index
from tongban.lib.models import House
from tongban.lib.named import Named

ONE, OTHER = UUID(int=1), UUID(int=2)
EVENING = datetime(2026, 1, 31, 23, 59, 58, 123456, timezone(timedelta(hours=8)))


class Counter:
    """Counts statements, as the house does for each request."""

    statements = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.statements += 1
        return execute(*args)


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


class Unknown(House):
    """A row with a kind of column nobody has taught."""

    long = models.DurationField()

    class Meta:
        app_label = "copying"


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


@pytest.mark.django_db
def test_rows_stand_as_bulk_create_would_have_written_them(table: None) -> None:
    STORED.bulk_create(rows())
    inserted = stored()
    STORED.all().delete()
    fresh = rows()
    add_rows(fresh)
    assert stored() == inserted
    assert inserted[1]["phone_index"] == blind_index("phone", "+8613800000001")
    assert all(not row._state.adding and row._state.db == "default" and row.made_at for row in fresh)
    assert fresh[1].name_initials == STORED.get(pk=fresh[1].pk).name_initials != ""
    fresh[0].text = "again"
    fresh[0].save()  # an UPDATE, as after bulk_create
    assert STORED.count() == len(fresh)


@pytest.mark.django_db
def test_a_row_that_stands_already_is_an_integrity_error_and_nothing_is_added(table: None) -> None:
    one, other = rows()[:2]
    add_rows([one])
    other_with_its_id = rows()[2]
    other_with_its_id.pk = one.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        add_rows([other, other_with_its_id])
    assert [row.pk for row in STORED.all()] == [one.pk]


@pytest.mark.django_db
def test_no_rows_are_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        add_rows([])
        assert copy_rows(Everything, ["text"], []) == 0


@pytest.mark.django_db
def test_a_copy_counts_as_one_statement(table: None) -> None:
    with CaptureQueriesContext(connection) as asked, connection.execute_wrapper(counter := Counter()):
        add_rows(rows())
    assert (len(asked), counter.statements) == (1, 1)
    assert asked.captured_queries[0]["sql"].startswith('COPY "copying_everything"')


@pytest.mark.django_db
def test_values_that_are_prepared_already_are_copied_as_they_are(table: None) -> None:
    names = ["id", "name", "name_pinyin", "name_initials", "text", "number", "money", "is_it", "made_at", "facts", "sealed",
             "sealed_facts", "ids"]  # fmt: skip
    row = (ONE, "陈", "chen", "c", "a\tb", 1, Decimal("1.00"), True, EVENING, {"b": 1}, b"", b"", "{}")
    assert copy_rows(Everything, names, [row]) == 1
    found = STORED.get()
    assert (found.text, found.facts, found.is_it, found.made_at, found.state) == ("a\tb", {"b": 1}, True, EVENING, None)


def test_a_kind_of_column_nobody_has_taught_is_refused() -> None:
    with pytest.raises(TypeError, match="DurationField"):
        add_rows([Unknown(long=timedelta(1))])
