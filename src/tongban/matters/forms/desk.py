"""The desk's own forms: opinions, decisions, what stops and lengthens a clock, filters."""

from __future__ import annotations

from typing import Any

from django import forms

from tongban.lib.words import T
from tongban.matters.queries.inbox import Wanted, services_handled
from tongban.matters.rules.cases import LONGEST_OPINION, STATES
from tongban.web.forms import HouseForm, words


def _lines(
    label: Any, *, hint: Any = "", required: bool = True, longest: int = LONGEST_OPINION, rows: int = 4
) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=longest, widget=forms.Textarea(attrs={"rows": rows})
    )


def _day(label: Any, *, hint: Any = "", required: bool = True) -> forms.DateField:
    wrong = {"invalid": words("日期写成 2026-12-31 的样子。", "Write the date as 2026-12-31.")}
    return forms.DateField(
        label=label, help_text=hint, required=required, error_messages=wrong,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


class ShownForm(HouseForm):
    """A form that carries what its reader was shown, so that a case changed meanwhile is noticed."""

    shown = forms.CharField(required=False, max_length=129, widget=forms.HiddenInput)


class ReviewForm(ShownForm):
    """One department's opinion."""

    opinion = forms.ChoiceField(
        label=words("审查意见", "Opinion"), widget=forms.RadioSelect,
        choices=[("approved", T("同意", "Approve")), ("correction", T("需要补正", "Ask for corrections")),
                 ("objected", T("不同意", "Object"))],
    )  # fmt: skip
    text = forms.CharField(
        label=words("说明", "Remarks"), required=False, max_length=LONGEST_OPINION, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=words("不同意或需要补正时必须写明，申请人看得到。", "Needed unless you approve. The applicant sees it."),
    )  # fmt: skip


class DecisionForm(ShownForm):
    """The decision."""

    outcome = forms.ChoiceField(
        label=words("决定", "Decision"), widget=forms.RadioSelect,
        choices=[("granted", T("准予，发放电子证照", "Grant and issue the certificate")), ("refused", T("不予", "Refuse"))],
    )  # fmt: skip
    reason = forms.CharField(
        label=words("理由", "Reasons"), required=False, max_length=LONGEST_OPINION, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=words("不予，或有部门不同意时必须写明。", "Needed for a refusal, or when a department objects."),
    )  # fmt: skip


class ReturnForm(HouseForm):
    """What has to be corrected, beyond what the departments wrote."""

    note = forms.CharField(
        label=words("补充说明", "Anything else to correct"), required=False, max_length=LONGEST_OPINION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=words("各部门写的补正要求会自动列全，这里只写另外的。", "What the departments wrote is listed by itself."),
    )  # fmt: skip
    why_again = _lines(
        words("上次为什么没有告知", "Why it was not told the first time"), rows=2, longest=500, required=False,
        hint=words("补正内容应当一次告知（行政许可法第三十二条）。再次要求补正的理由会留在办件里，申请人看得到。",
                   "Everything missing is told at once (行政许可法 Art. 32). The reason stays in the file; the applicant sees it."),
    )  # fmt: skip


class TellForm(ReturnForm):
    """What is missing, told before acceptance."""

    note = _lines(
        words("需要补正的全部内容", "Everything that is missing"),
        hint=words("一次写全，每条一行；申请人会原样看到。", "All of it, one thing a line; the applicant sees it as written."),
    )  # fmt: skip


class AcceptForm(HouseForm):
    """Nothing to type: the clock starts."""


class DeclineForm(HouseForm):
    """Why an application is not accepted."""

    reason = _lines(
        words("不予受理的理由", "Why it is not accepted"),
        hint=words("例如：不属于本机关职权范围，应向哪个机关申请；或依法不需要取得许可。",
                   "Such as: not within this office's powers, and which office to ask; or that no permission is needed."),
    )  # fmt: skip


class ProcedureForm(HouseForm):
    """Which special procedure begins, why, and until when about; choices come from the definition."""

    kind = forms.ChoiceField(label=words("程序", "Procedure"), widget=forms.RadioSelect)
    reason = _lines(words("事由", "Why"), longest=500, rows=3)
    expected_by = _day(
        words("预计结束日", "Expected to end by"),
        hint=words("会书面告知申请人；所需时间不计入办理时限。", "Told to the applicant in writing; the time is not counted."),
    )  # fmt: skip


class ResultForm(HouseForm):
    """What a special procedure found."""

    result = _lines(words("结果", "Result"), rows=3)


class AssignForm(HouseForm):
    """Into whose hands."""

    person = forms.ChoiceField(label=words("承办人", "In the hands of"))


class ReasonForm(HouseForm):
    """Why something is taken back."""

    reason = _lines(words("理由", "Reasons"), longest=500, rows=3)


class InboxFilter(forms.Form):
    """The filter above what waits at a desk."""

    q = forms.CharField(
        label=words("申请人或编号", "Applicant or number"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"placeholder": words("名称、首字母（如 ch）或编号", "Name, initials or number")}),
    )  # fmt: skip
    service = forms.ChoiceField(label=words("事项", "Service"), required=False)
    signal = forms.ChoiceField(
        label=words("时限", "Clock"), required=False,
        choices=[("", T("全部", "All")), ("red", T("已超期", "Overdue")), ("yellow", T("即将到期", "Due soon")),
                 ("green", T("时限内", "In time")), ("stopped", T("暂停计时", "Clock stopped"))],
    )  # fmt: skip
    first = _day(words("提交自", "Submitted from"), required=False)
    last = _day(words("提交至", "to"), required=False)
    hands = forms.ChoiceField(
        label=words("承办人", "In hand"), required=False,
        choices=[("", T("全部", "All")), ("mine", T("我承办的", "Mine")), ("nobody", T("没有人承办", "Nobody’s")),
                 ("colleague", T("同事承办的", "Colleagues’"))],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", T("全部", "All")), *services_handled()]
        self.fields["service"].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What was asked for; a field filled in wrongly narrows nothing."""
        self.is_valid()
        said = self.cleaned_data
        return Wanted(
            said.get("q", "").strip(), said.get("service", ""), said.get("signal", ""), said.get("first"), said.get("last"),
            said.get("hands", ""),
        )  # fmt: skip


class CaseFilter(InboxFilter):
    """The filter above the list of all cases."""

    hands = None  # type: ignore[assignment]
    state = forms.ChoiceField(
        label=words("状态", "State"), required=False,
        choices=[("", T("全部", "All")), *((code, label) for code, label in STATES.items() if code != "draft")],
    )  # fmt: skip
    field_order = ["q", "state", "service", "signal", "first", "last"]
