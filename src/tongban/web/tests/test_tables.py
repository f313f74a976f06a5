"""Lists: sorted, paged, exported; with the data of a table every installation has."""

from datetime import UTC, datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.template import engines
from django.test import RequestFactory

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web import tables
from tongban.web.templatetags import components

COLUMNS = [
    tables.Column("model", T("名称", "Name"), lambda row: row.model, "model", href=lambda row: f"/x/{row.pk}/"),
    tables.Column("app", T("应用", "App"), lambda row: row.app_label, "app_label"),
    tables.Column("state", T("状态", "State"), lambda _: T("好", "Good"), tone=lambda _: "good"),
]


def listed(query="", per_page=3):
    request = RequestFactory().get(f"/list/?{query}")
    found = tables.listing(request, ContentType.objects.all(), COLUMNS, sort="model", per_page=per_page)
    return request, found


def names(found):
    return [row[0].text for row in found.rows]


def test_sorts_both_ways(db):
    every = sorted(ContentType.objects.values_list("model", flat=True))
    assert names(listed("sort=model", 500)[1]) == every
    assert names(listed("sort=-model", 500)[1]) == every[::-1]


@pytest.mark.parametrize("query", ["sort=pk__password", "sort=state", "sort=-", "page=0", "page=x", "sort=model'--"])
def test_strange_wishes_give_the_default(db, query):
    assert names(listed(query)[1]) == names(listed()[1])


def test_pages_hold_every_row_once(db):
    seen = []
    last = listed()[1].page.paginator.num_pages
    for number in range(1, last + 1):
        seen += names(listed(f"sort=app&page={number}")[1])
    assert sorted(seen) == sorted(ContentType.objects.values_list("model", flat=True))
    assert listed("page=9999")[1].page.number == last


def test_the_table_keeps_filters_in_its_links(db):
    request, found = listed("q=a%26b&page=2")
    page = (
        engines["django"].from_string("{% load components %}{% table found True %}").render({"found": found}, request)
    )
    assert "?q=a%26b&amp;sort=-model" in page
    assert "?q=a%26b&amp;page=3" in page
    assert "?q=a%26b&amp;export=csv" in page
    assert 'aria-sort="ascending"' in page


def test_counting_stops_where_nobody_turns_pages(db, monkeypatch):
    assert listed()[1].total == str(ContentType.objects.count())
    monkeypatch.setattr(tables, "MOST_COUNTED", 7)
    found = listed("page=99")[1]
    assert (found.total, found.page.paginator.num_pages, found.page.number) == ("7+", 3, 3)


def test_what_people_typed_stays_text_in_a_row(db):
    column = tables.Column("x", T("甲&乙", "A"), lambda _: "<b>", tone=lambda _: "good", box=lambda _: '"')
    request = RequestFactory().get("/list/")
    found = tables.listing(request, ContentType.objects.all(), [column, column], sort="model")
    page = engines["django"].from_string("{% load components %}{% table found %}").render({"found": found}, request)
    assert "<b>" not in page
    assert page.count("&lt;b&gt;") >= 2
    assert 'data-label="甲&amp;乙"' in page
    assert 'value="&quot;"' in page


def test_an_empty_list_says_so(db):
    request = RequestFactory().get("/list/")
    found = tables.listing(request, ContentType.objects.none(), COLUMNS, sort="model")
    page = engines["django"].from_string("{% load components %}{% table found %}").render({"found": found}, request)
    assert "没有符合条件的内容" in page


def test_exports_what_excel_reads(db):
    response = tables.table_file(ContentType.objects.order_by("model"), COLUMNS, name="清单")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "名称,应用,状态"
    assert len(lines) == ContentType.objects.count() + 1
    assert "filename*=UTF-8''%E6%B8%85%E5%8D%95.csv" in response["Content-Disposition"]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@sum", "\tx"])
def test_no_cell_runs_as_a_formula(db, text):
    column = tables.Column("x", T("甲", "A"), lambda _: text)
    response = tables.table_file(ContentType.objects.all()[:1], [column], name="x")
    assert response.content.decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")


def test_refuses_to_export_too_much(db, monkeypatch):
    monkeypatch.setattr(tables, "EXPORT_ROWS", 1)
    with pytest.raises(Refusal) as refused:
        tables.table_file(ContentType.objects.all(), COLUMNS, name="x")
    assert refused.value.code == "export_too_large"


def test_times_are_those_of_shanghai():
    assert tables.plain(datetime(2026, 11, 1, 17, 30, tzinfo=UTC)) == "2026-11-02 01:30"
    assert tables.plain(None) == ""


@pytest.mark.parametrize(
    ("text", "days"), [("2026-11-25", 1), ("2026-11-25 17:33", 1), ("2026-11-25-7", 0), ("<b>", 0)]
)
def test_a_day_is_not_broken_at_its_hyphens(text, days):
    shown = components._cell(tables.Cell(COLUMNS[1], text), "")
    assert shown.count('<span class="tb-nowrap">2026-11-25</span>') == days
    assert "<b>" not in shown
