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


def letter_searches(term: str, *, personal: bool = True) -> list[tuple[Q, tuple[str, ...]]]:
    """For a term of letters alone: each way to read it, with the order in which an index holds its rows.

    Asked one by one, each for the first few, they cost the same among five million names; ``name_query`` asks for all of
    them at once, which no index holds in any order. Empty for a term with characters or of signs.
    """
    terms = name_terms(term, personal=personal)
    if terms.contains or not terms.pinyin:
        return []
    return [
        (Q(name_initials__startswith=terms.initials), ("name_initials", "name_pinyin", "pk")),
        (Q(name_pinyin__startswith=terms.pinyin), ("name_pinyin", "pk")),
        *((Q(name__startswith=surname, name_pinyin__startswith=pinyin), ("name_pinyin", "pk"))
          for surname, pinyin in terms.readings),
    ]  # fmt: skip


def _second_reading(path: str, readings: tuple[tuple[str, str], ...]) -> Q:
    condition = Q()
    for surname, pinyin in readings:
        condition |= Q(**{f"{path}name__startswith": surname, f"{path}name_pinyin__startswith": pinyin})
    return condition
