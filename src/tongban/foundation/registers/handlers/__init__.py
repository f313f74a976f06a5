"""Moments registers answers."""

from tongban.foundation.registers.handlers import demo_places, demo_records, facts, keeping, portal

__all__ = ["demo_places", "demo_records", "facts", "keeping", "portal"]
