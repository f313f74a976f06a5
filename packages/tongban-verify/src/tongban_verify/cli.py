"""``tongban-verify checkpoint|receipt|mirror|watch|pass``: exit code 0 when all holds, 1 when something does not, 2 for usage."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tongban_verify.checkpoints import Checkpoint, Opened, Receipt, open_checkpoint
from tongban_verify.errors import Unverified
from tongban_verify.mirror import Mirror
from tongban_verify.notes import VerifierKey
from tongban_verify.passes import cli as passes
from tongban_verify.policy import Policy, PolicyFile
from tongban_verify.sources import source_of
from tongban_verify.watch import Watch


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what does not hold is told in one sentence of each language."""
    asked = _parser().parse_args(arguments)
    try:
        found: int = asked.run_alone(asked) if hasattr(asked, "run_alone") else asked.run(asked, _policy(asked))
        return found
    except Unverified as refused:
        print(f"不成立：{refused.zh}\nNOT VERIFIED: {refused.en}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tongban-verify", description="Check a public log, or a pass, without trusting its operator."
    )
    commands = parser.add_subparsers(required=True)
    for run, about in (
        (checkpoint, "the signatures of a log's checkpoint, from its address, a mirror or a file"),
        (receipt, "a .tlog-proof file: the entry is in the log"),
        (mirror, "download the whole log, recompute it, and keep it with --into"),
        (watch, "look again and again: the log must only ever grow"),
    ):
        command = commands.add_parser(run.__name__, help=about)
        command.add_argument("where", metavar="FILE" if run is receipt else "URL")
        command.add_argument("--key", action="append", default=[], help="the log's verifier key: name+id+key")
        command.add_argument("--policy", type=Path, help="tlog-policy file: logs, witnesses and the quorum you ask for")
        command.add_argument("--witness", action="append", default=[], help="a witness's verifier key; repeat for more")
        command.add_argument("--quorum", type=int, default=0, help="how many witnesses must have cosigned")
        command.set_defaults(run=run)
        if run is receipt:
            command.add_argument("--entry", type=Path, help="the entry, when it is not inside the receipt")
            command.add_argument("--mirror", type=Path, help="a mirror the receipt's checkpoint must agree with")
        elif run is mirror:
            command.add_argument(
                "--into", type=Path, help="directory to keep the log in; only news is fetched next time"
            )
        elif run is watch:
            command.add_argument("--every", type=float, default=30.0, help="seconds between two looks")
            command.add_argument("--times", type=int, default=0, help="looks before ending; 0: for ever")
            command.add_argument("--memory", type=Path, help="file that keeps the newest checkpoint seen")
    passes.add_command(commands)
    return parser


def _policy(asked: argparse.Namespace) -> Policy:
    """Whom to believe: what the options and the policy file say together."""
    asked.witnesses = []
    found = Policy(tuple(map(VerifierKey.parse, asked.key)), tuple(map(VerifierKey.parse, asked.witness)), asked.quorum)
    if asked.policy:
        file = PolicyFile.parse(_read(asked.policy))
        asked.witnesses, said = file.witnesses, file.policy()
        found = Policy(found.keys + said.keys, found.witnesses + said.witnesses, found.quorum, said.group)
    if not found.keys:
        raise Unverified(
            "keys_missing", "请用 --key 或 --policy 给出日志的验证公钥。", "Give the log's key with --key or --policy."
        )
    return found


def checkpoint(asked: argparse.Namespace, policy: Policy) -> int:
    """Check the signatures of a checkpoint."""
    path = Path(asked.where)
    note = path.read_bytes() if path.is_file() else source_of(asked.where).get("checkpoint")
    _tell(open_checkpoint(note, policy))
    return 0


def receipt(asked: argparse.Namespace, policy: Policy) -> int:
    """Check a receipt, and show the entry it is for."""
    found = Receipt.parse(_read(Path(asked.where)))
    entry = _read(asked.entry) if asked.entry else found.extra
    opened = found.check(policy, entry)
    if asked.mirror:
        _agree_with_mirror(opened.checkpoint, asked.mirror)
    print(f"回执成立：第 {found.index} 条在日志里。\nThe receipt holds: leaf {found.index} is in the log.")
    _tell(opened)
    print(_shown(entry or b""))
    return 0


def _agree_with_mirror(head: Checkpoint, root: Path) -> None:
    from tongban_verify.merkle import tree_root
    from tongban_verify.notes import text_of
    from tongban_verify.tiles import TileReader, tile_path

    source = source_of(str(root))
    newest = Checkpoint.parse(text_of(source.get("checkpoint")))
    reader = TileReader(lambda level, number, width: source.get(tile_path(level, number, width)), newest.size)
    if newest.origin != head.origin or newest.size < head.size or tree_root(reader, head.size) != head.root:
        raise Unverified(
            "mirror_differs", "回执的检查点与镜像不符。", "The receipt's checkpoint is not that of the mirror."
        )


def mirror(asked: argparse.Namespace, policy: Policy) -> int:
    """Check a whole log and count what is in it."""
    found = Mirror(source_of(asked.where), policy, asked.into).run(
        _progress if sys.stderr.isatty() else lambda *_: None
    )
    _tell(found.opened)
    types: Counter[str] = Counter()
    for (_, leaf_type), count in found.days.items():
        types[leaf_type] += count
    for leaf_type, count in sorted(types.items()):
        print(f"{count:>10}  {leaf_type}")
    for _, zh, en in found.findings:
        print(f"可疑：{zh}\nSUSPICIOUS: {en}", file=sys.stderr)
    if not found.findings:
        print("全部条目已重新计算，与检查点一致。\nEvery entry was recomputed and agrees with the checkpoint.")
    return 1 if found.findings else 0


def watch(asked: argparse.Namespace, policy: Policy) -> int:
    """Look at a log for ever, or some times."""
    watching = Watch(source_of(asked.where), policy, asked.memory, asked.witnesses)
    for count, found in enumerate(watching.looks(asked.every), start=1):
        for name, trouble in watching.silent.items():
            print(
                f"见证方“{name}”没有答复（{trouble}）。\nThe witness {name} did not answer ({trouble}).",
                file=sys.stderr,
            )
        if isinstance(found, Unverified):
            print(f"{found.zh}\n{found.en}", file=sys.stderr)
        else:
            _tell(found)
        if count == asked.times:
            return 0
    return 0


def _tell(opened: Opened) -> None:
    head = opened.checkpoint
    print(f"{head.origin}\t{head.size}\t{head.root.hex()}")
    for signed in opened.witnesses:
        print(f"  + {signed.key.name}\t{signed.at}")


def _shown(entry: bytes) -> str:
    try:
        return json.dumps(json.loads(entry), ensure_ascii=False, indent=1)
    except ValueError:
        return entry.hex()


def _progress(done: int, size: int) -> None:
    print(f"\r{done}/{size}", end="\n" if done == size else "", file=sys.stderr, flush=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unverified(
            "unreadable", f"读不到 {path}：{error.strerror}。", f"{path} cannot be read: {error.strerror}."
        ) from None
