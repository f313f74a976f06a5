"""A PostgreSQL of the operator's own, named in DATABASE_URL."""

import contextlib
import secrets
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tongban.config.embedded.secrets import keep
from tongban.config.trouble import Trouble

OLDEST = 15
_PATIENCE = 5.0  # a database that is being started together with us


def check(url: str, setting: str = "DATABASE_URL") -> None:
    """Make sure the database answers and is not too old; Trouble otherwise, without its password."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with contextlib.closing(psycopg.connect(url, connect_timeout=5)) as connection:
                _check_version(connection.info.server_version, setting)
                return
        except psycopg.ProgrammingError as wrong:
            raise Trouble(
                f"{setting} 不是有效的数据库地址；应形如 postgresql://用户:口令@主机:5432/库名。",
                f"{setting} is not a database address; it should read postgresql://user:password@host:5432/name.",
            ) from wrong
        except psycopg.OperationalError as refused:
            if time.monotonic() < deadline:
                time.sleep(0.5)
                continue
            reason = _reason(refused, url)
            raise Trouble(
                f"连不上 {setting} 指定的数据库：{reason}；请检查地址、口令和网络。",
                f"The database in {setting} cannot be reached: {reason}; check its address, password and network.",
            ) from refused


def ensure_runtime_role(url: str, note: Path) -> bool:
    """Give the platform a role of less power than `url` has and keep its address in `note`, which settings read.

    False, and no note, when `url` may not create roles: then the operator creates one and sets DATABASE_OWNER_URL.
    """
    if note.exists() and _is_current(note.read_text(), url):
        return True
    note.unlink(missing_ok=True)
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as owner:
        allowed = owner.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        if allowed.fetchone() != (True,):
            return False
        # Roles belong to the whole server: two installations on one must not share this one.
        role = f"{owner.info.dbname}_runtime"[:63]
        word = secrets.token_hex(24)
        verifier = owner.pgconn.encrypt_password(word.encode(), role.encode(), b"scram-sha-256").decode()
        known = owner.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount
        statement = "ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
        owner.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(verifier)))
        owner.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(owner.info.dbname), sql.Identifier(role)
            )
        )
        owner.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))
    keep(note, _as(url, role, word))
    return True


def _as(url: str, role: str, word: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:{word}@{parts.netloc.rpartition('@')[2]}"))


def _is_current(noted: str, url: str) -> bool:
    """Whether the noted address leads to the same database as `url` and still opens it."""
    if _as(noted, "", "") != _as(url, "", ""):
        return False
    try:
        psycopg.connect(noted, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _check_version(version: int, setting: str) -> None:
    if version // 10000 < OLDEST:
        raise Trouble(
            f"{setting} 指定的是 PostgreSQL {version // 10000}，需要 {OLDEST} 或更新版本。",
            f"{setting} names a PostgreSQL {version // 10000}; version {OLDEST} or newer is needed.",
        )


def _reason(refused: psycopg.OperationalError, url: str) -> str:
    """The last line of what the library says; it may quote the address, so the password is taken out."""
    said = (str(refused).strip().splitlines() or ["?"])[-1].strip()
    with contextlib.suppress(ValueError):
        secret = urlsplit(url).password
        return said.replace(secret, "***") if secret else said
    return said
