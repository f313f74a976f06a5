"""Reads of cases: every list and every single case goes through the viewer's scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from tongban.foundation.parties.queries import Ground, Standing, grounds_of, may_act_for, may_act_for_person, require
from tongban.lib.actors import Actor
from tongban.lib.asked import AskedBy
from tongban.lib.name_search import name_query
from tongban.lib.refusals import Refusal, forbidden, not_found
from tongban.lib.repeated import Repeated
from tongban.lib.words import T
from tongban.matters.models import Case, CaseEvent, Intake, Review
from tongban.matters.rules.cases import DRAFT, OPEN, READY, RECEIVED

# As declared in hooks.py, which stands on the same layer and cannot be imported here.
VIEW = "matters.view_cases"
# A program reads the cases of its organisation in order to go on with them, or because it hears of them.
_PROGRAMS_MAY = frozenset({"matters.apply", "matters.hear_cases"})
_THIS_CASE = T("这件办件", "This case")


NOBODYS = UUID(int=0)  # a filter by None would find rows without a unit


def _lean() -> QuerySet[Case]:
    """Cases for lists: without the answers, which need decrypting, and the version's content."""
    return Case.objects.select_related("definition").defer("answers")


def _whole(found: QuerySet[Case]) -> QuerySet[Case]:
    """Single cases with what every page of a case shows, in few statements: its reviews and its history, too."""
    parts = ("definition", "version", "organisation", "person", "decision_unit", "acceptance_unit", "decision",
             "intake__visitor")  # fmt: skip
    events = Prefetch("events", CaseEvent.objects.select_related("unit").order_by("at", "pk"))
    lean = found.defer(None).select_related(*parts).defer("version__content", "version__sources")
    return lean.prefetch_related(Prefetch("reviews", _IN_ORDER), events)


def events_of(case: Case) -> list[CaseEvent]:
    """Everything that happened to a case, oldest first; read once where a page shows the case."""
    if case.written is not None:
        return sorted(case.written.events, key=lambda event: (event.at, event.pk))
    if "events" in getattr(case, "_prefetched_objects_cache", {}):
        return list(case.events.all())
    return list(case.events.select_related("unit").order_by("at", "pk"))


def cases_of(by: Actor) -> QuerySet[Case]:
    """The actor's own cases and those of companies and people they act for in that service, newest first."""
    return _lean().filter(of_whom(case_grounds(by))).order_by("-started_at", "pk")


def case_grounds(by: Actor) -> list[Ground]:
    """By what rights cases are an actor's own; who works for an office has those of companies alone."""
    _check_program(by)
    return [ground for ground in grounds_of(by) if not (ground.kind == "person" and by.is_staff)]


def _check_program(by: Actor) -> None:
    """A token narrowed to something else opens no case."""
    if by.kind == "client" and not by.capabilities & _PROGRAMS_MAY:
        raise forbidden(T(
            "这个令牌看不了办件：需要 matters.apply 或 matters.hear_cases。换取令牌时请一并申请，没有的请运维人员授予。",
            "This token opens no cases: that takes matters.apply or matters.hear_cases. Ask for one with the token; "
            "the operator admits your client to it."))  # fmt: skip


def of_whom(grounds: Iterable[Ground]) -> Q:
    """Cases of everybody one may act for, in the services one may act in."""
    own, whole = Q(pk__in=[]), defaultdict[str, list[UUID]](list)
    for ground in grounds:
        if ground.services:
            own |= Q(**{f"{ground.kind}_id": ground.principal_id}, definition__code__in=ground.services)
        else:
            whole[f"{ground.kind}_id__in"].append(ground.principal_id)
    for path, ids in whole.items():
        own |= Q(**{path: ids})
    return own


def caller_of(by: Actor) -> UUID:
    """Whose references a caller's are: the program's, else the person's."""
    return by.client_id or by.person_id or NOBODYS


def cases_referred_to(references: Collection[str], by: Actor) -> QuerySet[Case]:
    """The cases the caller handed in under these references."""
    return _lean().filter(reference_of=caller_of(by), reference__in=references)


def applicant_case(case_id: UUID, by: Actor) -> Case:
    """A case for its applicant, or for whoever acts for the applicant; not found for everybody else."""
    case = _whole(Case.objects.all()).filter(pk=case_id).first()
    if case is None or not stands_for(case, by):
        raise not_found(_THIS_CASE)
    return case


def matching_cases(cases: QuerySet[Case], term: str) -> QuerySet[Case]:
    """Of some cases those with this number, or an applicant found by name, pinyin or initials."""
    return cases.filter(name_query(term, personal=False) | Q(number__startswith=term.upper()))


def standing_in(case: Case, by: Actor) -> Standing | None:
    """By what right the actor is the applicant of a case, or acts for the applicant in this service; None for none."""
    _check_program(by)
    code = case.definition.code
    if case.organisation_id is not None:
        return may_act_for(by, case.organisation_id, service=code)
    return may_act_for_person(by, case.person_id, service=code) if case.person_id is not None else None


def stands_for(case: Case, by: Actor) -> bool:
    """Whether the actor is the applicant, or may act for the applicant in this service."""
    return standing_in(case, by) is not None


def as_agent(case: Case, by: Actor) -> Actor:
    """The actor, marked as acting for somebody (代办) when the applicant is another person: channel and mandate."""
    if by.kind != "person" or by.channel == "window" or case.person_id in (None, by.person_id):
        return by
    standing = standing_in(case, by)
    mandate_id = standing.mandate_id if standing else None
    return replace(by, channel="agent", on_behalf_of=("person", case.person_id), mandate_id=mandate_id)


