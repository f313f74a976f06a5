"""Moments documents answers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone

from tongban.foundation.documents.actions import document_visible_to, erase_expired, rewrap_file_keys
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import documents_held_on, purpose_label, standing_of
from tongban.foundation.documents.rules.purposes import MIB, purpose_of
from tongban.foundation.documents.rules.types import TYPES, extensions_of
from tongban.foundation.ledger.hooks import Retention, retentions
from tongban.foundation.parties.hooks import my_data
from tongban.lib.refusals import Refusal
from tongban.lib.rotation import key_rotated
from tongban.lib.words import T
from tongban.web.file_inputs import FileRules, FileSent, file_rules, file_sent
from tongban.web.portal import Entry, Section, account_menu

if TYPE_CHECKING:
    from tongban.lib.actors import Actor


@my_data.answer
def files_held(person_id: UUID) -> list[Section]:
    """Every file kept on a person: its name, size, purpose and last day."""
    facts = [
        (
            purpose_label(document),
            f"{document.name} ({filesizeformat(document.size)}) {document.uploaded_at:%Y-%m-%d} – {document.retention_until}"
            f" {standing_of(document)}",
            T("上传者：{by}；依据：{basis}", "Sent by {by}; basis: {basis}").format(by=document.uploaded_by, basis=document.legal_basis),
        )
        for document in documents_held_on(person_id)
    ]  # fmt: skip
    return [Section(T("材料和文件", "Documents and files"), facts, reverse("documents:mine"))] if facts else []


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Files, each as long as its purpose says; what belongs to nothing for a week."""
    return [
        Retention(
            "documents.files", T("材料和文件", "Documents and files"), T("按用途，见每个文件的保存期", "As each file's purpose says"), Document,
            lambda now: Document.objects.filter(retention_until__lt=timezone.localdate(now), erased_at__isnull=True),
            remove=erase_expired,
        )
    ]  # fmt: skip


@account_menu.answer
def my_files(actor: Actor) -> list[Entry]:
    """The way to one's own files."""
    return [Entry(T("我的材料", "My files"), reverse("documents:mine"), "files", order=40)] if actor.is_known else []


@file_rules.answer
def rules_of_inputs(purpose: str, types: tuple[str, ...]) -> FileRules:
    """What a file input for this purpose takes here."""
    plan = purpose_of(purpose)
    taken = types or plan.types
    return FileRules(
        plan.limit(settings.ENVIRONMENT.upload_max_mb), settings.ENVIRONMENT.body_max_mb * MIB, tuple(extensions_of(taken)),
        " ".join(TYPES[code].extensions[0].upper() for code in taken), reverse("documents:uploads"),
    )  # fmt: skip


@file_sent.answer
def file_sent_before(document_id: UUID, viewer: Actor) -> FileSent | None:
    """A document an input holds already, for whoever may see it."""
    try:
        document = document_visible_to(document_id, viewer).document
    except Refusal:
        return None
    if document.erased_at:
        return None
    return FileSent(document.pk, document.name, standing_of(document), document.attached_id is not None)


@key_rotated.answer
def file_keys_follow(kind: str, by: Actor) -> int:
    """A new document key: wrap every file's key with it; the files stay as they are."""
    return rewrap_file_keys() if kind == "document" else 0
