"""Real ids for the parameters of addresses: whose they are, and where.

A route whose parameter is not known here fails the walk with the line to add. Each sample names by ``seen_by`` the
visitors (labels of ``visitors.VISITORS``) who may open the thing; everybody else must not learn that it exists.
"""

from __future__ import annotations

import re
from typing import Any

from tests.access import case_things, gate_things, grid_things, hall_things, office_things, things
from tests.access.world import Builder, Sample, World

# Keys are "parameter" or, where one name means several things, "/path/with/{parameter}" (as `normal` writes it).
SAMPLES: dict[str, Builder] = {
    "message_id": things.messages,
    "document_id": things.documents,
    "upload_id": things.uploads,
    "mandate_id": things.mandates,
    "subscription_id": things.subscriptions,
    "sender_id": things.senders,
    "/themes/{code}/": things.themes,
    "/api/regions/{code}": things.regions,
    "/api/regions/{code}/children": things.regions,
    "issuer": things.status_issuers,
    "/services/{code}/": case_things.services,
    "/services/{code}/start": case_things.services,
    "/services/{code}/files/{name}": case_things.offered_files,
    "/cases/{case_id}/form/{code}/": case_things.screens,
    "/cases/{case_id}/certificate/": case_things.certificates,
    "/cases/{case_id}/papers/{event_id}": case_things.papers,
    "/desk/cases/{case_id}/": case_things.at_desks,
    "/desk/deliveries/{case_id}/": case_things.at_desks,
    "/cases/{case_id}/pay/": case_things.with_fees,
    "/payments/{provider}/notification": case_things.providers,
    "payment_id": case_things.fees,
    "/promises/{promise_id}/": case_things.own_promises,
    "/desk/promises/{promise_id}/": case_things.promises_at_desks,
    "/desk/cases/{case_id}/assign": case_things.at_desks,
    "/desk/services/{code}/": case_things.services,
    "rating_id": case_things.ratings,
    "/api/window/{case_id}": case_things.at_windows,
    "/api/window/{case_id}/answers": case_things.at_windows,
    "/api/window/{case_id}/code": case_things.at_windows,
    "/api/window/{case_id}/confirm/code": case_things.at_windows,
    "/api/window/{case_id}/confirm/paper": case_things.at_windows,
    "/api/window/{case_id}/mandate-page": case_things.at_windows,
    "/api/window/{case_id}/hand-over": case_things.at_windows,
    "case_id": case_things.of_applicants,
    "/desk/definitions/{code}/": case_things.kept_services,
    "/desk/definitions/{code}/compare": case_things.compared,
    "/desk/definitions/{code}/export": case_things.kept_services,
    "publication_id": case_things.publications,
    "/api/services/{code}": case_things.services,
    **{f"/api/services/{{code}}/{act}": case_things.kept_services for act in ("kept", "opening", "export")},
    "/api/promises/{promise_id}/supply": case_things.own_promises,
    "/api/promises/{promise_id}": case_things.promises_at_desks,
    **{f"/api/promises/{{promise_id}}/{act}": case_things.promises_at_desks for act in ("kept", "report", "break")},
    "/desk/archive/{case_id}/package": case_things.archived,
    "/api/archives/{case_id}/package": case_things.archived,
    "/api/cases/{case_id}/promises": case_things.of_both,
    "/api/cases/{case_id}": case_things.of_both,
    "/api/cases/{case_id}/certificate": case_things.of_both,
    "/api/cases/{case_id}/papers": case_things.of_both,
    "/api/cases/{case_id}/papers/{event_id}": case_things.papers,
    "/api/cases/{case_id}/delivery": case_things.of_both,
    "/api/cases/{case_id}/delivery/window": case_things.at_desks,
    "/api/cases/{case_id}/delivery/post": case_things.at_desks,
    "/api/cases/{case_id}/delivery/receipt": case_things.at_desks,
    "/api/cases/{case_id}/review": case_things.at_desks,
    "/api/cases/{case_id}/return": case_things.at_desks,
    "/api/cases/{case_id}/decision": case_things.at_desks,
    "/api/cases/{case_id}/accept": case_things.at_desks,
    "/api/cases/{case_id}/decline": case_things.at_desks,
    "/api/cases/{case_id}/procedure": case_things.at_desks,
    "/api/cases/{case_id}/procedure/end": case_things.at_desks,
    "/api/cases/{case_id}/extend": case_things.at_desks,
    "/api/cases/{case_id}/terminate": case_things.at_desks,
    "/api/cases/{case_id}/revoke": case_things.at_desks,
    "/api/cases/{case_id}/assign": case_things.at_desks,
    "/h/{code}/": hall_things.doors,
    "/h/{code}/again/": hall_things.doors,
    "/h/{code}/book/": hall_things.without_slots,
    "/v/{code}/here": hall_things.visits,
    "/v/{code}/cancel": hall_things.visits,
    "/h/{code}/board.json": hall_things.doors,
    "/h/{code}/screen/{link}/": hall_things.screens,
    "/v/{code}/": hall_things.visits,
    "/v/{code}/now": hall_things.visits,
    "/v/{code}/slip.pdf": hall_things.visits,
    "/v/{code}/{what}": hall_things.visit_acts,
    "/api/halls/{code}": hall_things.doors,
    "/api/halls/{code}/board": hall_things.doors,
    "/api/halls/{code}/slots": hall_things.without_slots,
    "/api/halls/{code}/visits": hall_things.doors_of_programs,
    "/api/halls/{code}/appointments": hall_things.doors_of_programs,
    "/api/halls/{code}/scans": hall_things.doors_of_programs,
    "/api/halls/{code}/queue": hall_things.desks_of_programs,
    "/api/halls/{code}/windows": hall_things.desks_of_programs,
    **{f"/api/halls/{{code}}/windows/{{number}}/{act}": hall_things.windows_of_programs for act in hall_things.ACTS},
    "/api/visits/{code}": hall_things.visits,
    **{f"/api/visits/{{code}}/{act}": hall_things.visits for act in ("move", "cancel", "leave", "rejoin", "rating")},
    "/halls/{hall_id}/windows/{window_id}/": hall_things.windows,
    "/halls/{hall_id}/windows/{window_id}/case": hall_things.empty_windows,
    "/halls/{hall_id}/windows/{window_id}/{what}": hall_things.window_acts,
    "hall_id": hall_things.halls,
    "/halls/{hall_id}/settings/{part}/": hall_things.parts,
    "/halls/{hall_id}/colleagues/": hall_things.managed,
    "/halls/{hall_id}/devices/": hall_things.managed,
    "/h/{code}/kiosk/{link}/": hall_things.kiosks,
    "/h/{code}/kiosk/{link}/{visit}/": hall_things.kiosk_visits,
    "/halls/{hall_id}/links": hall_things.managed,
    "/halls/{hall_id}/move/": hall_things.managed,
    "/halls/{hall_id}/move/hall.json": hall_things.managed,
    "/halls/{hall_id}/move/back": hall_things.managed,
    "/desk/halls/{hall_id}/": hall_things.overseen,
    "/desk/halls/{hall_id}/confirm": hall_things.overseen,
    "/desk/halls/{hall_id}/suspend": hall_things.overseen,
    "/desk/halls/{hall_id}/move": hall_things.overseen,
    "report": hall_things.reports,
    "delivery_id": things.deliveries,
    "finding_id": things.findings,
    "organisation_id": office_things.offices,
    "membership_id": office_things.memberships,
    "delegation_id": office_things.delegations,
    "import_id": office_things.staff_lists,
    "list_id": office_things.resident_lists,
    "row_id": office_things.resident_rows,
    "/operations/registers/{code}/": office_things.registers,
    "/operations/registers/{code}/switch": office_things.registers,
    "/operations/registers/{code}/connect": office_things.registers,
    "/operations/registers/{code}/list/": office_things.registers,
    "/operations/registers/{code}/list/template": office_things.registers,
    "/operations/registers/lists/{import_id}/confirm": office_things.register_lists,
    "place_id": office_things.places,
    "/api/registers/buildings/{place_id}/matrix": office_things.buildings,
    "/passes/take/{dwelling_id}": gate_things.homes,
    "/passes/for/{person_id}/take": gate_things.cared_for,
    "/passes/for/{pass_id}/pass.pdf": gate_things.under_mandate,
    "/passes/household/{dwelling_id}": gate_things.homes,
    "/desk/gates/passes/{pass_id}/": gate_things.at_desk,
    "/desk/gates/passes/{pass_id}/pass.pdf": gate_things.at_desk,
    "/desk/gates/passes/{pass_id}/photo": gate_things.at_desk,
    "/passes/callers/{pass_id}/answer": gate_things.callers,
    "pass_id": gate_things.own,
    "/g/{link}/": gate_things.links,
    "/g/{link}/now": gate_things.links,
    "/g/{link}/pass.pdf": gate_things.links,
    "scan_id": gate_things.doubts,
    "gate_id": gate_things.gates,
    "/gates/kiosk/{device_id}/": gate_things.kiosks,
    "/gates/kiosk/{device_id}/worker.js": gate_things.kiosks,
    "/gates/kiosk/{device_id}/reader.js": gate_things.kiosks,
    "/gates/kiosk/{device_id}/app.webmanifest": gate_things.kiosks,
    "rule_id": gate_things.rules,
    "/desk/grid/areas/{code}/": grid_things.areas,
    "/desk/grid/people/{person_id}/": grid_things.residents,
    "/desk/grid/buildings/{place_id}/": grid_things.buildings,
    "/desk/grid/dwellings/{dwelling_id}/visit": grid_things.worked_dwellings,
    "dwelling_id": grid_things.dwellings,
    "residence_id": grid_things.residences,
    "lease_id": grid_things.leases,
    "edit_id": grid_things.edits,
    "report_code": grid_things.reports,
    "made_code": grid_things.made_reports,
    "export_id": grid_things.exports,
    "proposal_id": grid_things.proposals,
    "own_proposal_id": grid_things.own_proposals,
    "own_id": grid_things.own_residences,
    "tenancy_id": grid_things.tenancies,
    "task_id": grid_things.tasks,
    "/desk/grid/events/{event_id}/": grid_things.events,
    "/api/grid/events/{event_id}": grid_things.events,
    "/api/grid/events/{event_id}/steps": grid_things.events,
    "person_id": office_things.people,
    "disclosure_id": office_things.disclosures,
    "correction_id": office_things.corrections,
    "client_id": office_things.clients,
    "device_id": office_things.devices,
}
# Parameters that name nothing of anybody: one value is enough.
PLAIN: dict[str, Any] = {
    "number": 0, "provider_id": "no-such-provider", "key": "no-such-key", "uidb36": "1", "pk": 1,
    "kind": "acceptance", "shard": "2026", "tile": "0/000", "leaf": "0" * 64,
}  # fmt: skip

