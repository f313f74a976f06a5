"""Moments halls answers."""

from tongban.applications.halls.handlers import demo, keeping, portal

__all__ = ["demo", "keeping", "portal"]
