"""``tongban-verify pass``: the verdict on one code, by lists that were fetched or lie at hand. Needs no account, no Django."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tongban_verify.errors import Unverified
from tongban_verify.passes.code import Claims, Malformed, read
from tongban_verify.passes.status import LARGEST, StatusList, open_status_list
from tongban_verify.passes.trust import Distrusted, TrustList, open_trust_list
from tongban_verify.passes.verdicts import REASONS, Offline, Verdict, Where
from tongban_verify.sources import fetch


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    command = commands.add_parser("pass", help="the code on a pass or certificate")
    command.add_argument("code", metavar="CODE", help="the text, beginning with TB1:")
    command.add_argument("--trust-list", required=True, metavar="FILE|URL", help="the signed trust list")
    command.add_argument(
        "--root", action="append", required=True, metavar="KEY", help="the city's root key, 64 hex digits"
    )
    command.add_argument("--status", action="append", default=[], metavar="FILE|URL",
                         help="a signed status list; without any, the one the pass names is fetched from where the trust list says")  # fmt: skip
    command.add_argument(
        "--here", default="", metavar="REGION", help="only passes of this community, such as 510502001003"
    )
    command.add_argument("--gate", type=int, help="number of the gate")
    command.add_argument(
        "--at", type=datetime.fromisoformat, help="judge as of this moment, such as 2026-03-01T12:00+08:00"
    )
    command.add_argument(
        "--memory", type=Path, metavar="FILE", help="remembers the newest trust list, so that no older one is taken"
    )
    command.set_defaults(run_alone=judge_code)


def judge_code(asked: argparse.Namespace) -> int:
    """Print the verdict and, when the signature is right, what the code says; 0 only when it is valid."""
    now = asked.at or datetime.now(UTC)
    if now.tzinfo is None:
        raise Unverified("time_zone", "--at 须带时区，如 +08:00。", "--at needs its zone, such as +08:00.")
    roots = [_root(one) for one in asked.root]
    try:
        trust = open_trust_list(_get(asked.trust_list), roots, now=now, seen=_seen(asked.memory))
        _remember(asked.memory, trust.version)
        lists = _lists(asked.status, asked.code, trust, now)
    except Distrusted as refused:
        return _tell(Verdict(refused.reason))
    return _tell(Offline(trust, lists).judge(asked.code.strip(), now=now, where=Where(asked.here, asked.gate)))


def _lists(where: list[str], code: str, trust: TrustList, now: datetime) -> Mapping[str, StatusList]:
    opened = [open_status_list(_get(one), trust, now=now) for one in where or _named(code, trust)]
    return {one.address: one for one in opened}


def _named(code: str, trust: TrustList) -> list[str]:
    """The address of the list a code names; none for a code that is refused anyway."""
    try:
        found = read(code.strip())
    except Malformed:
        return []
    key = trust.key(found.kid)
    if key is None or not key.status or not found.signed.is_by(key.public_key):
        return []  # addresses are taken from what is signed alone
    return [key.status_address(found.claims.issuer, found.claims.status[0])]


def _get(where: str) -> bytes:
    path = Path(where)
    if path.is_file():
        return path.read_bytes()
    return fetch(where, LARGEST)


def _root(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Unverified("root_key_wrong", "根公钥应为 64 位十六进制数字。", "A root key has 64 hexadecimal digits.")
    return key


def _seen(memory: Path | None) -> int:
    if memory is None or not memory.exists():
        return 0
    try:
        return int(memory.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise Unverified(
            "memory", f"记忆文件 {memory} 不能用（{error}）。", f"The memory {memory} cannot be used ({error})."
        ) from None


def _remember(memory: Path | None, version: int) -> None:
    if memory is None:
        return
    fresh = memory.with_name(f".{memory.name}.new")
    fresh.write_text(f"{version}\n", "ascii")
    fresh.replace(memory)


def _tell(verdict: Verdict) -> int:
    zh, en = REASONS[verdict.reason]
    print(f"{verdict.reason}\t{zh}\n\t{en}")
    if verdict.age is not None:
        hours = verdict.age.total_seconds() / 3600
        print(
            f"\t撤销名单 {hours:.1f} 小时前签发  revocation list signed {hours:.1f} h ago{'  !' if verdict.is_amber else ''}"
        )
    if verdict.claims:
        for label, value in _facts(verdict.claims):
            print(f"{label}\t{value}")
    return 0 if verdict.is_valid else 1


def _facts(claims: Claims) -> list[tuple[str, str]]:
    said = claims.content
    lines = [("type", said.type), ("name", said.name), ("place", said.place), ("plate", said.plate), ("number", said.number),
             ("photo", said.photo.hex()), ("gates", "" if said.gates is None else f"{said.gates:b}"), ("issuer", claims.issuer),
             ("from", claims.not_before.isoformat()), ("until", claims.expires.isoformat()), ("cti", claims.cti.hex())]  # fmt: skip
    return [(label, value) for label, value in lines if value]
