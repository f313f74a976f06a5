"""Forms of the working calendar."""

from __future__ import annotations

from django import forms

from tongban.lib.words import T
from tongban.web.forms import HouseForm, words

_SOURCE_HINT = words("通知名称和文号，例如国办发明电〔2026〕7号。", "The notice's name and number.")


def _source() -> forms.CharField:
    return forms.CharField(label=words("依据", "Source"), max_length=200, help_text=_SOURCE_HINT)


class DayForm(HouseForm):
    """One day that differs."""

    day = forms.DateField(
        label=words("日期", "Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": words("日期写成 2026-12-31 的样子。", "Write the date as 2026-12-31.")},
    )  # fmt: skip
    is_working = forms.ChoiceField(
        label=words("安排", "Arrangement"), widget=forms.RadioSelect,
        choices=[("no", T("休息，不计入时限", "Rest: not counted")), ("yes", T("上班，计入时限", "Working: counted"))],
    )  # fmt: skip
    reason = forms.CharField(
        label=words("说明", "Reason"), max_length=80,
        help_text=words("显示给询问到期日的人，例如“防汛停工”。", "Shown to whoever asks why a day is due."),
    )  # fmt: skip
    reason_en = forms.CharField(label=words("英文说明", "Reason in English"), max_length=80, required=False)
    source = _source()


class ImportForm(HouseForm):
    """A year's notice as a table."""

    file = forms.FileField(
        label=words("放假安排表格", "Table of days"),
        help_text=words("Excel 或 CSV，列为：日期、安排（休息/上班）、说明、英文说明。",
                        "Excel or CSV with the columns 日期, 安排 (休息/上班), 说明, 英文说明."),
    )  # fmt: skip
    source = _source()


class YearForm(HouseForm):
    """That a year's notice is entered completely."""

    source = _source()


class TakeBackForm(HouseForm):
    """Why a day or a year is taken back."""

    reason = forms.CharField(label=words("理由", "Reason"), max_length=200)
