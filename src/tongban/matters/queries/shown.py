"""What somebody was shown before they gave an opinion or decided: two hashes, compared when they act."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tongban.lib.refusals import Refusal
from tongban.lib.repeated import Repeated
from tongban.lib.words import T
from tongban.matters.models import Case, Review, SpecialProcedure
from tongban.matters.queries.cases import reviews_alone
from tongban.matters.queries.materials import document_hashes
from tongban.matters.rules.cases import hash_of


@dataclass(frozen=True, slots=True)
class Shown:
    """``basis`` seals answers, documents and the version asked on, ``said`` what departments said and which procedures there were."""

    basis: str
    said: str

    def __str__(self) -> str:
        return f"{self.basis}-{self.said}"

    @property
    def seal(self) -> str:
        """One hash of everything, as kept with the opinion or decision."""
        return hashlib.sha256(str(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Read:
    """What an act on a held case rests on, each read once: what departments said, and which procedures there were."""

    reviews: list[Review]
    procedures: list[SpecialProcedure]


def read_of(case: Case) -> Read:
    """What departments said of a case so far, and its procedures."""
    procedures = [] if case.written is not None else _PROCEDURES(case_id=case.pk)
    return Read(reviews_alone(case), procedures)


_PROCEDURES = Repeated[SpecialProcedure](
    lambda case_id: SpecialProcedure.objects.filter(case_id=case_id).order_by("began_at")
)


def shown_of(case: Case, read: Read | None = None) -> Shown:
    """What a case shows now; ``read`` spares reading again."""
    read = read or read_of(case)
    files = sorted([str(document_id), sha256] for document_id, sha256 in document_hashes(case).items())
    opinions = {
        one.unit_code: [one.state, one.text, one.by_name, one.round, one.closed_at and one.closed_at.isoformat()]
        for one in read.reviews
    }
    procedures = [[one.kind, one.result, one.ended_at and one.ended_at.isoformat()] for one in read.procedures]
    basis = hash_of({"answers": hash_of(case.values), "documents": files, "version": str(case.version_id)})
    return Shown(basis, hash_of({"opinions": opinions, "procedures": procedures}))


def check_unchanged(case: Case, shown: str, *, opinions_too: bool, read: Read | None = None) -> Shown:
    """Refuse when the case is no longer what was ``shown``; "" compares nothing, for callers who show nothing.

    For a reviewer only answers and documents count: departments review side by side, and one opinion more must not
    stop another. A decision rests on the opinions, too.
    """
    now = shown_of(case, read)
    if not shown:
        return now
    basis, _, said = shown.partition("-")
    if basis != now.basis or (opinions_too and said != now.said):
        name = case.number or case.name
        text = T(
            "{name} 在您查看之后有变化，请重新看过再提交。",
            "{name} changed after you opened it: read it again before you act.",
        )
        raise Refusal("changed_meanwhile", text.format(name=name), status=409)
    return now
