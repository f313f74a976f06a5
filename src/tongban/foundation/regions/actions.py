"""What the operator does: create jurisdictions, bring schemas up to date, load region codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection, transaction
from psycopg import sql

from tongban.foundation.regions import adapters
from tongban.foundation.regions.hooks import LOAD_EDITION, jurisdiction_created
from tongban.foundation.regions.models import Edition, Host, Jurisdiction, Region
from tongban.foundation.regions.queries import (
    KEY_CHECK,
    active_schemas,
    covered_before,
    forget_places,
    parents_elsewhere,
    spans_on_record,
)
from tongban.foundation.regions.rules.editions import Head, Reader, read_head, refused
from tongban.foundation.regions.rules.reconcile import Reconciler, Span
from tongban.lib.fields import seal
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal, forbidden
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.lib.actors import Actor

_HOSTNAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
Report = Callable[[str], None]
_BATCH = 5_000


def _quiet(line: str) -> None:
    del line


def migrate_all(*, runtime_role: str | None, report: Report = _quiet) -> int:
    """Bring public and every jurisdiction up to date, skipping those that are current; the number changed.

    Safe to repeat after any interruption: each schema changes in one transaction of its own. ``runtime_role``
    is granted its rights wherever something changed or they are missing; None when owner and runtime are one role.
    """
    wanted = adapters.wanted_migrations()
    adapters.lock_migrations()
    try:
        changed = _migrate(None, wanted, runtime_role, report)
        states = [Jurisdiction.State.ACTIVE, Jurisdiction.State.SUSPENDED]
        for schema in Jurisdiction.objects.filter(state__in=states).values_list("schema", flat=True):
            changed += _migrate(schema, wanted, runtime_role, report)
    finally:
        adapters.unlock_migrations()
    return changed


def _migrate(
    schema: str | None, wanted: frozenset[tuple[str, str]], runtime_role: str | None, report: Report
) -> int:  # fmt: skip
    if adapters.migrate(schema, wanted, runtime_role):
        report(f"migrated {schema or 'public'}")
        return 1
    # Public always: a run may have ended between its tables and its rights. Others when the role is newer than they are.
    if runtime_role and (schema is None or adapters.lacks_rights(schema, runtime_role)):
        adapters.grant(schema, runtime_role)
    return 0


def grant_all(*, runtime_role: str | None) -> None:
    """Give the runtime role its rights everywhere again; a restored dump carries none."""
    schemas: list[str | None] = [None, *active_schemas()]
    for schema in schemas if runtime_role else []:
        adapters.grant(schema, str(runtime_role))


def pending_migrations() -> list[str]:
    """Schemas ``migrate_all`` would change."""
    wanted = adapters.wanted_migrations()
    schemas: list[str | None] = [None, *active_schemas()]
    return [schema or "public" for schema in schemas if not wanted <= adapters.applied_migrations(schema)]


def create_jurisdiction(
    code: str, *, name: T, hosts: dict[str, tuple[str, T]], runtime_role: str | None, by: Actor, report: Report = _quiet
) -> Jurisdiction:
    """Create a jurisdiction with a schema of its own, ready to serve; repeating a broken attempt finishes it.

    ``hosts`` maps each host name to the region code and name its portal speaks for.
    """
    if not re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", code):
        raise Refusal("jurisdiction_code", T("辖区代码应为 2、4、6、9 或 12 位数字，例如 510500。",
                      "A jurisdiction code has 2, 4, 6, 9 or 12 digits, for example 510500."), field="code")  # fmt: skip
    for hostname in hosts:
        if not _HOSTNAME.fullmatch(hostname):
            raise Refusal("hostname", T("域名“{name}”不合规范。", "“{name}” is not a host name.").format(name=hostname),
                          field="host")  # fmt: skip
        taken = Host.objects.filter(hostname=hostname).exclude(jurisdiction__code=code).first()
        if taken:
            raise Refusal("hostname_taken", T("域名“{name}”已用于另一辖区。", "“{name}” already leads to another "
                          "jurisdiction.").format(name=hostname), field="host", status=409)  # fmt: skip
    found, created = Jurisdiction.objects.get_or_create(
        code=code, defaults={"schema": f"j{code}", "name_zh": name.zh, "name_en": name.en}
    )
    if not created and found.state != Jurisdiction.State.CREATING:
        raise Refusal("jurisdiction_exists", T("辖区 {code} 已经存在。", "Jurisdiction {code} exists already.")
                      .format(code=code), field="code", status=409)  # fmt: skip
    adapters.lock_migrations()
    try:
        adapters.migrate(found.schema, adapters.wanted_migrations(), runtime_role)
    finally:
        adapters.unlock_migrations()
    report(f"schema {found.schema} is ready")
    _open(found, hosts)
    return found


@transaction.atomic
def _open(found: Jurisdiction, hosts: dict[str, tuple[str, T]]) -> None:
    with enter(found.schema):
        jurisdiction_created.call(code=found.code, schema=found.schema)
        found.key_check = seal(found.code.encode(), KEY_CHECK)
    found.state = Jurisdiction.State.ACTIVE
    found.save(update_fields=["state", "key_check"])
    for hostname, (region_code, name) in hosts.items():
        Host.objects.update_or_create(
            hostname=hostname,
            defaults={"jurisdiction": found, "region_code": region_code, "name_zh": name.zh, "name_en": name.en},
        )
    forget_places()


def database_role() -> str:
    """The role this process is connected as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


