"""Components: what they say, what they escape, what a form with errors looks like to a screen reader."""

from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from django.utils import translation

from tongban.lib.refusals import Refusal, Refusals, forbidden, not_found
from tongban.lib.words import T
from tongban.web.forms import HouseForm, show_refusal, tried, words
from tongban.web.portal import Entry, Tile, account_menu, desk_menu, frame_of


class Applicant(HouseForm):
    name = forms.CharField(label=words("姓名", "Name"), help_text=words("与证件一致", "As on your ID"))
    phone = forms.CharField(label=words("手机号", "Phone"), required=False)
    way = forms.ChoiceField(
        label=words("领取方式", "Delivery"), widget=forms.RadioSelect, choices=[("a", T("窗口", "Window"))]
    )
    agreed = forms.BooleanField(label=words("内容属实", "It is true"))


def render(source, rf, **context):
    request = rf.get("/x/", {"q": "甲", "page": "2"})
    return engines["django"].from_string("{% load components %}" + source).render(context, request)


def test_an_empty_form_names_each_field_and_the_remedy():
    form = Applicant({})
    assert not form.is_valid()
    assert form.errors["name"] == ["请填写“姓名”。"]
    assert form.errors["way"] == ["请选择“领取方式”。"]
    assert form.errors["agreed"] == ["请勾选“内容属实”。"]
    with translation.override("en"):
        english = Applicant({})
        assert english.errors["name"] == ["Fill in: Name."]


def test_the_summary_links_to_the_fields(rf):
    page = render("{{ form }}", rf, form=Applicant({}))
    for target in ("id_name", "id_way_0", "id_agreed"):
        assert f'<a href="#{target}">' in page
        assert f'id="{target}"' in page
    assert 'role="alert"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_error"' in page
    assert 'id="id_name_helptext"' in page


def test_an_untouched_form_has_no_summary_and_marks_what_is_optional(rf):
    page = render("{{ form }}", rf, form=Applicant())
    assert "data-error-summary" not in page
    assert page.count("（选填）") == 1
    assert " required" not in page
    assert "<fieldset" in page
    assert "<legend>领取方式" in page


def test_a_refusal_comes_back_at_its_field():
    form = Applicant({"name": "张三", "way": "a", "agreed": "on"})
    assert form.is_valid()
    first = Refusal("phone_taken", T("号码已登记。", "Taken."), field="phone")
    show_refusal(form, Refusals([first, Refusal("closed", T("已停办。", "Closed."), field="elsewhere")]))
    assert form.errors["phone"] == ["号码已登记。"]
    assert form.non_field_errors() == ["已停办。"]


def test_only_what_is_no_page_of_its_own_comes_back_in_the_form():
    def refused(refusal: Refusal) -> Applicant:
        def act(_said: object) -> None:
            raise refusal

        form = Applicant({"name": "张三", "way": "a", "agreed": "on"})
        assert tried(form, act) is None
        return form

    for stop in (forbidden(), not_found(T("这件事", "This"))):
        with pytest.raises(Refusal, match=stop.code):
            refused(stop)
    unknown = Refusal("not_found", T("没有这个号码。", "No such number."), field="phone", status=404)
    assert refused(unknown).errors["phone"] == ["没有这个号码。"]
    stale = Refusal("second_factor_stale", T("请重新验证。", "Prove it anew."), status=403)
    assert refused(stale).non_field_errors() == ["请重新验证。"]
    assert tried(Applicant({"name": "张三", "way": "a", "agreed": "on"}), lambda said: said["name"]) == "张三"


def test_steps_tell_where_one_is(rf):
    page = render("{% steps names 2 %}", rf, names=[T("填写", "Fill"), T("核对", "Check"), T("提交", "Send")])
    assert page.count('aria-current="step"') == 1
    assert "第 2 步，共 3 步" in page
    assert "is-done" in page
    done = render("{% steps names 4 %}", rf, names=[T("填写", "Fill"), T("核对", "Check"), T("提交", "Send")])
    assert done.count("is-done") == 3


@pytest.mark.parametrize(
    "source",
    ["{% badge x %}", "{% empty x x %}", "{% message x %}", "{% copyable x %}", "{% masked x %}",
     "{% timeline moments %}", "{% facts pairs %}", "{% qr 'abc' x x %}"],
)  # fmt: skip
def test_components_escape(rf, source):
    evil = "<script>alert(1)</script>"
    page = render(source, rf, x=evil, moments=[{"title": evil, "text": evil, "by": evil}], pairs=[(evil, evil)])
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_an_unknown_icon_is_a_plain_sheet(rf):
    assert "icons.svg#file-text" in render("{% icon name %}", rf, name='"><b>')


def test_a_qr_code_carries_no_inline_style(rf):
    page = render("{% qr 'https://example.org/v/1' %}", rf)
    assert "<svg" in page
    assert "style=" not in page


def test_no_template_carries_inline_style_or_script():
    # The content policy would refuse them in the browser; better to hear of it here.
    import re
    from pathlib import Path

    for path in Path(__file__).resolve().parents[2].rglob("templates/**/*.html"):
        if path.parts[-2:] == ("credentials", "offline.html"):
            continue  # not a page: a file people save, which must hold everything it needs
        source = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|hx-on", source), path
        for script in re.findall(r"<script[^>]*>", source):
            assert "src=" in script or 'type="application/json"' in script, path


def test_the_menu_groups_by_the_order_of_its_entries(monkeypatch):
    work, rule = T("办理", "Work"), T("管理", "Rules")
    entries = [Entry(T("丙", "C"), "/c/", "list", 30, None, rule), Entry(T("甲", "A"), "/a/", "list", 10, 3, work),
               Entry(T("乙", "B"), "/b/", "list", 20, None, work)]  # fmt: skip
    monkeypatch.setattr(desk_menu, "answers", [lambda **_: entries])
    monkeypatch.setattr(account_menu, "answers", [])
    menu = frame_of(SimpleNamespace(actor=SimpleNamespace(is_known=True, is_staff=True, second_factor=True))).desk
    assert [(group.zh, [entry.title.zh for entry in found]) for group, found in menu] == [
        ("办理", ["甲", "乙"]),
        ("管理", ["丙"]),
    ]


def test_a_tile_may_stand_in_two_themes_and_counts_once():
    tile = Tile(T("甲", "A"), "/a/")
    assert len(dict.fromkeys([tile, Tile(T("甲", "A"), "/a/")])) == 1


@pytest.mark.parametrize("sent", [None, {"name": ""}])
def test_a_librarys_field_takes_the_office_word_even_after_validation(rf, sent):
    form = Applicant(sent)
    form.is_valid()
    form["name"].label  # noqa: B018 - validation or a library may have asked for the field before
    page = render("{% relabel form 'name' '验证码' 'Code' True %}{{ form }}", rf, form=form)
    assert '<label for="id_name">验证码' in page
    assert 'autocomplete="one-time-code"' in page
