"""Members of staff at their desks: every line of their menu opens, and every page behind it holds."""

from __future__ import annotations

import pytest

from tests.journeys.people import enter

pytestmark = pytest.mark.journey
# Looked into on the way, with a telephone in hand: as decider1 sees them.
ON_PHONES = ("ratings", "unsealed", "deliveries", "archive", "supervision", "services")
SERVICE = "/desk/services/enterprise-resumption/"
STAFF = ("health1", "decider1", "manager1", "operator1", "clerk1")


@pytest.mark.parametrize("username", STAFF)
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
    if username == "decider1":
        staff.turn_to("phone")
        for address in (*(f"/desk/{name}/" for name in ON_PHONES), SERVICE):
            staff.open(address)
