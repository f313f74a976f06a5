"""Lists of the desk that fill with time, with rows in them: what the demo shows empty stands before axe here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tongban.web.tests.desks import ACROSS, Desk, chromium, desk_of, keep

__all__ = ["chromium", "desk_of"]

# Requests of the browser are answered on a connection of their own: what they are to see must be committed.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]


def test_what_is_unsealed_badly_rated_and_archived(desk_of: Callable[[Any], Desk]) -> None:
    from tongban.lib.jurisdictions import enter
    from tongban.matters.models import Archive, Rating
    from tongban.matters.tests.arrange import make_county
    from tongban.matters.tests.test_archives import archived
    from tongban.matters.tests.test_races import at_once
    from tongban.matters.tests.test_ratings import bad

    with enter("j510500"):
        county = make_county()
        # In a thread of its own, for pyHanko wants no event loop around it. No job runs: what was rated stays unsealed.
        assert at_once(lambda: (bad(county), archived(county))) == ["done"]
        rating, archive = Rating.objects.get(level=1), Archive.objects.get()
        desk = desk_of(county.decider)
        rows = {
            "unsealed": ("/desk/unsealed/", rating.case.number), "ratings": ("/desk/ratings/", rating.case.number),
            "rating": (f"/desk/ratings/{rating.pk}/", rating.case.number), "archive": ("/desk/archive/", archive.case.number),
        }  # fmt: skip
        for width, tag in ACROSS:
            page = desk(width, tag)
            for name, (address, number) in rows.items():
                page.goto(address)
                assert number in page.locator("main").inner_text(), name
                keep(page, f"{name}-{width}-{tag}", width)
