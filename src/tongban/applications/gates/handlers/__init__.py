"""Moments gates answers."""

from tongban.applications.gates.handlers import demo, keeping, leases, portal

__all__ = ["demo", "keeping", "leases", "portal"]
