"""Cases taken in at a window: who holds them there, and as whom the clerk types."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.models import Case, Intake
from tongban.matters.rules.cases import hash_of

# As declared in hooks.py, which stands on the same layer and cannot be imported here.
_TAKE_IN = "matters.take_in"


def intakes_of(by: Actor) -> QuerySet[Intake]:
    """What a clerk holds at the window, the newest first."""
    require(by, _TAKE_IN)
    held = Intake.objects.filter(holder_id=by.person_id) if by.person_id else Intake.objects.none()
    return held.select_related("case__definition").defer("case__answers").order_by("-seen_at")


def held_intake(case_id: UUID, by: Actor) -> Intake | None:
    """The intake of a case the clerk holds now; None for everybody and everything else."""
    if not by.is_staff or by.person_id is None or _TAKE_IN not in by.capabilities or not by.second_factor:
        return None
    return Intake.objects.select_related("visitor").filter(case_id=case_id, holder_id=by.person_id).first()


def for_visitor(by: Actor, visitor_id: UUID) -> Actor:
    """The clerk typing what the visitor says: the visitor's rights and no office's, the clerk's name under each entry."""
    return replace(
        by, channel="window", person_id=visitor_id, membership_id=None, delegation_id=None, role="", assurance=5,
        capabilities=frozenset(), on_behalf_of=None, mandate_id=None,
    )  # fmt: skip


def acting_in(case_id: UUID, by: Actor) -> Actor:
    """Who acts on an application's pages: the applicant, or a clerk for the visitor whose case they hold."""
    intake = held_intake(case_id, by)
    return for_visitor(by, intake.visitor_id) if intake else by


def check_confirmed(case: Case, by: Actor) -> None:
    """What comes in at a window is handed in only as the applicant confirmed it, by signature or code."""
    if by.channel != "window":
        return
    intake = Intake.objects.filter(case=case).first()
    if intake is None or intake.confirmed_hash != hash_of(case.values):
        raise Refusal(
            "not_confirmed",
            T("提交前请申请人确认：在打印件上签字，或输入短信验证码。",
              "The applicant confirms first: by signing the print, or with a code sent to their phone."),
            status=409,
        )  # fmt: skip
