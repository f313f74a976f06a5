"""Reads of halls."""

from tongban.applications.halls.queries.halls import (
    hall_by_code,
    hall_run_by,
    halls_near,
    halls_overseen,
    halls_run_by,
    link_of,
    may_manage,
)

__all__ = ["hall_by_code", "hall_run_by", "halls_near", "halls_overseen", "halls_run_by", "link_of", "may_manage"]
