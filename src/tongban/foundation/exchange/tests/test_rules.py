"""Addresses, event data, types, and the retry schedule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tongban.foundation.exchange import rules
from tongban.lib.identifiers import synthetic_id_number
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
     "2001:0:53aa:64c:0:fbff:f5ff:fffe", "ff02::1"],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not rules.is_public_address(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_outside_are(address: str) -> None:
    assert rules.is_public_address(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [("ftp://example.org/", "endpoint_invalid"), ("https://", "endpoint_invalid"), ("nonsense", "endpoint_invalid"),
     ("https://[::1", "endpoint_invalid"), ("https://example.org:99999/", "endpoint_invalid"),
     ("https://例子.cn/", "endpoint_invalid"), ("https://example.org/" + "a" * 500, "endpoint_invalid"),
     ("https://user:pw@example.org/", "endpoint_has_login"), ("https://example.org/#a", "endpoint_has_login"),
     ("http://example.org/", "endpoint_not_https"), ("https://localhost/", "endpoint_private"),
     ("https://a.localhost/", "endpoint_private"), ("https://10.0.0.1/", "endpoint_private"),
     ("https://[::1]/", "endpoint_private"), ("https://169.254.169.254/latest", "endpoint_private")],
)  # fmt: skip
def test_endpoints_refused(url: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.check_endpoint(url, may_be_plain=False, may_be_private=False)
    assert refused.value.code == code


def test_endpoints_taken() -> None:
    assert (
        rules.check_endpoint(" https://example.org/h ", may_be_plain=False, may_be_private=False)
        == "https://example.org/h"
    )
    assert rules.check_endpoint("http://127.0.0.1:1/", may_be_plain=True, may_be_private=True) == "http://127.0.0.1:1/"


def test_ten_attempts_over_a_day() -> None:
    at, waits = NOW, []
    for attempts in range(1, 10):
        found = rules.next_attempt(attempts, at)
        assert found
        waits.append(int((found - at).total_seconds()))
        at = found
    assert waits == [30, 300, 900, 1800, 3600, 7200, 14400, 28800, 28800]
    assert timedelta(hours=23) < at - NOW < timedelta(hours=24)
    assert rules.next_attempt(10, at) is None


def test_a_receiver_s_wish_is_heeded_up_to_an_hour() -> None:
    assert rules.next_attempt(1, NOW, 120) == NOW + timedelta(seconds=120)
    assert rules.next_attempt(1, NOW, 5) == NOW + timedelta(seconds=30)
    assert rules.next_attempt(1, NOW, 10**9) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "value",
    [
        synthetic_id_number(date(1990, 1, 1), 1),
        "电话 13800138000",
        "+8613800138000",
        {"a": 1},
        ["x"],
        1.5,
        "长" * 301,
    ],
)
def test_events_carry_no_personal_facts(value: Any) -> None:
    with pytest.raises(ValueError, match="event data"):
        rules.check_facts({"fact": value})


def test_events_carry_ids_and_public_facts() -> None:
    rules.check_facts({"case": "01a2028f-26d8-7ba8-b387-f39aada39d0b", "number": "510502-20261102-0042", "days": 3,
                       "granted": True, "nothing": None, "uscc": "91510502MA6000000X"})  # fmt: skip


def test_types_are_declared_once_and_well_named() -> None:
    with pytest.raises(ValueError, match="twice"):
        rules.declare_event("exchange.test", T("试", "try"))
    with pytest.raises(ValueError, match=r"app\.happened"):
        rules.declare_event("Test", T("试", "try"))


def test_types_subscribed_to() -> None:
    assert rules.check_types(["tests.happened", "tests.happened"], frozenset()) == ["tests.happened"]
    for types, code in ((["no.such"], "event_type_unknown"), (["tests.confided"], "event_type_forbidden")):
        with pytest.raises(Refusal) as refused:
            rules.check_types(types, frozenset())
        assert refused.value.code == code
    assert rules.check_types(["tests.confided"], frozenset({"tests.know"})) == ["tests.confided"]


GOOD = {"specversion": "1.0", "id": "m1", "type": "a.b", "source": "/x", "subject": "s", "data": {}}


@pytest.mark.parametrize(
    "change",
    [{"specversion": "0.3"}, {"id": ""}, {"id": 7}, {"type": "x" * 201}, {"source": "/y"}, {"id": "m2"}, {"subject": 1},
     {"subject": "x" * 201}],
)  # fmt: skip
def test_arrived_events_that_are_none(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        rules.check_event(GOOD | change, source="/x", webhook_id="m1")
    assert refused.value.code == "event_invalid"
    assert rules.check_event(GOOD, source="/x", webhook_id="m1") == GOOD
    with pytest.raises(Refusal):
        rules.check_event(["no event"], source="/x", webhook_id="m1")


def test_an_id_that_happens_to_hold_a_phones_digits_is_still_an_id() -> None:
    rules.check_facts({"case_id": "01a202f1-0c5e-7b3a-8d2f-13912345678a"})
    with pytest.raises(ValueError, match="personal"):
        rules.check_facts({"note": "13912345678"})
