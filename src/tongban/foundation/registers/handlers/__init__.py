"""Moments registers answers."""

from tongban.foundation.registers.handlers import demo, facts

__all__ = ["demo", "facts"]
