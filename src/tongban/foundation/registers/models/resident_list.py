"""Lists of residents communities keep themselves, on their way into the register: tried, settled, taken over, undone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.foundation.registers.models.place import AREA_LENGTH
from tongban.lib.fields import BlindIndexField, EncryptedJSONField, WaitingTextField
from tongban.lib.identifiers import document_key
from tongban.lib.models import House
from tongban.lib.phones import phone_tail_key


class ResidentList(House):
    """A list of residents somebody uploaded for one community or grid, and how far it has come.

    Nothing of it stands in the register before ``TAKEN``, and everything that can be taken at once then. Purpose:
    taking the list over, explaining refused rows, undoing it. Retention: 30 days, then erased by schedule.
    """

    class State(models.TextChoices):
        READ = "read", "待对列"
        CHECKING = "checking", "试运行中"
        CHECKED = "checked", "待确认"
        TAKING = "taking", "写入中"
        TAKEN = "taken", "已导入"
        UNDOING = "undoing", "撤销中"
        UNDONE = "undone", "已撤销"

    account = models.ForeignKey("parties.Account", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_by = models.CharField(max_length=120)
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C", db_index=True)
    title = models.CharField(max_length=40)  # named as the source of every residence it brings
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the file, in hexadecimal
    kind = models.CharField(max_length=10, default="registered")  # of rows that do not say theirs
    adds_places = models.BooleanField(default=True)  # buildings and rooms the address tree lacks are added
    headings = models.JSONField(default=list)
    places = models.JSONField(default=dict)  # which column is what
    addresses = EncryptedJSONField(default=dict)  # addresses nobody could read, and how each is to be read
    row_count = models.PositiveIntegerField()
    parts_done = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # rows by verdict
    places_added = models.JSONField(default=dict)  # planned or added, by level
    state = models.CharField(max_length=10, choices=State.choices, default=State.READ)
    trouble = models.JSONField(default=list)  # why it stopped, in Chinese and English
    created_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=120, blank=True)
    taken_count = models.PositiveIntegerField(default=0)
    phones_count = models.PositiveIntegerField(default=0)  # telephones it brought to people on record
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=120, blank=True)
    undo_reason = models.CharField(max_length=200, blank=True)
    undone_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.title


class ListPart(House):
    """Two thousand rows of a list as they stood in the file, encrypted; the trial run takes one part at a time."""

    resident_list = models.ForeignKey(
        "registers.ResidentList", db_column="list_id", db_index=False, on_delete=models.CASCADE, related_name="parts"
    )
    number = models.PositiveIntegerField()
    rows = EncryptedJSONField(default=list)  # [row number, cells]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resident_list", "number"], name="list_part_once")]

    def __str__(self) -> str:
        return f"{self.resident_list_id} {self.number}"


class ListRow(House):
    """A row of a list after the trial run: what it becomes, or why it becomes nothing. Its key is that of the residence.

    Values wait encrypted as their columns in parties and registers keep them, so that taking the list over copies them.
    """

    class Verdict(models.TextChoices):
        FRESH = "fresh", "新增"
        KNOWN = "known", "已有"
        REJECTED = "rejected", "不能导入"
        OPEN = "open", "待核对"
        SKIPPED = "skipped", "核对后不导入"
        KEPT = "kept", "撤销时保留"

    resident_list = models.ForeignKey(
        "registers.ResidentList", db_column="list_id", on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    notes = models.JSONField(default=list)  # [code, field, Chinese, English]
    name = models.CharField(max_length=200, blank=True)
    name_pinyin = models.CharField(max_length=200, blank=True, db_collation="C")
    name_initials = models.CharField(max_length=60, blank=True, db_collation="C")
    person_id = models.UUIDField(null=True, blank=True)  # one there is, or the one it will make
    is_new = models.BooleanField(default=False)
    document_type = models.CharField(max_length=24, blank=True)
    document_number = WaitingTextField(goes_to="parties.person.document_number")
    document_index = BlindIndexField(kind="document", source="document_key", db_index=False)
    birth_date = WaitingTextField(goes_to="parties.person.birth_date")
    sex = models.CharField(max_length=1, blank=True)
    phone = WaitingTextField(goes_to="parties.person.phone")
    phone_index = BlindIndexField(kind="phone", source="phone", db_index=False)
    phone_tail_index = BlindIndexField(kind="phone_tail", source="phone_tail_key", db_index=False)
    dwelling_id = models.UUIDField(null=True, blank=True)
    household_id = models.UUIDField(null=True, blank=True)
    area_code = models.CharField(max_length=AREA_LENGTH, blank=True, db_collation="C")
    kind = models.CharField(max_length=10, blank=True)
    relation = models.CharField(max_length=4, blank=True)
    since = models.DateField(null=True, blank=True)
    is_present = models.BooleanField(null=True, blank=True)
    raw_address = WaitingTextField(goes_to="registers.residence.raw_address")
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    twin_why = models.CharField(max_length=20, blank=True)
    twin_person_id = models.UUIDField(null=True, blank=True)  # somebody on record it may be
    twin_number = models.PositiveIntegerField(null=True, blank=True)  # a row of the same list it may repeat
    phone_use = models.CharField(max_length=7, blank=True)  # of somebody on record: fill what is missing, or replace
    old_phone = WaitingTextField(goes_to="parties.person.phone")  # what was replaced, for undoing
    decision = models.CharField(max_length=10, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resident_list", "number"], name="list_row_once")]
        indexes = [
            models.Index(fields=["resident_list", "verdict"], condition=~Q(verdict="fresh"), name="list_row_verdict")
        ]

    def __str__(self) -> str:
        return f"{self.resident_list_id} {self.number}"

    @property
    def document_key(self) -> str:
        """What the document's blind index is made of."""
        return document_key(self.document_type, self.document_number)

    @property
    def phone_tail_key(self) -> str:
        """What the index of the phone's last four digits is made of."""
        return phone_tail_key(self.phone, self.area_code[:12])


class ListPlace(House):
    """A place, dwelling or household a list would add; its key is the one it will have."""

    resident_list = models.ForeignKey(
        "registers.ResidentList", db_column="list_id", on_delete=models.CASCADE, related_name="new_places"
    )
    name = models.CharField(max_length=200, blank=True)
    name_pinyin = models.CharField(max_length=200, blank=True, db_collation="C")
    name_initials = models.CharField(max_length=60, blank=True, db_collation="C")
    level = models.CharField(max_length=10)  # estate, group, building, unit, dwelling, household
    parent_id = models.UUIDField(null=True, blank=True)
    building_id = models.UUIDField(null=True, blank=True)
    mark = models.CharField(max_length=40)
    floor = models.SmallIntegerField(null=True, blank=True)
    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C")
    address = models.CharField(max_length=200)
    is_needed = models.BooleanField(default=False)  # set when the list is taken over: rows left out need no rooms

    def __str__(self) -> str:
        return self.address


class ListColumns(House):
    """How a community's lists with one set of headings are read: columns mapped and addresses told once, used again."""

    area_code = models.CharField(max_length=AREA_LENGTH, db_collation="C")
    heading_key = models.CharField(max_length=64)
    places = models.JSONField(default=dict)
    addresses = EncryptedJSONField(default=dict)  # as in ``ResidentList``
    kind = models.CharField(max_length=10)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area_code", "heading_key"], name="list_columns_once")]

    def __str__(self) -> str:
        return self.heading_key
