"""Which cases are over for good, and everything that belongs to one, as it stood when it was archived."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tongban.foundation.documents.queries import documents_attached_to
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters.models import Archive, Case, Paper, Payment, Promise, Review
from tongban.matters.queries.cases import cases_visible_to
from tongban.matters.rules.archives import WAIT, Part, manifest_of, written
from tongban.matters.rules.cases import CLOSED_STATES, DECIDED_STATES, OPEN, WITHDRAWN
from tongban.matters.rules.fees import ASKED, TO_REFUND
from tongban.matters.rules.promises import OPEN as PROMISED

ARCHIVE = "matters.keep_archive"  # as hooks.py declares it, which stands on the same layer
_AFTERWARDS = ("archived", "revoked")  # not part of what is archived
_SETTLED = ("none", "settled")


def archive_waiting(now: datetime) -> QuerySet[Case]:
    """Closed cases with nothing left to do: rated and followed up or not ratable any more, delivered, paid, nothing owed."""
    mine = {"case": OuterRef("pk")}
    left = (
        Exists(Payment.objects.filter(**mine, state__in=(ASKED, TO_REFUND)))
        | Exists(Promise.objects.filter(**mine, state=PROMISED))
        | Exists(Review.objects.filter(**mine, state=OPEN))  # what was filed is looked at afterwards
    )
    return Case.objects.filter(
        Q(state=WITHDRAWN) | Q(rating__follow__in=_SETTLED) | Q(rating__isnull=True, closed_at__lt=now - WAIT),
        ~Q(state__in=DECIDED_STATES, delivered_at__isnull=True), ~left,
        state__in=CLOSED_STATES, number__isnull=False, closed_at__isnull=False, archive__isnull=True,
    ).order_by("closed_at")  # fmt: skip


def archived_after(case: Case) -> str:
    """What was waited for before a case was archived."""
    if case.state == WITHDRAWN:
        return "withdrawn"
    return "rated" if getattr(case, "rating", None) is not None else "unrated"


def archives_visible_to(by: Actor) -> QuerySet[Archive]:
    """Archived cases within the actor's reach, the newest first."""
    require(by, ARCHIVE)
    found = Archive.objects.filter(case__in=cases_visible_to(by).order_by().values("pk"))
    return found.select_related("case__definition").defer("case__answers", "manifest").order_by("-archived_at")


def archive_visible_to(case_id: UUID, by: Actor) -> Archive:
    """One of them; not found otherwise."""
    found = archives_visible_to(by).filter(case_id=case_id).first()
    if found is None:
        raise not_found(T("这份档案", "This archived case"))
    return found


def package_of(case: Case, at: datetime) -> tuple[bytes, list[tuple[Part, UUID | None]]]:
    """The manifest of a case as it stood at a moment, and its parts; with the document where one is a file."""
    rows = [written(f"{name}.json", said) for name, said in _rows(case, at).items() if said]
    files = _files(case, at)
    about = {
        "number": case.number, "service": case.definition.code, "version": case.version.number,
        "closed_at": _moment(case.closed_at), "archived_at": _moment(at),
    }  # fmt: skip
    manifest = manifest_of(about, [*rows, *(part for part, _ in files)])
    return manifest, [*((part, None) for part in rows), *files]


def _files(case: Case, at: datetime) -> list[tuple[Part, UUID | None]]:
    found: list[tuple[Part, UUID | None]] = []
    for paper in Paper.objects.filter(case=case, event__at__lte=at).exclude(event__kind__in=_AFTERWARDS):
        found += [
            (Part(f"papers/{paper.number}.pdf", one.sha256, one.size), one.pk)
            for one in documents_attached_to("matters", paper.pk).filter(erased_at__isnull=True)
        ]
    for number, one in enumerate(documents_attached_to("matters", case.pk).filter(state="ready"), 1):
        if one.erased_at is None:  # what was erased since keeps its number, and is only listed
            found.append((Part(f"materials/{number:02d} {one.name}", one.sha256, one.size), one.pk))
    return found


def _rows(case: Case, at: datetime) -> dict[str, Any]:
    return {
        "case": _case(case), "definition": case.version.content, "events": _events(case, at),
        "reviews": [_fields(one, "unit_code", "state", "round", "text", "by_name", "opened_at", "closed_at", "due_on",
                            "seen_hash", "shown_hash") for one in case.reviews.order_by("position")],
        "decision": _one(case, "decision", "outcome", "reason", "by_name", "decided_at", "is_late", "seen_hash",
                         "opinions_hash"),
        "certificate": _one(case, "certificate", "number", "content", "issued_at"),
        "delivery": _one(case, "delivery", "way", "receiver", "evidence", "delivered_at", "carrier", "tracking", "by_name"),
        "fees": [_fields(one, "order", "code", "title", "basis", "amount", "state", "way", "receipt_number", "paid_at",
                         "reason", "refund_reference", "refunded_at") for one in case.payments.order_by("order")],
        "promises": [_fields(one, "kind", "element", "title", "text", "state", "made_at", "made_by", "due_on",
                             "settled_at", "settled_by") for one in case.promises.order_by("made_at", "pk")],
        "rating": _one(case, "rating", "level", "reasons", "text", "rated_at", "rated_through", "is_excluded", "answer",
                       "answered_by", "appeal", "appeal_answer", "callback", "is_content", "settled_at"),
    }  # fmt: skip


def _case(case: Case) -> dict[str, Any]:
    names = ("number", "name", "state", "regime", "channel", "operator", "region_code", "answers", "answers_hash",
             "started_at", "submitted_at", "accepted_at", "closed_at", "due_on", "statutory_due_on")  # fmt: skip
    said = {"service": case.definition.code, "version": case.version.number, "version_sha256": case.version.sha256}
    return _fields(case, *names) | said


def _events(case: Case, at: datetime) -> list[dict[str, Any]]:
    events = case.events.filter(at__lte=at).exclude(kind__in=_AFTERWARDS).select_related("unit").order_by("at", "pk")
    names = ("at", "kind", "actor_kind", "actor_name", "channel", "note", "facts")
    return [_fields(one, *names) | {"unit": one.unit.code if one.unit else ""} for one in events]


def _one(case: Case, name: str, *names: str) -> dict[str, Any]:
    found = getattr(case, name, None)
    return _fields(found, *names) if found is not None else {}


def _fields(row: Any, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _moment(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
