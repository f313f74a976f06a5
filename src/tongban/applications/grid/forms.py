"""Forms of grid."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from tongban.applications.grid.hooks import PHOTO
from tongban.applications.grid.rules.events import KINDS as EVENTS
from tongban.applications.grid.rules.lists import LISTS
from tongban.applications.grid.rules.proposals import MAY_BECOME
from tongban.applications.grid.rules.reports import COLUMNS, Report
from tongban.foundation.registers.queries import KINDS, RELATIONS
from tongban.lib.phones import show_phone
from tongban.lib.words import T
from tongban.web.file_inputs import DocumentField
from tongban.web.forms import HouseForm, words

REASONS: dict[str, T] = {
    "visit": T("入户走访核实", "Confirming on a visit"),
    "asked": T("本人或家属来办事", "The person or family came with a request"),
    "check": T("核对登记信息", "Checking what is recorded"),
    "urgent": T("紧急情况联系本人", "Reaching the person in an emergency"),
    "other": T("其他", "Something else"),
}


class PeopleForm(HouseForm):
    """Which residents a list shows."""

    q = forms.CharField(label=words("姓名、拼音或首字母", "Name, pinyin or initials"), required=False, max_length=40)
    which = forms.ChoiceField(label=words("名单", "List"), required=False, choices=list(LISTS.items()))
    kind = forms.ChoiceField(
        label=words("类别", "Kind"), required=False, choices=[("", T("全部", "All")), *KINDS.items()]
    )
    month = forms.DateField(label=words("哪个月", "Month"), required=False, input_formats=["%Y-%m"],
                            widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"))  # fmt: skip
    report = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)


class ReportForm(HouseForm):
    """A list an office asks its communities for."""

    title = forms.CharField(label=words("表名", "Title"), max_length=40)
    title_en = forms.CharField(label=words("英文表名", "Title in English"), required=False, max_length=80)
    columns = forms.MultipleChoiceField(
        label=words("要哪些列", "Columns"), widget=forms.CheckboxSelectMultiple,
        choices=[(key, name) for key, name in COLUMNS.items() if key != "name"],
        help_text=words("姓名总在第一列。", "The name always comes first."),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=words("列哪些人", "Whom"), widget=forms.CheckboxSelectMultiple, required=False, choices=list(KINDS.items()),
        help_text=words("都不选，就是全部。", "Nobody ticked means everybody."),
    )  # fmt: skip
    from_age = forms.IntegerField(label=words("年龄从（周岁）", "From the age of"), required=False)
    to_age = forms.IntegerField(label=words("年龄到（周岁）", "Up to the age of"), required=False)

    def report(self) -> Report:
        """What was typed, as a list."""
        said = self.cleaned_data
        title = T(said["title"], said["title_en"])
        return Report(title, tuple(said["columns"]), tuple(said["kinds"]), said["from_age"], said["to_age"])

    @staticmethod
    def typed_of(report: Report) -> dict[str, Any]:
        """A list as this form shows it."""
        return {
            "title": report.title.zh, "title_en": report.title.en, "columns": report.columns, "kinds": report.kinds,
            "from_age": report.from_age, "to_age": report.to_age,
        }  # fmt: skip


class FillForm(HouseForm):
    """What nobody recorded of one person yet; only what is missing is asked."""

    phone = forms.CharField(
        label=words("手机号", "Phone"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    relation = forms.ChoiceField(
        label=words("与户主关系", "Relation to the head"),
        required=False,
        choices=[("", T("没有填", "Not given")), *RELATIONS.items()],
    )
    since = forms.DateField(
        label=words("入住日期", "Living here since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    employer = forms.CharField(label=words("工作单位", "Employer"), required=False, max_length=200)

    def __init__(self, *args: Any, missing: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(missing):
            del self.fields[name]

    def facts(self) -> dict[str, str]:
        """What was typed, as plain text."""
        return {name: _plain(value) for name, value in self.cleaned_data.items() if value}


class SearchForm(HouseForm):
    """The one search box."""

    term = forms.CharField(
        label=words(
            "姓名、首字母、身份证号、手机号，楼栋或企业", "Name, initials, ID number, mobile, building or company"
        ),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "search", "class": "tb-w-long"}),
    )


class ReasonForm(HouseForm):
    """Why somebody's record is opened."""

    why = forms.ChoiceField(
        label=words("为什么查看", "Why"), choices=list(REASONS.items()), widget=forms.RadioSelect, initial="visit"
    )
    said = forms.CharField(label=words("说明", "Explanation"), required=False, max_length=100,
                           help_text=words("选“其他”时请写明。", "Say it here if it is something else."))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("why") == "other" and len((found.get("said") or "").strip()) < 2:
            self.add_error("said", str(T("请写明事由。", "Say why.")))
        return found

    def reason(self) -> str:
        """What the person will read, in Chinese as the office writes."""
        said = " ".join(self.cleaned_data["said"].split())
        chosen = REASONS[self.cleaned_data["why"]].zh
        return said if self.cleaned_data["why"] == "other" else f"{chosen}：{said}" if said else chosen


