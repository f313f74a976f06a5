"""The form that proposes a version of a service."""

from __future__ import annotations

from typing import Any

from django import forms

from tongban.lib.words import T
from tongban.matters.adapters import shipped_codes
from tongban.matters.rules.publishing import CHOICES
from tongban.web.forms import HouseForm, words


def _codes() -> list[tuple[str, Any]]:
    return [("", T("（上传压缩包）", "(send an archive)")), *((code, code) for code in shipped_codes())]


class ProposalForm(HouseForm):
    """Which version to propose, and what becomes of whoever is on an older one."""

    code = forms.ChoiceField(
        label=words("本机文件夹里的事项", "A service from this machine's folders"), required=False, choices=_codes
    )  # fmt: skip
    archive = forms.FileField(
        label=words("或者上传导出的压缩包", "Or an exported archive"), required=False,
        help_text=words("从另一套系统“导出”得到的 .tar.gz 或 .zip", "A .tar.gz or .zip another installation exported"),
    )  # fmt: skip
    in_flight = forms.ChoiceField(
        label=words("在办的怎么办", "What becomes of open cases"), widget=forms.RadioSelect, initial="finish",
        choices=list(CHOICES.items()),
    )  # fmt: skip
    until = forms.DateField(
        label=words("最后期限", "Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=words("选“按老版办完”或“请申请人补”时必须填写", "Needed where people are given time"),
    )  # fmt: skip
    note = forms.CharField(
        label=words("给确认人的说明", "Note to whoever confirms"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
