"""``tongban-trust``: a city's root key on a machine without a network. It signs what it has shown you, nothing else."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tongban_verify.errors import Unverified
from tongban_verify.passes.cose import Malformed, public_key_of
from tongban_verify.passes.trust import TrustList, parse_trust_list, sign_trust_list
from tongban_verify.witness.keyfile import key_of

_FORM = "trust-lists"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what is wrong is one sentence of each language."""
    parser = argparse.ArgumentParser(
        prog="tongban-trust", description="Keep a city's root key and sign its trust lists, offline."
    )
    commands = parser.add_subparsers(required=True)
    root = commands.add_parser("root", help="print the public root key; a new key is made when the file is not there")
    root.add_argument("--city", required=True, help="code of the city, such as 510500")
    show = commands.add_parser("show", help="what the lists in a file say")
    sign = commands.add_parser("sign", help="sign the lists a house exported")
    for command in (show, sign):
        command.add_argument("lists", type=Path)
    sign.add_argument("--out", type=Path, required=True, help="the signed lists, to be imported by the house")
    sign.add_argument("--yes", action="store_true", help="sign without asking")
    for command in (root, sign):
        command.add_argument(
            "--root", type=Path, required=True, help="the file of the root key; keep it and a copy safe"
        )
    for command, run in ((root, _root), (show, _show), (sign, _sign)):
        command.set_defaults(run=run)
    asked = parser.parse_args(arguments)
    try:
        found: int = asked.run(asked)
        return found
    except (Unverified, OSError) as refused:
        print(refused, file=sys.stderr)
        return 1


def write_lists(path: Path, lists: list[bytes]) -> None:
    """Lists as they are carried on a stick: hexadecimal in JSON."""
    path.write_text(json.dumps({"tongban": _FORM, "lists": [one.hex() for one in lists]}, indent=1) + "\n", "ascii")


def read_lists(path: Path) -> list[bytes]:
    """What ``write_lists`` wrote; Unverified for anything else."""
    try:
        said = json.loads(path.read_text("ascii"))
        if said["tongban"] != _FORM:
            raise ValueError(said["tongban"])
        return [bytes.fromhex(one) for one in said["lists"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unverified(
            "lists_unreadable", f"{path} 不是名单文件（{error}）。", f"{path} is no file of lists ({error})."
        ) from None


def _root(asked: argparse.Namespace) -> int:
    print(public_key_of(key_of(asked.root, f"{asked.city}/root").seed).hex())
    return 0


def _show(asked: argparse.Namespace) -> int:
    for one in _parsed(asked.lists):
        _tell(one)
    return 0


def _sign(asked: argparse.Namespace) -> int:
    drafts = _parsed(asked.lists)
    if not drafts or len({one.city for one in drafts}) != 1:
        raise Unverified("lists_mixed", "文件里应是同一城市的名单。", "The file must hold lists of one city.")
    for one in drafts:
        _tell(one)
    if not asked.root.is_file():
        raise Unverified("root_missing", f"找不到根密钥文件 {asked.root}。", f"There is no root key at {asked.root}.")
    seed = key_of(asked.root, f"{drafts[0].city}/root").seed
    if not asked.yes and input("用根密钥签发以上名单？Sign these lists with the root key? (yes) ") != "yes":
        print("没有签发。Nothing was signed.")
        return 1
    write_lists(asked.out, [sign_trust_list(one.unsigned(), seed) for one in drafts])
    print(f"{asked.out}\t{len(drafts)}")
    return 0


def _parsed(path: Path) -> list[TrustList]:
    try:
        return [parse_trust_list(one) for one in read_lists(path)]
    except Malformed:
        raise Unverified(
            "lists_malformed", f"{path} 里有不是名单的内容。", f"{path} holds something that is no list."
        ) from None


def _tell(one: TrustList) -> None:
    print(
        f"{one.city}\tversion {one.version}\t{one.issued.isoformat()} … {one.expires.isoformat()}\tmin_version {one.min_version}"
    )
    for kid, key in one.keys.items():
        types = ", ".join(sorted(key.types))
        print(
            f"  {kid.hex()}\t{key.scope}\t{key.signs_from.date()} … {key.verifies_until.date()}\t{types}\t{key.status}"
        )
    for kid in sorted(one.withdrawn):
        print(f"  {kid.hex()}\t作废 withdrawn")


if __name__ == "__main__":
    sys.exit(main())
