"""Moments parties answers."""

from tongban.foundation.parties.handlers import demo, portal

__all__ = ["demo", "portal"]
