"""The verdict on a PDF that somebody was handed: one code, one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

MIB = 1024 * 1024
LARGEST = 4 * MIB  # bytes; papers of the house have less than a tenth of that

PAPER_REASONS: dict[str, T] = {
    "genuine": T("真实有效：与签发的文书一字不差，印章完好。", "Genuine: exactly the paper that was issued, its seal unbroken."),
    "revoked": T("文书是真的，但证照已被签发单位撤销，不能再使用。",
                 "The paper is genuine, but its certificate was revoked by the issuing office."),
    "expired": T("文书是真的，但已过有效期，请重新办理。", "The paper is genuine, but has expired: please apply again."),
    "seal_withdrawn": T("与签发记录一致，但所盖印章后来已作废，请向签发单位核实。",
                        "As issued, but the seal was withdrawn later: ask the office that issued it."),
    "altered": T("这个文件在盖章之后被改动过，不能认可。", "This file was altered after it was sealed. Do not accept it."),
    "unsealed": T("这个文件上没有电子印章，不能认可。打印件请扫上面的二维码核验。",
                  "There is no electronic seal on this file. For a printed copy scan its QR code."),
    "unknown_authority": T("印章不是本系统认可的机构颁发的，不能认可。", "The seal was given out by an authority unknown here. Do not accept it."),
    "not_recorded": T("印章完好，但签发登记里没有这份文书，请向签发单位核实。",
                      "The seal is unbroken, but no such paper is on record: ask the office that issued it."),
    "unreadable": T("这不是 PDF 文件，或文件已损坏。", "This is not a PDF, or the file is damaged."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SealState:
    """What was found of one seal on a file."""

    is_intact: bool
    is_whole: bool
    is_trusted: bool


def judge_seals(seals: Sequence[SealState]) -> str:
    """The reason a file that is not on record is not accepted."""
    if not seals:
        return "unsealed"
    if not all(one.is_intact for one in seals) or not any(one.is_whole for one in seals):
        return "altered"
    return "not_recorded" if all(one.is_trusted for one in seals) else "unknown_authority"


def check_size(size: int) -> None:
    """Refuse what is larger in bytes than any paper of the house, before it is read."""
    if size > LARGEST:
        text = T("文件超过 {mb} MB，不是本系统签发的文书。", "Larger than {mb} MB: not a paper issued here.")
        raise Refusal("file_too_large", text.format(mb=LARGEST // MIB), field="file", status=413)
