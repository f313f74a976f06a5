"""``tongban definition check|publish|confirm|withdraw|diff|report|export|import``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongban.foundation.parties.queries import people_in_role, staff_by_username
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import schema_named, schemas_at_work
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.matters import actions, hooks, queries
from tongban.matters.adapters import Library, read_imported, read_library
from tongban.matters.models import Definition
from tongban.matters.queries.keeping import written_files
from tongban.matters.rules.bundles import write_bundle
from tongban.matters.rules.differences import KINDS, Difference, differences
from tongban.matters.rules.publishing import CHOICES, FINISH
from tongban.matters.rules.shape import Content
from tongban.matters.rules.sources import Faulty

Write = Callable[[str], Any]


class Command(BaseCommand):
    """Check, publish under four eyes, compare, report, carry services between installations."""

    help = "Services from their folders; every error names file, line and remedy."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to do, with what, where, and in whose name."""
        parser.add_argument("what", choices=sorted(_DOINGS))
        parser.add_argument(
            "service", nargs="?", default="", help="a service's code, or its folder; for import: the archive"
        )
        parser.add_argument("--from", dest="folder", type=Path, help="the folder of definitions")
        parser.add_argument("--to", type=Path, help="where export writes; default: CODE.tar.gz")
        parser.add_argument("--jurisdiction", default="", help="code of one jurisdiction; default: all")
        parser.add_argument("--by", default="", help="log-in of the administrator who proposes or confirms")
        parser.add_argument("--in-flight", default=FINISH, choices=sorted(CHOICES), help="what becomes of open cases")
        parser.add_argument("--until", type=date.fromisoformat, help="last day for those on an older version")
        parser.add_argument("--note", default="", help="shown to whoever confirms")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refusals and faults become the command's own error."""
        try:
            _DOINGS[options["what"]](_with_folder(options), self.stdout.write)
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message.zh}\n    {refusal.message.en}") from None
        except Faulty as faulty:
            lines = [f"{f.file}:{f.line}: {f.message.zh}\n    {f.message.en}" for f in faulty.faults]
            raise CommandError("\n".join(["", *lines])) from None


def _with_folder(options: Mapping[str, Any]) -> dict[str, Any]:
    """A folder named instead of a code is one service, or a folder of services."""
    given = Path(options["service"] or "-")
    if options["what"] == "import" or options["folder"] or not given.is_dir():
        return dict(options)
    if (given / "definition.yaml").is_file():
        return {**options, "folder": given.parent, "service": given.resolve().name}
    return {**options, "folder": given, "service": ""}


def _libraries(options: Mapping[str, Any]) -> Iterator[tuple[Path, Library]]:
    for folder in [options["folder"]] if options["folder"] else settings.DEFINITIONS_DIRS:
        yield folder, read_library(folder, options["service"])


def _schemas(options: Mapping[str, Any]) -> list[str]:
    return [schema_named(options["jurisdiction"])] if options["jurisdiction"] else schemas_at_work()


def _reader(options: Mapping[str, Any]) -> Actor:
    return system("tongban definition", channel="cli")


def _check(options: Mapping[str, Any], write: Write) -> None:
    for folder, library in _libraries(options):
        write(f"{folder}: {len(library.contents)} 项事项没有错误 / services without errors")


def _publish(options: Mapping[str, Any], write: Write) -> None:
    """Everything is checked before the first word is written."""
    for _, library in list(_libraries(options)):
        for schema in _schemas(options):
            with enter(schema):
                _publish_here(library, options, f"{schema} ", write)


def _publish_here(library: Library, options: Mapping[str, Any], where: str, write: Write) -> None:
    if not options["by"]:
        _check_nobody_to_ask()
        for done in actions.publish_library(library, by=system("tongban definition publish")):
            state = "新版本 new version" if done.is_new else "没有变化 unchanged"
            write(f"{where}{done.code}: v{done.number} {state}")
        return
    by = staff_by_username(options["by"], hooks.PUBLISH)
    actions.publish_themes(library, by=by)
    for code, content in library.contents.items():
        _propose(content, library.sources[code], options, by, f"{where}{code}", write)


