"""A community's lists of residents at a desk: uploaded, columns told, tried, settled, taken over, undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.foundation.parties.actions import record_list_look
from tongban.foundation.registers import actions
from tongban.foundation.registers.forms import AddressForm, ColumnsForm, ResidentListForm, UndoForm
from tongban.foundation.registers.hooks import IMPORT_RESIDENTS
from tongban.foundation.registers.models import ListRow, ResidentList
from tongban.foundation.registers.queries import resident_lists as queries
from tongban.foundation.registers.rules.list_twins import ANSWERS, WHY
from tongban.foundation.registers.rules.occupancy import KINDS
from tongban.foundation.registers.rules.resident_columns import LABELS
from tongban.lib.spreadsheets import LOST, write_csv, write_xlsx
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_in, refusals_told
from tongban.web.tables import Column, listing

STATES: dict[str, tuple[T, str]] = {
    "read": (T("待对列", "Columns to tell"), "action"), "checking": (T("试运行中", "Being tried"), "progress"),
    "checked": (T("待确认", "To confirm"), "action"), "taking": (T("写入中", "Being written"), "progress"),
    "taken": (T("已导入", "Taken over"), "good"), "undoing": (T("撤销中", "Being undone"), "progress"),
    "undone": (T("已撤销", "Undone"), "plain"),
}  # fmt: skip
VERDICTS: dict[str, T] = {
    "fresh": T("新增", "New"), "known": T("已有，不重复登记", "There already"), "open": T("待核对", "To settle"),
    "rejected": T("不能导入", "Cannot be taken over"), "skipped": T("核对后不导入", "Left out"),
    "kept": T("撤销时保留", "Kept when undone"),
}  # fmt: skip
LEVELS: dict[str, T] = {
    "estate": T("小区", "Estates"), "group": T("村民小组", "Groups"), "building": T("楼栋", "Buildings"),
    "unit": T("单元", "Units"), "dwelling": T("房屋", "Dwellings"), "household": T("户", "Households"),
}  # fmt: skip
STEPS = (T("上传", "Upload"), T("对列", "Columns"), T("试运行", "Trial"), T("核对", "Settle"), T("导入", "Take over"))
_COLUMNS = (
    Column("title", T("名单", "List"), lambda row: row.title, "title", lambda row: reverse("registers:resident_list", args=[row.pk])),
    Column("state", T("进度", "State"), lambda row: STATES[row.state][0], "state", tone=lambda row: STATES[row.state][1]),
    Column("rows", T("行数", "Rows"), lambda row: row.row_count, "row_count", is_number=True),
    Column("area", T("社区或网格", "Area"), lambda row: row.area_code, "area_code"),
    Column("by", T("上传人", "Uploaded by"), lambda row: row.uploaded_by, "uploaded_by"),
    Column("at", T("上传时间", "When"), lambda row: row.created_at, "created_at"),
)  # fmt: skip
_SHOWN = 50
_ADDRESSES = 20


def _crumbs(found: ResidentList | None = None) -> list[tuple[str, object]]:
    above: list[tuple[str, object]] = [(reverse("registers:resident_lists"), T("居民名单", "Lists of residents"))]
    return [*above, (reverse("registers:resident_list", args=[found.pk]), found.title)] if found else above


@audience("staff", capability=IMPORT_RESIDENTS)
@require_http_methods(["GET", "POST"])
def resident_lists(request: HttpRequest) -> HttpResponse:
    """Lists of one's area, and the way to bring another."""
    by = actor_of(request)
    areas = queries.areas_to_import(by)
    first = {"title": f"{timezone.localdate():%Y年%m月}人口台账", "area_code": by.region}
    form = ResidentListForm(request.POST or None, request.FILES or None, initial=first, areas=areas)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        new = actions.NewList(said["area_code"].strip(), said["title"], said["kind"], said["adds_places"])
        with refusals_in(form):
            found = actions.upload_list(said["file"].read(), said["file"].name, new, by=by)
            return redirect("registers:resident_list", found.pk)
    shown = listing(request, queries.lists_visible_to(by), _COLUMNS, sort="-at")
    context = {"form": form, "listing": shown}
    return render(request, "registers/lists/lists.html", context, status=422 if form.errors else 200)


@audience("staff", capability=IMPORT_RESIDENTS)
@never_cache
@require_GET
def resident_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """One list, as far as it has come: columns to tell, progress, what the trial found, what was taken over."""
    return show_list(request, queries.list_visible_to(actor_of(request), list_id))


