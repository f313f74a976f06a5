"""Forms of halls: for whoever opens one, for its manager, for visitors."""

from __future__ import annotations

from typing import Any

from django import forms

from tongban.applications.halls.models import Hall
from tongban.applications.halls.rules.appointments import Rules
from tongban.applications.halls.rules.hours import DEFAULT_HOURS, KINDS
from tongban.applications.halls.rules.queue import PRIORITIES
from tongban.applications.halls.rules.shape import QUESTIONS, YES_NO_QUESTIONS
from tongban.applications.halls.rules.visitors import Said
from tongban.lib.identifiers import DOCUMENT_TYPES
from tongban.lib.phones import show_phone
from tongban.lib.words import T
from tongban.web.forms import HouseForm, words

_SHORT: dict[str, Any] = {"class": "tb-w-short", "inputmode": "numeric", "autocomplete": "off"}


class _Basics(HouseForm):
    """What stands on the door."""

    name = forms.CharField(label=words("大厅名称", "Name of the hall"), max_length=120,
                           help_text=words("例如：江阳区政务服务中心", "For example: Jiangyang Service Centre"))  # fmt: skip
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=160, required=False)
    address = forms.CharField(label=words("详细地址", "Address"), max_length=200)
    phone = forms.CharField(label=words("大厅电话（公开）", "Telephone of the hall (public)"), max_length=40,
                            widget=forms.TextInput(attrs={"type": "tel", "class": "tb-w-medium"}))  # fmt: skip
    capacity = forms.IntegerField(
        label=words("最多同时容纳多少人", "How many people may be inside at once"), initial=200,
        widget=forms.TextInput(attrs=_SHORT),
        help_text=words("满员后入口暂停放行，出来一个进去一个。", "When it is full, the entrance stops until somebody leaves."),
    )  # fmt: skip


class OpenHallForm(_Basics):
    """Everything a hall needs to open: one page, most of it filled in already."""

    operator = forms.CharField(label=words("主办单位", "Operated by"), max_length=200)
    uscc = forms.CharField(label=words("主办单位统一社会信用代码", "Credit code of the operator"), max_length=30, required=False,
                           help_text=words("有就填，区县确认时更快。", "If at hand: the district confirms sooner."))  # fmt: skip
    region_code = forms.ChoiceField(label=words("所在区划", "District"))
    other_region = forms.CharField(
        label=words("其他区划的代码", "Code of another district"), max_length=12, required=False,
        widget=forms.TextInput(attrs=_SHORT | {"class": "tb-w-medium"}),
        help_text=words("上面没有您的区县时，填 6 位区划代码。", "If yours is not listed: its code of 6 digits."),
    )  # fmt: skip
    services = forms.CharField(
        label=words("办哪些业务，一行一类", "Services, one a line"), initial="综合咨询\n证照办理\n社保医保\n不动产登记",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=words("每类业务自动配一个取号字母，以后可以改。", "Each gets a letter for its queue. You can change them later."),
    )  # fmt: skip
    windows = forms.IntegerField(
        label=words("窗口数", "Number of windows"), initial=3, widget=forms.TextInput(attrs=_SHORT)
    )
    hours_workday = forms.CharField(
        label=words("工作日开放时间", "Hours on working days"), initial=DEFAULT_HOURS["workday"], required=False,
        help_text=words("写成 09:00-12:00 13:30-17:30；过了零点也可以，例如 20:00-02:00。",
                        "Such as 09:00-12:00 13:30-17:30; past midnight is fine: 20:00-02:00."),
    )  # fmt: skip
    hours_saturday = forms.CharField(label=words("星期六", "Saturdays"), required=False,
                               help_text=words("不开放就留空。", "Empty when closed."))  # fmt: skip
    hours_sunday = forms.CharField(label=words("星期日", "Sundays"), required=False)

    def __init__(self, *args: Any, regions: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*regions, ("other", T("其他（填代码）", "Another (enter its code)"))]
        self.order_fields(["name", "operator", "region_code", "other_region", "address", "phone", "services", "windows",
                           "capacity", "hours_workday", "hours_saturday", "hours_sunday", "uscc", "name_en"])  # fmt: skip

    @property
    def region(self) -> str:
        """The code chosen, or typed."""
        chosen = str(self.cleaned_data["region_code"])
        return str(self.cleaned_data["other_region"]).strip() if chosen == "other" else chosen


