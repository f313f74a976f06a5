"""Tables of documents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.foundation.documents.rules.types import TYPES, FileType
from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class Document(House):
    """One file somebody sent or an office made. The contents lie encrypted on disk; without ``wrapped_key`` nobody can
    read them any more.

    Purpose and legal basis: as ``purpose`` declares. Retention: ``retention_until`` is the last day; then the key, the name and
    the file go, and this row stays to say that there was one.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", "上传中"
        SCANNING = "scanning", "检查中"
        READY = "ready", "可查看"
        REFUSED = "refused", "未接收"

    purpose = models.CharField(max_length=60)
    owner_person = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="documents"
    )
    owner_organisation = models.ForeignKey(
        "parties.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="documents"
    )
    # What it belongs to: (app label, id). Upper apps are not known here, so this is no foreign key.
    attached_app = models.CharField(max_length=40, blank=True)
    attached_id = models.UUIDField(null=True, blank=True)
    name = EncryptedTextField()
    size = models.BigIntegerField()  # plain bytes
    sha256 = EncryptedTextField()  # of the plain bytes; encrypted, since it tells who holds a known file
    type = models.CharField(max_length=12, blank=True)  # a code of rules.types.TYPES, found in the contents
    is_locked = models.BooleanField(default=False)  # a PDF that asks for a password
    state = models.CharField(max_length=12, choices=State.choices)
    refusal_code = models.CharField(max_length=40, blank=True)
    scan_attempts = models.PositiveIntegerField(default=0)
    wrapped_key = models.BinaryField(null=True)
    thumbnail_size = models.PositiveIntegerField(null=True, blank=True)  # plain bytes; null: there is none
    legal_basis = models.CharField(max_length=200)
    retention_until = models.DateField()
    uploaded_by = models.CharField(max_length=120)
    uploader_id = models.UUIDField(null=True, blank=True)  # account, API client or device
    uploaded_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["attached_app", "attached_id"], name="document_attached"),
            models.Index(
                fields=["retention_until"], name="document_retention", condition=Q(erased_at__isnull=True)
            ),
            models.Index(fields=["uploaded_at"], name="document_scanning", condition=Q(state="scanning")),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_person__isnull=True) | Q(owner_organisation__isnull=True), name="document_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=False) | Q(state="refused") | Q(wrapped_key__isnull=False),
                name="document_key_until_gone",
            ),
            models.CheckConstraint(
                condition=Q(attached_app="", attached_id__isnull=True)
                | (~Q(attached_app="") & Q(attached_id__isnull=False)),
                name="document_attached_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @property
    def file_type(self) -> FileType | None:
        """The type found in the contents, once they were looked at."""
        return TYPES.get(self.type)


class Upload(House):
    """A resumable upload under way: how much has safely arrived. Removed a day after its last byte."""

    document = models.OneToOneField("documents.Document", on_delete=models.CASCADE, related_name="upload")
    length = models.BigIntegerField()  # declared when it was begun
    offset = models.BigIntegerField(default=0)
    # What has arrived of the chunk that is not full yet, sealed; at most 64 KiB. Whole chunks are in the part file.
    tail = models.BinaryField(default=bytes, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(offset__gte=0) & Q(offset__lte=models.F("length")), name="upload_offset")
        ]

    def __str__(self) -> str:
        return f"{self.offset}/{self.length}"
