"""The parts pages are made of, as template tags. The page /components shows every one in all its states."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import segno
from django import template
from django.core.paginator import Page
from django.forms import widgets
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tongban.lib.words import T

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.forms import BaseForm, BoundField

    from tongban.web.tables import Cell, Listing

register = template.Library()

ICONS_FILE = Path(__file__).resolve().parent.parent / "icons.txt"
_PLAIN_ICON = "file-text"
_TONE_ICONS = {"progress": "clock", "action": "alert-circle", "good": "circle-check", "bad": "circle-x"}


@cache
def icon_names() -> frozenset[str]:
    """Names of the icons in the sprite."""
    lines = (line.strip() for line in ICONS_FILE.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str) -> SafeString:
    """One icon in the text's colour and size, silent to screen readers; a name nobody drew gives a plain sheet."""
    known = name if name in icon_names() else _PLAIN_ICON
    sheet = static("vendor/tabler-icons/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', sheet, known)


# ---- forms ---------------------------------------------------------------------------------------------------

_CHOICES = (widgets.RadioSelect, widgets.CheckboxSelectMultiple)
_DJANGO_ROWS = "10"  # nobody asked for so many; they push the next field off a phone's screen
_WITHOUT_CLASS = (widgets.CheckboxInput, widgets.HiddenInput, *_CHOICES)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The input of a field with the look of the house; classes a form sets itself are kept."""
    widget = field.field.widget
    own = str(widget.attrs.get("class", ""))
    if isinstance(widget, _WITHOUT_CLASS):
        return field.as_widget()
    look = "form-select" if isinstance(widget, widgets.Select) else "form-control"
    attrs: dict[str, str | bool] = {"class": f"{look} {own}".strip()}
    if isinstance(widget, widgets.Textarea) and str(widget.attrs.get("rows")) == _DJANGO_ROWS:
        attrs["rows"] = "4"
    return field.as_widget(attrs=attrs)


@register.simple_tag
def relabel(form: BaseForm, name: str, zh: str, en: str, is_code: bool = False) -> str:
    """Give a library's field the office's word and no placeholder; ``is_code`` makes it a box for a one-time code."""
    field = form.fields.get(name)
    if field is not None:
        # The bound field keeps the label it was made with, and validation has made it by now.
        field.label = form[name].label = cast("Any", T(zh, en))
        field.widget.attrs.pop("placeholder", None)
        if is_code:
            field.widget.attrs |= {"class": "tb-code-input", "autocomplete": "one-time-code", "inputmode": "numeric"}
    return ""


@register.filter
def control_kind(field: BoundField) -> str:
    """How a field is laid out: ``check`` for one box beside its label, ``choices``, else ``line``."""
    widget = field.field.widget
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    return "choices" if isinstance(widget, _CHOICES) else "line"


@register.inclusion_tag("web/components/error_summary.html")
def error_summary(*forms: Any) -> dict[str, Any]:
    """Every error of the forms on top of the page, each with a link to its field."""
    found: list[tuple[str, str]] = []
    for form in forms:
        if not getattr(form, "is_bound", False):
            continue
        found += [("", str(e)) for e in form.non_field_errors()]
        for field in form.visible_fields():
            # A group of choices has no input of its own: its first one takes the focus.
            target = field.id_for_label or f"{field.auto_id}_0"
            found += [(target, str(e)) for e in field.errors]
        found += [("", str(e)) for field in form.hidden_fields() for e in field.errors]
    return {"found": found}


# ---- progress, status ------------------------------------------------------------------------------------------


@register.inclusion_tag("web/components/steps.html")
def steps(names: Sequence[Any], now: int) -> dict[str, Any]:
    """Progress through ``names``; ``now`` counts from 1, and one past the end means all done."""
    parts = [
        {"name": name, "state": "done" if i < now else "now" if i == now else "next"} for i, name in enumerate(names, 1)
    ]
    here = names[min(now, len(names)) - 1] if names else ""
    return {"parts": parts, "now": min(now, len(names)), "total": len(names), "here": here}


@register.inclusion_tag("web/components/timeline.html")
def timeline(moments: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What happened and comes next: mappings with ``title``, and maybe ``at``, ``by``, ``text``, ``href``, ``state``.

    ``state`` is ``done`` (default), ``now``, ``next``, ``good`` or ``bad``.
    """
    return {"moments": moments}


@register.simple_tag
def badge(label: Any, tone: str = "plain") -> SafeString:
    """A status in words, with colour and icon: plain, progress, action, good or bad."""
    return _badge(str(label), tone)


@lru_cache(maxsize=512, typed=True)  # what is safe already and what is not are two labels
def _badge(label: str, tone: str) -> SafeString:
    sign = icon(_TONE_ICONS[tone]) if tone in _TONE_ICONS else ""
    return format_html('<span class="tb-badge tb-badge-{}">{}{}</span>', tone, sign, label)


@register.inclusion_tag("web/components/empty.html")
def empty(title: Any, text: Any = "", href: str = "", label: Any = "", sign: str = "inbox") -> dict[str, Any]:
    """An empty place that says why it is empty and what one can do."""
    return {"title": title, "text": text, "href": href, "label": label, "sign": sign}


# ---- lists ----------------------------------------------------------------------------------------------------


def _query(context: RequestContext, **changes: Any) -> str:
    """The page's query string with some parameters changed; None takes one away."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value is not None:
            params[name] = str(value)
    return f"?{params.urlencode()}"


@register.simple_tag(takes_context=True)
def pagination(context: RequestContext, page: Page[Any], name: str = "page") -> SafeString:
    """Links to the other pages of a list; filters and sorting stay. Written here, as the rows are."""
    if page.paginator.num_pages <= 1:
        return SafeString("")
    start = _query(context, **{name: None})
    to = f"{start}{'&' if len(start) > 1 else ''}{name}="
    links = [
        _page_link(number, page.number, to)
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    if page.has_previous():
        links.insert(
            0, format_html('<a href="{}" rel="prev">{}{}</a>', f"{to}{page.number - 1}", icon("chevron-left"), _BEFORE)
        )
    if page.has_next():
        links.append(
            format_html('<a href="{}" rel="next">{}{}</a>', f"{to}{page.number + 1}", _AFTER, icon("chevron-right"))
        )
    listed = "".join(f"<li>{link}</li>" for link in links)
    return mark_safe(f'<nav aria-label="{_PAGES}"><ul class="tb-pages">{listed}</ul></nav>')  # noqa: S308 - every part was escaped


def _page_link(number: int | str, now: int, to: str) -> SafeString:
    if not isinstance(number, int):
        return SafeString('<span class="is-gap">…</span>')
    if number == now:
        return format_html('<span aria-current="page">{}</span>', number)
    return format_html('<a href="{}" aria-label="{}">{}</a>', f"{to}{number}", _PAGE.format(n=number), number)


@register.simple_tag(takes_context=True)
def sort_head(context: RequestContext, key: str, label: Any, kind: str = "") -> SafeString:
    """A column's head that sorts by ``key`` through the parameter ``sort`` (a minus sign turns it round)."""
    return _sort_head(context, key, label, kind, context.get("sort", "") or "")


def _sort_head(context: RequestContext, key: str, label: Any, kind: str, otherwise: str) -> SafeString:
    now = context["request"].GET.get("sort", otherwise)
    state = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    turn = f"-{key}" if state == "ascending" else key
    sign = {"ascending": "sort-ascending", "descending": "sort-descending"}.get(state, "arrows-sort")
    return format_html(
        '<th scope="col" aria-sort="{}"{}><a href="{}">{}{}</a></th>',
        state, format_html(' class="is-{}"', kind) if kind else "", _query(context, sort=turn, page=None), label, icon(sign),
    )  # fmt: skip


@register.inclusion_tag("web/components/export_link.html", takes_context=True)
def export_link(context: RequestContext) -> dict[str, Any]:
    """A link that gives the list, as filtered and sorted now, as a table file."""
    return {"href": _query(context, export="csv", page=None)}


@register.inclusion_tag("web/components/filter_bar.html", takes_context=True)
def filter_bar(context: RequestContext, form: Any) -> dict[str, Any]:
    """A GET form above a list; the chosen order stays, the page number does not."""
    request = context["request"]
    chosen = any(request.GET.get(form.add_prefix(name)) for name in form.fields)
    return {"form": form, "sort": request.GET.get("sort", ""), "chosen": chosen, "path": request.path}


@register.inclusion_tag("web/components/table.html", takes_context=True)
def table(context: RequestContext, listing: Listing, exports: bool = False) -> dict[str, Any]:
    """A list made by ``tables.listing``: sortable heads, rows for j and k, pages, and an export link when wanted."""
    return {
        "listing": listing, "exports": exports, "request": context["request"], "sort": listing.sort,
        "heads": _heads(context, listing), "rows": _body(listing),
    }  # fmt: skip


def _heads(context: RequestContext, listing: Listing) -> SafeString:
    written = []
    for column in listing.columns:
        kind = "number" if column.is_number else ""
        if column.order:
            written.append(_sort_head(context, column.key, column.label, kind, listing.sort))
        else:
            written.append(
                format_html('<th scope="col"{}>{}</th>', mark_safe(' class="is-number"') if kind else "", column.label)
            )
    return mark_safe("".join(written))  # noqa: S308 - every part was escaped


def _body(listing: Listing) -> SafeString:
    """The rows of a list: written here, since a template takes ten times as long for each cell."""
    heads = [(escape(str(one.label)), ' class="is-number"' if one.is_number else "") for one in listing.columns]
    choose, written = escape(str(_CHOOSE)), []
    for row in listing.rows:
        written.append("<tr>")
        for place, (cell, (label, number)) in enumerate(zip(row, heads, strict=True)):
            shown = _cell(cell, choose)
            written.append(
                f'<td data-label="{label}"{number}>{shown}</td>' if place else f'<th scope="row">{shown}</th>'
            )
        written.append("</tr>")
    return mark_safe("".join(written))  # noqa: S308 - every part was escaped


def _cell(cell: Cell, choose: str) -> str:
    shown = text = escape(cell.text)
    if cell.href:
        shown = f'<a href="{escape(cell.href)}">{text}</a>'
    elif cell.tone:
        shown = _badge(cell.text, cell.tone)
    elif text[4:5] == "-":
        shown = _DAY.sub(r'<span class="tb-nowrap">\g<0></span>', text)
    if not cell.box:
        return shown
    return (
        f'<input class="form-check-input tb-box" type="checkbox" name="chosen" value="{escape(cell.box)}" '
        f'form="chosen-form" aria-label="{choose} {text}">{shown}'
    )


_CHOOSE = T("选择", "Choose")
_PAGES, _PAGE = T("分页", "Pages"), T("第 {n} 页", "Page {n}")
_BEFORE, _AFTER = T("上一页", "Previous"), T("下一页", "Next")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}(?=$| \d{2}:\d{2}$)")  # a narrow column would break it at its hyphens


