"""Moments halls answers."""

from tongban.applications.halls.handlers import demo, portal

__all__ = ["demo", "portal"]
