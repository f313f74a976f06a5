"""Moments parties answers."""

from tongban.foundation.parties.handlers import demo, keys, portal

__all__ = ["demo", "keys", "portal"]
