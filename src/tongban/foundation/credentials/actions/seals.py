"""Seal papers: one seal for each office, its key in the key file or in the office's own PKCS#12 file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.credentials import adapters, hooks
from tongban.foundation.credentials.actions.credentials import Subject
from tongban.foundation.credentials.models import OfficeSeal, SealedPaper
from tongban.foundation.credentials.queries import paper_leaf, seal_leaf, withdrawn_seal_leaf
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.foundation.regions.queries import code_of_schema
from tongban.lib.actors import Actor
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import ring
from tongban.lib.pdf.sealing import SealKey, authority_certificate, key_of, private_key, seal_certificate, seal_pdf
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Unit

AUTHORITY_YEARS, SEAL_YEARS = 20, 2
RENEW_BEFORE = timedelta(days=30)
AUTHORITY = "{code} 演练电子印章机构（无法律效力）"


@dataclass(frozen=True, slots=True)
class Sealing:
    """What is sealed: a paper's title and number, what it is about, and the credential it shows, if it does."""

    title: T
    number: str
    subject: Subject
    credential_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """The sealed PDF and its record."""

    content: bytes
    paper: SealedPaper


@transaction.atomic
def office_seal(unit: Unit, *, office: str, by: Actor) -> OfficeSeal:
    """The seal a unit uses under a name; the first time, and when it runs out, a new one is given out on the spot.

    A PKCS#12 file of the unit comes first. Refused as ``seal_unavailable`` when that file does not open.
    """
    require(by, hooks.SEAL)
    file = adapters.seal_file_of(unit)
    active = OfficeSeal.objects.filter(unit_id=unit.pk, office=office, state=OfficeSeal.State.ACTIVE).first()
    if file is not None:
        return _of_file(file, OfficeSeal(unit_id=unit.pk, office=office, is_test=False), active, by)
    number = ring().current("credential").number
    if active and active.ring_number == number and active.signs_until > timezone.now() + RENEW_BEFORE:
        return active
    above = _authority(number, by)
    row = OfficeSeal(id=uuid7(), unit_id=unit.pk, office=office, ring_number=number, signs_from=timezone.now())
    row.certificate = seal_certificate(
        private_key(_secret(row)), office=office, authority=bytes(above.certificate),
        authority_key=private_key(_secret(above)), since=row.signs_from, years=SEAL_YEARS,
    )  # fmt: skip
    row.signs_until = row.signs_from + timedelta(days=365 * SEAL_YEARS)
    return _opened(row, active, by)


@transaction.atomic
def seal_paper(pdf: bytes, *, seal: OfficeSeal, what: Sealing, by: Actor) -> Sealed:
    """Seal a PDF and keep its digest: from now on anybody can have a copy compared with what was issued."""
    require(by, hooks.SEAL)
    if seal.state != OfficeSeal.State.ACTIVE:
        raise Refusal("seal_withdrawn", T("这枚印章已停用，请重新盖章。", "This seal is no longer in use."), status=409)
    content = seal_pdf(pdf, _key(seal), office=seal.office, reason=f"{what.title.zh} {what.number}")
    paper = SealedPaper.objects.create(
        sha256=hashlib.sha256(content).hexdigest(), seal=seal, credential_id=what.credential_id,
        subject_kind=what.subject.kind, subject_id=what.subject.id, title=what.title.as_json(), number=what.number,
    )  # fmt: skip
    ledger.record("paper.sealed", by=by, subject=("credentials.sealedpaper", paper.pk), values=paper_leaf(paper))
    return Sealed(content, paper)


@transaction.atomic
def withdraw_seal(seal_id: UUID, *, reason: str, by: Actor) -> None:
    """Withdraw a seal that may be in wrong hands: papers it sealed are known by their digest alone from now on."""
    require(by, hooks.MANAGE_KEYS)
    if not reason.strip():
        raise Refusal("reason_missing", T("请写明作废理由。", "Say why the seal is withdrawn."), field="reason")
    seal = OfficeSeal.objects.select_for_update().filter(pk=seal_id).first()
    if seal is None:
        raise not_found(T("这枚印章", "This seal"))
    if seal.state == OfficeSeal.State.WITHDRAWN:
        return
    seal.state, seal.withdrawn_reason = OfficeSeal.State.WITHDRAWN, reason.strip()[:200]
    seal.save(update_fields=["state", "withdrawn_reason"])
    ledger.record(
        "seal.withdrawn", by=by, subject=("credentials.officeseal", seal.pk), values=withdrawn_seal_leaf(seal)
    )


def _secret(row: OfficeSeal) -> bytes:
    """The 32 bytes a seal's key is made from: derived from the key file for this jurisdiction and seal, never stored."""
    assert row.ring_number is not None
    return ring().numbered("credential", row.ring_number).derive(f"{require_current()}|seal|{row.pk}")


def _key(seal: OfficeSeal) -> SealKey:
    if seal.ring_number is None:
        assert seal.unit is not None
        file = adapters.seal_file_of(seal.unit)
        if file is None:
            raise adapters.seal_unavailable("the PKCS#12 file is gone")
        return adapters.open_seal(file)
    above = OfficeSeal.objects.filter(unit__isnull=True, ring_number=seal.ring_number).order_by("-signs_from")
    return key_of(private_key(_secret(seal)), bytes(seal.certificate), [bytes(one.certificate) for one in above[:1]])


def _authority(number: int, by: Actor) -> OfficeSeal:
    name = AUTHORITY.format(code=code_of_schema(require_current()))
    active = OfficeSeal.objects.filter(unit__isnull=True, office=name, state=OfficeSeal.State.ACTIVE).first()
    if active and active.ring_number == number:
        return active
    row = OfficeSeal(id=uuid7(), office=name, ring_number=number, signs_from=timezone.now())
    row.certificate = authority_certificate(
        private_key(_secret(row)), name=name, since=row.signs_from, years=AUTHORITY_YEARS
    )
    row.signs_until = row.signs_from + timedelta(days=365 * AUTHORITY_YEARS)
    return _opened(row, active, by)


def _of_file(file: adapters.SealFile, row: OfficeSeal, active: OfficeSeal | None, by: Actor) -> OfficeSeal:
    key = adapters.open_seal(file)
    if active and bytes(active.certificate) == key.certificate:
        return active
    row.certificate = key.certificate
    row.signs_from, row.signs_until = adapters.validity(key.certificate)
    return _opened(row, active, by)


def _opened(row: OfficeSeal, before: OfficeSeal | None, by: Actor) -> OfficeSeal:
    """Store a seal in the place of the one before; when somebody else did it in the same moment, theirs."""
    _check_dates(row.signs_from, row.signs_until)
    row.fingerprint = hashlib.sha256(bytes(row.certificate)).hexdigest()
    try:
        with transaction.atomic():
            if before:
                OfficeSeal.objects.filter(pk=before.pk).update(state=OfficeSeal.State.RETIRED)
            row.save(force_insert=True)
    except IntegrityError:
        return OfficeSeal.objects.get(unit=row.unit, office=row.office, state=OfficeSeal.State.ACTIVE)
    ledger.record("seal.opened", by=by, subject=("credentials.officeseal", row.pk), values=seal_leaf(row))
    return row


def _check_dates(begin: datetime, end: datetime) -> None:
    if not begin <= timezone.now() < end:
        raise adapters.seal_unavailable("the certificate of the seal is not valid today")