class BasicsForm(_Basics):
    """Change what stands on the door."""

    asks_document = forms.BooleanField(
        label=words("登记时填写证件号码", "Ask visitors for a document number"), required=False,
        help_text=words("办事需要核对身份的大厅打开；只排队叫号的可以关掉。", "Switch it off where numbers alone are called."),
    )  # fmt: skip

    @classmethod
    def of(cls, hall: Hall) -> BasicsForm:
        """The form filled with what there is."""
        names = ("name", "name_en", "address", "capacity", "asks_document")
        return cls(initial={name: getattr(hall, name) for name in names} | {"phone": show_phone(hall.phone)})


class HoursForm(HouseForm):
    """Change when the hall is open."""

    day_starts = forms.TypedChoiceField(
        label=words("营业日从几点起算", "The business day begins at"), coerce=int,
        choices=[(hour * 60, f"{hour:02d}:00") for hour in range(9)],
        help_text=words("夜间也开放的大厅，把它设在打烊之后。", "Halls open at night set it after their closing time."),
    )  # fmt: skip
    closures = forms.CharField(
        label=words("临时闭馆，一行一次", "Closing days, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=words("写成 2026-12-31 年终盘点，或 2026-12-30~2027-01-02 搬迁。",
                        "Such as 2026-12-31 stocktaking, or 2026-12-30~2027-01-02 moving."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in KINDS.items():
            self.fields[f"hours_{kind}"] = forms.CharField(label=label, required=False)  # type: ignore[arg-type]
        self.order_fields([*(f"hours_{kind}" for kind in KINDS), "day_starts", "closures"])

    @classmethod
    def of(cls, hall: Hall) -> HoursForm:
        """The form filled with what there is."""
        lines = [f"{c['first']}~{c['last']} {c['reason']}" if c["first"] != c["last"] else f"{c['first']} {c['reason']}"
                 for c in hall.closures]  # fmt: skip
        return cls(initial={f"hours_{kind}": hall.hours.get(kind, "") for kind in KINDS}
                   | {"day_starts": hall.day_starts, "closures": "\n".join(lines)})  # fmt: skip


class DeclarationForm(HouseForm):
    """Switch the health declaration on, with its dates and basis, or off."""

    questions = forms.MultipleChoiceField(
        label=words("要问的内容", "What is asked"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=list(QUESTIONS.items()), help_text=words("一项都不选就是不收集。", "None: nothing is collected."),
    )  # fmt: skip
    first = forms.DateField(
        label=words("起日", "First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(label=words("止日", "Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                           help_text=words("到期自动停止收集。", "Collecting ends by itself on this day."))  # fmt: skip
    legal_basis = forms.CharField(label=words("依据（公开）", "Legal basis (public)"), max_length=200, required=False)

    @classmethod
    def of(cls, hall: Hall) -> DeclarationForm:
        """The form filled with what there is."""
        asked = hall.asked
        return cls(initial={"questions": list(asked.questions), "first": asked.first, "last": asked.last,
                            "legal_basis": asked.legal_basis})  # fmt: skip


class TurnsForm(HouseForm):
    """Change how appointments are given, and by how much somebody is moved ahead."""

    days_ahead = forms.IntegerField(label=words("可以提前几天预约", "Days ahead that can be booked"),
                                    widget=forms.TextInput(attrs=_SHORT))  # fmt: skip
    release = forms.TimeField(
        label=words("每天几点放出新的一天", "When a new day is released"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=words("到点才能约最远的那一天。", "From this time on the farthest day can be booked."),
    )  # fmt: skip
    per_person = forms.IntegerField(label=words("一个手机号最多留几个预约", "Appointments one phone may hold"),
                                    widget=forms.TextInput(attrs=_SHORT))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in PRIORITIES.items():
            self.fields[f"head_{code}"] = forms.IntegerField(
                label=T(f"{label.zh}提前多少分钟", f"{label.en}: minutes ahead"), widget=forms.TextInput(attrs=_SHORT),  # type: ignore[arg-type]
            )  # fmt: skip

    @classmethod
    def of(cls, hall: Hall) -> TurnsForm:
        """The form filled with what there is."""
        rules = Rules.read(hall.appointment_rules)
        heads = {f"head_{code}": hall.head_starts.get(code, 0) for code in PRIORITIES}
        return cls(
            initial={"days_ahead": rules.days_ahead, "release": rules.release, "per_person": rules.per_person} | heads
        )


class HallListForm(HouseForm):
    """A list of halls in a file."""

    file = forms.FileField(
        label=words("大厅名单", "List of halls"),
        help_text=words("Excel、WPS 表格或 CSV，最多 6 万行。合并单元格、GBK 编码都可以。",
                        "Excel, WPS or CSV with up to 60,000 rows; merged cells and GBK are fine."),
    )  # fmt: skip


class HallFilter(HouseForm):
    """Which halls a district looks at."""

    q = forms.CharField(label=words("大厅", "Hall"), required=False)
    state = forms.ChoiceField(label=words("状态", "State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from tongban.applications.halls.rules.shape import HALL_STATES

        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", T("全部", "All")), *HALL_STATES.items()]


class ReasonForm(HouseForm):
    """Why something is stopped."""

    reason = forms.CharField(label=words("原因", "Reason"), max_length=200)


class MoveForm(HouseForm):
    """Where a hall is now, and how its new house says so."""

    address = forms.CharField(label=words("大厅的新网址", "The hall's new address"), max_length=200,
                              help_text=words("在新平台的“大厅迁移”页面复制。", "Copy it from the hall's page in the new house."))  # fmt: skip
    code = forms.CharField(label=words("到达码", "Arrival code"), max_length=40,
                           widget=forms.TextInput(attrs={"class": "tb-w-medium", "autocomplete": "off", "spellcheck": "false"}))  # fmt: skip


class HallFileForm(HouseForm):
    """The file of a hall that comes from another house."""

    file = forms.FileField(
        label=words("大厅迁移文件", "The hall's file"),
        help_text=words("在原来的平台，大厅负责人从“大厅迁移”页面下载。", "Its manager downloads it on the page “Moving the hall” where it is now."),
    )  # fmt: skip


def _yes_no() -> list[tuple[str, Any]]:
    return [("yes", T("有", "Yes")), ("no", T("没有", "No"))]


class VisitForm(HouseForm):
    """What a visitor fills in at the door; the action checks it, the form only shows it."""

    service = forms.ChoiceField(label=words("办什么业务", "What you came for"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=words("姓名", "Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "tb-w-medium"}),
    )
    document_type = forms.ChoiceField(
        label=words("证件类型", "Document"), initial="resident_id", choices=list(DOCUMENT_TYPES.items())
    )
    document_number = forms.CharField(label=words("证件号码", "Document number"), max_length=40, required=False,
                                      widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}))  # fmt: skip
    phone = forms.CharField(label=words("手机号", "Mobile number"), max_length=40, required=False,
                            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "tb-w-medium"}))  # fmt: skip
    companions = forms.CharField(
        label=words("同行人姓名，一行一位", "Names of companions, one a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    priorities = forms.MultipleChoiceField(
        label=words("需要优先照顾", "Needs to be served sooner"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(code, label) for code, label in PRIORITIES.items() if code not in ("appointment", "elderly")],
        help_text=words("满 65 岁的凭身份证号自动优先。", "From 65 years on it is given by the ID number."),
    )  # fmt: skip
    nonce = forms.UUIDField(widget=forms.HiddenInput)
    entrance = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, hall: Hall, questions: tuple[str, ...] = (), for_other: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        service = self.fields["service"]
        assert isinstance(service, forms.ChoiceField)
        service.choices = [(one.code, one.name) for one in hall.service_list if one.is_open]
        if not hall.asks_document:
            del self.fields["document_type"], self.fields["document_number"]
        else:
            self.fields["document_number"].required = True
        self.fields["phone"].required = not for_other
        for question in questions:
            label: Any = QUESTIONS[question]
            if question in YES_NO_QUESTIONS:
                self.fields[question] = forms.ChoiceField(label=label, choices=_yes_no(), widget=forms.RadioSelect)
            else:
                self.fields[question] = forms.CharField(label=label, required=question == "temperature", max_length=200)
            self.fields[question].error_messages["required"] = str(T("请回答。", "Please answer."))
        if for_other:
            self.fields["helped_by"] = forms.CharField(
                label=words("您（帮忙的人）的姓名", "Your own name, as the helper"), max_length=60, required=False
            )
        self.questions = questions

    def said(self) -> Said:
        """What was typed, for the action."""
        data = self.cleaned_data
        return Said(
            service=data["service"], name=data["name"], document_type=data.get("document_type", ""),
            document_number=data.get("document_number", ""), phone=data.get("phone", ""),
            companions=data["companions"].splitlines(), priorities=data["priorities"],
            declaration={question: data.get(question, "") for question in self.questions},
        )  # fmt: skip


class CodeForm(HouseForm):
    """A visit code, typed."""

    code = forms.CharField(
        label=words("登记码", "Visit code"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "tb-w-medium", "autocomplete": "off"}),
    )
