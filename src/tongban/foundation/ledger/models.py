"""The log's tables. What is in the log is only ever added to; what could tell who it is about can be deleted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.lib.models import House


class Entry(House):
    """A leaf, written in the transaction of the business it tells of. It has its place once a Position names it."""

    append_only = True

    type = models.CharField(max_length=40)
    at = models.DateTimeField()
    body = models.BinaryField(max_length=65_535)
    hash = models.BinaryField(max_length=32, unique=True)
    subject = models.BinaryField(max_length=16, null=True)  # as in the body; null in leaves of the log itself

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["subject"], name="entry_subject", condition=Q(subject__isnull=False))]

    def __str__(self) -> str:
        return f"{self.type} {bytes(self.hash).hex()[:16]}"


class Pending(House):
    """An entry without a place yet; removed in the transaction that gives it one.

    Entry rows cannot be changed by the runtime role, and looking for entries without a position would read the
    whole log again each second. A row of this table that vanishes leaves its entry without a place, which the
    nightly recomputation sees.
    """

    id = None  # type: ignore[assignment]
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, primary_key=True, related_name="pending")

    def __str__(self) -> str:
        return str(self.entry_id)


class Shard(House):
    """One log of its own: a year, or what goes on after a restored backup. The newest one is written to."""

    append_only = True

    name = models.CharField(max_length=12, unique=True)
    origin = models.CharField(max_length=200, unique=True)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.origin


class LogKey(House):
    """A public key a shard signs with from some size on; the secret is derived from the key file alone."""

    append_only = True

    shard = models.ForeignKey("ledger.Shard", db_index=False, on_delete=models.PROTECT, related_name="keys")
    ring_number = models.PositiveIntegerField()  # of the key of kind "ledger" its seed is derived from
    verifier = models.CharField(max_length=300)
    entry = models.OneToOneField("ledger.Entry", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "ring_number"], name="log_key_once")]

    def __str__(self) -> str:
        return self.verifier


class Position(House):
    """The place of an entry: its index in a shard. The two unique keys are what the order of the log rests on.

    The shard is no foreign key in the database: its check would cost each leaf a fifth of the time of getting its place.
    """

    append_only = True

    id = None  # type: ignore[assignment]
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, primary_key=True, related_name="position")
    shard = models.ForeignKey(
        "ledger.Shard", on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="positions"
    )
    index = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "index"], name="position_once")]

    def __str__(self) -> str:
        return str(self.index)


class Subtree(House):
    """The root over one full tile: level 0 over 256 leaves, level 1 over 65,536; what upper tiles are made of."""

    append_only = True

    shard = models.ForeignKey("ledger.Shard", on_delete=models.PROTECT, db_index=False, related_name="subtrees")
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    root = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "level", "number"], name="subtree_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class Checkpoint(House):
    """A signed head of a shard that was published. One per size: the database refuses a second tree of that size.

    Thinned out: all of two days, then the last of each hour (``thin_checkpoints``).
    """

    append_only = True
    erasable = True

    shard = models.ForeignKey("ledger.Shard", on_delete=models.PROTECT, db_index=False, related_name="checkpoints")
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "size"], name="checkpoint_once")]

    def __str__(self) -> str:
        return f"{self.size}"


class Cosignature(House):
    """A witness's line under a head. A head goes out once the policy's quorum is met, or without it after a while."""

    append_only = True
    erasable = True

    checkpoint = models.ForeignKey(
        "ledger.Checkpoint", on_delete=models.CASCADE, db_index=False, related_name="cosignatures"
    )
    witness = models.CharField(max_length=200)  # the name it signs with
    key_id = models.CharField(max_length=8)
    line = models.TextField()
    cosigned_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness", "key_id"], name="cosignature_once")]
        indexes = [models.Index(fields=["witness", "key_id", "cosigned_at"], name="cosignature_newest")]

    def __str__(self) -> str:
        return f"{self.witness} {self.cosigned_at:%Y-%m-%d %H:%M:%S}"


class Condition(House):
    """How a part of the log is doing, for the operator: the sequencer, a witness by the name it signs with, erasure."""

    part = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()  # it was last heard of
    code = models.CharField(max_length=40, blank=True)  # of what is wrong; empty when all is well
    since = models.DateTimeField()  # it has been so
    zh = models.TextField(blank=True)
    en = models.TextField(blank=True)
    count = models.PositiveIntegerField(default=0)  # rows that are late, where the part is an erasure

    def __str__(self) -> str:
        return f"{self.part} {self.code or 'ok'}"


class Handle(House):
    """The random name of one affair in the log, and the hash of its last leaf. Deleting it cuts the affair loose."""

    subject_kind = models.CharField(max_length=40)  # e.g. "matters.case"
    subject_id = models.UUIDField()
    handle = models.BinaryField(max_length=16, unique=True)
    last = models.BinaryField(max_length=32, default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id"], name="handle_subject")]

    def __str__(self) -> str:
        return bytes(self.handle).hex()


class Salt(House):
    """The salt of one sealed field of one leaf. With it and the value the field can be opened; without it, never.

    Retention: with the row the value stands in; erasing both leaves a leaf that says nothing about anybody.
    """

    append_only = True
    erasable = True

    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, db_index=False, related_name="salts")
    field = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="salt_once")]

    def __str__(self) -> str:
        return self.field


class Erased(House):
    """The random name of an affair whose rows were erased by schedule, and the leaf that says so."""

    append_only = True

    handle = models.BinaryField(max_length=16, unique=True)
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, db_index=False, related_name="+")

    def __str__(self) -> str:
        return bytes(self.handle).hex()


class CheckRun(House):
    """One recomputation of the log and the rows it tells of: how far it came, so that the next one goes on there."""

    is_full = models.BooleanField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    part = models.CharField(max_length=12)  # what is being compared
    cursor = models.JSONField(default=dict)  # how far that has come
    verified = models.JSONField(default=dict)  # shard -> index up to which its leaves were read again
    leaves = models.BigIntegerField(default=0)
    affairs = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-began_at"], name="check_run_newest")]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d} {self.part}"


class Finding(House):
    """What a recomputation found that no business of the house can have caused. It stays; a person explains it."""

    kind = models.CharField(max_length=24)
    about = models.CharField(max_length=120)  # a row, a leaf or a place in the log
    detail = models.CharField(max_length=300, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    explained_at = models.DateTimeField(null=True, blank=True)
    explained_by = models.CharField(max_length=120, blank=True)
    explanation = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "about"], name="finding_once")]
        indexes = [models.Index(fields=["explained_at", "-last_seen_at"], name="finding_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class DayCount(House):
    """How many leaves of a type are dated on a day, for the public page; anyone can count the same from the log."""

    day = models.DateField()
    type = models.CharField(max_length=40)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "type"], name="day_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.type} {self.count}"
