"""Moments parties answers."""

from tongban.foundation.parties.handlers import demo

__all__ = ["demo"]
