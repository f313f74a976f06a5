"""The demo's cases of every shipped service, loaded as `tongban demo load` does."""

from __future__ import annotations

import pytest

from tongban.lib.actors import system
from tongban.lib.demo import load_demo
from tongban.matters.models import Case


@pytest.mark.django_db
def test_every_shipped_service_has_its_sample_cases(db: None) -> None:
    for _ in range(2):
        load_demo.call(by=system("demo"))
    found = sorted(Case.objects.values_list("definition__code", "state", "regime"))
    assert ("social-card", "granted", "") in found
    assert [state for code, state, _ in found if code == "construction-permit"] == ["in_review"]
    assert Case.objects.get(definition__code="construction-permit").clock_stopped_at is not None
    resumption = sorted((state, regime) for code, state, regime in found if code == "enterprise-resumption")
    assert resumption == [
        ("granted", "approval-drill"), ("in_review", "approval-drill"), ("in_review", "approval-drill"),
        ("ready", "approval-drill"), ("returned", "approval-drill"),
    ]  # fmt: skip
