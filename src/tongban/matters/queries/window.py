"""Cases taken in at a window: who holds them there, and as whom the clerk types."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tongban.foundation.parties.queries import mandate_by_id, organisation_by_id, require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.models import Case, Intake
from tongban.matters.queries.definitions import content_of
from tongban.matters.rules.cases import hash_of

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Mandate, Organisation

# As declared in hooks.py, which stands on the same layer and cannot be imported here.
TAKE_IN = "matters.take_in"


def intakes_of(by: Actor) -> QuerySet[Intake]:
    """What a clerk holds at the window, the newest first."""
    require(by, TAKE_IN)
    held = Intake.objects.filter(holder_id=by.person_id) if by.person_id else Intake.objects.none()
    return held.select_related("case__definition").defer("case__answers").order_by("-seen_at")


def held_intake(case_id: UUID, by: Actor) -> Intake | None:
    """The intake of a case the clerk holds now; None for everybody and everything else."""
    if not by.is_staff or by.person_id is None or TAKE_IN not in by.capabilities or not by.second_factor:
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


_CAPACITIES = {
    "self": T("本人办理", "For themselves"), "legal_representative": T("法定代表人（负责人）", "Legal representative"),
    "mandate": T("凭授权代办", "By mandate"),
}  # fmt: skip
_HOW = {
    "": T("还没有确认", "Not confirmed yet"), "code": T("短信验证码", "A code on their phone"),
    "paper": T("纸面签字", "Signed on paper"),
}  # fmt: skip
_REGISTER = {
    "found": T("与市场主体登记库一致", "the company register says the same"),
    "absent": T("市场主体登记库查无此单位", "the company register does not know it"),
    "silent": T("登记时市场主体登记库没有应答", "the company register did not answer then"),
}


def intake_facts(case: Case) -> list[tuple[T, Any]]:
    """How a case came in at a window, in words: who came, by what right, who saw what, and how it was confirmed."""
    intake: Intake | None = getattr(case, "intake", None)
    if intake is None:
        return []
    seen = T(f"{intake.seen_by}，{_when(intake.seen_at)}", f"{intake.seen_by}, {_when(intake.seen_at)}")
    facts: list[tuple[T, Any]] = [
        (T("来人", "Visitor"), intake.visitor.name), (T("身份", "Capacity"), _CAPACITIES[intake.capacity]),
        (T("核对的证件", "Papers seen"), intake.evidence), (T("核对人", "Seen by"), seen),
    ]  # fmt: skip
    mandate = mandate_by_id(case.mandate_id) if case.mandate_id else None
    if mandate is not None:
        facts.append((T("授权依据", "Mandate"), _mandate_said(mandate)))
    facts.append((T("申请人确认", "Confirmed"), _HOW[intake.confirmed_how]))
    if case.organisation is not None and case.organisation.licence:
        facts.append((T("单位登记", "Company"), company_said(case.organisation)))
    return facts


def _mandate_said(mandate: Mandate) -> T:
    if not mandate.evidence:
        online = T("{who}在线授权，至 {day}", "given online by {who}, until {day}")
        return online.format(who=mandate.granted_by, day=mandate.valid_to)
    said = T("书面授权：{what}，至 {day}（{who}登记）", "in writing: {what}, until {day} (recorded by {who})")
    return said.format(what=mandate.evidence, day=mandate.valid_to, who=mandate.granted_by)


def company_said(company: Organisation) -> T:
    """Who vouches for a company that a window recorded, by what, and what the register said then."""
    said = company.licence
    text = T("{who}于 {day} 凭{what}登记；{register}", "recorded by {who} on {day} from: {what}; {register}")
    return text.format(who=said["by"], day=said["on"], what=said["evidence"], register=_REGISTER[said["register"]])


def company_recorded(organisation_id: UUID) -> T:
    """What the clerk is told of a company just recorded."""
    company = organisation_by_id(organisation_id)
    text = T("已登记{name}：{said}。", "{name} is recorded: {said}.")
    return text.format(name=company.name, said=company_said(company))


def _when(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


_PAGE_FROM = 3  # the level from which an applicant is matched with a register: their hand on paper is kept, too


def asks_for_page(case: Case) -> bool:
    """Whether a signature on paper must be seen from the case, by the assurance its service asks for."""
    return content_of(case).definition.assurance >= _PAGE_FROM


def mandate_in_writing(case: Case) -> Mandate | None:
    """The mandate on paper a case was made by; None for one given online, and for applicants who came themselves."""
    mandate = mandate_by_id(case.mandate_id) if case.mandate_id else None
    return mandate if mandate is not None and mandate.evidence else None


def lacks_mandate_page(case: Case) -> bool:
    """Whether the mandate in writing must be scanned in yet: it was for no case made by it, and the service asks for pages."""
    if mandate_in_writing(case) is None or not asks_for_page(case):
        return False
    return not Intake.objects.filter(case__mandate_id=case.mandate_id, mandate_page_id__isnull=False).exists()


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
