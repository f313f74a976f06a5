"""What somebody was shown before they gave an opinion or decided: two hashes, compared when they act."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.models import Case
from tongban.matters.queries.cases import reviews_of
from tongban.matters.queries.materials import held_documents
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


def shown_of(case: Case) -> Shown:
    """What a case shows now."""
    files = sorted([str(one.pk), one.sha256] for one in held_documents(case).values())
    opinions = {
        one.unit_code: [one.state, one.text, one.by_name, one.round, one.closed_at and one.closed_at.isoformat()]
        for one in reviews_of(case)
    }
    procedures = [
        [one.kind, one.result, one.ended_at and one.ended_at.isoformat()]
        for one in case.procedures.order_by("began_at")
    ]
    basis = hash_of({"answers": hash_of(case.values), "documents": files, "version": str(case.version_id)})
    return Shown(basis, hash_of({"opinions": opinions, "procedures": procedures}))


def check_unchanged(case: Case, shown: str, *, opinions_too: bool) -> Shown:
    """Refuse when the case is no longer what was ``shown``; "" compares nothing, for callers who show nothing.

    For a reviewer only answers and documents count: departments review side by side, and one opinion more must not
    stop another. A decision rests on the opinions, too.
    """
    now = shown_of(case)
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