_PARAMETER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>|\{(?:[a-z]+:)?([a-z_]+)\}")


def normal(route: str) -> str:
    """``messages/<uuid:message_id>/`` and ``/messages/{uuid:message_id}/`` alike as ``/messages/{message_id}/``."""
    return "/" + _PARAMETER.sub(lambda found: f"{{{found[1] or found[2]}}}", route).lstrip("/")


def parameters(route: str) -> list[str]:
    return re.findall(r"\{([a-z_]+)\}", normal(route))


def filled(route: str, world: World) -> list[tuple[str, Sample | None]]:
    """The addresses a route stands for, each with the thing it names (None when it names nothing)."""
    pattern = normal(route)
    plain = {name: PLAIN[name] for name in parameters(route) if name in PLAIN}
    named = [name for name in parameters(route) if name not in PLAIN]
    if not named:
        return [(pattern.format(**plain), None)]
    key = pattern if pattern in SAMPLES else named[0]
    if key not in SAMPLES or (len(named) > 1 and pattern not in SAMPLES):
        raise LookupError(
            f'{pattern}: add to SAMPLES in tests/access/samples.py  "{key}": a function that gives ids of things of '
            f"one visitor, of another one, of another jurisdiction and of nothing"
        )
    found = []
    for sample in world.samples(SAMPLES[key]):
        values = sample.value if isinstance(sample.value, dict) else {named[0]: sample.value}
        found.append((pattern.format(**(plain | values)), sample))
    return found
