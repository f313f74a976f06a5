"""The one way in which a check says no."""

from __future__ import annotations


class Unverified(Exception):
    """A check failed: a stable ``code`` and one sentence in each language that says what does not hold."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.code = code
        self.zh = zh
        self.en = en
