"""Forms of papers on their way to the applicant."""

from __future__ import annotations

from django import forms

from tongban.web.forms import HouseForm, words


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
