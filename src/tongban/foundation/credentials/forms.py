"""Forms of credentials."""

from django import forms

from tongban.web.forms import HouseForm, words


class VerifyForm(HouseForm):
    """The text of a code, pasted or scanned."""

    c = forms.CharField(
        label=words("证件码的文字", "Text of the code"),
        help_text=words("以 TB1: 开头。用手机扫二维码得到这段文字，粘贴到这里。",
                        "It begins with TB1:. Scan the QR code with any phone and paste what it says."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"}),
        max_length=2000, strip=False,
    )  # fmt: skip
