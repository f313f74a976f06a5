"""Take a file that arrived in one piece; tie documents to what they belong to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from copy import copy
from datetime import date
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongban.foundation.documents.actions.making import (
    begun_document,
    check_part,
    check_room,
    file_key_of,
    house_limit,
    settle,
)
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.multipart import TooLargeUpload
from tongban.foundation.documents.adapters.sealed import CHUNK, Seal, Writer
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import DOCUMENT, Owner, belongs_to, principal_of
from tongban.foundation.documents.rules.names import clean_name
from tongban.foundation.documents.rules.purposes import MIB, empty_file, purpose_of, too_large
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.repeated import Repeated, change
from tongban.lib.together import is_known, know, once, write
from tongban.lib.words import T
from tongban.web.file_inputs import Chosen

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tongban.lib.actors import Actor


def store_upload(
    file: Any, *, purpose: str, by: Actor, owner: Owner | None = None, attach_to: tuple[str, UUID] | None = None
) -> Document:
    """Encrypt, check and keep one file; ``file`` has ``name`` and ``read(n)`` of bytes, as Django's uploaded files do.

    Refused contents leave nothing behind. Without a scanner the document is ready at once, else after its scan.
    ``owner`` is whom it belongs to, if not the sender; ``attach_to`` is (app label, id) of what it belongs to.
    """
    plan = purpose_of(purpose)
    name = clean_name(file.name or "")
    if isinstance(file, TooLargeUpload):
        raise too_large(min(house_limit(plan), settings.ENVIRONMENT.body_max_mb * MIB))
    document = begun_document(name, purpose=plan, size=0, owner=owner, by=by)
    check_room(getattr(file, "size", None) or 0)
    seal = Seal(file_key_of(document), document.pk)
    try:
        with disk.part_of(document.pk) as part:
            document.size, document.sha256 = _seal(_blocks(file, house_limit(plan)), part, seal)
            content = check_part(document, seal)
            disk.complete(document.pk)
        with transaction.atomic():
            if attach_to:
                _tie(document, *attach_to)
            settle(document, content)
    except BaseException:
        disk.remove(document.pk)
        raise
    return document


def _blocks(file: Any, limit: int) -> Iterator[bytes]:
    total = 0
    if hasattr(file, "seek"):
        file.seek(0)  # others may have read it: for its fingerprint, or in a form's check
    while block := file.read(4 * CHUNK):
        total += len(block)
        if total > limit:
            raise too_large(limit)
        yield block
    if total == 0:
        raise empty_file()


def _seal(blocks: Iterator[bytes], part: BinaryIO, seal: Seal) -> tuple[int, str]:
    digest = hashlib.sha256()
    writer = Writer(part, seal)
    for block in blocks:
        digest.update(block)
        writer.write(block)
    size = writer.size
    writer.finish()
    disk.sync(part)
    return size, digest.hexdigest()


def _standing() -> QuerySet[Document]:
    return Document.objects.filter(erased_at__isnull=True)


def _gone() -> Document | None:
    return None


_HELD = Repeated[Document](lambda ids: _standing().select_for_update().filter(pk__one_of=ids).order_by("pk"))


def hold_documents(ids: Collection[UUID]) -> None:
    """Read and lock several documents in one statement, where ``keep_chosen`` and ``attach_document`` follow together."""
    new = [one for one in ids if not is_known(("documents.held", one))]
    found = {one.pk: one for one in _HELD(ids=new)} if new else {}
    for wanted in new:
        know(("documents.held", wanted), found.get(wanted))


def keep_chosen(chosen: Chosen, *, purpose: str, by: Actor) -> Document:
    """The document for what was chosen in a form: stored now, or the one sent before by the same log-in."""
    if chosen.file is not None:
        return store_upload(chosen.file, purpose=purpose, by=by)
    wanted = chosen.document_id or UUID(int=0)
    held = ("documents.held", wanted)
    document = once(held, _gone) if is_known(held) else _standing().filter(pk=wanted).first()
    if document is None or not _is_at_hand(document, by):
        raise not_found(DOCUMENT)
    if document.purpose != purpose:
        raise Refusal("wrong_purpose", T("这个文件是为别的用途上传的，请重新上传。",
                      "This file was sent for another purpose: send it again."), field="file")  # fmt: skip
    if document.state not in (Document.State.SCANNING, Document.State.READY):
        raise Refusal("document_not_usable", T("这个文件没有上传成功，请重新上传。",
                      "This file did not arrive whole: send it again."), field="file")  # fmt: skip
    return document


def _is_at_hand(document: Document, by: Actor) -> bool:
    if by.kind in ("system", "job"):
        return True
    principal = principal_of(by)
    return belongs_to(document, by) or (principal is not None and document.uploader_id == principal)


def attach_document(
    document_id: UUID, *, app: str, attached_id: UUID, owner: Owner | None = None, by: Actor
) -> Document:  # fmt: skip
    """Tie a document to what it belongs to; from then on that app says who may see it. Saying it twice is fine.

    Belongs in the transaction of whoever ties it. ``owner`` is for whom it was handed in, when that is not who sent it: a company whose accountant did.
    """
    document = once(
        ("documents.held", document_id), lambda: _standing().select_for_update().filter(pk=document_id).first()
    )
    if document is None or not _is_at_hand(document, by):
        raise not_found(DOCUMENT)
    if document.state not in (Document.State.SCANNING, Document.State.READY):
        raise Refusal("document_not_usable", T("这个文件没有上传成功，请重新上传。",
                      "This file did not arrive whole: send it again."), field="file")  # fmt: skip
    if document.attached_id is not None and (document.attached_app, document.attached_id) != (app, attached_id):
        raise Refusal("document_attached_elsewhere", T("这个文件已用于另一件事项，请重新上传一份。",
                      "This file already belongs to something else: send another copy."), field="file", status=409)  # fmt: skip
    document = copy(document)  # what others of one block know of it changes only when this succeeds
    _tie(document, app, attached_id)
    if owner is not None:
        kind, owner_id = owner
        document.owner_person_id = owner_id if kind == "person" else None
        document.owner_organisation_id = owner_id if kind == "organisation" else None
    know(("documents.held", document_id), document)
    write(_store_ties, document)
    return document


_TIE = """
UPDATE documents_document AS known SET attached_app = given.app, attached_id = given.attached,
  retention_until = given.until, owner_person_id = given.person, owner_organisation_id = given.organisation
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::date[], %s::uuid[], %s::uuid[])
  AS given (id, app, attached, until, person, organisation)
WHERE known.id = given.id
"""


def _store_ties(found: list[Document]) -> None:
    rows = [
        (one.pk, one.attached_app, one.attached_id, one.retention_until, one.owner_person_id, one.owner_organisation_id)
        for one in found
    ]
    change(_TIE, [list(column) for column in zip(*rows, strict=True)])


def _tie(document: Document, app: str, attached_id: UUID) -> None:
    document.attached_app, document.attached_id = app, attached_id
    until = purpose_of(document.purpose).retention_until(timezone.localdate(), attached=True)
    document.retention_until = max(until, document.retention_until)


def extend_retention(*document_ids: UUID, until: date, by: Actor) -> None:
    """Keep documents longer, because a case still needs them; never shorter. ``until`` is the last day."""
    if not by.is_known:
        raise not_found(DOCUMENT)
    Document.objects.filter(pk__in=document_ids, erased_at__isnull=True, retention_until__lt=until).update(
        retention_until=until
    )
