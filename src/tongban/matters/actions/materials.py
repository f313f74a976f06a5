"""Attachments of a case: files of its materials, kept by documents and tied to the case while it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.documents import actions as documents
from tongban.foundation.documents.hooks import MATERIAL
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.matters.actions.common import lock_case, lock_own_case, lock_to_edit, record
from tongban.matters.models import Case, Promise
from tongban.matters.queries import content_of, held_documents
from tongban.matters.queries.materials import APP, document_hashes, in_name_of
from tongban.matters.rules.cases import CLOSED_STATES, DRAFT, moved_on
from tongban.matters.rules.materials import check_file, files_in, given_twice
from tongban.matters.rules.shape import Content

if TYPE_CHECKING:
    from tongban.foundation.documents.models import Document


def send_file(case_id: UUID, file: Any, *, by: Actor) -> Document:
    """Keep one file sent with a form of the case, before the form's answers are looked at: it survives their errors."""
    with transaction.atomic():
        case = lock_to_edit(case_id, by)
    return documents.store_upload(file, purpose=MATERIAL, by=in_name_of(case, by))


def send_owed_file(case_id: UUID, file: Any, *, by: Actor) -> Document:
    """Keep one file of a material that was promised: it comes when nothing else may change any more."""
    with transaction.atomic():
        case = lock_own_case(case_id, by)
        if not Promise.objects.filter(case=case, kind="material", state="open").exists():
            raise moved_on("没有待补交的材料。", "Nothing is owed here.", code="promise_settled")
    return documents.store_upload(file, purpose=MATERIAL, by=in_name_of(case, by))


def take_materials(case: Case, content: Content, values: Mapping[str, Any], by: Actor) -> list[Refusal]:
    """Tie the documents of new answers to the case; what is wrong with them, if anything: the caller then keeps nothing.

    A document must be one's own or the applicant's, of the kind asked for, and handed in once. What a draft no longer names is
    erased; what was submitted once stays with the case.
    """
    before, after = _named(content, case.values), _named(content, values)
    if before == after:
        return []
    if case._state.adding:
        documents.hold_documents(after)
    held = held_documents(case)
    refused = []
    for document_id, name in after.items():
        if document_id in held:
            continue
        try:
            others = [held[one] for one in after if one in held]
            held[document_id] = _take(case, content, (name, document_id), others, by)
        except Refusal as refusal:
            status = 422 if refusal.status == 404 else refusal.status
            refused.append(Refusal(refusal.code, refusal.message, field=name, status=status))
    if case.state == DRAFT:
        drop_materials(case, set(held) - set(after))
    return refused


def _named(content: Content, values: Mapping[str, Any]) -> dict[UUID, str]:
    return {UUID(one): name for name, ids in files_in(content, values).items() for one in ids}


def _take(case: Case, content: Content, one: tuple[str, UUID], others: list[Document], by: Actor) -> Document:
    name, document_id = one
    acting = in_name_of(case, by)
    found = documents.keep_chosen(documents.Chosen(document_id=document_id), purpose=MATERIAL, by=acting)
    check_file(name, content.elements[name], file_type=found.type, size=found.size, file=found.name)
    if found.sha256 and any(found.sha256 == other.sha256 for other in others):
        raise given_twice(name, found.name)
    return documents.attach_document(document_id, app=APP, attached_id=case.pk, owner=acting.on_behalf_of, by=acting)


def drop_materials(case: Case, ids: Collection[UUID]) -> None:
    """Erase documents a draft no longer holds."""
    if ids:
        documents.release_documents(ids, app=APP, attached_id=case.pk)


def keep_materials(case: Case, closed: datetime, *, by: Actor) -> None:
    """Keep a closed case's documents as long as its answers."""
    years = content_of(case).definition.retention.years
    last_day = timezone.localdate(closed)
    until = last_day.replace(year=last_day.year + years, day=min(last_day.day, 28))
    if held := document_hashes(case):
        documents.extend_retention(*held, until=until, by=by)


@transaction.atomic
def note_refused_material(case_id: UUID, document_id: UUID, code: str, *, by: Actor) -> None:
    """A document turned out to carry a virus or to be unreadable: the case's history says so."""
    case = lock_case(case_id)
    if case.state not in CLOSED_STATES:
        record(case, "material_refused", by=by, document=str(document_id), code=code)
