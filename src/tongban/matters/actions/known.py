"""Count the questions an applicant had to answer although a register knew."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tongban.lib.actors import system
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
    content = content_of(case)
    lookup = lookup_for(case, system("matters.count_known_questions", channel="job"))
    typed = [name for name, answer in case.answers.items() if answer["source"] == "typed" and name in content.elements]
    known = [name for name in typed if isinstance(lookup(name, content.elements[name].purpose), Fact)]
    with transaction.atomic():
        Case.objects.filter(pk=case.pk).update(asked_known=sorted(known))
