"""How an adapter says that a message did not get through."""

from __future__ import annotations


class NotDelivered(Exception):
    """A message did not get through; ``is_final`` says that trying again cannot help."""

    def __init__(self, code: str, detail: str = "", *, is_final: bool = False) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail[:300]
        self.is_final = is_final
