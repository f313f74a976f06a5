"""Forms made from definitions, and the desk's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.foundation.documents.hooks import MATERIAL
from tongban.lib.phones import show_phone
from tongban.lib.words import T
from tongban.matters.rules.calculations import read_by
from tongban.matters.rules.cases import LONGEST_OPINION, STATES
from tongban.matters.rules.materials import types_taken
from tongban.matters.rules.printing import in_words
from tongban.matters.rules.ratings import LEVELS, LONGEST_TEXT, MEASURES, REASONS
from tongban.matters.rules.shape import Content, Element, FormField, Screen
from tongban.web.file_inputs import DocumentInput, DocumentsInput
from tongban.web.forms import HouseForm, words

_YES_NO = [("yes", T("是", "Yes")), ("no", T("否", "No"))]


class _Shown(forms.Field):
    """A question as shown: the answer is checked by the action, which alone knows the rules."""

    def clean(self, value: Any) -> Any:
        return value


def _file_widget(element: Element, attrs: dict[str, Any] | None = None) -> DocumentInput | DocumentsInput:
    one = DocumentInput(MATERIAL, attrs, types=types_taken(element), max_mb=element.max_mb)
    return DocumentsInput(one, most=element.most_files) if element.most_files > 1 else one


def _widget(element: Element, attrs: dict[str, Any]) -> forms.Widget:
    options = [(option.value, option.label) for option in element.options]
    if element.type in ("choice", "choices"):
        many = element.type == "choices"
        return (forms.CheckboxSelectMultiple if many else forms.RadioSelect)(attrs=attrs, choices=options)
    if element.type == "yes_no":
        return forms.RadioSelect(attrs=attrs | {"class": "tb-choices-inline"}, choices=_YES_NO)
    if element.type == "promise":
        return forms.CheckboxInput(attrs=attrs)
    if element.type == "long_text":
        return forms.Textarea(attrs=attrs | {"rows": 5})
    if element.type == "date":
        return forms.DateInput(attrs=attrs | {"type": "date"}, format="%Y-%m-%d")
    return forms.TextInput(attrs=attrs | _HINTS_FOR_KEYBOARDS.get(element.type, {}))


_HINTS_FOR_KEYBOARDS: dict[str, dict[str, str]] = {
    "integer": {"inputmode": "numeric", "class": "tb-w-short", "autocomplete": "off"},
    "phone": {"type": "tel", "class": "tb-w-medium", "autocomplete": "tel"},
    "uscc": {"class": "tb-w-medium", "autocapitalize": "characters", "spellcheck": "false"},
    "person_name": {"class": "tb-w-medium"},
}


class _Calculated(_Shown):
    """A value computed here: shown, never read from what a browser sends."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was computed, whatever was sent."""
        del data
        return initial


def _field(element: Element, asked: FormField, attrs: dict[str, Any]) -> forms.Field:
    label: Any = asked.label or element.label
    if asked.calculate:
        box = forms.TextInput(attrs={"readonly": True, "class": "tb-w-medium", "tabindex": "0"})
        hint: Any = asked.hint or element.hint or _COMPUTED
        return _Calculated(
            label=label, help_text=hint, required=False, widget=box
        )  # fmt: skip
    widget = _file_widget(element) if element.type == "file" else _widget(element, attrs)
    if element.type == "integer" and element.unit:
        label = T(f"{label.zh}（{element.unit.zh}）", f"{label.en} ({element.unit.en})")
    hint = asked.hint or element.hint or ""
    needed = asked.required is not False
    return _Shown(label=label, help_text=hint, required=needed, widget=widget)


_COMPUTED: Any = T("按您的回答自动算出，不用填写。", "Computed from your answers; nothing to fill in.")


def shown_value(element: Element, value: Any) -> Any:
    """A stored answer as its input shows it."""
    if element.type == "yes_no" and value is not None:
        return "yes" if value else "no"
    if element.type == "phone" and value:
        return show_phone(value)
    if element.type == "file" and value:
        return [UUID(one) for one in value] if element.most_files > 1 else UUID(value[0])
    return value


