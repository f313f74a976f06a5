"""Issued credentials, the keys that sign them, and where their revocation bits stand."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class TrustRoot(House):
    """The root key this city's trust lists are signed with; the newest counts. Its secret is never in the database, and
    in a file of this server only until somebody takes it away."""

    append_only = True

    public_key = models.BinaryField(max_length=32, unique=True)
    adopted_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return bytes(self.public_key).hex()


class TrustList(House):
    """One version of the trust list as verifiers fetch it. Lists signed in advance wait here for their day."""

    append_only = True

    root = models.ForeignKey("credentials.TrustRoot", on_delete=models.PROTECT, related_name="lists")
    version = models.PositiveIntegerField(unique=True)
    token = models.BinaryField()
    issued_at = models.DateTimeField()  # from when it counts
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="trust_list_dates")]

    def __str__(self) -> str:
        return str(self.version)


class IssuingKey(House):
    """A public key that signs for an issuer and one purpose, for a time; its secret comes from the key file alone.

    Stands by, on the trust list already, until the key before it is done; then signs for 90 days and verifies until the
    last credential it may have signed has expired (credentials.md).
    """

    class State(models.TextChoices):
        STANDBY = "standby", "备用"
        ACTIVE = "active", "签发中"
        RETIRED = "retired", "只验证"
        WITHDRAWN = "withdrawn", "已作废"

    class Purpose(models.TextChoices):
        PASS = "pass", "出入证"
        CERTIFICATE = "certificate", "证明"

    kid = models.BinaryField(max_length=4, unique=True)
    public_key = models.BinaryField(max_length=32)
    issuer = models.CharField(max_length=12)  # code of the jurisdiction, e.g. 510500
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    types = models.JSONField(default=list)
    ring_number = models.PositiveIntegerField()  # of the key of kind "credential" its seed is derived from
    signs_from = models.DateTimeField()
    signs_until = models.DateTimeField()
    verifies_until = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)  # when it left standby
    state = models.CharField(max_length=12, choices=State.choices, default=State.STANDBY)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "purpose"], condition=Q(state="active"), name="issuing_key_one_active"
            ),
            models.UniqueConstraint(
                fields=["issuer", "purpose"], condition=Q(state="standby"), name="issuing_key_one_standby"
            ),
            models.CheckConstraint(
                condition=Q(signs_until__gt=F("signs_from"), verifies_until__gte=F("signs_until")),
                name="issuing_key_dates",
            ),
        ]

    def __str__(self) -> str:
        return bytes(self.kid).hex()


class StatusList(House):
    """One bit per credential of an issuer and purpose that expires in one month; ``number`` counts months since January
    2020, for passes from 1000 on."""

    issuer = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField(default=2**16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "number"], name="status_list_once")]

    def __str__(self) -> str:
        return f"{self.issuer}/{self.number}"


class Credential(House):
    """One issued pass or certificate. Retention: with what it was issued for (``subject_kind``, ``subject_id``)."""

    cti = models.BinaryField(max_length=8, unique=True)
    type = models.CharField(max_length=16)
    key = models.ForeignKey("credentials.IssuingKey", on_delete=models.PROTECT, related_name="credentials")
    subject_kind = models.CharField(max_length=40)  # e.g. "matters.case"
    subject_id = models.UUIDField()
    holder_name = models.CharField(max_length=200)  # as printed: masked for people
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.CharField(max_length=120)
    status_list = models.ForeignKey(
        "credentials.StatusList", db_index=False, on_delete=models.PROTECT, related_name="credentials"
    )
    status_index = models.PositiveIntegerField()
    code = EncryptedTextField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=120, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)  # stays on the server

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["status_list", "status_index"], name="credential_one_bit"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("not_before")), name="credential_dates"),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="credential_subject"),
            models.Index(fields=["status_list", "status_index"], condition=Q(revoked_at__isnull=False),
                         name="credential_revoked_bits"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return bytes(self.cti).hex()


class OfficeSeal(House):
    """What an office seals papers with: an X.509 certificate; without a unit, the authority that gave out the others.

    The private key never lies here: it is derived from the key file (``ring_number``), or is in the office's PKCS#12 file.
    ``is_test``: given out on the spot and without legal force; papers sealed with it say so.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "使用中"
        RETIRED = "retired", "只验证"
        WITHDRAWN = "withdrawn", "已作废"

    unit = models.ForeignKey("parties.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120)  # as it stands in the ring of the seal
    certificate = models.BinaryField()  # DER
    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256 of the certificate
    ring_number = models.PositiveIntegerField(null=True, blank=True)  # none: the key is in a PKCS#12 file
    is_test = models.BooleanField(default=True)
    signs_from = models.DateTimeField()
    signs_until = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "office"], condition=Q(state="active"), nulls_distinct=False, name="seal_one_active"
            )
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.fingerprint[:12]}"


class SealedPaper(House):
    """A PDF that was sealed here: its digest says whether a file is exactly what was issued, as long as what it is about is kept."""

    append_only = True
    erasable = True

    sha256 = models.CharField(max_length=64, unique=True)  # of the whole sealed file
    seal = models.ForeignKey("credentials.OfficeSeal", on_delete=models.PROTECT, related_name="papers")
    credential = models.ForeignKey(
        "credentials.Credential", null=True, blank=True, on_delete=models.PROTECT, related_name="papers"
    )  # the certificate the paper shows, if it shows one
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    title = models.JSONField()  # {zh, en}
    number = models.CharField(max_length=40)
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="sealed_paper_subject")]

    def __str__(self) -> str:
        return self.number
