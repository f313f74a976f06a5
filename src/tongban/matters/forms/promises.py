"""Forms of promises at the desk."""

from __future__ import annotations

from django import forms

from tongban.web.forms import HouseForm, words


class KeptForm(HouseForm):
    """What a check found."""

    note = forms.CharField(
        label=words("核查情况", "What was looked at"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=words("何时、何人、看了什么，例如：12 月 3 日现场查看，场所与承诺一致。",
                        "When, by whom, what was seen. For instance: visited on 3 December, premises as promised."),
    )  # fmt: skip
