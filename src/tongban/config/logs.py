"""Structured logs, one JSON object a line, without personal data."""

from __future__ import annotations

from typing import Any

LOGGING: dict[str, Any] = {"version": 1, "disable_existing_loggers": False}
