"""Begin, fill in and hand in at once, as programs do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.foundation.parties.queries import organisations_acted_for
from tongban.lib.actors import Actor
from tongban.lib.together import once, together
from tongban.matters.actions.common import store
from tongban.matters.actions.drafts import keep_answers, new_case, start_draft
from tongban.matters.actions.submission import hand_in
from tongban.matters.models import Case
from tongban.matters.queries import content_of, definition_by_code


@transaction.atomic
def apply(
    code: str, *, organisation_id: UUID | None = None, person_id: UUID | None = None, answers: Mapping[str, Any],
    submit: bool = False, by: Actor,
) -> Case:  # fmt: skip
    """Begin, fill in and maybe submit in one act, as a program does; a refusal leaves nothing behind.

    Without an organisation it is for the only company the actor acts for, where companies apply, or for themselves.
    """
    with together():
        if organisation_id is None and person_id is None:
            organisation_id = only_company(code, by)
        begun = new_case if submit else start_draft  # what is handed in at once leaves no draft to be counted
        case = begun(code, organisation_id=organisation_id, person_id=person_id, by=by)
        if answers:
            keep_answers(case, answers, complete=submit, by=by)
        store(case)
        return hand_in(case, by=by) if submit else case


def only_company(code: str, by: Actor) -> UUID | None:
    """The only company the actor acts for, for a service companies apply for; None else."""
    if (
        "company"
        not in content_of(once(("matters.definition", code), lambda: definition_by_code(code))).definition.applicants
    ):
        return None
    companies = once(("matters.organisations", by), lambda: organisations_acted_for(by))
    return companies[0].pk if len(companies) == 1 else None
