"""Checkpoints (C2SP tlog-checkpoint) and receipts (C2SP tlog-proof)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from tongban_verify.errors import Unverified
from tongban_verify.merkle import HASH_SIZE, check_inclusion, leaf_hash
from tongban_verify.notes import COSIGNERS, Signed, VerifierKey, open_note
from tongban_verify.policy import Policy

PROOF_HEAD = "c2sp.org/tlog-proof@v1"
LONGEST_PROOF = 63


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its name, how many leaves it holds, the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a checkpoint; further lines are allowed and passed over, as the format asks."""
        wrong = Unverified("checkpoint_unreadable", "这不是日志的检查点。", "This is not the checkpoint of a log.")
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise wrong
        size, root = _number(lines[1], wrong), _bytes(lines[2], wrong)
        if len(root) != HASH_SIZE:
            raise wrong
        return cls(lines[0], size, root)


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint whose signatures were checked."""

    checkpoint: Checkpoint
    by: tuple[VerifierKey, ...]
    witnesses: tuple[Signed, ...]


def open_checkpoint(note: bytes, policy: Policy) -> Opened:
    """Check a checkpoint's signatures; Unverified for another log's, an unknown key's, or too few witnesses."""
    text, signed = open_note(note, [*policy.keys, *policy.witnesses])
    checkpoint = Checkpoint.parse(text)
    by = tuple(s.key for s in signed if s.key in policy.keys)
    if not by:
        raise Unverified("key_unknown", "日志自己没有签名。", "The log itself has not signed.")
    if any(key.name != checkpoint.origin for key in by):
        raise Unverified(
            "other_log", f"这是“{checkpoint.origin}”的检查点，不是“{by[0].name}”的。",
            f"This is a checkpoint of {checkpoint.origin}, not of {by[0].name}.",
        )  # fmt: skip
    witnesses = tuple(s for s in signed if s.key in policy.witnesses and s.key.algorithm in COSIGNERS)
    cosigned = {s.key for s in witnesses}
    if not policy.is_met(cosigned):
        names = ", ".join(sorted(key.name for key in cosigned)) or "-"
        raise Unverified(
            "quorum", f"见证方签名不够（已签名：{names}），不符合您的要求。",
            f"Too few witnesses cosigned for what you ask (cosigned: {names}).",
        )  # fmt: skip
    return Opened(checkpoint, by, witnesses)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a leaf is in a log: its place, the way up to the root, the checkpoint; ``extra`` is the leaf itself."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def dump(self) -> bytes:
        """The content of a .tlog-proof file."""
        lines = [PROOF_HEAD]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines += [f"index {self.index}", *(base64.b64encode(h).decode() for h in self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def parse(cls, content: bytes) -> Receipt:
        """Read a .tlog-proof file; Unverified when it is none, or not a whole one."""
        wrong = Unverified(
            "receipt_unreadable", "这不是回执文件，或已不完整。", "This is not a receipt, or not a whole one."
        )
        head, found, note = content.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise wrong from None
        if not found or lines.pop(0) != PROOF_HEAD or not lines:
            raise wrong
        extra = _bytes(lines.pop(0).removeprefix("extra "), wrong) if lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index "):
            raise wrong
        index = _number(lines.pop(0).removeprefix("index "), wrong)
        hashes = tuple(_bytes(line, wrong) for line in lines)
        if len(hashes) > LONGEST_PROOF or any(len(h) != HASH_SIZE for h in hashes):
            raise wrong
        return cls(index, hashes, note, extra)

    def check(self, policy: Policy, entry: bytes | None = None) -> Opened:
        """Check the receipt of ``entry`` (by default the one inside); Unverified unless everything holds."""
        leaf = self.extra if entry is None else entry
        if leaf is None:
            raise Unverified(
                "entry_missing",
                "回执里没有条目原文，请一并给出。",
                "The receipt does not hold its entry: give it as well.",
            )
        opened = open_checkpoint(self.checkpoint, policy)
        head = opened.checkpoint
        check_inclusion(leaf_hash(leaf), self.index, head.size, self.hashes, head.root)
        return opened


def _number(text: str, wrong: Unverified) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or text != str(int(text)):
        raise wrong
    return int(text)


def _bytes(text: str, wrong: Unverified) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise wrong from None


def roots_agree(one: Checkpoint, other: Checkpoint) -> None:
    """Unverified when two checkpoints of one size tell of two trees."""
    if one.size == other.size and one.root != other.root:
        raise Unverified(
            "two_trees", f"{one.size} 条的树有两个不同的根：日志对不同的人说了不同的话。",
            f"The tree of {one.size} has two roots: the log tells different things to different readers.",
        )  # fmt: skip


__all__: Sequence[str] = ["Checkpoint", "Opened", "Policy", "Receipt", "open_checkpoint", "roots_agree"]
