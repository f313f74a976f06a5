"""Every page x every role x both jurisdictions: each opens for its declared audience and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as house
from django.http import HttpResponse

from tests.access.samples import filled, normal
from tests.access.visitors import LUZHOU, VISITORS, ZIGONG, Visitor, Walker
from tests.access.world import Sample, World
from tests.architecture.test_doors import every_pattern
from tongban.foundation.documents.views.resumable import PIECE_TYPE
from tongban.lib.capabilities import of_role
from tongban.web.audiences import Audience
from tongban.web.middleware import FOREIGN, audience_of

OPEN = {200, 302, 405}  # 405: a door for forms only
HIDDEN = {403, 404}
# A form sent with nothing in it to a thing of somebody else: refused for the thing, or before that for the form.
UNDONE = {403, 404, 405, 409, 422}
# Libraries' pages, which hold their own audience: asked only not to fail.
LIBRARIES = tuple(prefix for prefix in FOREIGN if prefix != "/api/")
# Doors for programs only, which answer 401 where a page would lead to the log-in; they have a test of their own.
PROGRAMS = ("/api/", "/documents/tus/")
# Where everybody is welcome, or a library decides, roles make no difference: these stand for all.
A_FEW = frozenset({"anonymous", "resident", "reviewer"})
# Pages that narrow their audience further, by a rule of their own: who of the audience is let in nevertheless.
NARROWER: dict[str, frozenset[str]] = {
    # Files of the public log: no sequencer runs here, so there is no tree yet; its own tests read them.
    "/log/checkpoint": frozenset(),
    "/log/tile/{tile}": frozenset(),
    "/log/receipt/{leaf}": frozenset(),
    "/log/{shard}/checkpoint": frozenset(),
    "/log/{shard}/tile/{tile}": frozenset(),
    "/metrics": frozenset(),  # for the machine itself, or with the token of TONGBAN_METRICS_TOKEN
    # Who may ask for sealed records, and who may open them: two capabilities, one list.
    "/people/disclosures/": frozenset({"reviewer", "township", "decider", "administrator"}),
    # Events of the area one works, or sent to one's department: two capabilities, one list.
    "/desk/grid/events/": frozenset({"grid worker", "reviewer", "township", "decider"}),
    "/me/password/": frozenset(),  # only in a session that began with a phone code a moment ago
}


def pages() -> Iterator[tuple[str, Audience]]:
    for route, view in every_pattern():
        address = normal(route)
        if address.startswith(PROGRAMS):
            continue
        found = audience_of(view, address)
        assert found, f"{address} declares no audience"
        yield route, found


def is_admitted(audience: Audience, visitor: Visitor) -> bool:
    """What the words of the audience promise, written down a second time."""
    if audience.who in ("public", "demo"):
        return True
    is_working = bool(visitor.role) and visitor.second_factor
    by_role = {
        "person": visitor.is_known,
        "company": visitor.is_known,
        "staff": is_working,
        "operator": is_working and visitor.role in ("operator", "administrator"),
    }[audience.who]
    return by_role and (not audience.capability or audience.capability in of_role(visitor.role))


def is_log_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith(house.LOGIN_URL)


def complaint(response: HttpResponse, audience: Audience, visitor: Visitor, sample: Sample | None, route: str) -> str:
    """What is wrong with an answer to GET; empty when it is right."""
    status = response.status_code
    if route.startswith(LIBRARIES):
        return "" if status < 500 else "fails"
    if not is_admitted(audience, visitor):
        if not visitor.is_known:
            return "" if is_log_in(response) else "should lead to the log-in"
        return "" if status == 403 else "should be refused (403)"
    if sample is not None and not sample.is_for(visitor.label):
        return "" if status in HIDDEN | {405} else f"shows {sample.what}"
    if route in NARROWER and visitor.label not in NARROWER[route]:
        return "" if status in HIDDEN else "should be narrower"
    return "" if status in OPEN and not is_log_in(response) else "should be open"


def test_get_every_page_as_everybody(world: World, walker: Walker) -> None:
    wrong = []
    for route, audience in pages():
        address = normal(route)
        for number, (url, sample) in enumerate(filled(route, world)):
            for visitor in VISITORS:
                if audience.who in ("public", "demo") and visitor.label not in A_FEW:
                    continue
                if number and not is_admitted(audience, visitor):
                    continue  # refused before the thing is looked at: one thing of each route shows it
                walker.become(visitor)
                response = walker.ask("GET", url)
                if why := complaint(response, audience, visitor, sample, address):
                    wrong.append(f"GET {url} as {visitor}: {response.status_code}, {why}")
    assert not wrong, "\n".join(wrong)


def test_post_to_what_is_not_ones_own(world: World, walker: Walker) -> None:
    """An empty form sent to a door one may not pass, or to a thing one may not see, does nothing."""
    wrong = []
    for route, audience in pages():
        address = normal(route)
        if address.startswith(LIBRARIES):
            continue
        for number, (url, sample) in enumerate(filled(route, world)):
            for visitor in VISITORS:
                admitted = is_admitted(audience, visitor)
                if (number and not admitted) or (admitted and (sample is None or sample.is_for(visitor.label))):
                    continue
                walker.become(visitor)
                response = walker.ask("POST", url, data=b"", content_type="application/x-www-form-urlencoded")
                refused = response.status_code in (UNDONE if admitted else {403})
                if not refused and not (not visitor.is_known and is_log_in(response)):
                    wrong.append(f"POST {url} as {visitor}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_session_of_one_jurisdiction_is_nobody_in_the_other(world: World, walker: Walker) -> None:
    wrong = []
    for visitor in VISITORS:
        walker.become(visitor)
        for route, audience in pages():
            if audience.who in ("public", "demo") or normal(route).startswith(LIBRARIES):
                continue
            url = filled(route, world)[0][0]
            response = walker.ask("GET", url, host=ZIGONG)
            if not is_log_in(response):
                wrong.append(f"GET http://{ZIGONG}{url} as {visitor} of {LUZHOU}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


def test_demo_pages_exist_in_a_demo_only(world: World, walker: Walker, settings: Any) -> None:
    demo = [normal(route) for route, audience in pages() if audience.who == "demo"]
    assert demo
    settings.DEMO = False
    for url in demo:
        for method in ("GET", "POST"):
            assert walker.ask(method, url).status_code == 404, f"{method} {url}"


@pytest.mark.parametrize("url", ["/nowhere/", "/api/nowhere", "/messages/not-a-uuid/", "/demo"])
def test_what_is_not_there_is_not_found_for_anybody(world: World, walker: Walker, url: str) -> None:
    for visitor in VISITORS:
        walker.become(visitor)
        assert walker.ask("GET", url).status_code == 404


def test_resumable_uploads_are_for_whoever_began_them(world: World, walker: Walker) -> None:
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    wrong = []
    for url, sample in filled("/documents/tus/{upload_id}/", world):
        assert sample
        for visitor in VISITORS:
            walker.become(visitor)
            for method, done in (("HEAD", 200), ("PATCH", 204), ("DELETE", 204)):
                piece = b"%" if method == "PATCH" else b""
                response = walker.ask(method, url, headers=tus, data=piece, content_type=PIECE_TYPE)
                wanted = done if sample.is_for(visitor.label) else 404 if visitor.is_known else 401
                if response.status_code != wanted:
                    wrong.append(f"{method} {url} as {visitor}: {response.status_code}, {sample.what}")
    assert not wrong, "\n".join(wrong)


def test_a_new_route_says_what_the_walk_needs(world: World) -> None:
    with pytest.raises(LookupError, match=r'/files/\{file_id\}/: add to SAMPLES .* "file_id"'):
        filled("files/<uuid:file_id>/", world)
