"""Keep a file the house has made itself."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.documents.actions.making import announce_ready, begun_document, check_room, file_key_of
from tongban.foundation.documents.adapters import disk
from tongban.foundation.documents.adapters.sealed import Seal, Writer
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import Owner
from tongban.foundation.documents.rules.names import clean_name
from tongban.foundation.documents.rules.purposes import purpose_of

if TYPE_CHECKING:
    from tongban.lib.actors import Actor


def keep_made(
    content: bytes, *, name: str, purpose: str, owner: Owner, attach_to: tuple[str, UUID], until: date, by: Actor
) -> Document:  # fmt: skip
    """Encrypt and keep a PDF made here, ready at once: no scanner needs to look at what came from nowhere else.

    ``until`` is its last day, if that is later than the purpose's. A file whose transaction is rolled back is swept later.
    """
    plan = purpose_of(purpose)
    document = begun_document(clean_name(name), purpose=plan, size=len(content), owner=owner, by=by)
    check_room(len(content))
    try:
        with disk.part_of(document.pk) as part:
            writer = Writer(part, Seal(file_key_of(document), document.pk))
            writer.write(content)
            writer.finish()
            disk.sync(part)
            disk.complete(document.pk)
        with transaction.atomic():
            document.attached_app, document.attached_id = attach_to
            document.retention_until = max(until, plan.retention_until(timezone.localdate(), attached=True))
            document.sha256, document.type, document.state = hashlib.sha256(content).hexdigest(), "pdf", "ready"
            document.save(force_insert=True)
            announce_ready(document)
    except BaseException:
        disk.remove(document.pk)
        raise
    return document
