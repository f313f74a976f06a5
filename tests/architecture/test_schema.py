"""The lint that keeps a jurisdiction's data distributable (statements of the design, tried on Citus)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tongban.lib.models import House

SCHEMA = "j510500"
TABLE_BUDGET = 120

RULES = {
    "foreign keys that leave the jurisdiction except to public, or that leave public": """
        SELECT c.conrelid::regclass::text, c.confrelid::regclass::text FROM pg_constraint c
        JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid
        WHERE c.contype = 'f' AND a.relnamespace <> b.relnamespace
        AND (b.relnamespace <> 'public'::regnamespace OR a.relnamespace = 'public'::regnamespace)""",
    "triggers (those of the job queue in public are its own)": """
        SELECT tgrelid::regclass::text, tgname::text FROM pg_trigger
        WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'procrastinate%%'
        AND tgrelid::regclass::text NOT LIKE 'public.procrastinate%%'""",
    "integers fed by a sequence": f"""
        SELECT attrelid::regclass::text, attname::text FROM pg_attribute a
        JOIN pg_class c ON c.oid = attrelid AND c.relkind = 'r'
        WHERE atttypid IN ('int4'::regtype, 'int2'::regtype) AND attnum > 0
        AND c.relnamespace = '{SCHEMA}'::regnamespace
        AND (attidentity <> '' OR pg_get_serial_sequence(attrelid::regclass::text, attname) IS NOT NULL)""",
    "tables without a primary key": f"""
        SELECT oid::regclass::text, '' FROM pg_class c WHERE relkind = 'r'
        AND relnamespace = '{SCHEMA}'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p')""",
    "extensions outside public": """
        SELECT extname::text, '' FROM pg_extension
        WHERE extnamespace NOT IN ('public'::regnamespace, 'pg_catalog'::regnamespace)""",
    "indexes another one begins with: each costs every row that is written, and finds nothing the other does not": f"""
        SELECT a.indrelid::regclass::text, a.indexrelid::regclass::text || ' < ' || b.indexrelid::regclass::text
        FROM pg_index a JOIN pg_class ca ON ca.oid = a.indexrelid
        JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
        JOIN pg_class cb ON cb.oid = b.indexrelid AND cb.relam = ca.relam
        WHERE ca.relnamespace = '{SCHEMA}'::regnamespace AND NOT a.indisunique
        AND a.indexprs IS NULL AND b.indexprs IS NULL
        AND pg_get_expr(a.indpred, a.indrelid) IS NOT DISTINCT FROM pg_get_expr(b.indpred, b.indrelid)
        AND b.indkey::text || ' ' LIKE a.indkey::text || ' %'
        AND b.indclass::text || ' ' LIKE a.indclass::text || ' %'
        AND b.indcollation::text || ' ' LIKE a.indcollation::text || ' %'""",
}
# Tables of Django and django-allauth, which nothing of ours points at by number.
LIBRARIES_OWN = ("auth_", "django_", "account_", "socialaccount_", "mfa_")


def ask(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES)
def test_the_schema_stays_distributable(rule: str) -> None:
    assert [row for row in ask(RULES[rule]) if not row[0].startswith(LIBRARIES_OWN)] == []


@pytest.mark.django_db
def test_the_table_budget_is_kept() -> None:
    [(count,)] = ask(f"SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = '{SCHEMA}'::regnamespace")
    assert count <= TABLE_BUDGET


def test_every_model_of_ours_has_a_key_made_in_python() -> None:
    allowed = {"parties.CacheEntry"}  # its shape is Django's
    wrong = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("tongban.") and not issubclass(model, House)
    ]
    assert set(wrong) <= allowed


@pytest.mark.django_db
def test_the_runtime_role_may_only_add_to_append_only_tables() -> None:
    rights = {
        (table, verb)
        for table, verb in ask(
            f"SELECT table_name::text, privilege_type::text FROM information_schema.role_table_grants "
            f"WHERE table_schema = '{SCHEMA}' AND grantee = current_user"
        )
    }
    kept = [model for model in apps.get_models() if issubclass(model, House) and model.append_only]
    assert kept
    for model in kept:
        table = model._meta.db_table
        assert (table, "INSERT") in rights
        assert (table, "UPDATE") not in rights
        assert ((table, "DELETE") in rights) == model.erasable
