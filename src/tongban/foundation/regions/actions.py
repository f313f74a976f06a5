"""What the operator does: create jurisdictions, bring schemas up to date."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import connection, transaction

from tongban.foundation.regions import adapters
from tongban.foundation.regions.hooks import jurisdiction_created
from tongban.foundation.regions.models import Host, Jurisdiction
from tongban.foundation.regions.queries import KEY_CHECK, active_schemas, forget_places
from tongban.lib.fields import seal
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.lib.actors import Actor

_HOSTNAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
Report = Callable[[str], None]


def _quiet(line: str) -> None:
    del line


def migrate_all(*, runtime_role: str | None, report: Report = _quiet) -> int:
    """Bring public and every jurisdiction up to date, skipping those that are current; the number changed.

    Safe to repeat after any interruption: each schema records its own migrations one by one. ``runtime_role``
    is granted its rights wherever something changed; None when owner and runtime are one role.
    """
    wanted = adapters.wanted_migrations()
    changed = 0
    adapters.lock_migrations()
    try:
        schemas: list[str | None] = [None]
        for schema in schemas:
            if adapters.migrate(schema, wanted):
                changed += 1
                report(f"migrated {schema or 'public'}")
                if runtime_role:
                    adapters.grant(schema, runtime_role)
            if schema is None:  # the list of jurisdictions can be read only now
                states = [Jurisdiction.State.ACTIVE, Jurisdiction.State.SUSPENDED]
                schemas.extend(Jurisdiction.objects.filter(state__in=states).values_list("schema", flat=True))
    finally:
        adapters.unlock_migrations()
    return changed


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
        raise Refusal("jurisdiction_code", T("辖区代码应为 2、4、6、9 或 12 位数字,例如 510500。",
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
        adapters.migrate(found.schema, adapters.wanted_migrations())
        if runtime_role:
            adapters.grant(found.schema, runtime_role)
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
