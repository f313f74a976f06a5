"""Forms of ratings."""

from __future__ import annotations

from django import forms

from tongban.lib.words import T
from tongban.matters.rules.cases import LONGEST_OPINION
from tongban.matters.rules.ratings import LEVELS, LONGEST_TEXT, MEASURES, REASONS
from tongban.web.forms import HouseForm, words


def _level(value: str) -> int | None:
    return int(value) if value else None


class RatingForm(HouseForm):
    """How the case was handled; no level is chosen beforehand."""

    level = forms.TypedChoiceField(
        label=words("这件事办得怎么样", "How was it handled"), widget=forms.RadioSelect, coerce=_level, empty_value=None,
        choices=list(LEVELS.items()),
    )  # fmt: skip
    reasons = forms.MultipleChoiceField(
        label=words("不满意在哪里（可多选）", "What was wrong (any that fit)"), required=False,
        widget=forms.CheckboxSelectMultiple, choices=list(REASONS.items()),
    )  # fmt: skip
    text = forms.CharField(
        label=words("还想说的", "Anything else"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=words("承办单位和监督员看得到。差评会有人核实、答复并回访您。",
                        "The office and the auditor see it. A bad rating is looked into, answered, and you are called back."),
    )  # fmt: skip


class RatingAnswerForm(HouseForm):
    """What the office found and did about a bad rating."""

    is_confirmed = forms.TypedChoiceField(
        label=words("核实结果", "What was found"), widget=forms.RadioSelect, coerce=lambda v: v == "yes",
        choices=[("yes", T("情况属实", "It is true")), ("no", T("情况不属实", "It is not"))],
    )  # fmt: skip
    measure = forms.ChoiceField(
        label=words("处理方式", "What was done"), widget=forms.RadioSelect, choices=list(MEASURES.items())
    )
    measure_by = forms.DateField(
        label=words("整改期限", "To be mended by"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=words("限期整改时填写。", "When it is to be mended later."),
    )  # fmt: skip
    answer = forms.CharField(
        label=words("给申请人的答复", "Answer to the applicant"), max_length=LONGEST_OPINION,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class CallbackForm(HouseForm):
    """What the applicant said when called back."""

    is_content = forms.TypedChoiceField(
        label=words("回访结果", "When called back"), widget=forms.RadioSelect, coerce=lambda v: v == "yes",
        choices=[("yes", T("申请人认可", "The applicant is content")), ("no", T("申请人不认可", "The applicant is not"))],
    )  # fmt: skip
    note = forms.CharField(label=words("回访记录", "Record"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class AppealForm(HouseForm):
    """How an appeal against a rating is settled."""

    is_upheld = forms.TypedChoiceField(
        label=words("裁定", "Ruling"), widget=forms.RadioSelect, coerce=lambda v: v == "yes",
        choices=[("yes", T("申诉成立，该评价不计入得分", "Upheld: the rating does not count")),
                 ("no", T("申诉不成立，继续整改", "Not upheld: the follow-up goes on"))],
    )  # fmt: skip
    reason = forms.CharField(label=words("理由", "Reasons"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def _day() -> forms.DateInput:
    """A day as browsers take it, whatever the language."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """Which days of beginning count."""

    since = forms.DateField(label=words("从哪天起", "From"), required=False, widget=_day())
    until = forms.DateField(label=words("到哪天止", "To"), required=False, widget=_day())
