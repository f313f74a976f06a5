"""Forms of the operators' pages of registers."""

from __future__ import annotations

from django import forms
from django.forms import widgets

from tongban.web.forms import HouseForm, words


class SwitchForm(HouseForm):
    """Why a register must not be asked for now."""

    reason = forms.CharField(
        label=words("停用原因", "Why"),
        max_length=200,
        help_text=words("会显示在登记库页面上。", "Shown on the register's page."),
    )


class ConnectForm(HouseForm):
    """Where a register's source is asked live; empty means the list kept here."""

    endpoint = forms.CharField(
        label=words("接口地址", "Address"), required=False, max_length=300,
        help_text=words("https:// 开头；不填即查询本平台导入的清单。", "Beginning with https://; empty means the list kept here."),
    )  # fmt: skip
    token = forms.CharField(
        label=words("访问令牌", "Token"), required=False, max_length=500, strip=True,
        widget=widgets.PasswordInput({"autocomplete": "off"}),
        help_text=words("不改请留空。", "Leave empty to keep the present one."),
    )  # fmt: skip


class ListForm(HouseForm):
    """A list of an authority: the file, whose it is, of which day."""

    file = forms.FileField(
        label=words("清单文件", "File"),
        help_text=words(
            "Excel、CSV 或 ODS，表头可以有合并单元格。", "Excel, CSV or ODS; the header may have merged cells."
        ),
    )
    source = forms.CharField(
        label=words("清单来源", "Whose list"),
        max_length=200,
        help_text=words("例如：区市场监管局", "For example: market regulation bureau"),
    )
    refreshed_on = forms.DateField(
        label=words("清单日期", "Of which day"), widget=widgets.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": words("日期写成 2026-12-31 的样子。", "Write the date as 2026-12-31.")},
    )  # fmt: skip
