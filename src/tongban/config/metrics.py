"""What Prometheus reads: requests, statements, jobs, deliveries."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

REQUEST_SECONDS = Histogram(
    "tongban_request_seconds",
    "Wall time of a request",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STATEMENTS = Counter("tongban_statements_total", "SQL statements of requests", ["route"])
REFUSED = Counter("tongban_refused_total", "Requests refused before a page ran", ["why"])


class Jobs(Collector):
    """The job queue as the database has it when somebody asks."""

    def collect(self) -> list[Metric]:
        """Jobs by state."""
        from django.db import connection

        family = GaugeMetricFamily("tongban_jobs", "Background jobs by state", labels=["state"])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT status::text, count(*) FROM procrastinate_jobs "
                "WHERE status IN ('todo', 'doing', 'failed') GROUP BY status"
            )
            counted = dict(cursor.fetchall())
        for state in ("todo", "doing", "failed"):
            family.add_metric([state], counted.get(state, 0))
        return [family]


class Outgoing(Collector):
    """What waits to leave each jurisdiction, and what did not get out: the two numbers an operator is woken for."""

    def collect(self) -> list[Metric]:
        """Deliveries and messages by jurisdiction and state."""
        from tongban.foundation.exchange.queries import delivery_counts
        from tongban.foundation.notifications.queries import message_counts
        from tongban.foundation.regions.queries import active_schemas
        from tongban.lib.jurisdictions import enter

        families = [
            GaugeMetricFamily("tongban_deliveries", "Events on their way or dead", labels=["jurisdiction", "state"]),
            GaugeMetricFamily("tongban_messages", "Messages waiting or failed", labels=["jurisdiction", "state"]),
        ]
        for schema in active_schemas():
            with enter(schema):
                for family, counts in zip(families, (delivery_counts(), message_counts()), strict=True):
                    for state, count in counts.items():
                        family.add_metric([schema, state], count)
        return list(families)


_LOG_GAUGES = {
    "size": "Leaves of the current shard under its newest published head",
    "head_age_seconds": "Since the newest head was signed",
    "waiting": "Leaves without a place",
    "waiting_seconds": "How long the oldest of them has waited",
    "stopped": "1 while the sequencer refuses to go on",
    "running": "1 when a sequencer was heard of in the last 90 seconds",
    "unwitnessed": "1 while the newest head lacks the quorum of witnesses",
}


class PublicLogs(Collector):
    """The public log of each jurisdiction and its witnesses."""

    def collect(self) -> list[Metric]:
        """Ages, what waits, what stopped, how far each witness is behind."""
        from django.utils import timezone

        from tongban.foundation.ledger.queries import log_state
        from tongban.foundation.regions.queries import active_schemas
        from tongban.lib.jurisdictions import enter

        gauges = {
            name: GaugeMetricFamily(f"tongban_log_{name}", about, labels=["jurisdiction"])
            for name, about in _LOG_GAUGES.items()
        }
        labels = ["jurisdiction", "witness"]
        behind = GaugeMetricFamily("tongban_log_witness_behind", "Leaves a witness has not cosigned", labels=labels)
        age = GaugeMetricFamily("tongban_log_witness_age_seconds", "Since a witness last cosigned", labels=labels)
        now = timezone.now()
        for schema in active_schemas():
            with enter(schema):
                state = log_state()
            values = {
                "size": state.size, "waiting": state.waiting, "running": state.is_running,
                "head_age_seconds": (now - state.signed_at).total_seconds() if state.signed_at else 0,
                "waiting_seconds": (now - state.waiting_since).total_seconds() if state.waiting_since else 0,
                "stopped": bool(state.sequencer and state.sequencer.code), "unwitnessed": state.is_unwitnessed,
            }  # fmt: skip
            for name, value in values.items():
                gauges[name].add_metric([schema], float(value))
            for witness in state.witnesses:
                behind.add_metric([schema, witness.name], witness.behind)
                if witness.cosigned_at:
                    age.add_metric([schema, witness.name], (now - witness.cosigned_at).total_seconds())
        return [*gauges.values(), behind, age]


class Ledger(Collector):
    """The nightly recomputation of each public log: what it found and nobody explained, and when it last ended."""

    def collect(self) -> list[Metric]:
        """Findings and times by jurisdiction."""
        from tongban.foundation.ledger.queries import erasure_state, newest_check, open_findings
        from tongban.foundation.regions.queries import active_schemas
        from tongban.lib.jurisdictions import enter

        found = GaugeMetricFamily(
            "tongban_ledger_findings", "Faults found in a public log and not explained", labels=["jurisdiction"]
        )
        ended = GaugeMetricFamily(
            "tongban_ledger_checked_timestamp_seconds", "When a public log was last compared", labels=["jurisdiction"]
        )
        late = GaugeMetricFamily(
            "tongban_erasure_overdue_rows", "Rows a day past their date, by purpose, at the last nightly look",
            labels=["jurisdiction", "purpose"],
        )  # fmt: skip
        looked = GaugeMetricFamily(
            "tongban_erasure_checked_timestamp_seconds",
            "When late erasure was last looked for",
            labels=["jurisdiction"],
        )
        for schema in active_schemas():
            with enter(schema):
                erasure = erasure_state()
                for purpose, count in erasure.late.items():
                    late.add_metric([schema, purpose], count)
                looked.add_metric([schema], erasure.looked_at.timestamp() if erasure.looked_at else 0)
                found.add_metric([schema], open_findings())
                last = newest_check()
                ended.add_metric([schema], last.ended_at.timestamp() if last and last.ended_at else 0)
        return [found, ended, late, looked]


def exposition() -> bytes:
    """The text format, gathered from every process of the web server."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for metric in (REQUEST_SECONDS, STATEMENTS, REFUSED):
            registry.register(metric)
    registry.register(Jobs())
    registry.register(Outgoing())
    registry.register(PublicLogs())
    registry.register(Ledger())
    return generate_latest(registry)