@register.inclusion_tag("web/components/facts.html")
def facts(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """A list of facts: pairs of name and value; an empty value shows as such."""
    return {"pairs": pairs}


# ---- single values ----------------------------------------------------------------------------------------------


@register.inclusion_tag("web/components/masked.html")
def masked(value: Any, href: str = "") -> dict[str, Any]:
    """A value already masked by the query, with the way to open it where the viewer has one (which is recorded)."""
    return {"value": value, "href": href}


@register.inclusion_tag("web/components/copyable.html")
def copyable(code: Any) -> dict[str, Any]:
    """A number one may want to copy or read out."""
    return {"code": code}


@register.inclusion_tag("web/components/qr.html")
def qr(content: str, caption: Any = "", label: Any = "") -> dict[str, Any]:
    """A QR code as drawing inside the page, sharp at any size and on paper; ``label`` is what it is for."""
    drawing = segno.make(content, error="m", micro=False).svg_inline(
        scale=4, border=2, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff"
    )
    return {"drawing": mark_safe(drawing), "caption": caption, "label": label or T("二维码", "QR code")}  # noqa: S308 - made by segno


@register.inclusion_tag("web/components/message.html")
def message(text: Any, tone: str = "info", closes: bool = False) -> dict[str, Any]:
    """A message inside the page: info, success, warning or error."""
    signs = {"success": "circle-check", "warning": "alert-triangle", "error": "alert-circle"}
    return {"text": text, "tone": tone, "sign": signs.get(tone, "info-circle"), "closes": closes}


@register.filter
def message_tone(tags: str) -> str:
    """The tone of a Django message from its tags."""
    return next((tone for tone in ("success", "warning", "error") if tone in tags.split()), "info")
