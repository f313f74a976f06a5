"""What the public log seals of each row: written when the row is, computed again at night."""

from __future__ import annotations

from typing import Any

from tongban.foundation.parties.models import (
    ApiClient,
    Correction,
    Delegation,
    Device,
    Mandate,
    Membership,
    Organisation,
    Person,
)


def membership_leaf(row: Membership) -> dict[str, Any]:
    """A membership as granted; ``row.unit`` is read."""
    return {
        "role": row.role, "person": row.person_id, "organisation": row.unit.organisation_id, "unit": row.unit_id,
        "region": row.region_code, "from": row.valid_from, "until": row.valid_to or "",
    }  # fmt: skip


def membership_end_leaf(row: Membership) -> dict[str, Any]:
    """A membership as withdrawn."""
    return {"role": row.role, "reason": row.withdrawn_reason}


def delegation_leaf(row: Delegation) -> dict[str, Any]:
    """A delegation as granted."""
    return {
        "membership": row.membership_id, "to_whom": row.delegate_id, "from": row.valid_from, "until": row.valid_to,
        "reason": row.reason,
    }  # fmt: skip


def mandate_leaf(row: Mandate) -> dict[str, Any]:
    """A mandate as granted."""
    return {
        "from_whom": row.organisation_id or row.person_id, "to_whom": row.agent_id,
        "scope": [*row.services, *(["may_sign"] if row.may_sign else [])], "until": row.valid_to,
    }  # fmt: skip


def representative_leaf(row: Organisation) -> dict[str, Any]:
    """Who represents an organisation now; how that became known is told by the leaf alone."""
    return {"organisation": row.pk, "person": row.legal_representative_id}


def identity_leaf(row: Person) -> dict[str, Any]:
    """The facts a clerk compared with the document, or a provider verified."""
    return {"name": row.name, "document_type": row.document_type, "document_number": row.document_number}


def correction_leaf(row: Correction) -> dict[str, Any]:
    """A correction as settled."""
    return {
        "is_accepted": row.is_accepted, "person": row.person_id, "fact": row.fact, "stated": row.stated,
        "answer": row.answer,
    }  # fmt: skip


def client_leaf(row: ApiClient) -> dict[str, Any]:
    """An API client as admitted."""
    return {
        "kind": "client", "holder": row.organisation_id, "capabilities": row.capabilities, "region": row.region_code,
        "until": row.expires_at,
    }  # fmt: skip


def device_leaf(row: Device) -> dict[str, Any]:
    """A device as enrolled; what it may do follows from its unit."""
    return {"kind": "device", "holder": row.unit_id, "capabilities": [], "region": "", "until": ""}
