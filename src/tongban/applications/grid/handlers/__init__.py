"""Moments grid answers."""

from tongban.applications.grid.handlers import demo, keeping, leases, photos, portal

__all__ = ["demo", "keeping", "leases", "photos", "portal"]