_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CorrectForm(HouseForm):
    """What is true of one residence; ``seen`` repeats what the page showed, so that nobody overwrites a colleague."""

    kind = forms.ChoiceField(label=words("类别", "Kind"), choices=list(KINDS.items()))
    is_present = forms.ChoiceField(
        label=words("是否在此居住", "Really lives here"), required=False, widget=forms.RadioSelect,
        choices=[("yes", T("是", "Yes")), ("no", T("否，不在此居住", "No, lives elsewhere")), ("", T("没有说", "Not said"))],
    )  # fmt: skip
    relation = forms.ChoiceField(
        label=words("与户主关系", "Relation to the head"), required=False,
        choices=[("", T("没有填", "Not given")), *RELATIONS.items()],
    )  # fmt: skip
    since = forms.DateField(label=words("入住日期", "Living here since"), required=False, widget=_DAY)
    until = forms.DateField(label=words("已经搬离：搬离日期", "Moved out: last day"), required=False, widget=_DAY)
    seen = forms.JSONField(widget=forms.HiddenInput)
    nonce = forms.UUIDField(widget=forms.HiddenInput)

    def wanted(self) -> dict[str, str]:
        """Only what was changed: what another corrected elsewhere stays."""
        seen = self.seen_facts()
        typed = {name: _plain(self.cleaned_data[name]) for name in ("kind", "is_present", "since", "until")}
        relation = self.cleaned_data["relation"]
        # A register's finer code (2001) stays where its group (20, sons) was not changed.
        typed["relation"] = seen.get("relation", "") if relation == group_of(seen.get("relation", "")) else relation
        return {name: value for name, value in typed.items() if value != seen.get(name)} or {
            "is_present": typed["is_present"]
        }

    def seen_facts(self) -> dict[str, str]:
        """What the page showed."""
        return facts_in(self.cleaned_data["seen"])


def facts_in(said: object) -> dict[str, str]:
    """Facts that come back from a page or a phone, as text and nothing else."""
    return {str(name)[:20]: str(value)[:40] for name, value in said.items()} if isinstance(said, dict) else {}


def group_of(relation: str) -> str:
    """The group a register's code belongs to: 2001 is of the sons, 20."""
    return relation[:2]


def _plain(value: Any) -> str:
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