def screen_form(
    content: Content, screen: Screen, *, values: Mapping[str, Any], hidden: Collection[str], preview_url: str = "",
    data: QueryDict | None = None,
) -> HouseForm:  # fmt: skip
    """The form of one screen: its questions that are not hidden, with stored answers or those just sent."""
    deciding = {name for asked in screen.fields for name in read_by(asked)}
    live = {"hx-post": preview_url, "hx-target": "#questions", "hx-swap": "innerHTML", "hx-trigger": "change"}
    form = HouseForm(data)
    form.auto_id = "q_%s"
    for asked in screen.fields:
        if asked.element in hidden:
            continue
        element = content.elements[asked.element]
        attrs: dict[str, Any] = dict(live) if preview_url and asked.element in deciding else {}
        form.fields[asked.element] = _field(element, asked, attrs)
        value = values.get(asked.element)
        form.initial[asked.element] = in_words(element, value) if asked.calculate else shown_value(element, value)
    return form


def raw_answers(content: Content, screen: Screen, data: QueryDict) -> dict[str, Any]:
    """What a browser sent for one screen, by element; an unticked box is an answer, too."""
    raw: dict[str, Any] = {}
    for asked in screen.fields:
        element = content.elements[asked.element]
        if asked.calculate:
            continue
        if element.type == "file":
            found = _file_widget(element).value_from_datadict(data, MultiValueDict(), asked.element)
            chosen = found if isinstance(found, list) else [found]
            raw[asked.element] = [str(one.document_id) for one in chosen if one.document_id]
        else:
            many = element.type == "choices"
            raw[asked.element] = data.getlist(asked.element) if many else data.get(asked.element, "")
    return raw


def files_sent(content: Content, screen: Screen, files: MultiValueDict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Files a browser without scripts sent with the form: the element, the name of the input, the file."""
    for asked in screen.fields:
        element = content.elements[asked.element]
        if element.type != "file":
            continue
        widget = _file_widget(element)
        slots = widget.slots(asked.element) if isinstance(widget, DocumentsInput) else [asked.element]
        yield from ((asked.element, slot, files[slot]) for slot in slots if slot in files)


def name_document(data: QueryDict, slot: str, document_id: UUID) -> None:
    """Let a form name a document in the place of the file that was sent with it."""
    data[f"{slot}-document"] = str(document_id)
    data.pop(f"{slot}-remove", None)


class StartForm(HouseForm):
    """For which company."""

    organisation_id = forms.ChoiceField(
        label=words("为哪家企业办理", "Which company is it for"), widget=forms.RadioSelect
    )


class ReviewForm(HouseForm):
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


class DecisionForm(HouseForm):
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


class ReasonForm(HouseForm):
    """Why something is taken back."""

    reason = forms.CharField(label=words("理由", "Reasons"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CaseFilter(forms.Form):
    """The filter above the list of cases."""

    q = forms.CharField(
        label=words("申请人或编号", "Applicant or number"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"placeholder": words("名称、首字母（如 ch）或编号", "Name, initials or number")}),
    )  # fmt: skip
    state = forms.ChoiceField(
        label=words("状态", "State"), required=False,
        choices=[("", T("全部", "All")), *((code, label) for code, label in STATES.items() if code != "draft")],
    )  # fmt: skip


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


class HandOverForm(HouseForm):
    """Who took a decision at the window, and how the clerk knows who it was."""

    receiver = forms.CharField(label=words("领取人姓名", "Who takes it"), max_length=60)
    evidence = forms.CharField(
        label=words("核对了什么", "What was shown"), max_length=200,
        help_text=words("例如：核对居民身份证，已在领取单上签字。不要写证件号码。",
                        "For instance: ID card seen, signed for it. Do not write the number."),
    )  # fmt: skip


class PostForm(HouseForm):
    """A decision handed to the post."""

    carrier = forms.CharField(label=words("邮寄单位", "Carrier"), max_length=60, initial="中国邮政 EMS")
    tracking = forms.CharField(label=words("邮件号码", "Tracking number"), max_length=60)


class PostedForm(HouseForm):
    """What the carrier reports."""

    delivered_on = forms.DateField(
        label=words("签收日期", "Delivered on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    receiver = forms.CharField(label=words("签收人", "Received by"), max_length=60)
