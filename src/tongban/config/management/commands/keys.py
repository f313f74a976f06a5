"""``tongban keys create|complete|list|rotate|retire``."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tongban.config.preparation import complete_keys
from tongban.foundation.documents.queries import least_file_key_number
from tongban.foundation.ledger.queries import least_log_key_number
from tongban.foundation.regions.actions import renew_key_checks
from tongban.foundation.regions.queries import active_schemas
from tongban.lib.actors import system
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KINDS, KeyRing
from tongban.lib.recrypt import least_key_number, recrypt_fields, reindex_fields
from tongban.lib.refusals import Refusal
from tongban.lib.rotation import key_rotated
from tongban.lib.words import T


class Command(BaseCommand):
    """The key ring: made, shown, rotated, cleared of what nothing needs any more."""

    help = "The key file: create it, list it, rotate one kind of key or all, retire old keys."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand per thing done to keys."""
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("create", help="make the key file of a new installation")
        commands.add_parser("complete", help="add kinds of keys that came after the file was made")
        commands.add_parser("list", help="kind, number, date and fingerprint of each key")
        rotate = commands.add_parser("rotate", help="make a new current key, bring stored values up to it")
        rotate.add_argument("kind", choices=[*KINDS, "all"])
        rotate.add_argument("--resume", action="store_true", help="finish an interrupted rotation: make no new key")
        retire = commands.add_parser("retire", help="delete old keys of a kind, once nothing needs them")
        retire.add_argument("kind", choices=KINDS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one asked for."""
        getattr(self, options["what"])(**options)

    def create(self, **_: Any) -> None:
        """A new key file; refused over an existing one."""
        path = settings.KEYS_FILE
        if path.exists():
            raise Refusal("key_file_exists", T("密钥文件 {path} 已经存在，不会覆盖。", "The key file {path} exists "
                          "already; it is not overwritten.").format(path=path), status=409)  # fmt: skip
        KeyRing.new().write(path)
        self.stdout.write(str(path))

    def complete(self, **_: Any) -> None:
        """What `tongban prepare` does for an older key file, on its own."""
        complete_keys(settings.KEYS_FILE, self.stdout.write)

    def list(self, **_: Any) -> None:
        """Identities, never secrets."""
        for row in KeyRing.read(settings.KEYS_FILE).identities():
            self.stdout.write(f"{row['kind']}\t{row['number']}\t{row['created']}\t{row['fingerprint']}")

    def rotate(self, kind: str, resume: bool, **_: Any) -> None:
        """The new key first, durably; then everything stored, in batches. Safe to resume at any point."""
        for each in KINDS if kind == "all" else (kind,):
            if not resume:
                KeyRing.read(settings.KEYS_FILE).with_new(each).write(settings.KEYS_FILE)
            for schema in active_schemas():
                with enter(schema):
                    changed = self._bring_up_to_date(each)
                self.stdout.write(f"{each}\t{schema}\t{changed}")
        renew_key_checks()

    def _bring_up_to_date(self, kind: str) -> int:
        changed = recrypt_fields() if kind == "data" else reindex_fields() if kind == "index" else 0
        return changed + sum(int(n or 0) for n in key_rotated.call(kind=kind, by=system("keys")))

    def retire(self, kind: str, **_: Any) -> None:
        """Forget old keys; refused for those that stored values or files still need."""
        found = KeyRing.read(settings.KEYS_FILE)
        numbers = {"data": least_key_number, "document": least_file_key_number, "ledger": least_log_key_number}
        least_of = numbers.get(kind)
        for schema in active_schemas() if least_of else ():
            with enter(schema):
                least = least_of() if least_of else None
            if least and least < found.current(kind).number:
                raise Refusal("key_in_use", T("辖区 {schema} 里还有内容用第 {n} 号密钥加密。请先运行：tongban keys rotate {kind} --resume",
                              "Values of {schema} still need {kind} key {n}. Run first: tongban keys rotate {kind} --resume")
                              .format(schema=schema, n=least, kind=kind), status=409)  # fmt: skip
        if kind == "credential":
            raise Refusal("key_kept", T("“{kind}”类旧密钥须保留到最后一份证照失效。", "Old {kind} keys are kept until "
                          "the last certificate made with them has ended.").format(kind=kind), status=409)  # fmt: skip
        found.without_old(kind).write(settings.KEYS_FILE)
        self.stdout.write(f"{kind}\t{found.current(kind).number}")
