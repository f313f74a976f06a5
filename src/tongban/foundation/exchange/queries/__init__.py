"""Reads of exchange; one file per noun."""

from tongban.foundation.exchange.queries.jobs import FailedJob, failed_jobs, job_counts
from tongban.foundation.exchange.queries.outbox import (
    ERRORS,
    acts_of,
    client_may_hear,
    deliveries,
    delivery_counts,
    delivery_of,
    event_of,
    locked_sender,
    locked_subscription,
    senders,
    subscriptions,
    subscriptions_to,
    this_source,
)

__all__ = [
    "ERRORS", "FailedJob", "acts_of", "client_may_hear", "deliveries", "delivery_counts", "delivery_of", "event_of", "failed_jobs",
    "job_counts", "locked_sender", "locked_subscription", "senders", "subscriptions", "subscriptions_to", "this_source",
]  # fmt: skip
