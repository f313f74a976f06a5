"""The living page of components: every part in every state, for eyes and for the accessibility tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.forms import HouseForm, words
from tongban.web.portal import Tile
from tongban.web.templatetags.components import icon_names


class SampleForm(HouseForm):
    """One field of each kind."""

    line = forms.CharField(
        label=words("一行文字", "One line"), help_text=words("提示写在输入框上面", "The hint stands above the box")
    )
    code = forms.CharField(
        label=words("验证码", "Code"), widget=forms.TextInput(attrs={"class": "tb-code-input", "inputmode": "numeric"})
    )
    lines = forms.CharField(label=words("几行文字", "Several lines"), widget=forms.Textarea, required=False)
    day = forms.DateField(label=words("日期", "Day"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=words("选一项", "Choose from a list"),
        choices=[("", "—"), ("a", T("甲", "First")), ("b", T("乙", "Second"))],
    )
    radio = forms.ChoiceField(
        label=words("单选", "Choose one"),
        widget=forms.RadioSelect,
        choices=[("a", T("到窗口领取", "Collect at a window")), ("b", T("邮寄", "By post"))],
    )
    boxes = forms.MultipleChoiceField(
        label=words("可多选", "Choose any"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", T("短信", "Text message")), ("b", T("站内消息", "Message here"))],
    )
    paper = forms.FileField(label=words("材料", "Document"), required=False)
    promise = forms.BooleanField(label=words("以上内容属实", "The above is true"))


class SampleFilter(forms.Form):
    """A filter above a list."""

    q = forms.CharField(label=words("关键词", "Words"), required=False)
    state = forms.ChoiceField(
        label=words("状态", "State"), required=False, choices=[("", T("全部", "All")), ("open", T("办理中", "Open"))]
    )


def _moments() -> list[dict[str, Any]]:
    at = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
    return [
        {"title": T("已完成的一步", "A step that is done"), "at": at, "by": T("某单位", "An office")},
        {
            "title": T("有好结果的一步", "A step that went well"),
            "at": at,
            "state": "good",
            "text": T("说明文字", "Some words"),
        },
        {"title": T("没有通过的一步", "A step that failed"), "at": at, "state": "bad"},
        {"title": T("正在进行的一步", "The step at hand"), "state": "now"},
        {"title": T("还没到的一步", "A step to come"), "state": "next"},
    ]


@audience("demo")
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    refused = SampleForm({"line": "", "kind": ""}, prefix="refused")
    rows = [{"number": f"样例-{n:04d}", "name": T("样例事项", "Sample service"), "days": n} for n in range(1, 6)]
    context = {
        "form": SampleForm(),
        "refused": refused,
        "filter": SampleFilter(request.GET),
        "steps": [T("填写", "Fill in"), T("核对", "Check"), T("提交", "Submit"), T("回执", "Receipt")],
        "moments": _moments(),
        "tones": ["plain", "progress", "action", "good", "bad"],
        "message_tones": ["info", "success", "warning", "error"],
        "page": Paginator(range(300), 10).page(6),
        "rows": rows,
        "facts": [(T("名称", "Name"), T("样例", "Sample")), (T("空值", "Empty value"), ""), (T("数字", "Number"), 42)],
        "tile": Tile(T("样例事项", "Sample service"), "#", T("一句话说明", "One sentence about it"), "certificate"),
        "icons": sorted(icon_names()),
    }
    return render(request, "web/pages/components.html", context)
