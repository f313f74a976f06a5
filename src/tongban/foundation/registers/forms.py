"""Forms of the pages of registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms import widgets

from tongban.foundation.registers.rules.occupancy import KINDS
from tongban.foundation.registers.rules.resident_columns import COLUMNS
from tongban.lib.words import T
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


class ResidentListForm(HouseForm):
    """A community's own list: the file, where it is of, what it is called, and of which kind its people are."""

    file = forms.FileField(label=words("名单文件", "File"))
    area_code = forms.CharField(label=words("社区或网格", "Community or grid"), max_length=15)
    title = forms.CharField(
        label=words("名单名称", "Name of the list"),
        max_length=40,
        help_text=words(
            "例如：2026 年 11 月人口台账。会写成每条登记的来源。", "Named as the source of every residence it brings."
        ),
    )
    kind = forms.ChoiceField(
        label=words("没有写人员类别的行算作", "Rows that do not say their kind are"),
        choices=list(KINDS.items()),
        initial="registered",
    )
    adds_places = forms.BooleanField(
        label=words("地址库里没有的楼栋和房屋一并新增", "Add buildings and dwellings the address tree lacks"), required=False,
        initial=True,
    )  # fmt: skip

    def __init__(self, *args: Any, areas: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.ENVIRONMENT.body_max_mb
        self.fields["file"].help_text = words(
            f"Excel（.xlsx、.xls）、WPS 或 CSV，最多 30 万行、{most} MB。表头上面有标题、表头有合并单元格都可以。",
            f"Excel, WPS or CSV, up to 300,000 rows and {most} MB. Titles above the header and merged cells are fine.",
        )
        if areas:
            label = self.fields["area_code"].label
            self.fields["area_code"] = forms.ChoiceField(label=label, choices=list(areas))


class ColumnsForm(HouseForm):
    """Which column of a list is what."""

    def __init__(self, *args: Any, headings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(place), f"{_letter(place)} {text}".strip()) for place, text in enumerate(headings)]
        choices: list[tuple[str, Any]] = [("", T("名单里没有", "Not in the list")), *named]
        for column in COLUMNS:
            label = words(column.label.zh, column.label.en)
            self.fields[column.name] = forms.ChoiceField(label=label, choices=choices, required=column.is_required)

    def chosen(self) -> dict[str, int]:
        """Places by column, of those that were chosen."""
        return {name: int(place) for name, place in self.cleaned_data.items() if place != ""}


def _letter(place: int) -> str:
    """A column as Excel calls it: A, Z, AA."""
    letters = ""
    while place >= 0:
        letters, place = chr(65 + place % 26) + letters, place // 26 - 1
    return letters


class AddressForm(HouseForm):
    """How an address nobody could read is to be read."""

    address = forms.CharField(widget=forms.HiddenInput, strip=False)
    text = forms.CharField(label=words("应当读作", "Read it as"), max_length=200)


class UndoForm(HouseForm):
    """Why a list is undone."""

    reason = forms.CharField(label=words("撤销原因", "Why"), max_length=200)
