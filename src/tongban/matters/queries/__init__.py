"""Reads of matters; one file per noun."""

from tongban.matters.queries.cases import (
    applicant_case,
    cases_of,
    cases_to_accept,
    cases_to_decide,
    cases_visible_to,
    concerned_with,
    matching_cases,
    own_review,
    reviews_of,
    reviews_waiting,
    staff_case,
)
from tongban.matters.queries.definitions import (
    content_of,
    definition_by_code,
    find_definitions,
    open_definitions,
    themes_now,
)
from tongban.matters.queries.facts import fill_in, known_fact, origin, silent_registers
from tongban.matters.queries.history import Moment, history_of, unit_title, waiting_for
from tongban.matters.queries.materials import attached_materials, held_documents, materials_lost

__all__ = [
    "Moment", "applicant_case", "attached_materials", "cases_of", "cases_to_accept", "cases_to_decide", "cases_visible_to",
    "concerned_with", "content_of", "definition_by_code", "fill_in", "find_definitions", "held_documents", "history_of",
    "known_fact", "matching_cases", "materials_lost", "open_definitions",
    "origin", "own_review",
    "reviews_of", "reviews_waiting", "silent_registers", "staff_case", "themes_now", "unit_title", "waiting_for",
]  # fmt: skip
