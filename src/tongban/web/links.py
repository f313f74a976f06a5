"""Addresses of many things of one kind: a list asks Django once how they look, not once for each row."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.urls import reverse

_ANY = UUID(int=0)


def links(name: str) -> Callable[[UUID], str]:
    """What gives a thing's address by its id, for a route whose only parameter is that id."""

    @cache
    def around() -> tuple[str, str]:  # asked late: routes are not known while modules load
        before, _, after = reverse(name, args=[_ANY]).partition(str(_ANY))
        return before, after

    def link(pk: UUID) -> str:
        before, after = around()
        return f"{before}{pk}{after}"

    return link
