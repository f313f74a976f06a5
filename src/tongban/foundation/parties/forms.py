"""Forms of parties."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm as _SignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.forms import widgets
from django.utils.functional import lazystr

from tongban.foundation.parties.actions import DEVICE_KINDS
from tongban.foundation.parties.models import Organisation, Person, Unit
from tongban.foundation.parties.rules import Term
from tongban.lib import capabilities
from tongban.lib.capabilities import ROLES
from tongban.lib.identifiers import DOCUMENT_TYPES
from tongban.lib.words import T
from tongban.web.forms import HouseForm, words


class SignupForm(_SignupForm):
    """Signing up with a mobile number alone; a password or passkey can be added afterwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password1", None)


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    wrong = {"invalid": words("日期写成 2026-12-31 的样子。", "Write the date as 2026-12-31.")}
    return forms.DateField(
        label=label,
        required=required,
        error_messages=wrong,
        widget=widgets.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


def _text(label: Any, *, required: bool = True, longest: int = 200, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=longest, help_text=hint)


def _document_type() -> forms.ChoiceField:
    return forms.ChoiceField(label=words("证件类型", "Type of document"), choices=list(DOCUMENT_TYPES.items()))


class TermForm(HouseForm):
    """From which day to which."""

    valid_from = _day(words("开始日期", "First day"))
    valid_to = _day(words("截止日期", "Last day"))

    def term(self) -> Term:
        """The days typed."""
        return Term(self.cleaned_data["valid_from"], self.cleaned_data.get("valid_to"))


class IdentityForm(HouseForm):
    """Name and document."""

    name = _text(words("姓名", "Name"), hint=words("与证件上完全一致。", "Exactly as on the document."))
    document_type = _document_type()
    document_number = _text(words("证件号码", "Document number"), longest=40)


class AddressForm(HouseForm):
    """The address one states."""

    address = _text(words("现住址", "Present address"), required=False)


class CorrectionForm(HouseForm):
    """What is wrong and what is right."""

    fact = forms.ChoiceField(
        label=words("要更正的内容", "What is to be corrected"), widget=widgets.RadioSelect,
        choices=[("name", words("姓名", "Name")), ("document_number", words("证件号码", "Document number"))],
    )  # fmt: skip
    stated = _text(words("正确的内容", "What is right"))
    reason = _text(words("原因", "Why"))


class MandateForm(TermForm):
    """Who may act, in what, until when."""

    agent_name = _text(words("被授权人姓名", "Name of the person who is to act"))
    document_type = _document_type()
    document_number = _text(words("被授权人证件号码", "Their document number"), longest=40)
    services = _text(
        words("限定事项", "Limited to services"), required=False,
        hint=words("写事项名称，如“企业复工复产”，几项用逗号分开；不填即全部事项。", "Names of services, separated by commas; empty means all."),
    )  # fmt: skip
    may_sign = forms.BooleanField(
        label=words("可以代为签署承诺和申请", "May sign promises and applications"), required=False
    )
    field_order = ["agent_name", "document_type", "document_number", "services", "may_sign", "valid_from", "valid_to"]


class CompanyForm(HouseForm):
    """A company as its licence shows it."""

    name = _text(words("单位名称", "Name of the organisation"))
    uscc = _text(words("统一社会信用代码", "Unified social credit code"), longest=40)
    kind = forms.ChoiceField(
        label=words("类型", "Kind"),
        choices=[
            (Organisation.Kind.COMPANY.value, words("企业", "Company")),
            (Organisation.Kind.SOLE_TRADER.value, words("个体工商户", "Sole trader")),
            (Organisation.Kind.COLLECTIVE.value, words("村社集体", "Village collective")),
            (Organisation.Kind.SOCIAL.value, words("社会组织", "Social organisation")),
        ],
    )
    address = _text(words("地址", "Address"), required=False)
    industry = _text(words("行业", "Industry"), required=False, longest=80)


class ReasonForm(HouseForm):
    """Why."""

    reason = _text(words("原因或事由", "Why"))


class SearchForm(HouseForm):
    """A name, its pinyin or its initials."""

    q = _text(words("姓名、拼音或首字母", "Name, pinyin or initials"), required=False, longest=80)


class OfficeForm(HouseForm):
    """An office."""

    name = _text(words("单位名称", "Name"))
    name_en = _text(words("英文名称", "Name in English"), required=False, longest=160)
    kind = forms.ChoiceField(
        label=words("类型", "Kind"),
        choices=[
            (Organisation.Kind.GOVERNMENT.value, words("机关", "Government office")),
            (Organisation.Kind.INSTITUTION.value, words("事业单位", "Public institution")),
        ],
    )
    uscc = _text(words("统一社会信用代码", "Unified social credit code"), required=False, longest=40)
    region_code = _text(words("区划代码", "Region code"), required=False, longest=12)


class UnitForm(HouseForm):
    """A unit."""

    name = _text(words("部门名称", "Name"))
    name_en = _text(words("英文名称", "Name in English"), required=False, longest=160)
    kind = forms.ChoiceField(
        label=words("类型", "Kind"),
        choices=[
            (Unit.Kind.DEPARTMENT.value, words("科室", "Department")), (Unit.Kind.HALL.value, words("政务大厅", "Hall")),
            (Unit.Kind.WINDOW.value, words("窗口", "Window")), (Unit.Kind.COMMUNITY.value, words("社区", "Community")),
            (Unit.Kind.HOSPITAL.value, words("医疗机构", "Hospital")), (Unit.Kind.OFFICE.value, words("办公室", "Office")),
        ],
    )  # fmt: skip
    code = forms.RegexField(
        r"^[a-z][a-z0-9-]{0,39}$", label=words("部门代码", "Code"), strip=True,
        help_text=words("事项定义用它来指这个部门，定了不要改。", "Definitions call the unit by it; do not change it."),
        # Django puts parameters into this message, which a T does not take.
        error_messages={"invalid": lazystr(T("代码用小写字母开头，只含小写字母、数字和 -。",
                                             "A code begins with a small letter and has small letters, digits and -."))},
    )  # fmt: skip
    region_code = _text(words("区划代码", "Region code"), required=False, longest=12)


class GrantForm(TermForm):
    """Whom, where, as what."""

    document_number = _text(words("身份证号", "Identity number"), longest=40)
    unit = forms.ChoiceField(label=words("部门", "Unit"))
    role = forms.ChoiceField(label=words("岗位", "Role"), choices=list(ROLES.items()))
    region_code = _text(
        words("区域范围", "Region"), required=False, longest=15,
        hint=words("区划代码或 15 位网格代码；不填即部门所在区域。", "A region code, or the 15 digits of a grid; empty means the unit's own."),
    )  # fmt: skip
    field_order = ["document_number", "unit", "role", "region_code", "valid_from", "valid_to"]

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_to"].required = False
        _offer(self, "unit", [(str(unit.pk), unit.name) for unit in units])


class DelegationForm(TermForm):
    """Which colleague, when, why."""

    delegate = forms.ChoiceField(label=words("同事", "Colleague"))
    reason = _text(words("原因", "Why"))
    field_order = ["delegate", "valid_from", "valid_to", "reason"]

    def __init__(self, *args: Any, colleagues: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "delegate", [(str(person.pk), person.name) for person in colleagues])


class StaffListForm(HouseForm):
    """A staff list."""

    file = forms.FileField(
        label=words("名册文件", "Staff list"),
        help_text=words("Excel、WPS 表格或 CSV，最多 2000 行；合并单元格和 GBK 编码都可以。",
                        "Excel, WPS or CSV, at most 2,000 rows; merged cells and GBK are fine."),
    )  # fmt: skip


class RegisterForm(IdentityForm):
    """A person at the counter."""

    phone = _text(words("手机号", "Mobile number"), required=False, longest=40)
    address = _text(words("现住址", "Present address"), required=False)


class PhoneForm(HouseForm):
    """The number somebody signs in with."""

    phone = _text(words("手机号", "Mobile number"), longest=40)


class SettleForm(HouseForm):
    """Yes or no, and why."""

    accept = forms.ChoiceField(
        label=words("结论", "Outcome"), widget=widgets.RadioSelect,
        choices=[("yes", words("同意更正", "Correct it")), ("no", words("不予更正", "Leave it"))],
    )  # fmt: skip
    answer = _text(words("答复", "Answer"))


class ClientForm(HouseForm):
    """A program that may call the API."""

    name = _text(words("名称", "Name"), longest=120)
    organisation = forms.ChoiceField(label=words("所属单位", "Organisation"))
    capabilities = forms.MultipleChoiceField(label=words("权限", "Capabilities"), widget=widgets.CheckboxSelectMultiple)
    region_code = _text(words("区域范围", "Region"), required=False, longest=12)
    days = forms.IntegerField(label=words("有效天数", "Days valid"), initial=180, min_value=1, max_value=366)

    def __init__(self, *args: Any, organisations: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(c.name, c.label) for c in capabilities.grantable()]
        _offer(self, "organisation", [(str(found.pk), found.name) for found in organisations])
        _offer(self, "capabilities", offered)


class DeviceForm(HouseForm):
    """A phone, screen or kiosk."""

    name = _text(words("名称", "Name"), longest=120)
    kind = forms.ChoiceField(label=words("类型", "Kind"), choices=list(DEVICE_KINDS.items()))
    unit = forms.ChoiceField(label=words("部门", "Unit"))

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", [(str(unit.pk), unit.name) for unit in units])


def _offer(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class PasskeyForm(AddWebAuthnForm):
    """A passkey with a name of its own; it signs in alone unless one says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label = words("名称", "Name")
        name.help_text = words("例如：我的手机", "For example: my phone")
        name.widget.attrs.pop("placeholder", None)
        alone.label = words("只用它就能登录，不用再输密码", "Let it sign in alone, without a password")
        alone.help_text = words("需要设备能验证指纹、面容或 PIN。", "The device must check a finger, a face or a PIN.")
        alone.initial = True


class CodeForm(HouseForm):
    """A one-time code."""

    code = forms.CharField(
        label=words("验证码", "Code"), max_length=12,
        widget=forms.TextInput({"class": "tb-code-input", "autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip


class PasswordForm(HouseForm):
    """A new password, typed once."""

    password = forms.CharField(
        label=words("新密码", "New password"), strip=False, help_text=words("至少十位，不要全是数字。", "At least ten characters, not digits alone."),
        widget=widgets.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip
