"""What a file may be kept for: its size, its types, how long, and on which legal basis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tongban.foundation.documents.rules.types import EVERY_TYPE, TYPES
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

MIB = 1024 * 1024

# A file that nothing refers to after a week was left behind by somebody who went away.
UNATTACHED_DAYS = 7


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of keeping files; ``max_mb`` None means the installation's limit, in MiB."""

    code: str
    label: T
    legal_basis: T
    retention_days: int
    max_mb: int | None
    types: tuple[str, ...]

    def limit(self, house_max_mb: int) -> int:
        """The largest file in bytes: the smaller of the purpose's and the installation's limit."""
        return min(self.max_mb or house_max_mb, house_max_mb) * MIB

    def retention_until(self, uploaded_on: date, *, attached: bool) -> date:
        """The last day a file is kept; something attached to nothing is kept for a week only."""
        return uploaded_on + timedelta(days=self.retention_days if attached else UNATTACHED_DAYS)


ALL: dict[str, Purpose] = {}


def declare_purpose(
    code: str, label: T, *, legal_basis: T, retention_days: int, max_mb: int | None = None,
    types: tuple[str, ...] = EVERY_TYPE,
) -> str:  # fmt: skip
    """Declare once what an app keeps files for (``app.word``); the code is what a document row states."""
    unknown = set(types) - set(TYPES)
    if unknown:
        raise ValueError(f"{code}: unknown types {sorted(unknown)}")
    if code in ALL:
        raise ValueError(f"purpose {code} is declared twice")
    ALL[code] = Purpose(code, label, legal_basis, retention_days, max_mb, types)
    return code


def purpose_of(code: str) -> Purpose:
    """The declared purpose; a code from outside that nobody declared is refused."""
    found = ALL.get(code)
    if found is None:
        raise Refusal(
            "unknown_purpose",
            T("没有“{code}”这种材料用途，可用的有：{known}。", "“{code}” is no purpose of documents: use one of {known}.")
            .format(code=code[:80], known=T("、".join(sorted(ALL)), ", ".join(sorted(ALL)))),
            field="purpose",
        )  # fmt: skip
    return found


def check_length(length: int, purpose: Purpose, house_max_mb: int) -> None:
    """Refuse a length in bytes that is empty or above the limit."""
    if length <= 0:
        raise empty_file()
    limit = purpose.limit(house_max_mb)
    if length > limit:
        raise too_large(limit)


def empty_file() -> Refusal:
    """The refusal of a file without contents."""
    return Refusal(
        "empty_file",
        T("这个文件是空的（0 字节）。请重新选择。", "This file is empty (0 bytes). Choose it again."),
        field="file",
    )


def too_large(limit: int) -> Refusal:
    """The refusal of a file above ``limit`` bytes."""
    return Refusal(
        "file_too_large",
        T("文件超过 {mb} MB 的上限。请分成几个文件；扫描件也可以降低分辨率。",
          "The file is larger than {mb} MB. Split it; scans can also have a lower resolution.").format(mb=limit // MIB),
        field="file", status=413,
    )  # fmt: skip
