"""Services as published, and the cases that run on them; one file per noun."""

from tongban.matters.models.archives import Archive
from tongban.matters.models.calendar import DayOverride
from tongban.matters.models.cases import Case, CaseCounter, CaseEvent
from tongban.matters.models.definitions import Definition, DefinitionVersion, Theme
from tongban.matters.models.desks import Assignment, Intake
from tongban.matters.models.papers import Delivery, Paper
from tongban.matters.models.payments import Payment
from tongban.matters.models.promises import Promise
from tongban.matters.models.publications import Publication
from tongban.matters.models.ratings import Rating
from tongban.matters.models.reviews import Certificate, Decision, Review, SpecialProcedure
from tongban.matters.models.signing import SignRequest

__all__ = [
    "Archive",
    "Assignment",
    "Case",
    "CaseCounter",
    "CaseEvent",
    "Certificate",
    "DayOverride",
    "Decision",
    "Definition",
    "DefinitionVersion",
    "Delivery",
    "Intake",
    "Paper",
    "Payment",
    "Promise",
    "Publication",
    "Rating",
    "Review",
    "SignRequest",
    "SpecialProcedure",
    "Theme",
]