def renew_key_checks() -> None:
    """After a rotation: let each jurisdiction's check value open with the current data key."""
    for found in Jurisdiction.objects.filter(state=Jurisdiction.State.ACTIVE):
        with enter(found.schema):
            found.key_check = seal(found.code.encode(), KEY_CHECK)
        found.save(update_fields=["key_check"])


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading an edition did: regions opened, ended, and given the date on which they began."""

    edition: Edition
    is_new: bool
    opened: int = 0
    ended: int = 0
    dated: int = 0


@transaction.atomic
def load_edition(path_or_name: str | Path, *, by: Actor) -> Loaded:
    """Load an edition of region codes, whole or not at all; the same content again changes nothing.

    What the edition no longer has where it is complete ends on its day, what is new begins; nothing told earlier
    is rewritten. Streams: beside the codes above village level, memory holds one batch.
    """
    if by.kind != "system" and LOAD_EDITION not in by.capabilities:
        raise forbidden()
    path = adapters.edition_path(path_or_name)
    with connection.cursor() as cursor:  # two loads at once would both find nothing to close
        cursor.execute(
            sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(sql.Identifier(Edition._meta.db_table))
        )
    digest = adapters.digest_of(path)
    known = Edition.objects.filter(sha256=digest).first()
    if known:
        return Loaded(known, is_new=False)
    file = adapters.EditionFile(path)
    lines = iter(file)
    head = read_head(lines, path.name)
    _check_newer(head, path.name)
    reader = Reader(head, path.name, parents_elsewhere(head))
    reconciler = Reconciler(head, path.name, covered_before(head.authority))
    edition = Edition(
        authority=head.authority, name=head.name, title=head.title, published=head.date, source=head.source,
        licence=head.licence, attribution=head.attribution, covers=head.covers_text, row_count=head.rows,
        sha256=digest,
    )  # fmt: skip
    record = spans_on_record(head.authority)
    edition.save(force_insert=True)
    loaded = _write(edition, reconciler.changes(reader.rows(lines), record))
    if file.sha256 != digest:
        what = T("文件在读取过程中被改动，请重试。", "The file was changed while it was read: try again.")
        raise refused("region_file_unreadable", path.name, file.line, what)
    return loaded


def _check_newer(head: Head, file: str) -> None:
    newest = Edition.objects.filter(authority=head.authority).order_by("-published").first()
    if newest and head.date < newest.published:
        what = T(
            "本版（{date}）比已载入的“{name}”({newest})旧。", "It is of {date}; {name} of {newest} is loaded already."
        ).format(date=head.date, name=newest.name, newest=newest.published)
        raise refused("region_edition_older", file, head.lines, what)


def _write(edition: Edition, changes: Iterator[Span]) -> Loaded:
    opened = ended = dated = 0
    while batch := list(islice(changes, _BATCH)):
        kept = [Region(id=span.id, valid_from=span.since, valid_to=span.until) for span in batch if span.id]
        # Ends before beginnings: a code is in force once at a time. Both come in this order from the reconciler.
        Region.objects.bulk_update(kept, ["valid_from", "valid_to"], batch_size=500)
        fresh = [span for span in batch if not span.id]
        adapters.copy_regions(fresh, authority=edition.authority, edition_id=edition.id)
        opened += len(fresh)
        ended += sum(1 for region in kept if region.valid_to)
        dated += sum(1 for region in kept if not region.valid_to)
    return Loaded(edition, is_new=True, opened=opened, ended=ended, dated=dated)
