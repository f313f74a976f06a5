"""The Merkle tree of RFC 6962: hashes, roots, inclusion and consistency proofs.

Trees are read through ``read(level, index)``: the hash over the complete subtree of ``2**level`` leaves that begins
at leaf ``index * 2**level``. Proofs are lists of 32-byte hashes, from the leaves up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from tongban_verify.errors import Unverified

Read = Callable[[int, int], bytes]
HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes whose number is a power of two."""
    row = hashes
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


def range_root(read: Read, begin: int, end: int) -> bytes:
    """The root over leaves begin <= i < end, where ``begin`` is where a subtree of that size may stand."""
    count = end - begin
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return read(level, begin >> level)
    middle = begin + _split(count)
    return node_hash(range_root(read, begin, middle), range_root(read, middle, end))


def tree_root(read: Read, size: int) -> bytes:
    """The root of the tree of the first ``size`` leaves."""
    return range_root(read, 0, size) if size else EMPTY_ROOT


def inclusion_proof(read: Read, index: int, size: int) -> list[bytes]:
    """Proof that leaf ``index`` is in the tree of ``size`` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise Unverified(
            "index_outside", f"树中只有 {size} 条，没有第 {index} 条。", f"The tree of {size} has no leaf {index}."
        )
    proof, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(range_root(read, middle, end))
            end = middle
        else:
            proof.append(range_root(read, begin, middle))
            begin = middle
    return proof[::-1]


def consistency_proof(read: Read, old: int, size: int) -> list[bytes]:
    """Proof that the tree of ``old`` leaves is the beginning of the tree of ``size`` (RFC 6962, 2.1.2)."""
    if not 0 < old <= size:
        raise Unverified(
            "sizes_inconsistent", f"{old} 条的树不是 {size} 条的树的开头。", f"No tree of {old} begins one of {size}."
        )
    proof: list[bytes] = []
    begin, end, is_whole = 0, size, True
    while old < end:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(range_root(read, middle, end))
            end = middle
        else:
            proof.append(range_root(read, begin, middle))
            begin, is_whole = middle, False
    if not is_whole:
        proof.append(range_root(read, begin, end))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); Unverified for a proof of the wrong length."""
    wrong = Unverified("proof_shape", "包含证明的长度不对。", "The inclusion proof has the wrong length.")
    if not 0 <= index < size:
        raise wrong
    at, last, root = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise wrong
        if at & 1 or at == last:
            root = node_hash(step, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, step)
        at, last = at >> 1, last >> 1
    if last:
        raise wrong
    return root


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Unverified unless ``leaf`` stands at ``index`` in the tree of this size and root."""
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise Unverified(
            "not_included", f"第 {index} 条不在这棵树里：内容或位置已被改动。",
            f"Leaf {index} is not in this tree: its content or place was changed.",
        )  # fmt: skip


def check_consistency(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """Unverified unless the tree of ``old`` leaves is the beginning of the tree of ``size`` (RFC 9162, 2.1.4.2)."""
    wrong = Unverified(
        "inconsistent", f"{old} 条时的树不是 {size} 条时的树的开头：历史被改写过。",
        f"The tree of {old} is not the beginning of the tree of {size}: history was rewritten.",
    )  # fmt: skip
    if old in (0, size):
        if proof or old_root != (root if old == size else EMPTY_ROOT):
            raise wrong
        return
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not 0 < old < size or not steps:
        raise wrong
    try:
        first, second = _roots_from_consistency(old, size, steps)
    except ValueError:
        raise wrong from None
    if first != old_root or second != root:
        raise wrong


def _roots_from_consistency(old: int, size: int, steps: Sequence[bytes]) -> tuple[bytes, bytes]:
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ValueError(steps)
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError(steps)
    return first, second
