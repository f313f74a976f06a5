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


class PaperForm(HouseForm):
    """A PDF to compare with what was issued."""

    file = forms.FileField(
        label=words("PDF 文件", "PDF file"),
        help_text=words("选择对方发给您的 PDF 原文件，不是照片或扫描件。文件只用来核验，不保存。",
                        "The PDF as it was sent to you, not a photo or scan. It is compared and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )  # fmt: skip
