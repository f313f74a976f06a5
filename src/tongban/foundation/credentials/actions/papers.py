"""Verify a PDF for anybody: nothing of it is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from tongban.foundation.credentials import adapters, hooks
from tongban.foundation.credentials.models import OfficeSeal, SealedPaper
from tongban.foundation.credentials.queries import sealed_paper, spot_authorities
from tongban.foundation.credentials.rules.papers import PAPER_REASONS, SealState, check_size, judge_seals
from tongban.lib.pdf.sealing import SealFound, UnreadablePdf, read_seals
from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class PaperVerification:
    """What is known of a file: ``facts`` of the paper on record, also when the file is an altered copy of it."""

    reason: str
    at: datetime
    facts: list[tuple[T, str]] = field(default_factory=list)
    is_test: bool = False
    revoked_at: datetime | None = None

    @property
    def is_valid(self) -> bool:
        """Only one reason accepts."""
        return self.reason == "genuine"

    @property
    def message(self) -> T:
        """The sentence for the reason."""
        return PAPER_REASONS[self.reason]


def verify_pdf(content: bytes) -> PaperVerification:
    """Whether a PDF is exactly a paper that was sealed here and still stands; what is wrong with it otherwise.

    A file on record is known by its digest, so that most uploads are never parsed at all.
    """
    check_size(len(content))
    at = timezone.now()
    paper = sealed_paper(hashlib.sha256(content).hexdigest())
    if paper is not None:
        return PaperVerification(_standing(paper, at), at, _facts(paper), paper.seal.is_test, _revoked_at(paper))
    try:
        found = read_seals(content, authorities=[*spot_authorities(), *adapters.licensed_authorities()])
    except UnreadablePdf:
        return PaperVerification("unreadable", at)
    reason = judge_seals([SealState(one.is_intact, one.is_whole, one.is_trusted) for one in found])
    original = _original(found)
    return PaperVerification(reason, at, _facts(original) if original else [], bool(original and original.seal.is_test))


def _standing(paper: SealedPaper, at: datetime) -> str:
    credential = paper.credential
    if credential and credential.revoked_at:
        return "revoked"
    if paper.seal.state == OfficeSeal.State.WITHDRAWN:
        return "seal_withdrawn"
    return "expired" if credential and at >= credential.expires_at else "genuine"


def _revoked_at(paper: SealedPaper) -> datetime | None:
    return paper.credential.revoked_at if paper.credential else None


def _original(found: list[SealFound]) -> SealedPaper | None:
    """The paper a file was before something was added to it."""
    digests = (hashlib.sha256(one.sealed).hexdigest() for one in found)
    return next((paper for digest in digests if (paper := sealed_paper(digest))), None)


def _facts(paper: SealedPaper) -> list[tuple[T, str]]:
    credential = paper.credential
    shown = hooks.facts_shown.first(subject_kind=credential.subject_kind, subject_id=credential.subject_id) if credential else None  # fmt: skip
    return [
        (T("文书", "Paper"), str(T.read(paper.title))),
        (T("编号", "Number"), paper.number),
        (T("盖章机关", "Sealed by"), paper.seal.office),
        (T("盖章时间", "Sealed"), timezone.localtime(paper.sealed_at).strftime("%Y-%m-%d %H:%M")),
        *(shown or [])[1:],
    ]