def show_list(
    request: HttpRequest, found: ResidentList, *, columns: ColumnsForm | None = None, undo: UndoForm | None = None,
    address: AddressForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of a list, with the form somebody has to correct."""
    context: dict[str, Any] = _standing(found) | {"found": found, "crumbs": _crumbs()}
    if found.state in ("read", "checked"):
        initial = {name: str(place) for name, place in found.places.items()}
        context["columns"] = columns or ColumnsForm(headings=found.headings, initial=initial)
    if found.state == "read":
        context["samples"] = [_shown_cells(cells, len(found.headings)) for cells in queries.samples_of(found)]
    if found.state in ("checked", "taken", "undone"):
        context |= _outcome(request, found, address)
        context["undo"] = undo or UndoForm()
    refused = any(form is not None and form.errors for form in (columns, undo, address))
    return render(request, "registers/lists/list.html", context, status=422 if refused else 200)


def _standing(found: ResidentList) -> dict[str, Any]:
    label, tone = STATES[found.state]
    now = {"read": 2, "checking": 3, "checked": 4 if found.counts.get("open") else 5}.get(found.state, 6)
    share = 100 * found.done_count // found.row_count if found.row_count else 0
    trouble = T(*found.trouble) if found.trouble else ""
    return {"label": label, "tone": tone, "steps": STEPS, "now": now, "share": share, "trouble": trouble,
            "is_busy": found.state in ("checking", "taking", "undoing")}  # fmt: skip


def _outcome(request: HttpRequest, found: ResidentList, address: AddressForm | None) -> dict[str, Any]:
    said = VERDICTS | ({"fresh": T("已撤销", "Undone")} if found.state == "undone" else {})
    counts = [(text, found.counts[key]) for key, text in said.items() if found.counts.get(key)]
    added = [(LEVELS[key], found.places_added[key]) for key in LEVELS if found.places_added.get(key)]
    rows = list(queries.rows_told_of(found)[: _SHOWN + 1])
    originals = queries.original_rows(found) if rows else {}
    told = [(row, _summary(found, originals.get(row.number, [])), _reasons(row)) for row in rows[:_SHOWN]]
    if told:
        record_list_look(what="registers.list_rows", criteria=found.title, row_count=len(told), by=actor_of(request))
    return {"counts": counts, "added": added, "estates": queries.estates_brought(found), "told": told, "is_more": len(rows) > _SHOWN, "open": found.counts.get("open", 0),
            "unread": _unread(found, originals, address) if found.state == "checked" else None, "fresh": found.counts.get("fresh", 0),
            "phones": found.phones_count if found.taken_at else queries.phones_brought(found).count()}  # fmt: skip


def _unread(found: ResidentList, originals: dict[int, list[str]], told: AddressForm | None) -> dict[str, Any]:
    """Addresses to tell, those of the most rows first, each with its form; and those told already."""
    groups = queries.unread_addresses(found, originals)
    corrected = told["address"].value() if told is not None else ""
    shown = [
        (
            one,
            told
            if one.address == corrected
            else AddressForm(initial={"address": one.address}, auto_id=f"address-{place}-%s"),
        )
        for place, one in enumerate(groups)
        if place < _ADDRESSES or one.address == corrected
    ]
    return {"shown": shown, "rest": len(groups) - len(shown), "told": list(found.addresses.items())}


def _shown_cells(cells: list[str], width: int) -> list[str]:
    lost = str(T("（数字已丢失）", "(digits lost)"))
    return [lost if cell == LOST else cell for cell in [*cells, *[""] * width][:width]]


def _summary(found: ResidentList, cells: list[str]) -> str:
    """Name and address of a row as the file has them, to find it again."""
    places = [
        found.places[name] for name in ("name", "address", "estate", "building", "unit", "room") if name in found.places
    ]
    return " ".join(text for text in _shown_cells([cells[at] for at in places if at < len(cells)], len(places)) if text)


def _reasons(row: ListRow) -> list[tuple[str, str]]:
    if row.verdict == "skipped" and row.decision in ("same", "earlier", "later"):
        return [
            (
                "",
                str(
                    T(
                        "另一行是同一个人、同一处房屋，只取那一行。",
                        "Another row is of the same person and dwelling: only that is taken.",
                    )
                ),
            )
        ]
    if row.verdict == "skipped":
        return [("", str(T("核对时决定不导入（{who}）", "Left out by {who}").format(who=row.decided_by or "—")))]
    return [(str(LABELS.get(field, "")), str(T(zh, en))) for _, field, zh, en in row.notes]


@audience("staff", capability=IMPORT_RESIDENTS)
@never_cache
@require_GET
def progress(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """How far a list has come, as a part of its page; the page is read anew once it is done."""
    found = queries.list_visible_to(actor_of(request), list_id)
    context = _standing(found) | {"found": found}
    answer = render(request, "registers/lists/progress.html", context)
    if not context["is_busy"]:
        answer["HX-Refresh"] = "true"
    return answer


@audience("staff", capability=IMPORT_RESIDENTS)
@require_POST
def try_columns(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Say which column is what, and begin the trial run."""
    by = actor_of(request)
    found = queries.list_visible_to(by, list_id)
    form = ColumnsForm(request.POST, headings=found.headings)
    if form.is_valid():
        with refusals_in(form):
            actions.try_list(list_id, form.chosen(), by=by)
            return redirect("registers:resident_list", list_id)
    return show_list(request, found, columns=form)


@audience("staff", capability=IMPORT_RESIDENTS)
@never_cache
@require_GET
def settle(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Rows that may be somebody known, side by side with whom they may be; a person decides."""
    by = actor_of(request)
    found = queries.list_visible_to(by, list_id)
    pairs = [
        {"pair": pair, "sides": (pair.mine, pair.other), "why": WHY[pair.row.twin_why], "answers": ANSWERS[pair.row.twin_why].items()}
        for pair in actions.open_pairs(list_id, by=by)
    ]  # fmt: skip
    context = {
        "found": found,
        "pairs": pairs,
        "crumbs": _crumbs(found),
        "open": found.counts.get("open", 0),
        "kinds": KINDS,
    }
    return render(request, "registers/lists/settle.html", context)


@audience("staff", capability=IMPORT_RESIDENTS)
@require_POST
def settle_one(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """Decide about one row."""
    row = actions.settle_row(row_id, request.POST.get("decision", ""), by=actor_of(request))
    return redirect("registers:list_settle", row.resident_list_id)


@audience("staff", capability=IMPORT_RESIDENTS)
@require_POST
def leave_out(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Leave out every row nobody settled."""
    count = actions.leave_out_the_rest(list_id, by=actor_of(request))
    messages.success(request, str(T("其余 {n} 行都不导入。", "{n} rows are left out.").format(n=count)))
    return redirect("registers:resident_list", list_id)


@audience("staff", capability=IMPORT_RESIDENTS)
@require_POST
def confirm(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Take over what passed."""
    with refusals_told(request):
        actions.confirm_list(list_id, by=actor_of(request))
    return redirect("registers:resident_list", list_id)


@audience("staff", capability=IMPORT_RESIDENTS)
@require_POST
def undo(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Undo a list that was taken over."""
    by = actor_of(request)
    form = UndoForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            actions.undo_list(list_id, reason=form.cleaned_data["reason"], by=by)
            return redirect("registers:resident_list", list_id)
    return show_list(request, queries.list_visible_to(by, list_id), undo=form)


@audience("staff", capability=IMPORT_RESIDENTS)
@require_POST
def discard(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Give up a list that was not taken over."""
    actions.discard_list(list_id, by=actor_of(request))
    messages.success(request, str(T("名单已删除，什么也没有导入。", "The list is deleted; nothing was taken over.")))
    return redirect("registers:resident_lists")


@audience("staff", capability=IMPORT_RESIDENTS)
@never_cache
@require_GET
def report(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Rows that were not taken over, each as it stood in the file and why, as .xlsx or CSV to mend and upload again."""
    by = actor_of(request)
    found = queries.list_visible_to(by, list_id)
    rows = list(queries.rows_told_of(found))
    originals = queries.original_rows(found)
    record_list_look(what="registers.list_report", criteria=found.title, row_count=len(rows), by=by)
    width = len(found.headings)
    headings = [str(T("原因", "Why")), str(T("原行号", "Row")), *found.headings]
    lines = [
        [_told(row), str(row.number), *_shown_cells(originals.get(row.number, []), width)] for row in rows
    ]  # fmt: skip
    return _file(request.GET.get("format", "xlsx"), headings, lines)


def _told(row: ListRow) -> str:
    return "；".join(f"{label}：{text}" if label else text for label, text in _reasons(row))


def _file(kind: str, headings: list[str], lines: list[list[str]]) -> HttpResponse:
    if kind == "csv":
        answer = HttpResponse(write_csv(headings, lines), content_type="text/csv; charset=utf-8")
    else:
        kind = "xlsx"
        content = write_xlsx(headings, lines, name=str(T("不能导入的行", "Rows refused")))
        answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="rows-refused.{kind}"'
    answer["Cache-Control"] = "no-store"
    return answer
