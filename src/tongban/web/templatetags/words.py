"""Template tags for texts in both languages. Loaded as builtins."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html

from tongban.lib.words import T, reader_language

register = template.Library()


@register.simple_tag
def say(zh: str, en: str, **parts: Any) -> str:
    """``{% say "共 {n} 件" "{n} cases" n=count %}``: the reader's language, parts escaped."""
    text = en if reader_language() == "en" else zh
    return format_html(text, **parts) if parts else conditional_escape(text)


@register.filter
def in_words(value: Any) -> str:
    """A text from data (``{zh, en}`` or T) in the reader's language."""
    return str(T.read(value)) if isinstance(value, dict | T) else str(value)


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1 as 37%, a dash where there is nothing to divide by."""
    return "—" if share is None else f"{share:.0%}"
