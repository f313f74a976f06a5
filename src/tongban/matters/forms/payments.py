"""Forms of fees at the desk."""

from __future__ import annotations

from django import forms

from tongban.lib.words import T
from tongban.web.forms import HouseForm, words


class WindowPaymentForm(HouseForm):
    """What was taken in at a window."""

    way = forms.ChoiceField(
        label=words("缴费方式", "How it was paid"), widget=forms.RadioSelect, initial="pos",
        choices=[("pos", T("刷卡", "Card")), ("cash", T("现金", "Cash"))],
    )  # fmt: skip
    receipt = forms.CharField(
        label=words("票据号", "Receipt number"), max_length=80,
        help_text=words("开给缴费人的财政票据号码。", "The number of the receipt given to the payer."),
    )  # fmt: skip


class RefundForm(HouseForm):
    """Proof that a fee was paid back by hand."""

    reference = forms.CharField(
        label=words("退费凭证号", "Proof of the refund"), max_length=80,
        help_text=words("退款回单或者签收单的号码。", "The number of the bank slip, or of what was signed."),
    )  # fmt: skip
