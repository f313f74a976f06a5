"""What an archived case consists of: parts with their digests in one manifest, the digest of which stands for all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import rfc8785

from tongban.lib.words import T
from tongban.matters.rules.ratings import DAYS_TO_RATE

FORMAT = "tongban-archive/1"
MANIFEST = "manifest.json"
WAIT = timedelta(days=DAYS_TO_RATE + 1)  # by then nobody can rate it any more
AFTER: dict[str, T] = {
    "rated": T("已评价", "Rated"),
    "unrated": T("评价期满未评价", "Not rated in time"),
    "withdrawn": T("申请人撤回", "Withdrawn"),
}
README = """本档案包由通办系统生成。manifest.json 列出每个文件的 SHA-256；manifest.json 自身的 SHA-256 就是归档时写入公开日志
（case.archived）的摘要。receipts/ 里是公开日志的回执，可用 tongban-verify 核验，不计入摘要。已过保存期、已经删除的附件仍列在
清单里，但不在包中。

This package was made by Tongban. manifest.json lists the SHA-256 of every file; its own SHA-256 is the digest that was
written to the public log when the case was archived (case.archived). receipts/ holds receipts of the log, for tongban-verify,
outside the digest. Attachments erased since, because their time was over, stay listed and are not in the package.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a package: its place, digest and size; ``content`` where it is made from rows."""

    path: str
    sha256: str
    size: int
    content: bytes = b""


def written(path: str, said: Any) -> Part:
    """Rows as one canonical JSON file (RFC 8785)."""
    content = rfc8785.dumps(said)
    return Part(path, hashlib.sha256(content).hexdigest(), len(content), content)


def manifest_of(about: Mapping[str, Any], parts: Sequence[Part]) -> bytes:
    """The manifest, byte for byte the same whenever it is made of the same."""
    listed: Any = [
        {"path": one.path, "sha256": one.sha256, "size": one.size} for one in sorted(parts, key=lambda p: p.path)
    ]
    return rfc8785.dumps({"format": FORMAT, **about, "parts": listed})


def is_altered(manifest: bytes, parts: Sequence[Part]) -> bool:
    """Whether what there is now differs from what was listed; files erased since are no difference, rows are."""
    listed = {one["path"]: one["sha256"] for one in json.loads(manifest)["parts"]}
    now = {one.path: one.sha256 for one in parts}
    rows_listed = {path for path in listed if "/" not in path}
    return any(listed.get(path) != sha256 for path, sha256 in now.items()) or not rows_listed <= set(now)


def digest_of(manifest: bytes) -> str:
    """By which a package is known."""
    return hashlib.sha256(manifest).hexdigest()