def _propose(
    content: Content, sources: Mapping[str, str], options: Mapping[str, Any], by: Actor, where: str, write: Write
) -> None:  # fmt: skip
    in_flight = actions.InFlight(options["in_flight"], options["until"], options["note"])
    try:
        actions.propose_publication(content, sources, in_flight=in_flight, by=by)
    except Refusal as refusal:
        if refusal.code != "nothing_changed":
            raise
        write(f"{where}: 没有变化 unchanged")
    else:
        write(f"{where}: 已提出，待另一位管理员确认 / proposed, to be confirmed by another administrator")


def _check_nobody_to_ask() -> None:
    """Publishing at once is for demos, and for a house that does not have two administrators yet."""
    if settings.MODE == "production" and len(set(people_in_role("administrator"))) >= 2:
        raise CommandError(
            "本地已有两位管理员，发布要由一人提出、另一人确认：请加 --by 登录名。\n"
            "    There are two administrators: one proposes, another confirms. Add --by LOGIN."
        )


def _settle(options: Mapping[str, Any], write: Write) -> None:
    act = actions.confirm_publication if options["what"] == "confirm" else actions.withdraw_publication
    for schema in _schemas(options):
        with enter(schema):
            by = staff_by_username(options["by"], hooks.PUBLISH)
            found = queries.proposals_open(by).filter(code=options["service"]).first()
            if found is None:
                raise CommandError(f"{schema}: 没有待确认的版本 / nothing awaits confirmation: {options['service']}")
            done = act(found.pk, by=by)
            write(f"{schema} {done.code}: {done.get_state_display()} {done.state}")


def _compare(options: Mapping[str, Any], write: Write) -> None:
    for _, library in _libraries(options):
        for schema in _schemas(options):
            with enter(schema):
                for code, content in library.contents.items():
                    write(f"{schema} {code}:")
                    _write_difference_of(code, content, write)


def _write_difference_of(code: str, content: Content, write: Write) -> None:
    published = _published(code)
    if published is None:
        write("  还没有发布过，整个都是新的 / never published, all of it is new")
    else:
        _write_differences(differences(published, content), write)


def _published(code: str) -> Content | None:
    found = Definition.objects.filter(code=code, version__isnull=False).first()
    return queries.content_of(found) if found else None


def _write_differences(found: list[Difference], write: Write) -> None:
    for one in found:
        write(f"  {KINDS[one.kind].zh} {one.where.zh}: {one.before or ''} → {one.after or ''}")
        write(f"    {KINDS[one.kind].en}: {one.where.en}")
    write(f"  {len(found)} 处不同 / differences")


def _report(options: Mapping[str, Any], write: Write) -> None:
    for _, library in _libraries(options):
        for schema in _schemas(options):
            with enter(schema):
                for code, content in library.contents.items():
                    groups = queries.in_flight(code, content, by=_reader(options))
                    write(f"{schema} {code}: {sum(group.total for group in groups)} 件在办 / in flight")
                    for group in groups:
                        counts = "，".join(f"{label.zh} {count}" for _, label, count in group.counts)
                        write(f"  v{group.version}: {counts}　{' '.join(group.numbers)}")
                        _write_differences(list(group.changes), write)


def _export(options: Mapping[str, Any], write: Write) -> None:
    schema = _schemas(options)[0]
    with enter(schema):
        definition = queries.definition_kept(options["service"], _reader(options))
        assert definition.version is not None
        content = write_bundle(definition.code, written_files(definition.version))
    target = options["to"] or Path(f"{options['service']}.tar.gz")
    target.write_bytes(content)
    write(f"{schema} {options['service']} v{definition.version.number}: {target}")


def _import(options: Mapping[str, Any], write: Write) -> None:
    try:
        archive = Path(options["service"]).read_bytes()
    except OSError as error:
        raise CommandError(
            f"读不到 {options['service'] or '压缩包'}：{error.strerror}。请写明导出的 .tar.gz 文件。\n"
            f"    {options['service'] or 'The archive'} cannot be read ({error.strerror}): name the exported .tar.gz."
        ) from None
    content, files = read_imported(archive)
    code = content.definition.code
    for schema in _schemas(options):
        with enter(schema):
            write(f"{schema} {code}:")
            _write_difference_of(code, content, write)
            library = Library({code: content}, None, {code: files})
            _publish_here(library, options, f"{schema} ", write)


_DOINGS: dict[str, Callable[[Mapping[str, Any], Write], None]] = {
    "check": _check, "publish": _publish, "confirm": _settle, "withdraw": _settle, "diff": _compare, "report": _report,
    "export": _export, "import": _import,
}  # fmt: skip
