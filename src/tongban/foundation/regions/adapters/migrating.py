"""Migrations over public and every jurisdiction, and what the runtime role may do afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from tongban.lib.jurisdictions import check_name, enter
from tongban.lib.models import House
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

# One migration run at a time; a hint on one node, the recorder's rows are what counts.
_LOCK = 0x746F6E67


def wanted_migrations() -> frozenset[tuple[str, str]]:
    """Every migration on disk."""
    return frozenset(MigrationLoader(None).disk_migrations or {})


def applied_migrations(schema: str | None) -> frozenset[tuple[str, str]]:
    """What a schema has already; empty where it has no record yet."""
    name = schema or "public"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f'"{name}".django_migrations'])
        if cursor.fetchone() == (None,):
            return frozenset()
        cursor.execute(sql.SQL("SELECT app, name FROM {}.django_migrations").format(sql.Identifier(name)))
        return frozenset((app, migration) for app, migration in cursor.fetchall())


def migrate(schema: str | None, wanted: frozenset[tuple[str, str]], runtime: str | None) -> bool:
    """Bring public (None) or one jurisdiction up to date and grant ``runtime`` its rights; False when it was current.

    A jurisdiction changes in one transaction, DDL included: whatever interrupts it leaves the schema as it was. Public
    changes migration by migration, because the job queue's own cannot share a transaction.
    """
    if wanted <= applied_migrations(schema):
        return False
    try:
        with transaction.atomic() if schema else nullcontext():
            if schema is not None:
                _prepare_schema(check_name(schema))
            with enter(schema):
                _run_migrations(is_public=schema is None)
            if runtime:
                grant(schema, runtime)
    except DatabaseError as error:
        raise Refusal(
            "migration_failed",
            T("“{schema}”的数据表没有更新成功，已退回原样：{why}。排除原因后再执行 tongban migrate。",
              "The tables of {schema} could not be brought up to date and are as they were: {why}. Once the cause is gone, "
              "run tongban migrate again.").format(schema=schema or "public", why=str(error).strip()),
            status=409,
        ) from error  # fmt: skip
    return True


def _run_migrations(*, is_public: bool) -> None:
    """Public has the shared apps' tables only: of all others it just notes that they are up to date."""
    if is_public:
        for app in sorted(settings.SHARED_APPS):
            call_command(DjangoMigrate(), app, interactive=False, verbosity=0)
    call_command(DjangoMigrate(), fake=is_public, interactive=False, verbosity=0)


def _prepare_schema(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        # The jurisdiction's own record first, or Django finds the shared one through the search path.
        cursor.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
    MigrationRecorder(connection).ensure_schema()


def lock_migrations() -> None:
    """Wait until no other migration run is under way; held until the connection closes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])


def unlock_migrations() -> None:
    """Let the next migration run begin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _house_models() -> Iterable[type[House]]:
    return (model for model in apps.get_models() if issubclass(model, House))


def grant(schema: str | None, runtime: str) -> None:
    """Give the runtime role its rights: no DDL, nothing but reading in public, no change of append-only tables."""
    name = sql.Identifier(schema or "public")
    role = sql.Identifier(runtime)
    run = _Run()
    run("GRANT USAGE ON SCHEMA {} TO {}", name, role)
    run("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", name, role)
    run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}", name, role)
    if schema is None:
        run("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO {}", name, role)
        for model in apps.get_app_config("procrastinate").get_models():
            run("GRANT INSERT, UPDATE, DELETE ON {}.{} TO {}", name, sql.Identifier(model._meta.db_table), role)
        return
    run("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}", name, role)
    run("REVOKE INSERT, UPDATE, DELETE ON {}.django_migrations FROM {}", name, role)
    for model in _house_models():
        if model.append_only and model._meta.app_label not in settings.SHARED_APPS:
            verbs = "UPDATE" if model.erasable else "UPDATE, DELETE"
            run("REVOKE " + verbs + " ON {}.{} FROM {}", name, sql.Identifier(model._meta.db_table), role)


class _Run:
    def __call__(self, statement: str, *names: sql.Composable) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*names))


def lacks_rights(schema: str, runtime: str) -> bool:
    """Whether the runtime role still waits for its rights in a schema: a role may be newer than the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'INSERT')", [runtime, f'"{schema}".django_session'])
        row = cursor.fetchone()
    return not (row and row[0])
