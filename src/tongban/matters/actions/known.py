"""Count the questions an applicant had to answer although a register knew."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tongban.lib.actors import Actor, system
from tongban.lib.facts import Fact
from tongban.lib.jobs import job
from tongban.matters.models import Case
from tongban.matters.queries import content_of, lookup_for


@job()
def count_known_questions(case_id: str) -> None:
    """Note on a submitted case what was typed although a register holds it. Safe to run twice."""
    case = Case.objects.select_related("definition").filter(pk=UUID(case_id)).first()
    if case is None or case.number is None:
        return
    known = typed_although_known(case, by=system("matters.count_known_questions", channel="job"))
    with transaction.atomic():
        Case.objects.filter(pk=case.pk).update(asked_known=known)


def typed_although_known(case: Case, *, by: Actor) -> list[str]:
    """Elements of a case that were typed although a register holds them."""
    content, lookup = content_of(case), lookup_for(case, by)
    typed = [name for name, answer in case.answers.items() if answer["source"] == "typed" and name in content.elements]
    return sorted(name for name in typed if isinstance(lookup(name, content.elements[name].purpose), Fact))
