"""The clerk opens a visitor's application from the number: what was registered is not typed again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tongban.applications.halls import actions
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.tests.test_visits import come
from tongban.foundation.parties.models import Membership
from tongban.lib.actors import Actor
from tongban.lib.capabilities import of_role
from tongban.lib.refusals import Refusal
from tongban.matters.models import Case, Intake
from tongban.matters.tests.small import CODE, publish_small

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(hall: Hall, manager: Actor, tmp_path: Path) -> Actor:
    """A clerk of the office, at a desk in the hall's unit, with a second factor."""
    publish_small(tmp_path)
    Membership.objects.create(
        person_id=manager.person_id, unit_id=hall.unit_id, role="clerk", region_code="510502", granted_by="tests",
        valid_from=timezone.localdate(),
    )  # fmt: skip
    return replace(
        manager, membership_id=uuid4(), role="clerk", unit_id=hall.unit_id, organisation_id=hall.unit.organisation_id,
        region="510502", second_factor=True, second_factor_at=timezone.now(), capabilities=of_role("clerk"), assurance=5,
    )  # fmt: skip


def at_window(hall: Hall, by: Actor, **more: Any) -> Visit:
    visit = come(hall, 1, **more)
    window = actions.open_window(hall.windows.get(number="1").pk, by=by)
    actions.call_next(window.pk, by=by)
    return visit


def test_a_visitors_application_is_opened_once_with_what_they_registered(hall: Hall, clerk: Actor) -> None:
    visit = at_window(hall, clerk)
    case_id = actions.open_case(visit.pk, CODE, has_seen_document=True, by=clerk)
    assert actions.open_case(visit.pk, CODE, has_seen_document=True, by=clerk) == case_id
    case, intake = Case.objects.get(), Intake.objects.get()
    assert (case.pk, case.name, case.channel) == (case_id, "陈小雨", "window")
    assert (intake.evidence, intake.holder_id) == ("居民身份证原件（大厅 A001 号）", clerk.person_id)
    visit.refresh_from_db()
    assert visit.case_id == case_id


def test_only_who_may_take_in_and_has_seen_the_document(hall: Hall, clerk: Actor, manager: Actor) -> None:
    visit = at_window(hall, clerk)
    with pytest.raises(Refusal, match="document_not_seen"):
        actions.open_case(visit.pk, CODE, has_seen_document=False, by=clerk)
    with pytest.raises(Refusal, match="forbidden"):  # a hall's manager calls numbers and opens nobody's case
        actions.open_case(visit.pk, CODE, has_seen_document=True, by=manager)
    with pytest.raises(Refusal, match="second_factor_needed"):
        actions.open_case(visit.pk, CODE, has_seen_document=True, by=replace(clerk, second_factor=False))
    with pytest.raises(Refusal, match="not_found"):
        actions.open_case(visit.pk, CODE, has_seen_document=True, by=replace(clerk, person_id=uuid4()))
    with pytest.raises(Refusal, match="not_found"):
        actions.open_case(uuid4(), CODE, has_seen_document=True, by=clerk)
    assert not Case.objects.exists()


def test_only_of_whoever_is_at_the_window_with_a_document(hall: Hall, clerk: Actor) -> None:
    with pytest.raises(Refusal, match="visit_moved_on"):
        actions.open_case(come(hall, 2).pk, CODE, has_seen_document=True, by=clerk)
    Visit.objects.all().delete()
    Hall.objects.filter(pk=hall.pk).update(asks_document=False)
    visit = at_window(Hall.objects.get(pk=hall.pk), clerk, document_number="", document_type="")
    with pytest.raises(Refusal, match="document_missing"):
        actions.open_case(visit.pk, CODE, has_seen_document=True, by=clerk)
