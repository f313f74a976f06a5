"""Reads of matters; one file per noun."""

from tongban.matters.queries.cases import (
    applicant_case,
    case_at_window,
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
from tongban.matters.queries.facts import fill_in, known_fact, lookup_for, origin, silent_registers
from tongban.matters.queries.history import Moment, history_of, unit_title, waiting_for
from tongban.matters.queries.materials import attached_materials, held_documents, materials_lost
from tongban.matters.queries.ratings import Score, rating_visible_to, ratings_to_follow, score

__all__ = [
    "Moment",
    "Score",
    "applicant_case",
    "attached_materials",
    "case_at_window",
    "cases_of",
    "cases_to_accept",
    "cases_to_decide",
    "cases_visible_to",
    "concerned_with",
    "content_of",
    "definition_by_code",
    "fill_in",
    "find_definitions",
    "held_documents",
    "history_of",
    "known_fact",
    "lookup_for",
    "matching_cases",
    "materials_lost",
    "open_definitions",
    "origin",
    "own_review",
    "rating_visible_to",
    "ratings_to_follow",
    "reviews_of",
    "reviews_waiting",
    "score",
    "silent_registers",
    "staff_case",
    "themes_now",
    "unit_title",
    "waiting_for",
]
