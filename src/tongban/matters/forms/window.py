"""Forms of the window."""

from __future__ import annotations

from typing import Any

from django import forms

from tongban.lib.actors import Actor
from tongban.lib.identifiers import DOCUMENT_TYPES
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions import PaperMandate, Principal, ShownLicence, Visitor
from tongban.matters.queries.definitions import open_definitions
from tongban.web.file_inputs import DocumentField, show_documents_to
from tongban.web.forms import HouseForm, words


def _document_type(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(DOCUMENT_TYPES.items()), required=False)


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
    evidence = forms.CharField(
        label=words("核对了哪些证件", "Which papers were seen"), max_length=200,
        help_text=words("例如：居民身份证原件，营业执照副本。", "Such as: the identity card, the business licence."),
    )  # fmt: skip

    uscc = forms.CharField(
        label=words("为单位办理：统一社会信用代码", "For a company: its unified social credit code"), required=False, max_length=40,
        help_text=words("来人应当是法定代表人，或已有企业授权。", "The visitor is its legal representative, or holds its mandate."),
    )  # fmt: skip
    principal_name = forms.CharField(
        label=words("为他人办理：委托人姓名", "For another person: their name"), required=False, max_length=60
    )
    principal_type = _document_type(words("委托人证件类型", "Type of their document"))
    principal_number = forms.CharField(
        label=words("委托人证件号码", "Number of their document"), required=False, max_length=40
    )
    mandate_evidence = forms.CharField(
        label=words("书面授权", "Mandate in writing"), required=False, max_length=200,
        help_text=words("本平台没有登记授权时填写，例如：授权委托书原件，委托人签名，2026 年 3 月 1 日。",
                        "Where none is on record, such as: the original, signed by them on 1 March 2026."),
    )  # fmt: skip
    valid_to = forms.DateField(
        label=words("授权截止日期", "Last day of the mandate"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": words("日期写成 2026-12-31 的样子。", "Write the date as 2026-12-31.")},
    )  # fmt: skip
    may_sign = forms.BooleanField(label=words("授权书写明可以代为签署", "The mandate covers signing"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [(one.code, one.title) for one in open_definitions()]  # type: ignore[attr-defined]

    def is_for_another(self) -> bool:
        """Whether the part of the page that says for whom stands open: something was typed there."""
        typed = ("uscc", "principal_name", "principal_number", "mandate_evidence", "valid_to", "may_sign")
        return any(self[name].value() for name in typed)

    def visitor(self) -> Visitor:
        """What was typed, as the office takes it."""
        said = self.cleaned_data
        principal = mandate = None
        if said["principal_name"].strip() or said["principal_number"].strip():
            kind = said["principal_type"] or "resident_id"
            principal = Principal(said["principal_name"], kind, said["principal_number"])
        if said["mandate_evidence"].strip() or said["valid_to"] or said["may_sign"]:
            mandate = PaperMandate(said["mandate_evidence"], said["valid_to"], said["may_sign"])
        return Visitor(
            said["name"],
            said["document_type"],
            said["document_number"],
            said["phone"],
            said["uscc"],
            principal,
            mandate,
        )


class LicenceForm(HouseForm):
    """A company as its licence shows it."""

    uscc = forms.CharField(label=words("统一社会信用代码", "Unified social credit code"), max_length=40)
    name = forms.CharField(label=words("单位名称", "Name of the organisation"), max_length=120)
    kind = forms.ChoiceField(
        label=words("类型", "Kind"), choices=[("company", T("企业", "Company")), ("sole_trader", T("个体工商户", "Sole trader")),
                                            ("collective", T("村社集体", "Village collective")), ("social", T("社会组织", "Social organisation"))],
    )  # fmt: skip
    address = forms.CharField(label=words("住所", "Address"), required=False, max_length=200)
    representative = forms.CharField(label=words("法定代表人（负责人）", "Legal representative"), max_length=60)
    document_type = _document_type(words("法定代表人证件类型", "Type of their document"))
    document_number = forms.CharField(
        label=words("法定代表人证件号码", "Number of their document"), required=False, max_length=40,
        help_text=words("本人到场、核对了证件原件才填写；由他人来办，收件时登记企业授权。",
                        "Only if they came and you saw it. Somebody else's mandate is recorded as they are taken in."),
    )  # fmt: skip
    evidence = forms.CharField(
        label=words("核对了哪些证照", "Which papers were seen"), max_length=200,
        help_text=words("例如：营业执照副本原件。", "Such as: the original business licence."),
    )  # fmt: skip

    def licence(self) -> ShownLicence:
        """What was typed, as the office takes it."""
        said = self.cleaned_data
        return ShownLicence(**(said | {"document_type": said["document_type"] or "resident_id"}))


class CodeForm(HouseForm):
    """The code from the applicant's phone."""

    code = forms.CharField(
        label=words("申请人手机收到的验证码", "The code on the applicant's phone"), max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "tb-w-short"}),
    )  # fmt: skip


class SignedForm(HouseForm):
    """What was signed on paper, and the signed page itself."""

    evidence = forms.CharField(
        label=words("签字材料", "What was signed"), max_length=200,
        help_text=words("例如：申请表打印件一份，本人签字，存窗口档案。", "Such as: the printed form, signed, kept at the window."),
    )  # fmt: skip
    page = DocumentField(
        purpose=hooks.SIGNED_PAGE, label=words("签字页扫描件或照片", "Scan or photo of the signed page"), required=False
    )

    def ask_for_page(self, actor: Actor, *, is_needed: bool) -> None:
        """Show the clerk's own upload by name, and say whether the service wants the page."""
        self.fields["page"].required = is_needed
        show_documents_to(self, actor)


class MandatePageForm(HouseForm):
    """The mandate in writing, scanned."""

    mandate_page = DocumentField(
        purpose=hooks.MANDATE_PAGE, label=words("书面授权扫描件或照片", "Scan or photo of the mandate")
    )


class HandOverCaseForm(HouseForm):
    """To whom."""

    person = forms.ChoiceField(label=words("交给哪位同事", "To which colleague"))
