"""Forms of whoever asks for a signature, and of whoever does not sign yet."""

from __future__ import annotations

from django import forms

from tongban.web.forms import HouseForm, words


class AskToSignForm(HouseForm):
    """A word to whoever signs."""

    note = forms.CharField(
        label=words("给签署人的话", "A word to whoever signs"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class SendBackForm(HouseForm):
    """What should be changed first."""

    remark = forms.CharField(
        label=words("哪里需要修改", "What should be changed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
