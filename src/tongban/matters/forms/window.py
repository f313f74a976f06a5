"""Forms of the window."""

from __future__ import annotations

from typing import Any

from django import forms

from tongban.lib.identifiers import DOCUMENT_TYPES
from tongban.matters.queries.definitions import open_definitions
from tongban.web.forms import HouseForm, words


class VisitorForm(HouseForm):
    """Who stands at the counter, and for what."""

    service = forms.ChoiceField(label=words("办什么事", "Service"))
    name = forms.CharField(label=words("来人姓名", "Visitor's name"), max_length=60)
    document_type = forms.ChoiceField(label=words("证件类型", "Type of document"), choices=list(DOCUMENT_TYPES.items()))
    document_number = forms.CharField(label=words("证件号码", "Document number"), max_length=40)
    phone = forms.CharField(
        label=words("手机号", "Mobile number"), required=False, max_length=20,
        help_text=words("用于接收验证码和办理进展；没有可以不填。", "For the code and for news; may be left out."),
    )  # fmt: skip
    uscc = forms.CharField(
        label=words("统一社会信用代码", "Unified social credit code"), required=False, max_length=40,
        help_text=words("为企业办理时填写；来人应当是法定代表人，或已接受企业授权。",
                        "For a company: the visitor is its legal representative, or holds its mandate."),
    )  # fmt: skip
    evidence = forms.CharField(
        label=words("核对了哪些证件", "Which papers were seen"), max_length=200,
        help_text=words("例如：居民身份证原件，营业执照副本。", "Such as: the identity card, the business licence."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [(one.code, one.title) for one in open_definitions()]  # type: ignore[attr-defined]


class CodeForm(HouseForm):
    """The code from the applicant's phone."""

    code = forms.CharField(
        label=words("申请人手机收到的验证码", "The code on the applicant's phone"), max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "tb-w-short"}),
    )  # fmt: skip


class SignedForm(HouseForm):
    """What was signed on paper."""

    evidence = forms.CharField(
        label=words("签字材料", "What was signed"), max_length=200,
        help_text=words("例如：申请表打印件一份，本人签字，存窗口档案。", "Such as: the printed form, signed, kept at the window."),
    )  # fmt: skip


class HandOverCaseForm(HouseForm):
    """To whom."""

    person = forms.ChoiceField(label=words("交给哪位同事", "To which colleague"))
