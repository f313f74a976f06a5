"""What the public log seals of each act on a case: written with the event, computed again from it at night."""

from __future__ import annotations

from typing import Any

from tongban.matters.models import CaseEvent

# Kinds of events that carry legal weight, each with the type of its leaf.
LEAF_OF_EVENT = {
    "submitted": "case.filed",
    "resubmitted": "case.filed",
    "reviewed": "case.reviewed",
    "returned": "case.returned",
    "withdrawn": "case.withdrawn",
    "granted": "case.decided",
    "refused": "case.decided",
}


def event_leaf(event: CaseEvent) -> dict[str, Any]:
    """The fields of an event's leaf, from the event and the unchanging facts of its case."""
    case, facts = event.case, event.facts
    match LEAF_OF_EVENT[event.kind]:
        case "case.filed":
            return {
                "due": facts["due_on"], "service": case.definition.code, "version": case.version.number,
                "applicant": case.name, "region": case.region_code, "form": facts["answers"],
            }  # fmt: skip
        case "case.reviewed":
            return {
                "is_late": facts["is_late"], "unit": facts["unit"], "opinion": facts["state"], "reason": event.note,
            }  # fmt: skip
        case "case.decided":
            return {
                "outcome": event.kind, "is_late": facts["is_late"], "reason": event.note,
                "document": facts["opinions"],
            }  # fmt: skip
        case "case.returned":
            return {"wanted": event.note}
        case _:
            return {"reason": event.note}
