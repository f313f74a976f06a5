"""Fixtures of registers' tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def some_communities() -> Iterator[None]:
    """江阳区's 南城街道 with two communities and 黄舣镇 with a village, written by the owner as an edition would be."""
    import psycopg

    from tongban.lib.ids import uuid7
    from tongban.lib.names import name_key

    rows = [
        ("5105", "泸州市", 2, "51"), ("510502", "江阳区", 3, "5105"), ("510502001", "南城街道", 4, "510502"),
        ("510502001006", "凤凰社区居委会", 5, "510502001"), ("510502001007", "桂花街社区居委会", 5, "510502001"),
        ("510502103", "黄舣镇", 4, "510502"), ("510502103201", "永兴村委会", 5, "510502103"),
    ]  # fmt: skip
    edition = uuid7()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(
            "INSERT INTO public.regions_edition VALUES (%s, 'nbs', 'tests', 'tests', now(), 'x', '', 'CC0', '', %s, 0, now())",
            [edition, str(edition)[:36]],
        )
        for code, name, level, parent in rows:
            key = name_key(name, personal=False)
            owner.execute(
                "INSERT INTO public.regions_region (id, name, name_pinyin, name_initials, authority, code, level, "
                "parent_code, edition_id) VALUES (%s, %s, %s, %s, 'nbs', %s, %s, %s, %s)",
                [uuid7(), name, key.pinyin, key.initials, code, level, parent, edition],
            )
        yield
        owner.execute("DELETE FROM public.regions_region WHERE edition_id = %s", [edition])
        owner.execute("DELETE FROM public.regions_edition WHERE id = %s", [edition])


@pytest.fixture
def communities(db: None) -> Iterator[None]:
    """A few communities, in the test's own transaction."""
    with some_communities():
        yield
