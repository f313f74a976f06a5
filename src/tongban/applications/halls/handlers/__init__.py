"""Moments halls answers."""

from tongban.applications.halls.handlers import demo, keeping, portal, tracing

__all__ = ["demo", "keeping", "portal", "tracing"]
