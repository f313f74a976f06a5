"""Forms of the message pages."""

from __future__ import annotations

from django import forms

from tongban.lib.words import T
from tongban.web.forms import HouseForm, words


class PhoneFilter(forms.Form):
    """The demo's outbox, for one phone."""

    phone = forms.CharField(label=words("手机号码", "Phone number"), required=False, max_length=32)


class UndeliveredFilter(forms.Form):
    """Which undelivered messages to list."""

    state = forms.ChoiceField(
        label=words("状态", "State"), required=False,
        choices=[("", T("全部", "All")), ("failed", T("未送达", "Failed")), ("queued", T("等待重试", "Will be tried again"))],
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=words("通道", "Channel"), required=False,
        choices=[("", T("全部", "All")), ("sms", T("短信", "Text message")), ("email", T("电子邮件", "E-mail"))],
    )  # fmt: skip


class ResendForm(HouseForm):
    """Why messages are sent again."""

    reason = forms.CharField(label=words("重发原因", "Why send again"), max_length=200)
