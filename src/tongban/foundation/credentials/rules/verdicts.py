"""The sentences of the verdicts, in both languages; the verdicts themselves are tongban_verify's, for everybody."""

from __future__ import annotations

from tongban.lib.words import T
from tongban_verify.passes import verdicts

REASONS: dict[str, T] = {code: T(zh, en) for code, (zh, en) in verdicts.REASONS.items()}
