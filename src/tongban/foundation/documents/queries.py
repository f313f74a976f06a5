"""Which documents there are, and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongban.foundation.documents.models import Document, Upload
from tongban.foundation.documents.rules.purposes import ALL as PURPOSES
from tongban.lib.refusals import not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.lib.actors import Actor

Owner = tuple[Literal["person", "organisation"], UUID]
DOCUMENT = T("文件", "Document")
UPLOAD = T("这次上传", "Upload")


def principal_of(actor: Actor) -> UUID | None:
    """The log-in, API client or device behind an actor."""
    return actor.account_id or actor.client_id or actor.device_id


def owner_of(actor: Actor) -> Owner | None:
    """Whom something sent by this actor belongs to: whom they act for, themselves, or the office they work for."""
    if actor.on_behalf_of:
        return actor.on_behalf_of
    if actor.person_id and not actor.is_staff:
        return ("person", actor.person_id)
    return ("organisation", actor.organisation_id) if actor.organisation_id else None


def belongs_to(document: Document, actor: Actor) -> bool:
    """Whether the document is the actor's own, or of the one they act for."""
    if actor.person_id and document.owner_person_id == actor.person_id:
        return True
    if actor.on_behalf_of is None:
        return False
    kind, owner_id = actor.on_behalf_of
    return owner_id == (document.owner_person_id if kind == "person" else document.owner_organisation_id)


def upload_of(upload_id: UUID, actor: Actor) -> Upload:
    """An upload under way, for whoever began it."""
    principal = principal_of(actor)
    found = (
        Upload.objects.select_related("document")
        .filter(pk=upload_id, document__uploader_id=principal, expires_at__gt=timezone.now())
        .first()
    )
    if found is None or principal is None:
        raise not_found(UPLOAD)
    return found


def documents_attached_to(app: str, attached_id: UUID) -> QuerySet[Document]:
    """What is attached to a thing, in the order it was sent; the caller has asked who may see the thing."""
    return Document.objects.filter(attached_app=app, attached_id=attached_id).order_by("uploaded_at")


def documents_held_on(person_id: UUID) -> QuerySet[Document]:
    """Files that belong to a person and were not erased, the newest first."""
    return (
        Document.objects.filter(owner_person_id=person_id, erased_at__isnull=True)
        .exclude(state=Document.State.UPLOADING)
        .order_by("-uploaded_at")
    )


def documents_of(actor: Actor) -> QuerySet[Document]:
    """Files of the visitor, or of the company they act for, the newest first."""
    owner = owner_of(actor)
    if owner is None:
        return Document.objects.none()
    mine = Q(owner_person_id=owner[1]) if owner[0] == "person" else Q(owner_organisation_id=owner[1])
    return (
        Document.objects.filter(mine, erased_at__isnull=True)
        .exclude(state=Document.State.UPLOADING)
        .order_by("-uploaded_at")
    )


def least_file_key_number() -> int | None:
    """The smallest number of a document key that a file key here is still wrapped with."""
    # The first two bytes are the number, big-endian: the smallest value begins with the smallest number.
    least = (
        Document.objects.filter(wrapped_key__isnull=False).order_by("wrapped_key").values_list("wrapped_key").first()
    )
    return int.from_bytes(bytes(least[0] or b"")[:2], "big") if least else None


def waiting_for_scan() -> QuerySet[Document]:
    """Documents whose check has not ended, the oldest first."""
    return Document.objects.filter(state=Document.State.SCANNING).order_by("uploaded_at")


_REFUSED = {
    "malware": T("查出病毒，文件已销毁。请换一台电脑重新制作后上传。",
                 "A virus was found and the file was destroyed. Make it again on another computer."),
    "scanner_limit": T("文件超过病毒扫描的大小上限，未能接收。请分成几个文件上传。",
                       "The file is larger than the virus scanner takes. Send it in several parts."),
    "file_damaged": T("文件在存储中损坏，未能接收。请重新上传。", "The file was damaged in storage. Send it again."),
}  # fmt: skip


_STANDING = {
    "uploading": T("正在上传。", "Being sent."),
    "scanning": T("正在检查，一般几秒钟。", "Being checked; this takes a few seconds."),
    "waiting": T("病毒扫描暂时不可用，系统会自动重试；您可以先填写其他内容。",
                 "The virus scanner is unavailable for the moment; we keep trying. You can go on with the rest."),
    "ready": T("已收到。", "Received."),
    "locked": T("已收到。注意：这个 PDF 设了密码，工作人员可能打不开。",
                "Received. Note: this PDF has a password; staff may be unable to open it."),
    "erased": T("保存期已满，内容已销毁。", "Kept for as long as the law allows; the contents are destroyed."),
    "refused": T("未接收。请重新上传。", "Not accepted. Send it again."),
}  # fmt: skip


def standing_of(document: Document) -> T:
    """Where a document stands, in one sentence for the person who sent it."""
    state = "erased" if document.erased_at else document.state
    if state == Document.State.REFUSED:
        return _REFUSED.get(document.refusal_code, _STANDING["refused"])
    if state == Document.State.SCANNING and document.scan_attempts:
        state = "waiting"
    if state == Document.State.READY and document.is_locked:
        state = "locked"
    return _STANDING[state]


def purpose_label(document: Document) -> T:
    """What the document is kept for, in words."""
    purpose = PURPOSES.get(document.purpose)
    return purpose.label if purpose else T(document.purpose, document.purpose)
