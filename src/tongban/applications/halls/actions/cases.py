"""From the number to the application: the clerk opens a visitor's case with what the visitor registered with."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tongban.applications.halls.models import Visit
from tongban.applications.halls.queries.halls import hall_worked_at
from tongban.applications.halls.rules.queue import AT_WINDOW, STATES, shown_number
from tongban.lib.actors import Actor
from tongban.lib.identifiers import DOCUMENT_TYPES
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import actions as matters


@transaction.atomic
def open_case(visit_id: UUID, service: str, *, uscc: str = "", has_seen_document: bool, by: Actor) -> UUID:
    """Begin the application of whoever is at a window now; a second time gives the same case. Its id.

    ``uscc`` names the company the visitor applies for; everything else they have said already. Matters asks whether
    ``by`` may take applications in, and writes it to the case's history and the log.
    """
    visit = Visit.objects.select_for_update().filter(pk=visit_id).first()
    if visit is None:
        raise not_found(T("这位访客", "This visitor"))
    hall_worked_at(by, visit.hall_id)
    if visit.case_id is not None:
        return visit.case_id
    if visit.state not in AT_WINDOW:
        raise Refusal("visit_moved_on", T("这个号现在是“{state}”，不能这样操作。请刷新页面。",
                      "This number is “{state}” now: reload the page.").format(state=STATES[visit.state]), status=409)  # fmt: skip
    details = {key: str(value) for key, value in (visit.details or {}).items()}
    if not details.get("document_number"):
        raise Refusal("document_missing", T("这位访客登记时没有填证件，请在“窗口收件”里收件。",
                      "No document was given at registration: take it in under “Window”."), status=409)  # fmt: skip
    if not has_seen_document:
        raise Refusal("document_not_seen", T("请先核对本人和证件原件。", "Compare the person with the document first."),
                      field="seen")  # fmt: skip
    kind = details["document_type"]
    visitor = matters.Visitor(details["name"], kind, details["document_number"], details.get("phone", ""), uscc)
    evidence = T("{document}原件（大厅 {number} 号）", "{document} (hall number {number})").format(
        document=DOCUMENT_TYPES[kind], number=shown_number(visit.prefix, visit.number or 0)
    )
    case = matters.take_in(service, visitor, evidence=evidence.zh, by=by)
    visit.case_id = case.pk
    visit.save(update_fields=["case_id"])
    return case.pk