class TaskForm(HouseForm):
    """A task to give."""

    title = forms.CharField(label=words("做什么", "What is to be done"), max_length=120)
    due_on = forms.DateField(label=words("完成期限", "Last day"), widget=_DAY)
    area = forms.ChoiceField(label=words("哪个网格", "Grid"), required=False)
    worker_id = forms.TypedChoiceField(
        label=words("交给谁", "For whom"), required=False, coerce=UUID, empty_value=None,
        help_text=words("不选，就由这个网格的人去办。", "Left open, whoever works the grid does it."),
    )  # fmt: skip
    note = forms.CharField(label=words("说明", "Note"), required=False, max_length=1000, widget=forms.Textarea)

    def __init__(self, *args: Any, areas: list[tuple[str, Any]], workers: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
        self.fields["worker_id"].choices = [("", T("不指定", "Nobody in particular")), *workers]  # type: ignore[attr-defined]


class EndForm(HouseForm):
    """What came of a task."""

    result = forms.CharField(label=words("办理情况", "What came of it"), required=False, max_length=1000)


class ContactForm(HouseForm):
    """How somebody is reached and where they work; ``seen`` repeats what the page showed."""

    phone = forms.CharField(
        label=words("手机号", "Phone"), required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text=words("号码不对又不知道新的，就清空。", "Empty it where the number is wrong and nobody knows the right one."),
    )  # fmt: skip
    employer = forms.CharField(
        label=words("工作单位", "Employer"), required=False, max_length=200,
        help_text=words("不再工作就清空。", "Empty it where they work no longer."),
    )  # fmt: skip
    seen = forms.JSONField(widget=forms.HiddenInput)

    def seen_facts(self) -> dict[str, str]:
        """What the page showed."""
        return (
            {name: value for name, value in self.cleaned_data["seen"].items() if isinstance(value, str)}
            if isinstance(self.cleaned_data["seen"], dict)
            else {}
        )

    def wanted(self) -> dict[str, str]:
        """Only what was changed: what another corrected elsewhere stays."""
        typed = {name: self.cleaned_data[name] for name in ("phone", "employer")}
        seen = self.seen_facts()
        return {
            name: value for name, value in typed.items() if value not in (seen.get(name, ""), self.shown(name, seen))
        }

    @staticmethod
    def shown(name: str, facts: dict[str, str]) -> str:
        """A fact as the form has it in its field."""
        value = facts.get(name, "")
        return show_phone(value) if name == "phone" and value else value


class LeaseForm(HouseForm):
    """The last day of a lease, moved; ending early needs a reason."""

    until = forms.DateField(
        label=words("到期日期", "Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=words("提前结束的原因", "Why it ends early"), required=False, max_length=200)


_KINDS_OF_EVENTS = [(code, one[0]) for code, one in EVENTS.items()]
_PHOTO = words("照片", "Photo")


class NotedEventForm(HouseForm):
    """What was found on a round without a network: a script keeps it, the browser checks that nothing is left out."""

    kind = forms.ChoiceField(
        label=words("类别", "Kind"), widget=forms.RadioSelect({"required": True}), choices=_KINDS_OF_EVENTS
    )
    said = forms.CharField(
        label=words("情况", "What happened"), max_length=1000,
        widget=forms.Textarea({"required": True, "minlength": 4, "rows": 3}),
    )  # fmt: skip
    where = forms.CharField(label=words("在哪里", "Where"), max_length=200, widget=forms.TextInput({"required": True}))
    photo = forms.FileField(label=_PHOTO, required=False, widget=forms.FileInput({"accept": "image/*"}))


class EventForm(HouseForm):
    """What was found, with a photo."""

    kind = forms.ChoiceField(label=words("类别", "Kind"), widget=forms.RadioSelect, choices=_KINDS_OF_EVENTS)
    said = forms.CharField(label=words("情况", "What happened"), max_length=1000, widget=forms.Textarea)
    where = forms.CharField(label=words("在哪里", "Where"), max_length=200)
    photo = DocumentField(purpose=PHOTO, label=_PHOTO, required=False)
    nonce = forms.UUIDField(widget=forms.HiddenInput)


class DispatchForm(HouseForm):
    """Which department sees to it."""

    unit = forms.ChoiceField(label=words("派给哪个部门", "Department"))
    due_on = forms.DateField(
        label=words("期限（不填按规定）", "Last day (as the rule says, if empty)"), required=False, widget=_DAY
    )
    said = forms.CharField(label=words("交办意见", "Note"), required=False, max_length=1000)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


class SaidForm(HouseForm):
    """A word on what was done."""

    said = forms.CharField(label=words("说明", "What was done, or why not"), max_length=1000, widget=forms.Textarea)


class MovedForm(HouseForm):
    """Where somebody has moved to; and, where they say so, that they left the old place."""

    address = forms.CharField(label=words("新住处地址", "New address"), max_length=200, widget=forms.TextInput(attrs={"class": "tb-w-long"}),
                              help_text=words("写到小区、楼栋、单元和房号，例如“示例小区7栋1单元101”。", "Estate, building, unit and room."))  # fmt: skip
    kind = forms.ChoiceField(label=words("居住类别", "Kind"), widget=forms.RadioSelect, choices=[(kind, KINDS[kind]) for kind in MAY_BECOME],
                             help_text=words("户口迁移由公安机关办理，社区不改户籍。", "Where you are registered (户籍) is changed by the police."))  # fmt: skip
    day = forms.DateField(label=words("从哪天起住在那里", "Living there since"), widget=_DAY)
    old = forms.ChoiceField(label=words("原来的住处", "Your old place"), required=False)

    def __init__(self, *args: Any, homes: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old"].choices = [("", T("仍然住", "I still live there")), *homes]  # type: ignore[attr-defined]


class LeftForm(HouseForm):
    """That somebody no longer lives at a place."""

    day = forms.DateField(label=words("最后一天", "Last day there"), widget=_DAY)
    said = forms.CharField(label=words("说明", "Note"), required=False, max_length=200)


class OwnPhoneForm(HouseForm):
    """One's new telephone."""

    phone = forms.CharField(label=words("新手机号", "New mobile number"), max_length=20,
                            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}))  # fmt: skip


class OwnWorkForm(HouseForm):
    """One's new employer."""

    employer = forms.CharField(label=words("工作单位", "Employer"), max_length=200)


class RefuseForm(HouseForm):
    """Why something is refused; whoever proposed it reads it."""

    reason = forms.CharField(label=words("不采纳的原因", "Why not"), max_length=200,
                             help_text=words("本人会看到。", "The person reads it."))  # fmt: skip


class TenancyForm(HouseForm):
    """A lease as one of its sides registers it."""

    lets = forms.ChoiceField(
        label=words("您是", "You are"), widget=forms.RadioSelect,
        choices=[("yes", T("房东，出租房屋", "The landlord")), ("no", T("租客，承租房屋", "The tenant"))],
    )  # fmt: skip
    address = forms.CharField(label=words("房屋地址", "Address"), max_length=200, widget=forms.TextInput(attrs={"class": "tb-w-long"}),
                              help_text=words("写到小区、楼栋、单元和房号，例如“示例小区7栋1单元101”。", "Estate, building, unit and room."))  # fmt: skip
    part = forms.CharField(
        label=words("出租其中一间时，哪一间", "Which room, if only one is let"), max_length=40, required=False
    )
    since = forms.DateField(label=words("起租日期", "First day"), widget=_DAY)
    until = forms.DateField(label=words("到期日期", "Last day"), widget=_DAY)
    other_name = forms.CharField(label=words("对方姓名", "The other side's name"), max_length=60,
                                 help_text=words("与身份证上一致，对方才能确认。", "As on the identity card: only then they can confirm."))  # fmt: skip
    other_phone = forms.CharField(label=words("对方手机号", "The other side's mobile number"), max_length=20,
                                  widget=forms.TextInput(attrs={"inputmode": "tel"}))  # fmt: skip


class CodeForm(HouseForm):
    """The code from the text message."""

    code = forms.CharField(label=words("短信里的确认码", "Code from the text message"), max_length=6,
                           widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}))  # fmt: skip


class NotMineForm(HouseForm):
    """Why a lease is refused."""

    reason = forms.CharField(label=words("拒绝的原因", "Why you refuse"), max_length=200,
                             help_text=words("例如“不是我的租约”“日期不对”，对方会看到。", "Such as “not my lease” or “wrong days”; the other side reads it."))  # fmt: skip


class ExportForm(HouseForm):
    """Why a list of people is taken away."""

    basis = forms.CharField(label=words("依据", "Basis"), max_length=200,
                            help_text=words("通知或工作方案的名称、文号。", "Name and number of the notice or plan."))  # fmt: skip
    reason = forms.CharField(label=words("用途", "What it is for"), max_length=180,
                             help_text=words("批准人和名单上的每个人都会看到。", "Whoever approves and everybody on the list reads it."))  # fmt: skip
    numbers = forms.BooleanField(label=words("需要完整的证件号码和手机号（不勾选只给出隐去中间几位的）", "With full numbers of documents and telephones (else masked)"), required=False)  # fmt: skip
