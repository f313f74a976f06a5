"""Publishing under four eyes: one administrator proposes a version, another confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions.definitions import Edition, publish_edition
from tongban.matters.actions.moving import move_cases
from tongban.matters.models import Definition, Publication
from tongban.matters.rules.cases import moved_on
from tongban.matters.rules.folders import fingerprint
from tongban.matters.rules.publishing import CONFIRMED, FINISH, PROPOSED, WITHDRAWN, check_choice, check_second_person
from tongban.matters.rules.shape import Content


@dataclass(frozen=True, slots=True)
class InFlight:
    """What becomes of whoever is in the middle of an older version: ``choice`` of rules/publishing.py, and its last day."""

    choice: str
    until: date | None = None
    note: str = ""


@transaction.atomic
def propose_publication(
    content: Content, sources: Mapping[str, str], *, in_flight: InFlight, by: Actor
) -> Publication:  # fmt: skip
    """Propose a checked service as its next version; nothing changes before somebody else confirms."""
    require(by, hooks.PUBLISH)
    code = content.definition.code
    definition = Definition.objects.select_for_update(of=("self",)).filter(code=code).select_related("version").first()
    base = definition.version if definition else None
    check_choice(in_flight.choice, in_flight.until, timezone.localdate(), is_first=base is None)
    plain = content.model_dump(mode="json")
    sha256 = fingerprint(plain)
    if base is not None and base.sha256 == sha256:
        raise Refusal(
            "nothing_changed", T("与现行版本没有区别。", "It does not differ from the version in force."), status=409
        )
    if Publication.objects.filter(code=code, state=PROPOSED).exists():
        raise Refusal("proposal_open", T("这项服务已有一个待确认的版本，请先确认或撤回。",
                      "A version of this service awaits confirmation: confirm or withdraw it first."), status=409)  # fmt: skip
    return Publication.objects.create(
        code=code, content=plain, sources=dict(sources), sha256=sha256, base=base, in_flight=in_flight.choice,
        until=in_flight.until if in_flight.choice != "move" else None, note=in_flight.note.strip()[:500],
        proposed_by=by.name[:120], proposed_by_id=by.person_id, proposed_at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def confirm_publication(publication_id: UUID, *, by: Actor) -> Publication:
    """Publish what somebody else proposed; whoever is in flight is seen to afterwards, some at a time."""
    publication = _lock(publication_id, by)
    check_second_person(publication.proposed_by_id, by.person_id, is_machine=by.kind in ("system", "job"))
    current = Definition.objects.select_for_update().filter(code=publication.code).first()
    if (current.version_id if current else None) != publication.base_id:
        raise moved_on("提出之后已有别的版本发布，请撤回后重新提出。",
                       "Another version was published meanwhile: withdraw this one and propose it anew.",
                       code="publication_outdated")  # fmt: skip
    edition = Edition(
        Content.model_validate(publication.content), publication.sources, publication.proposed_by,
        publication.in_flight, publication.until,
    )  # fmt: skip
    publish_edition(edition, by)
    publication.version = Definition.objects.get(code=publication.code).version
    _settle(publication, CONFIRMED, by)
    if publication.in_flight != FINISH:
        move_cases.later(publication_id=publication.pk)
    return publication


@transaction.atomic
def withdraw_publication(publication_id: UUID, *, by: Actor) -> Publication:
    """Take a proposal back: whoever proposed it, or another administrator who does not confirm it. Safe to repeat."""
    require(by, hooks.PUBLISH)
    found = Publication.objects.select_for_update(of=("self",)).filter(pk=publication_id).first()
    if found is not None and found.state == WITHDRAWN:
        return found
    publication = _lock(publication_id, by)
    _settle(publication, WITHDRAWN, by)
    return publication


def _lock(publication_id: UUID, by: Actor) -> Publication:
    require(by, hooks.PUBLISH)
    found = Publication.objects.select_for_update(of=("self",)).filter(pk=publication_id).first()
    if found is None:
        raise not_found(T("这个待确认的版本", "This proposal"))
    if found.state != PROPOSED:
        raise moved_on("这个版本已经确认或撤回。", "This proposal has been settled.", code="already_settled")
    return found


def _settle(publication: Publication, state: str, by: Actor) -> None:
    publication.state, publication.settled_at = state, timezone.now()
    publication.settled_by, publication.settled_by_id = by.name[:120], by.person_id
    publication.save(update_fields=["state", "settled_at", "settled_by", "settled_by_id", "version"])
