"""The two roles of the platform: the owner migrates, the runtime works and creates nothing."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from tongban.config.embedded.secrets import password
from tongban.config.embedded.server import Cluster

OWNER = "tongban_owner"
RUNTIME = "tongban_runtime"


@dataclass(frozen=True)
class Addresses:
    """How the platform reaches one database in each of its two roles."""

    owner_url: str
    runtime_url: str


def ensure_roles_and_database(cluster: Cluster, database: str = "tongban") -> Addresses:
    """Create the two roles and `database`, or put right what of them is not as it should be; safe to repeat."""
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        for role in (OWNER, RUNTIME):
            _ensure_role(admin, role, password(cluster.secrets_dir, role))
        name = sql.Identifier(database)
        if not admin.execute("SELECT FROM pg_database WHERE datname = %s", [database]).rowcount:
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, sql.Identifier(OWNER)))
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(RUNTIME)))
    with psycopg.connect(cluster.url("postgres", database), autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
        admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        admin.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(RUNTIME)))
    return Addresses(owner_url=cluster.url(OWNER, database), runtime_url=cluster.url(RUNTIME, database))


def _ensure_role(admin: psycopg.Connection, role: str, word: str) -> None:
    if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
        admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    # Only the verifier travels: a log that keeps failed statements never holds the password.
    verifier = admin.pgconn.encrypt_password(word.encode(), role.encode(), b"scram-sha-256").decode()
    admin.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(verifier)
        )
    )
