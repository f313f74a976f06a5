"""The peer for lists: django-import-export with its defaults, trial run and import of the same columns.

Run as a program of its own, never imported by the house: address of the database; the list as CSV on standard input.
"""

from __future__ import annotations

import sys
import time

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

parts = conninfo_to_dict(sys.argv[1])
settings.configure(
    INSTALLED_APPS=["import_export"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": parts["dbname"], "USER": parts.get("user", ""),
            "PASSWORD": parts.get("password", ""), "HOST": parts.get("host", ""), "PORT": parts.get("port", ""),
        }
    },
)  # fmt: skip
django.setup()

from django.db import connection, models  # noqa: E402
from import_export import resources  # noqa: E402
from tablib import Dataset  # noqa: E402


class Resident(models.Model):
    """The list's columns, found again by the identity number."""

    place = models.CharField(max_length=20, db_column="序号")
    name = models.CharField(max_length=60)
    number = models.CharField(max_length=18, unique=True)
    phone = models.CharField(max_length=20, db_index=True)
    relation = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    address = models.CharField(max_length=200)

    class Meta:
        app_label = "import_export"  # any that is installed
        db_table = "bench_import_export"

    def __str__(self) -> str:
        return self.name


class ResidentResource(resources.ModelResource):
    """What the library's guide shows, with its own unique field."""

    class Meta:
        model = Resident
        exclude = ("id",)
        import_id_fields = ("number",)


def main() -> None:
    """Print the seconds for a trial run and the import, as an operator does both."""
    data = Dataset().load(sys.stdin.read(), format="csv")
    data.headers = ["place", "name", "number", "phone", "relation", "kind", "address"]
    with connection.schema_editor() as editor:
        editor.create_model(Resident)
    try:
        began = time.perf_counter()
        for dry_run in (True, False):
            result = ResidentResource().import_data(data, dry_run=dry_run, raise_errors=True)
        assert result.totals["new"] == len(data)
        print(time.perf_counter() - began)
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Resident)


main()