def concerned_with(case: Case, by: Actor) -> bool:
    """Whether the actor is on the applicant's side in any way, and so must stand back."""
    ids = {case.person_id, case.started_by_id, case.submitted_by_id}
    if by.person_id is not None and (by.person_id in ids or took_in(case, by.person_id)):
        return True
    if case.organisation_id is not None:
        return may_act_for(by, case.organisation_id) is not None
    return case.person_id is not None and may_act_for_person(by, case.person_id) is not None


def took_in(case: Case, person_id: UUID) -> bool:
    """Whether somebody took the case in at a window: they forward it and never decide it."""
    mine = Q(seen_by_person_id=person_id) | Q(holder_id=person_id)
    return case.channel == "window" and Intake.objects.filter(mine, case=case).exists()


def case_at_window(intake: Intake) -> Case:
    """The case of an intake its clerk holds."""
    return _whole(Case.objects.all()).get(pk=intake.case_id)


def cases_visible_to(by: Actor) -> QuerySet[Case]:
    """Submitted cases a member of staff may see: reviewed or decided by their unit, or all of the region for auditors."""
    require(by, VIEW)
    found = _lean().filter(region_code__startswith=by.region).exclude(state=DRAFT).exclude(number__isnull=True)
    if _sees_every_unit(by):
        return found
    return found.filter(units__contains=[by.unit_id or NOBODYS])


def cases_listed_for(by: Actor) -> QuerySet[Case]:
    """``cases_visible_to`` for lists: of a unit with few cases those are named, or the newest of all would be searched."""
    found = cases_visible_to(by)
    if _sees_every_unit(by):
        return found
    few = few_of(by)
    return found if few is None else found.filter(pk__in=few)


def few_of(by: Actor) -> set[UUID] | None:
    """The cases that came before the actor's unit, where they are few; None where they are many."""
    few = {case_id for (case_id,) in _BEFORE(by)}
    return None if len(few) > _FEW else few


_FEW = 2_000


def _before(by: Actor) -> QuerySet[Any]:
    here = by.unit_id or NOBODYS
    reviewed = Review.objects.filter(unit_id=here).order_by().values_list("case_id")[: _FEW + 1]
    decided = Case.objects.filter(decision_unit_id=here).order_by().values_list("pk")[: _FEW + 1]
    accepted = Case.objects.filter(acceptance_unit_id=here).order_by().values_list("pk")[: _FEW + 1]
    return reviewed.union(decided, accepted, all=True)


_BEFORE = AskedBy[tuple[UUID]](_before)


def _sees_every_unit(by: Actor) -> bool:
    return by.role == "auditor" or by.kind in ("system", "job")


def staff_case(case_id: UUID, by: Actor) -> Case:
    """A case for a member of staff within their scope; not found outside it."""
    case = _whole(cases_visible_to(by)).filter(pk=case_id).first()
    if case is None:
        raise not_found(_THIS_CASE)
    return case


def reviews_of(case: Case) -> list[Review]:
    """All reviews of a case in the order of the definition; read once where a page shows the case."""
    if case.written is not None:
        return list(case.written.reviews)
    if "reviews" in getattr(case, "_prefetched_objects_cache", {}):
        return list(case.reviews.all())
    return list(_IN_ORDER.filter(case=case))


def reviews_alone(case: Case) -> list[Review]:
    """All reviews of a case, for acts that ask nothing of their units."""
    if case.written is not None:
        return list(case.written.reviews)
    if "reviews" in getattr(case, "_prefetched_objects_cache", {}):
        return list(case.reviews.all())
    return _ALONE(case_id=case.pk)


_ALONE = Repeated[Review](lambda case_id: Review.objects.filter(case_id=case_id).order_by("position"))
_IN_ORDER = Review.objects.select_related("unit").order_by("position")


def own_review(reviews: Iterable[Review], by: Actor) -> Review:
    """Of a case's reviews that of the actor's unit; refused for a unit that does not review this case."""
    review = next((one for one in reviews if one.unit_id == by.unit_id), None)
    if review is None:
        raise Refusal("wrong_unit", T("本部门不审查这件办件。", "Your unit does not review this case."), status=403)
    return review


def reviews_waiting(by: Actor) -> QuerySet[Review]:
    """Open reviews of the actor's unit, most urgent first."""
    return (
        Review.objects.filter(unit_id=by.unit_id or NOBODYS, state=OPEN, region_code__startswith=by.region)
        .select_related("case__definition")
        .defer("case__answers", "text")
        .order_by("due_on", "opened_at")
    )


def cases_to_decide(by: Actor) -> QuerySet[Case]:
    """Cases that await the decision of the actor's unit, most urgent first."""
    mine = _lean().filter(decision_unit_id=by.unit_id or NOBODYS, state=READY, region_code__startswith=by.region)
    return mine.order_by("due_on", "submitted_at")


def cases_to_accept(by: Actor) -> QuerySet[Case]:
    """What was received and awaits acceptance by the actor's unit; what silence would accept first comes first."""
    mine = _lean().filter(acceptance_unit_id=by.unit_id or NOBODYS, state=RECEIVED, region_code__startswith=by.region)
    return mine.order_by("accept_by", "submitted_at")
