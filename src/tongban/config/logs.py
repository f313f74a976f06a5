"""Structured logs: one JSON object a line on standard error, without personal data.

A line says what happened to which route, never to whom: no query strings, bodies, names or addresses of people.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from tongban.config.environment import read_environment
from tongban.lib.jurisdictions import current

Event = MutableMapping[str, Any]


def add_jurisdiction(logger: Any, method: str, event: Event) -> Event:
    """Say in which jurisdiction it happened."""
    del logger, method
    event.setdefault("jurisdiction", current())
    return event


# What Django attaches to a record: a request holds cookies, forms and addresses.
_NEVER = ("request", "args", "response")


def drop_requests(logger: Any, method: str, event: Event) -> Event:
    """Nothing of the request itself reaches the log."""
    del logger, method
    for name in _NEVER:
        event.pop(name, None)
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_jurisdiction,
    drop_requests,
]

structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


class Quiet(logging.Filter):
    """Drop Django's own line for each 4xx: the request line says it already, without the address typed in."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to keep a record."""
        return record.levelno >= logging.ERROR


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"quiet": {"()": Quiet}},
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": read_environment().log_level},
    "loggers": {
        "django.request": {"filters": ["quiet"]},
        "django.security": {"filters": ["quiet"]},
        "procrastinate": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
