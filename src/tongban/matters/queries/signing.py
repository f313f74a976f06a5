"""Applications that wait for a signature: for whom, and who may give it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from tongban.foundation.parties.queries import Ground, contacts_of, grounds_of, signers_for
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.models import Case, SignRequest
from tongban.matters.queries.cases import of_whom, standing_in
from tongban.matters.rules.cases import DRAFT, RETURNED, moved_on

WAITING = T("等待签署", "Waiting for a signature")


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who may sign; without a log-in they are told how to come by one, by whoever asks them."""

    person_id: UUID
    name: str
    has_account: bool


def open_request(case: Case) -> SignRequest | None:
    """The request that locks an application; None when nobody is asked to sign."""
    if case.state not in (DRAFT, RETURNED):
        return None
    return SignRequest.objects.filter(case=case, state=SignRequest.State.OPEN).first()


def newest_request(case: Case) -> SignRequest | None:
    """The newest round of asking for a signature, settled or not."""
    return SignRequest.objects.filter(case=case).order_by("-asked_at").first()


def check_not_waiting(case: Case) -> None:
    """Refuse to touch an application that waits for its signature."""
    if open_request(case) is not None:
        raise moved_on(
            "这份申请正在等待签署，不能修改或提交。需要修改请先取回。",
            "This application waits for a signature. To change it, take it back first.",
            code="awaiting_signature",
        )


def may_sign(case: Case, by: Actor) -> bool:
    """Whether the actor's right covers signing in this service."""
    standing = standing_in(case, by)
    return standing is not None and standing.may_sign


def signers_of(case: Case) -> list[Signer]:
    """Everybody who may sign for the applicant in this service, the applicant or its legal representative first."""
    kind, principal_id = ("organisation", case.organisation_id) if case.organisation_id else ("person", case.person_id)
    assert principal_id is not None
    people = signers_for(kind, principal_id, service=case.definition.code)  # type: ignore[arg-type]
    return [Signer(one.pk, one.name, contacts_of(one.pk).has_account) for one in people]


def check_signers(case: Case, by: Actor) -> list[Signer]:
    """Who is asked; refused with what to do when nobody but the asker may sign."""
    found = [one for one in signers_of(case) if one.person_id != by.person_id]
    if not found:
        raise Refusal("nobody_may_sign", T(
            "没有人可以签署：请先由企业登记法定代表人，或由本人在“我的授权”中授权可以签署的人；也可以到大厅窗口办理。",
            "Nobody may sign: have the legal representative recorded, or a mandate given that covers signing; or go to a service window."),
            status=409)  # fmt: skip
    return found


def cases_to_sign(by: Actor) -> QuerySet[Case]:
    """Applications that wait for this person's signature, the longest waiting first."""
    found = asked_to_sign(of_whom(grounds_to_sign(by)), by.person_id)
    return found.select_related("definition").defer("answers")


def grounds_to_sign(by: Actor) -> list[Ground]:
    """By what rights a person signs; nobody does so from an office's desk."""
    if by.kind != "person" or by.is_staff:
        return []
    return [ground for ground in grounds_of(by) if ground.may_sign]


def asked_to_sign(own: Q, me: UUID | None) -> QuerySet[Case]:
    """Of somebody's cases those that wait for a hand somebody else asked for, the longest waiting first."""
    asked = SignRequest.objects.filter(case=OuterRef("pk"), state=SignRequest.State.OPEN).exclude(asked_by_id=me)
    found = Case.objects.filter(own, Exists(asked), state__in=(DRAFT, RETURNED))
    return found.order_by(Subquery(asked.values("asked_at")[:1]), "pk")
