"""What a list of applications handed in together must be like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

MOST = 500
LONGEST_REFERENCE = 64


def check_references(references: Sequence[str]) -> None:
    """Between 1 and 500 applications, each with a reference of its own."""
    if not 1 <= len(references) <= MOST:
        text = T("一次提交 1 至 {most} 件。", "Send between 1 and {most} applications in one call.").format(most=MOST)
        raise Refusal("wrong_count", text, field="cases")
    if any(not one.strip() or not one.isprintable() or len(one) > LONGEST_REFERENCE for one in references):
        text = T(
            "每件都要有编号，最多 {most} 个可见字符。", "Each needs a reference of at most {most} printable characters."
        )
        raise Refusal("reference_missing", text.format(most=LONGEST_REFERENCE), field="reference")
    (most_used, times), *_ = Counter(references).most_common(1)
    if times > 1:
        text = T(
            "编号“{reference}”出现了 {times} 次，请各用一个。", "The reference {reference} stands there {times} times."
        )
        raise Refusal("reference_twice", text.format(reference=most_used, times=times), field="reference")


def named_files(answers: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """Ids of documents that answers may name; what is no id is for the form's own checks."""
    found = set()
    for one in answers:
        for value in one.values():
            for item in value if isinstance(value, list) else []:
                with suppress(ValueError, AttributeError, TypeError):
                    found.add(UUID(item))
    return found
