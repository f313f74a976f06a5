"""What the public log seals of each act on a case: written with the event, computed again from it at night."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tongban.matters.models import CaseEvent

# Kinds of events that carry legal weight, each with the type of its leaf.
LEAF_OF_EVENT = {
    "submitted": "case.filed",
    "resubmitted": "case.filed",
    "accepted": "case.accepted",
    "not_accepted": "case.not_accepted",
    "reviewed": "case.reviewed",
    "returned": "case.returned",
    "moved": "case.moved",
    "extended": "case.extended",
    "clock_stopped": "case.clock_stopped",
    "clock_resumed": "case.clock_resumed",
    "withdrawn": "case.withdrawn",
    "terminated": "case.terminated",
    "granted": "case.decided",
    "filed": "case.decided",
    "refused": "case.decided",
    "delivered": "case.delivered",
    "archived": "case.archived",
    "promised": "promise.made",
    "supplied": "promise.supplied",
    "promise_kept": "promise.settled",
    "promise_broken": "promise.settled",
    "fee_asked": "fee.asked",
    "fee_paid": "fee.paid",
    "fee_exempted": "fee.exempted",
    "fee_refunded": "fee.refunded",
}


def event_leaf(event: CaseEvent) -> dict[str, Any]:
    """The fields of an event's leaf, from the event and the unchanging facts of its case."""
    return _FIELDS.get(LEAF_OF_EVENT[event.kind], _reason)(event, event.facts)


def _filed(event: CaseEvent, facts: dict[str, Any]) -> dict[str, Any]:
    case = event.case
    return {
        "due": facts["due_on"], "service": case.definition.code, "version": case.version.number,
        "applicant": case.name, "region": case.region_code, "form": facts["answers"],
    }  # fmt: skip


def _reason(event: CaseEvent, facts: dict[str, Any]) -> dict[str, Any]:
    del facts
    return {"reason": event.note}


def _fee(facts: dict[str, Any]) -> dict[str, Any]:
    return {"fee": facts["fee"], "amount": facts["amount"]}


_FIELDS: dict[str, Callable[[CaseEvent, dict[str, Any]], dict[str, Any]]] = {
    "case.filed": _filed,
    "case.accepted": lambda event, facts: {
        "due": facts["due_on"], "statutory": facts["statutory"], "by_silence": "clock_at" in facts,
    },
    "case.reviewed": lambda event, facts: {
        "is_late": facts["is_late"], "unit": facts["unit"], "opinion": facts["state"], "reason": event.note,
    },
    "case.returned": lambda event, facts: {
        "until": facts["correct_by"], "is_accepted": facts["is_accepted"], "wanted": event.note,
    },
    "case.moved": lambda event, facts: {"from": facts["from"], "to": facts["to"], "reason": event.note},
    "case.extended": lambda event, facts: {"days": facts["days"], "due": facts["due_on"], "reason": event.note},
    "case.clock_stopped": lambda event, facts: {
        "kind": facts["procedure"], "until": facts["expected_by"], "reason": event.note,
    },
    "case.clock_resumed": lambda event, facts: {
        "kind": facts["procedure"], "due": facts["due_on"], "result": event.note,
    },
    "case.delivered": lambda event, facts: {
        "way": facts["way"], "is_late": facts["is_late"], "receiver": event.note,
    },
    "case.archived": lambda event, facts: {"digest": facts["digest"], "parts": facts["parts"]},
    "promise.made": lambda event, facts: {"is_condition": facts["is_condition"], "about": facts["element"], "text": facts["text"]},
    "promise.supplied": lambda event, facts: {"about": facts["element"], "form": facts["answers"]},
    "promise.settled": lambda event, facts: {
        "is_kept": event.kind == "promise_kept", "about": facts["element"], "reason": event.note,
    },
    "fee.asked": lambda event, facts: _fee(facts) | {"until": facts["until"], "basis": facts["basis"]},
    "fee.paid": lambda event, facts: _fee(facts) | {
        "way": facts["way"], "reference": facts["reference"], "receipt": facts["receipt"],
    },
    "fee.exempted": lambda event, facts: _fee(facts) | {"reason": event.note},
    "fee.refunded": lambda event, facts: _fee(facts) | {"reference": facts["reference"], "reason": event.note},
    "case.decided": lambda event, facts: {
        "outcome": event.kind, "is_late": facts["is_late"], "reason": event.note, "document": facts["opinions"],
    },
}  # fmt: skip
