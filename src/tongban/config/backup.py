"""Backup and restore: one directory with the database, the documents, and which keys they need.

The keys themselves stay out: a stolen backup opens nothing. The manifest names their fingerprints, so that a restore
beside the wrong key file stops before it begins.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tongban import __version__
from tongban.config.embedded.place import WHEEL
from tongban.foundation.ledger.actions import erase_due
from tongban.foundation.regions.actions import grant_all, migrate_all
from tongban.foundation.regions.queries import active_schemas, check_keys, forget_places
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import ring
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

Report = Callable[[str], None]
DUMP, DOCUMENTS, MANIFEST = "database.dump", "documents", "manifest.json"
_FORMAT = 1


def backup(into: Path, report: Report) -> Path:
    """Write a backup as a new directory inside ``into``; it has its name only when it is complete.

    The database is one consistent snapshot; documents are copied after it, so every file it names is there.
    """
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = into / f"tongban-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    making = final.with_name(f".{final.name}.{os.getpid()}")
    making.mkdir(mode=0o700)
    try:
        _postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={making / DUMP}")
        report("database")
        source = Path(settings.DOCUMENTS_DIR)
        if source.exists():
            # A file erased by schedule while we copy is no error: its row says so, too.
            shutil.copytree(source, making / DOCUMENTS, copy_function=_copy_if_there)
        (making / DOCUMENTS).mkdir(exist_ok=True)
        report("documents")
        manifest = {
            "format": _FORMAT, "version": __version__, "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "jurisdictions": active_schemas(), "keys": ring().identities(), "files": _checksums(making),
        }  # fmt: skip
        (making / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), "utf-8")
        making.rename(final)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return final


def restore(source: Path, report: Report) -> None:
    """Put a backup into an empty database and documents directory, then bring it up to this release.

    Everything is checked first: completeness, checksums, keys, emptiness. The database is restored in one
    transaction; documents appear under their name only when all of them are there.
    """
    manifest = _read_manifest(source)
    _check_complete(source, manifest)
    _check_key_file(manifest)
    documents = Path(settings.DOCUMENTS_DIR)
    _check_empty(documents)
    report("checked")
    arriving = documents.with_name(f".{documents.name}.restoring")
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source / DOCUMENTS, arriving)
    _empty_database()
    _postgres(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
        f"--dbname={_database_name()}", str(source / DUMP), names_database=False,
    )  # fmt: skip
    if documents.exists():
        documents.rmdir()
    arriving.rename(documents)
    report("restored")
    migrate_all(runtime_role=settings.RUNTIME_ROLE)
    grant_all(runtime_role=settings.RUNTIME_ROLE)
    forget_places()
    check_keys()
    for schema in active_schemas():
        with enter(schema), connection.cursor() as cursor:  # nobody stays signed in across a restore
            cursor.execute("TRUNCATE django_session, cache_entry")
            erase_due()  # the backup brought back what has had its time meanwhile
    report("ready")


def _copy_if_there(source: str, target: str) -> None:
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        return


def _checksums(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): _sha256(path) for path in sorted(root.rglob("*")) if path.is_file()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_manifest(source: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text("utf-8"))
        if manifest["format"] != _FORMAT:
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise Refusal("not_a_backup", T("{path} 不是完整的备份。请指定 tongban backup 生成的目录。",
                      "{path} is not a complete backup. Name a directory made by tongban backup.").format(path=source)) from None  # fmt: skip
    return manifest


def _check_complete(source: Path, manifest: dict[str, Any]) -> None:
    found = _checksums(source)
    found.pop(MANIFEST, None)
    wrong = sorted({name for name, _ in found.items() ^ manifest["files"].items()})
    if wrong:
        raise Refusal("backup_damaged", T("备份已损坏或被改动：{names}。请换一份备份。",
                      "The backup is damaged or was altered: {names}. Use another one.")
                      .format(names=", ".join(wrong[:5])))  # fmt: skip


def _check_key_file(manifest: dict[str, Any]) -> None:
    here = {row["fingerprint"] for row in ring().identities()}
    lost = [f"{row['kind']} {row['number']}" for row in manifest["keys"] if row["fingerprint"] not in here]
    if lost:
        raise Refusal("backup_keys", T("现有密钥文件缺少这份备份需要的密钥（{names}）。请先放回当时的密钥文件。",
                      "The key file here lacks keys this backup needs ({names}). Put back the key file of that time first.")
                      .format(names=", ".join(lost)))  # fmt: skip


def _check_empty(documents: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.regions_jurisdiction') IS NOT NULL")
        row = cursor.fetchone()
        has_tables = bool(row and row[0])
    if (has_tables and active_schemas()) or (documents.exists() and any(documents.iterdir())):
        raise Refusal("not_empty", T("这里已有数据，恢复不会覆盖。请在空的数据库和空的文件目录上恢复。",
                      "There is data here already and a restore does not overwrite. Restore into an empty database and an "
                      "empty documents directory."), status=409)  # fmt: skip


def _empty_database() -> None:
    """Drop the empty tables a first start made; what had contents was refused before."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()


def _database_name() -> str:
    return str(connection.settings_dict["NAME"])


def _postgres(program: str, *arguments: str, names_database: bool = True) -> None:
    """Run one of PostgreSQL's own programs against our database; its error is what the operator reads."""
    target = connection.settings_dict
    environment = {
        **os.environ, "PGHOST": str(target["HOST"]), "PGPORT": str(target["PORT"]), "PGUSER": str(target["USER"]),
        "PGPASSWORD": str(target["PASSWORD"]),
    }  # fmt: skip
    command = [_program(program), *arguments, *([_database_name()] if names_database else [])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    if done.returncode:
        raise Refusal("postgres_failed", T("{program} 失败：{why}", "{program} failed: {why}")
                      .format(program=program, why=done.stderr.strip()[-500:]))  # fmt: skip


def _program(name: str) -> str:
    """PostgreSQL 18's program from the wheel; it speaks no TLS, so a server that demands it needs the system's."""
    wants_tls = str(connection.settings_dict["OPTIONS"].get("sslmode", "")) in ("require", "verify-ca", "verify-full")
    if wants_tls and (found := shutil.which(name)):
        return found
    return str(WHEEL / "bin" / name)
