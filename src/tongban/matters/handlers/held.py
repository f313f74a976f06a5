"""What is held on a person, and what a verifier sees of a certificate."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from tongban.foundation.credentials.hooks import facts_shown
from tongban.foundation.parties.hooks import my_data
from tongban.lib.words import T
from tongban.matters.models import Case
from tongban.matters.queries import content_of
from tongban.matters.queries.certificates import certificate_facts
from tongban.matters.queries.printing import printed_screens
from tongban.matters.rules.cases import STATES
from tongban.web.portal import Section

_BY_MANDATE = T("凭您的授权", "by your mandate")
_OWN = T("您填写", "you entered it")


@facts_shown.answer
def show_certificate(subject_kind: str, subject_id: UUID) -> list[tuple[T, str]] | None:
    """What a verifier sees of a certificate beside its signature: title, office, printed facts."""
    return certificate_facts(subject_id) if subject_kind == "matters.case" else None


@my_data.answer
def cases_held(*, person_id: UUID) -> list[Section]:
    """A person's own applications with every answer, and those they filled in or submitted for others."""
    sections = []
    for case in (
        Case.objects.filter(person_id=person_id)
        .select_related("definition", "intake__visitor")
        .order_by("-started_at")[:100]
    ):
        facts = [
            (answer.label, "、".join(file.name for file in answer.files) or str(answer.text), answer.source or _OWN)
            for screen in printed_screens(case, content_of(case))
            for answer in screen.answers
        ]
        title = T("办件：{service}", "Case: {service}").format(service=case.definition.title)
        if case.channel == "agent":
            facts.append((T("代办人", "Acted for you"), case.operator, _BY_MANDATE))
        elif case.channel == "window" and case.mandate_id is not None:
            facts.append((T("代办人", "Acted for you"), case.intake.visitor.name, _BY_MANDATE))
        sections.append(Section(title, facts, reverse("matters:case", args=[case.pk])))
    own = Case.objects.filter(started_by_id=person_id) | Case.objects.filter(submitted_by_id=person_id)
    acted = own.exclude(person_id=person_id).select_related("definition").defer("answers").order_by("-started_at")
    rows = [
        (case.definition.title, f"{case.name} {case.number or ''} {STATES[case.state]} {_day(case)}", _OWN)
        for case in acted[:200]
    ]
    return (
        [*sections, Section(T("为他人和企业办理的办件", "Cases you handled for others and for companies"), rows)]
        if rows
        else sections
    )


def _day(case: Case) -> str:
    return timezone.localdate(case.started_at).isoformat()
