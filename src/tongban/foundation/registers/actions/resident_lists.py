"""A community's own list of residents: uploaded, its columns told once, tried in the background."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from tongban.foundation.parties.queries import require
from tongban.foundation.regions.queries import children_of, region_by_code
from tongban.foundation.registers.actions.list_trial import check_list
from tongban.foundation.registers.hooks import IMPORT_RESIDENTS
from tongban.foundation.registers.models import ListColumns, ListPart, ListPlace, ListRow, Place, ResidentList
from tongban.foundation.registers.queries.resident_lists import LIST, original_rows, remembered_columns
from tongban.foundation.registers.rules.occupancy import KINDS
from tongban.foundation.registers.rules.places import COMMUNITY_DIGITS, GRID_DIGITS
from tongban.foundation.registers.rules.resident_columns import COLUMNS, check_places, heading_key
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.spreadsheets import Limits, read_headed
from tongban.lib.words import T

LIMITS = Limits(bytes=64 << 20, rows=300_000, columns=60, seconds=60)
PART = 2_000


@dataclass(frozen=True, slots=True)
class NewList:
    """What somebody says of a list: which community or grid it is of, what it is called, of which kind its rows are."""

    area_code: str
    title: str
    kind: str = "registered"
    adds_places: bool = True


@transaction.atomic
def upload_list(content: bytes, filename: str, new: NewList, *, by: Actor) -> ResidentList:
    """Read a file and keep its rows, encrypted, until somebody has said which column is what; nothing else is written."""
    require(by, IMPORT_RESIDENTS)
    _check_new(new, by)
    sheet = read_headed(content, filename, COLUMNS, LIMITS)
    if not sheet.rows:
        raise Refusal(
            "list_empty",
            T(
                "表头下面没有内容。请选择填好的名单。",
                "There is nothing below the header: choose a list that is filled in.",
            ),
            field="file",
        )
    remembered = remembered_columns(new.area_code, heading_key(sheet.headings))
    found = ResidentList.objects.create(
        account_id=by.account_id, uploaded_by=by.name[:120], area_code=new.area_code, title=" ".join(new.title.split()),
        filename=filename[:200], digest=hashlib.sha256(content).hexdigest(), kind=new.kind, adds_places=new.adds_places,
        headings=sheet.headings, places=remembered.places if remembered else sheet.places, row_count=len(sheet.rows),
        addresses=remembered.addresses if remembered else {},
    )  # fmt: skip
    parts = [
        ListPart(resident_list=found, number=number, rows=sheet.rows[start : start + PART])
        for number, start in enumerate(range(0, len(sheet.rows), PART))
    ]
    ListPart.objects.bulk_create(parts, batch_size=10)
    return found


def _check_new(new: NewList, by: Actor) -> None:
    if len(new.area_code) not in (COMMUNITY_DIGITS, GRID_DIGITS) or not new.area_code.startswith(by.region):
        raise Refusal(
            "area_not_yours",
            T("请选择您负责的社区或网格。", "Choose a community or grid you work for."),
            field="area_code",
        )
    if not _is_there(new.area_code):
        raise Refusal(
            "area_unknown", T("没有这个社区或网格。", "There is no such community or grid."), field="area_code"
        )
    if not 2 <= len(" ".join(new.title.split())) <= 40:
        raise Refusal("title_missing", T("请给名单起个名字，2 至 40 字，例如“2026 年 11 月人口台账”。",
                      "Name the list in 2 to 40 characters; every residence it brings names it as its source."), field="title")  # fmt: skip
    if new.kind not in KINDS:
        raise Refusal("kind_unknown", T("请选择居住类别。", "Choose the kind of residence."), field="kind")


def _is_there(area_code: str) -> bool:
    if len(area_code) == GRID_DIGITS:
        return Place.objects.filter(level="grid", area_code=area_code, ended_on__isnull=True).exists()
    return region_by_code(area_code) is not None or not children_of(area_code[:9]).exists()


def lock_list(list_id: UUID, by: Actor) -> ResidentList:
    """A list of one's area, held until the transaction ends."""
    found = ResidentList.objects.select_for_update().filter(pk=list_id).first()
    require(by, IMPORT_RESIDENTS)
    if found is None or not found.area_code.startswith(by.region):
        raise not_found(LIST)
    return found


def require_state(found: ResidentList, *states: str) -> None:
    """Refuse what does not fit how far the list has come."""
    if found.state not in states:
        text = T("名单现在是“{state}”，不能这样办理。请刷新页面。", "The list is “{state}” now: reload the page.")
        label = T(str(ResidentList.State(found.state).label), found.state)
        raise Refusal("list_state", text.format(state=label), status=409)


def reason_to_end(found: ResidentList) -> str:
    """Why a registration ended that the list moved; by it undoing the list finds it again."""
    return f"名单“{found.title}”：户籍迁至另一处"


@transaction.atomic
def try_list(list_id: UUID, places: Mapping[str, int], *, by: Actor) -> ResidentList:
    """Say which column is what, remembered for the next list with these headings, and begin the trial run (anew)."""
    found = lock_list(list_id, by)
    require_state(found, "read", "checked")
    found.places = check_places(places, len(found.headings))
    ListColumns.objects.update_or_create(
        area_code=found.area_code, heading_key=heading_key(found.headings),
        defaults={"places": found.places, "kind": found.kind},
    )  # fmt: skip
    begin_trial(found)
    return found


def begin_trial(found: ResidentList) -> None:
    """Try a list from its first row; whatever an earlier trial found is forgotten."""
    ListRow.objects.filter(resident_list=found).delete()
    ListPlace.objects.filter(resident_list=found).delete()
    ListPart.objects.filter(resident_list=found, number__gte=-(-found.row_count // PART)).delete()  # rows to try again
    found.state, found.trouble = ResidentList.State.CHECKING, []
    found.parts_done = found.done_count = 0
    found.counts, found.places_added = {}, {}
    found.save()
    check_list.later(list_id=found.pk)


def try_rows_again(found: ResidentList, numbers: list[int]) -> None:
    """Only these rows, as a part behind the others, so that what was settled stays."""
    originals = original_rows(found)
    ListRow.objects.filter(resident_list=found, verdict="rejected", number__in=numbers).delete()
    last = ListPart.objects.filter(resident_list=found).aggregate(last=Max("number"))["last"]
    ListPart.objects.create(
        resident_list=found, number=last + 1, rows=[(number, originals[number]) for number in numbers]
    )
    found.counts = dict(Counter(found.counts) - Counter(rejected=len(numbers)))
    found.done_count -= len(numbers)
    found.state, found.trouble = ResidentList.State.CHECKING, []
    found.save(update_fields=["counts", "done_count", "state", "trouble"])
    check_list.later(list_id=found.pk)


@transaction.atomic
def discard_list(list_id: UUID, *, by: Actor) -> None:
    """Give up a list that was not taken over, with everything that waited."""
    found = lock_list(list_id, by)
    require_state(found, "read", "checked")
    found.delete()
