"""Searching named rows by what somebody typed, as one condition for the database."""

from __future__ import annotations

from django.db.models import Q

from tongban.lib.names import name_terms


def name_query(term: str, *, via: str = "", personal: bool = True) -> Q:
    """The condition for rows of a ``Named`` model whose name answers to ``term``.

    ``via`` is the path to the named row (``"person"`` for ``person__name``); ``personal=False`` where the
    names are those of organisations. An empty term matches everything, one of
    signs alone nothing. Letters are looked up by prefix, characters anywhere in the name; both by an index.
    """
    if not term.strip():
        return Q()
    path = f"{via}__" if via else ""
    terms = name_terms(term, personal=personal)
    if not terms.contains and not terms.pinyin:
        return Q(pk__in=[])
    condition = Q()
    for text in terms.contains:
        condition &= Q(**{f"{path}name__holds": text})
    if terms.pinyin:
        condition &= (
            Q(**{f"{path}name_pinyin__startswith": terms.pinyin})
            | Q(**{f"{path}name_initials__startswith": terms.initials})
            | _second_reading(path, terms.readings)
        )
    return condition


def _second_reading(path: str, readings: tuple[tuple[str, str], ...]) -> Q:
    condition = Q()
    for surname, pinyin in readings:
        condition |= Q(**{f"{path}name__startswith": surname, f"{path}name_pinyin__startswith": pinyin})
    return condition
