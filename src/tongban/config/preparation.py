"""What has to be true before the first request: tables, keys, demo, static files. Each step skips what is done."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.urls import reverse

from tongban.config.trouble import Trouble
from tongban.foundation.credentials.actions import keep_keys_ready
from tongban.foundation.credentials.queries import root_file, root_in_force
from tongban.foundation.ledger.actions import erase_again
from tongban.foundation.ledger.queries import current_shard
from tongban.foundation.parties.queries import DEMO_PASSWORD, demo_logins
from tongban.foundation.regions.models import Host, Jurisdiction
from tongban.foundation.regions.queries import active_schemas, check_keys, code_of_schema
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KeyRing

Report = Callable[[str], None]


def prepare(report: Report) -> None:
    """Bring everything up to date; safe to repeat after any interruption."""
    call_command("migrate")
    call_command("regions", "load", verbosity=0)
    ensure_keys(settings.KEYS_FILE, report)
    check_keys()
    erase_restored(report)
    if settings.DEMO:
        call_command("demo", "load")
    prepare_trust(report)
    collect_static(Path(settings.STATIC_ROOT), report)
    forget_metrics(settings.VAR_DIR / "run" / "metrics")
    write_welcome(settings.VAR_DIR / "run" / "welcome.txt")


def ensure_keys(path: Path, report: Report) -> None:
    """Make the key file of a new installation; Trouble when an old one has lost it."""
    if path.exists():
        complete_keys(path, report)
        return
    if Jurisdiction.objects.exists():
        raise Trouble(
            f"密钥文件 {path} 不见了，而数据库里已有用它加密的内容；请从备份恢复该文件，不要新建。",
            f"The key file {path} is missing, but the database holds contents encrypted with it; "
            "restore that file from a backup, do not make a new one.",
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    KeyRing.new().write(path)
    report(f"新建密钥文件，请妥善备份  New key file, keep a backup of it: {path}")


def complete_keys(path: Path, report: Report) -> None:
    """Add the kinds of keys that came after an older file was made; Trouble when they were there and are lost."""
    ring = KeyRing.read(path)
    if not ring.missing():
        return
    for schema in active_schemas():
        with enter(schema):
            if "ledger" in ring.missing() and current_shard():
                raise Trouble(
                    f"密钥文件 {path} 缺少公开日志的签名密钥，而日志已经启用；请恢复完整的密钥文件，不要新建。",
                    f"The key file {path} lacks the signing key of the public log, which is in use; "
                    "restore the complete key file, do not make a new key.",
                )
    ring.complete().write(path)
    report(f"密钥文件增加了新类别，请重新备份  New kinds of keys added, back the file up again: {path}")


def erase_restored(report: Report) -> None:
    """Where the database was put back to an earlier state by whatever means, erase again before anybody is served."""
    for schema in active_schemas():
        with enter(schema):
            count = erase_again()
        if count is not None:
            report(
                f"数据库恢复过备份，已重新按期删除  A backup was restored, erased again by schedule: {schema}, {count}"
            )


def prepare_trust(report: Report) -> None:
    """Keys and a trust list for each jurisdiction; the first time a root key too, in a file to be taken off this server."""
    for schema in active_schemas():
        with enter(schema):
            is_new = root_in_force() is None
            keep_keys_ready()
            path = root_file(code_of_schema(schema))
        if is_new:
            report(f"新建根密钥，请尽快移到离线保管（docs/passes.md）  New root key, take it offline: {path}")


def collect_static(root: Path, report: Report) -> None:
    """Collect and compress the static files when one of them has changed since the last time."""
    note = root / ".collected"
    now = _fingerprint()
    if note.exists() and note.read_text() == now:
        return
    report("整理静态文件 …  Collecting static files …")
    note.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    note.write_text(now)


def _fingerprint() -> str:
    """A text that changes with every static file."""
    digest = hashlib.sha256(repr(settings.STORAGES).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def write_welcome(path: Path) -> None:
    """Note down for the supervisor which addresses lead where and, in a demo, who can be tried out."""
    port = settings.ENVIRONMENT.port
    hosts = Host.objects.order_by("hostname")
    lines = [f"http://{host.hostname}:{port}    {host.name_zh}  {host.name_en}" for host in hosts]
    for schema in active_schemas() if settings.DEMO else []:
        with enter(schema):
            lines += _demo_lines(port)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"    {line}\n" for line in lines), "utf-8")


def _demo_lines(port: int) -> list[str]:
    logins = demo_logins()
    if not logins:
        return []
    page = f"http://127.0.0.1:{port}{reverse('parties:demo_roles')}"
    lines = [
        "",
        f"演示登录 demo log-ins（一键登录 by one click: {page}；密码 password: {DEMO_PASSWORD}）",
    ]
    return lines + [
        f"  {row.username:<16} {row.role.zh}，{row.where.zh}    {row.role.en}, {row.where.en}" for row in logins
    ]


def forget_metrics(directory: Path) -> None:
    """Counts begin anew with each start: a counter of a process that is gone would never end."""
    for path in directory.glob("*.db"):
        path.unlink(missing_ok=True)
