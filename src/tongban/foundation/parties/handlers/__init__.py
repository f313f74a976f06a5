"""Moments parties answers."""

from tongban.foundation.parties.handlers import demo, keeping, keys, portal

__all__ = ["demo", "keeping", "keys", "portal"]
