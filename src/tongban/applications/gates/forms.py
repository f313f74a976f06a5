"""Forms of gates."""

from __future__ import annotations

from typing import Any

from django import forms

from tongban.applications.gates.models import Community, Gate
from tongban.applications.gates.queries import Home
from tongban.applications.gates.rules.kinds import ASKED_FOR, KINDS, MOST_PLACE, TYPE_NAMES
from tongban.lib.words import T
from tongban.web.forms import HouseForm, words

_DAY = {"type": "date"}


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), **more)


def _short(label: Any, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, widget=forms.TextInput(attrs={"class": "tb-w-medium"}), **more
    )


class InviteForm(HouseForm):
    """Whom one expects when."""

    home = forms.ChoiceField(label=words("到哪一户", "At which home"))
    day = _day(words("哪一天来", "On which day"))
    name = _short(words("访客姓名", "Visitor's name"), 60, required=False,
                  help_text=words("不填也可以，由访客打开链接后自己填。", "May be left to the visitor, who opens the link."))  # fmt: skip
    nonce = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, homes: list[Home], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "home", [(str(one.residence.dwelling_id), f"{one.community.name} {one.place}") for one in homes])
        if len(homes) == 1:
            self.fields["home"].widget = forms.HiddenInput()
            self.fields["home"].initial = str(homes[0].residence.dwelling_id)


class VisitorForm(HouseForm):
    """What a visitor says of themself."""

    name = _short(words("您的姓名", "Your name"), 60)
    phone = forms.CharField(label=words("手机号", "Mobile number"), max_length=30,
                            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "class": "tb-w-medium"}))  # fmt: skip


class AskForm(HouseForm):
    """What somebody asks for whom the register does not know."""

    kind = forms.ChoiceField(
        label=words("办哪一种", "Which kind"),
        choices=[(one, KINDS[one].name) for one in ASKED_FOR],
        widget=forms.RadioSelect,
    )
    community = forms.ChoiceField(label=words("哪个社区", "Which community"))
    home = forms.ChoiceField(label=words("为我家办", "For my home"), required=False)
    name = _short(words("持证人姓名", "Who will hold the pass"), 60)
    phone = forms.CharField(label=words("持证人手机号", "Their mobile number"), max_length=30,
                            widget=forms.TextInput(attrs={"inputmode": "tel", "class": "tb-w-medium"}))  # fmt: skip
    place = _short(words("住处或去处", "Dwelling, or where to"), MOST_PLACE, required=False,
                   help_text=words("写成 7-2-1503（栋-单元-室）；配送填站点名。", "As 7-2-1503 (building-unit-room); couriers: the depot's name."))  # fmt: skip
    plate = _short(
        words("车牌号", "Number plate"),
        12,
        required=False,
        help_text=words("只有车辆要填，例如川E12345。", "Vehicles only, as 川E12345."),
    )
    reason = forms.CharField(
        label=words("说明", "What for"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=words("例如：3 月起租住 7-2-1503，房东王建国；或每天给 7-2-1503 的老人送饭。",
                        "For example: renting 7-2-1503 since March from Wang Jianguo; or bringing meals to the old people at 7-2-1503."),
    )  # fmt: skip
    nonce = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, communities: list[Community], homes: list[Home], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "community", [(str(one.pk), T(one.name, one.name_en or one.name)) for one in communities])
        choices(self, "home", [("", T("不是", "No")), *((str(one.residence.dwelling_id), one.place) for one in homes)])
        if not homes:
            del self.fields["home"]


class CommunityForm(HouseForm):
    """What a community says of its gates."""

    name = forms.CharField(label=words("社区或小区名称", "Name of the community"), max_length=80)
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=120, required=False)
    phone = _short(words("门岗有疑问时打哪个电话", "Whom a guard calls when in doubt"), 30)


class OpenForm(CommunityForm):
    """The same, and the gates it begins with."""

    gates = forms.CharField(label=words("有哪些门", "The gates"), widget=forms.Textarea(attrs={"rows": 3}),
                            help_text=words("每行一个，例如：南门。", "One a line, as: South gate."))  # fmt: skip


class SettingsForm(CommunityForm):
    """The same, and how soon applications are checked."""

    check_days = forms.IntegerField(
        label=words("申请几个工作日内核对", "Working days to check an application in"),
        widget=forms.NumberInput(attrs={"class": "tb-w-short"}),
    )


