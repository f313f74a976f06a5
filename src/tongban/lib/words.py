"""Texts that stand in Chinese and English side by side, for rules, pages, notices and definitions alike.

Chinese is the original; English is complete. Plain Python, so that rules may use it: whoever knows the
reader's language (the web layer) says so once through ``speak``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("zh-hans", "en")

_language: Callable[[], str | None] = lambda: None  # noqa: E731 - replaced as a whole by speak()


def speak(language: Callable[[], str | None]) -> None:
    """Tell where the reader's language (an IETF tag such as ``zh-hans`` or ``en``) comes from."""
    global _language
    _language = language


def reader_language() -> str:
    """The language texts are rendered in now: ``en`` for any English reader, else ``zh-hans``."""
    return "en" if (_language() or "").lower().startswith("en") else "zh-hans"


@dataclass(frozen=True, slots=True)
class T:
    """One text in both languages; ``str()`` gives the reader's."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if reader_language() == "en" else self.zh

    def __html__(self) -> str:
        # Templates must escape what was formatted in; without this a lazy text could slip through as safe.
        from html import escape

        return escape(str(self))

    def in_language(self, language: str) -> str:
        """The text in ``language``; any tag that is not English gives Chinese."""
        return self.en if language.lower().startswith("en") else self.zh

    def format(self, **parts: Any) -> T:
        """Fill named places in both languages; a part that is itself a T is filled in each language."""
        return T(
            self.zh.format(**{k: v.zh if isinstance(v, T) else v for k, v in parts.items()}),
            self.en.format(**{k: v.en if isinstance(v, T) else v for k, v in parts.items()}),
        )

    @classmethod
    def read(cls, value: Any) -> T:
        """A text from data: ``{zh: …, en: …}``, or one string when both languages share it."""
        if isinstance(value, T):
            return value
        if isinstance(value, dict) and set(value) == {"zh", "en"}:
            return cls(str(value["zh"]), str(value["en"]))
        if isinstance(value, str):
            return cls(value, value)
        raise ValueError(f"a text needs exactly the keys zh and en, or one string, not {value!r}")

    def as_json(self) -> dict[str, str]:
        """The form in which texts stand in definitions and stored records."""
        return {"zh": self.zh, "en": self.en}
