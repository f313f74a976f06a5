"""Cases of the demo: one that waits for its company's corrections, one of another company, one granted."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils import timezone

from tests.access.world import ELSEWHERE_SCHEMA, EVERYBODY, TESTS, Sample, World
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter
from tongban.matters.actions import publish_library
from tongban.matters.adapters import read_library
from tongban.matters.models import Archive, Case, CaseEvent, Definition, Payment, Promise, Publication, Rating
from tongban.matters.queries.archives import package_of
from tongban.matters.rules.archives import digest_of

APPLICANTS = frozenset({"owner", "accountant"})
OFFICES = frozenset({"reviewer", "township", "decider", "auditor", "administrator"})
SERVICE = "enterprise-resumption"


def _case(state: str) -> UUID:
    return Case.objects.filter(state=state, definition__code=SERVICE).latest("started_at").pk


def _elsewhere(world: World) -> Sample:
    neighbour = world.stranger_elsewhere()
    with enter(ELSEWHERE_SCHEMA):
        publish_library(read_library(settings.DEFINITIONS_DIRS[0]), by=TESTS)
        service = Definition.objects.get(code=SERVICE)
        far, _ = Case.objects.get_or_create(
            name=neighbour.name, definition=service, version_id=service.version_id, person=neighbour,
            region_code="510302", channel="web",
        )  # fmt: skip
    return Sample("a case of another jurisdiction", far.pk)


def services(world: World) -> list[Sample]:
    del world
    return [Sample("a service", SERVICE, EVERYBODY), Sample("no service at all", "no-such-service")]


def kept_services(world: World) -> list[Sample]:
    del world
    return [Sample("a service", SERVICE, frozenset({"administrator"})), Sample("no service at all", "no-such-service")]


def compared(world: World) -> list[Sample]:
    """Without versions to compare there is nothing to see."""
    del world
    return [Sample("a service", SERVICE), Sample("no service at all", "no-such-service")]


def publications(world: World) -> list[Sample]:
    del world
    service = Definition.objects.select_related("version").get(code=SERVICE)
    proposal, _ = Publication.objects.get_or_create(
        code="kept-for-the-walk", defaults={
            "content": service.version.content, "sources": {}, "sha256": "0" * 64, "in_flight": "move",
            "proposed_by": "蒋云", "proposed_at": timezone.now(),
        },
    )  # fmt: skip
    return [Sample("a proposal", proposal.pk, frozenset({"administrator"})), Sample("no proposal at all", uuid7())]


def of_applicants(world: World) -> list[Sample]:
    return [
        Sample("the company's case", _case("returned"), APPLICANTS),
        Sample("another company's case", _case("in_review")),
        _elsewhere(world),
        Sample("no case at all", uuid7()),
    ]


def of_both(world: World) -> list[Sample]:
    """What an applicant and the offices that handle it may both read."""
    return [
        Sample("the company's case", _case("returned"), APPLICANTS | OFFICES),
        Sample("another company's case", _case("in_review"), OFFICES),
        _elsewhere(world),
        Sample("no case at all", uuid7()),
    ]


def archived(world: World) -> list[Sample]:
    """The granted case, as if it had been archived just now."""
    case = Case.objects.select_related("definition", "version").get(pk=_case("granted"))
    if not Archive.objects.filter(case=case).exists():
        now = timezone.now().replace(microsecond=0)
        manifest, parts = package_of(case, now)
        Archive.objects.create(
            case=case, region_code=case.region_code, archived_at=now, after="rated", digest=digest_of(manifest),
            parts=len(parts), manifest=manifest.decode(),
        )  # fmt: skip
    return [
        Sample("an archived case", case.pk, frozenset({"decider", "auditor"})),
        _elsewhere(world),
        Sample("no case at all", uuid7()),
    ]


def screens(world: World) -> list[Sample]:
    cases = of_applicants(world)
    return [Sample(one.what, {"case_id": one.value, "code": "workforce"}, one.seen_by) for one in cases]


def certificates(world: World) -> list[Sample]:
    return [
        Sample("another company's certificate", _case("granted"), OFFICES - {"administrator"}),
        _elsewhere(world),
        Sample("no case at all", uuid7()),
    ]


def papers(world: World) -> list[Sample]:
    """The acceptance notice of the company's case, as its applicant and the offices that handle it open it."""
    del world
    event = CaseEvent.objects.get(case_id=_case("returned"), kind="accepted")
    mine = {"case_id": event.case_id, "event_id": event.pk}
    return [
        Sample("a notice of the company's case", mine, APPLICANTS | OFFICES - {"administrator"}),
        Sample("no paper at all", mine | {"event_id": uuid7()}),
        Sample("no case at all", mine | {"case_id": uuid7()}),
    ]