class GateForm(HouseForm):
    """A further gate."""

    name = _short(words("门的名称", "Name of the gate"), 40)
    name_en = _short(words("英文名称", "Name in English"), 60, required=False)


class RuleForm(HouseForm):
    """What is to hold for one type of pass for a time."""

    type = forms.ChoiceField(label=words("对谁", "For whom"), choices=list(TYPE_NAMES.items()))
    first = _day(words("第一天", "First day"))
    last = _day(
        words("最后一天", "Last day"), help_text=words("过了这一天自动失效。", "It ends by itself after this day.")
    )
    legal_basis = forms.CharField(label=words("依据的法律条文或文件", "Law or document it is based on"), max_length=200)
    is_closed = forms.BooleanField(
        label=words("这段时间不放行、不办新证", "Nobody of this type is let in, no new passes"), required=False
    )
    hours = _short(
        words("放行时间", "Hours"),
        13,
        required=False,
        help_text=words("例如 06:00-22:00；不填是全天。", "As 06:00-22:00; empty is all day."),
    )
    gates = forms.MultipleChoiceField(
        label=words("只能走哪些门", "Only through these gates"), required=False, widget=forms.CheckboxSelectMultiple
    )
    quota = forms.IntegerField(label=words("每户同时最多几张", "Passes of a dwelling at a time"), required=False,
                               widget=forms.NumberInput(attrs={"class": "tb-w-short"}))  # fmt: skip

    def __init__(self, *args: Any, gates: list[Gate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "gates", [(str(one.number), T(one.name, one.name_en or one.name)) for one in gates])


class ApproveForm(HouseForm):
    """For which gates and how long."""

    days = forms.IntegerField(
        label=words("有效几天", "Days it holds"),
        required=False,
        widget=forms.NumberInput(attrs={"class": "tb-w-short"}),
    )
    gates = forms.MultipleChoiceField(label=words("只能走哪些门（都不选就是全部）", "Only these gates (none: all)"), required=False,
                                      widget=forms.CheckboxSelectMultiple)  # fmt: skip

    def __init__(self, *args: Any, gates: list[Gate], most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "gates", [(str(one.number), T(one.name, one.name_en or one.name)) for one in gates])
        self.fields["days"].initial = most


class PhotoForm(HouseForm):
    """A face, and that its owner agrees to its use at the gate."""

    file = forms.FileField(
        label=words("照片", "Photo"), widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=words("正面、看得清脸，手机拍的就行。JPEG、PNG 或 WebP，最大 20 MB。",
                        "From the front, the face plain to see; one taken by phone will do. JPEG, PNG or WebP, 20 MB at most."),
    )  # fmt: skip
    agrees = forms.BooleanField(
        label=words("我同意门岗看这张照片核对是不是本人", "I agree that guards compare this photo with me")
    )

    def __init__(self, *args: Any, at_desk: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if at_desk:
            self.fields["agrees"].label = words(
                "本人在场并同意门岗看照片核对", "The holder is here and agrees that guards compare the photo"
            )


class HouseholdForm(HouseForm):
    """Who of one's home goes on the household's pass."""

    members = forms.MultipleChoiceField(label=words("给谁办", "For whom"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, members: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "members", members)
        self.fields["members"].initial = [key for key, _ in members]


class ReasonForm(HouseForm):
    """Why a pass is refused or revoked."""

    reason = forms.CharField(label=words("理由（对方会看到）", "Why (they will read it)"), max_length=200)


class FindForm(HouseForm):
    """Which passes a list shows."""

    q = forms.CharField(label=words("住处", "Dwelling"), required=False, max_length=24)
    kind = forms.ChoiceField(label=words("类别", "Kind"), required=False,
                             choices=[("", T("全部", "All")), *((one, said.name) for one, said in KINDS.items())])  # fmt: skip
    state = forms.ChoiceField(
        label=words("状态", "State"), required=False,
        choices=[("", T("全部", "All")), ("waiting", T("待核对", "To check")), ("active", T("有效", "Good")), ("ended", T("已结束", "Ended"))],
    )  # fmt: skip


def choices(form: forms.Form, name: str, given: list[tuple[str, Any]]) -> None:
    """Set what can be chosen in a field."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = given
