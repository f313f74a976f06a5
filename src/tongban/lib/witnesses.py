"""The operator's policy of witnesses: a C2SP tlog-policy file beside the settings."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban_verify.errors import Unverified
from tongban_verify.policy import PolicyFile

_known: tuple[tuple[Path, int, int], PolicyFile] | None = None


def policy_text() -> bytes:
    """The operator's policy file; empty when no witness is asked."""
    path: Path | None = settings.LEDGER_POLICY
    if path is None:
        return b""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if settings.DEMO:  # the demo's witness has not been started
            return b""
        raise _unusable(path, T("没有这个文件", "there is no such file")) from None
    except OSError as error:
        raise _unusable(path, T(str(error.strerror), str(error.strerror))) from None


def policy() -> PolicyFile:
    """Witnesses and quorum, read again when the file changes; refused when the file cannot be used."""
    global _known
    path: Path | None = settings.LEDGER_POLICY
    content = policy_text()
    if path is None or not content.strip():
        return PolicyFile()
    stamp = (path, len(content), hash(content))
    if _known is None or _known[0] != stamp:
        try:
            _known = (stamp, PolicyFile.parse(content))
        except Unverified as wrong:
            raise _unusable(path, T(wrong.zh, wrong.en)) from None
    return _known[1]


def _unusable(path: Path, why: T) -> Refusal:
    return Refusal(
        "ledger_policy",
        T("见证策略文件 {path} 不能用（{why}），已停止签名。请改正 TONGBAN_LEDGER_POLICY 所指的文件。",
          "The policy of witnesses {path} cannot be used ({why}); signing has stopped. Correct the file that "
          "TONGBAN_LEDGER_POLICY names.").format(path=path, why=why),
        status=409,
    )  # fmt: skip


def policy_or_none() -> PolicyFile:
    """The policy for pages; an empty one when its file cannot be used, which the sequencer tells."""
    try:
        return policy()
    except Refusal:
        return PolicyFile()