def at_desks(world: World) -> list[Sample]:
    """Offices see what they review or decide; the township's own only in its region."""
    north = Case.objects.get(name="江阳区沱江食品厂").pk
    return [
        Sample("the company's case", _case("returned"), OFFICES),
        Sample("a case of the north town", north, OFFICES - {"township"}),
        _elsewhere(world),
        Sample("no case at all", uuid7()),
    ]


def at_windows(world: World) -> list[Sample]:
    """What nobody took in at a window is held by no clerk."""
    return [Sample("a case not of a window", _case("returned")), _elsewhere(world), Sample("no case at all", uuid7())]


def ratings(world: World) -> list[Sample]:
    """A bad rating: for the unit that decided, and for the auditor who settles appeals."""
    del world
    case = Case.objects.get(pk=_case("granted"))
    assert case.decision_unit_id is not None
    rating, _ = Rating.objects.get_or_create(
        case=case,
        defaults={
            "definition_id": case.definition_id, "unit_id": case.decision_unit_id, "region_code": case.region_code,
            "channel": "web", "rated_through": "web", "level": 1, "rated_at": timezone.now(), "follow": "open",
            "follow_due_on": timezone.localdate(),
        },
    )  # fmt: skip
    return [Sample("a bad rating", rating.pk, frozenset({"decider", "auditor"})), Sample("no rating at all", uuid7())]


def _fee() -> Payment:
    """A fee of the building permit, which waits for its experts."""
    case = Case.objects.get(definition__code="construction-permit")
    payment, _ = Payment.objects.get_or_create(
        case=case, code="infrastructure", defaults={
            "title": {"zh": "配套费", "en": "Fee"}, "basis": {"zh": "标准", "en": "Rate"}, "amount": 100, "order": f"{case.number}-F1",
            "before": "before_certificate", "region_code": case.region_code, "asked_at": timezone.now(),
            "due_on": timezone.localdate(),
        },
    )  # fmt: skip
    return payment


def with_fees(world: World) -> list[Sample]:
    return [
        Sample("the company's fee", _fee().case_id, APPLICANTS),
        Sample("a case without fees", _case("in_review")),
        _elsewhere(world),
        Sample("no case at all", uuid7()),
    ]


def fees(world: World) -> list[Sample]:
    del world
    return [Sample("a fee", _fee().pk, frozenset({"clerk", "decider"})), Sample("no fee at all", uuid7())]


def providers(world: World) -> list[Sample]:
    del world
    return [Sample("no provider at all", "no-such-provider")]


def offered_files(world: World) -> list[Sample]:
    del world
    offered = {"code": SERVICE, "name": "返岗职工花名册（空白表）.xlsx"}
    return [
        Sample("a blank form", offered, EVERYBODY),
        Sample("no form at all", offered | {"name": "definition.yaml"}),
    ]


def _promise() -> Promise:
    """A review of drawings the building permit's company still owes to the deciding office."""
    case = Case.objects.get(definition__code="construction-permit")
    assert case.decision_unit_id is not None
    promise, _ = Promise.objects.get_or_create(
        case=case, element="material.drawing_review", defaults={
            "kind": "material", "title": {"zh": "审查合格书", "en": "Review"}, "text": {"zh": "补交", "en": "Later"}, "sha256": "0" * 64,
            "unit_id": case.decision_unit_id, "region_code": case.region_code, "made_at": timezone.now(), "made_by": "刘建国",
            "due_on": timezone.localdate(),
        },
    )  # fmt: skip
    return promise


def own_promises(world: World) -> list[Sample]:
    del world
    return [Sample("the company's promise", _promise().pk, APPLICANTS), Sample("no promise at all", uuid7())]


def promises_at_desks(world: World) -> list[Sample]:
    del world
    return [Sample("a promise", _promise().pk, frozenset({"decider"})), Sample("no promise at all", uuid7())]
