"""Rules of exchange: keys of writing calls, events and their types, addresses, the retry schedule."""

from tongban.foundation.exchange.rules.addresses import check_endpoint, is_public_address
from tongban.foundation.exchange.rules.events import (
    EVENTS,
    TEST_EVENT,
    Event,
    EventType,
    check_event,
    check_facts,
    check_types,
    declare_event,
)
from tongban.foundation.exchange.rules.keys import check_key, digest_of, principal_of
from tongban.foundation.exchange.rules.retries import (
    GIVE_UP_AFTER,
    LEASE,
    MANAGE_EXCHANGE,
    RETRY_SECONDS,
    SUBSCRIBE,
    next_attempt,
)

__all__ = [
    "EVENTS", "GIVE_UP_AFTER", "LEASE", "MANAGE_EXCHANGE", "RETRY_SECONDS", "SUBSCRIBE", "TEST_EVENT", "Event", "EventType",
    "check_endpoint", "check_event", "check_facts", "check_key", "check_types", "declare_event", "digest_of",
    "is_public_address", "next_attempt", "principal_of",
]  # fmt: skip
