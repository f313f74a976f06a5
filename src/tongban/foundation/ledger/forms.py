"""Forms of the ledger's pages."""

from django import forms

from tongban.web.forms import HouseForm, words


class ExplainForm(HouseForm):
    """What was behind a finding."""

    explanation = forms.CharField(
        label=words("查明的情况和处理结果", "What was found out, and what was done"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=words("说明会保留在这里，公开日志也会记录已作说明；不要写个人信息。",
                        "It stays here, and the public log tells that it was explained. Write no personal data."),
    )  # fmt: skip
