"""Scanners of a hall: its manager enrols them by a code and stops the lost ones."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tongban.applications.halls.actions.halls import as_house, managed_hall
from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.queries import devices_of_unit
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

MOST_SCANNERS = 40


@transaction.atomic
def enrol_scanner(hall_id: UUID, name: str, *, by: Actor) -> str:
    """The code a new scanner of the hall is activated with, once and within a day; the log keeps that it may scan here."""
    hall = managed_hall(hall_id, by)
    if devices_of_unit(hall.unit_id).count() >= MOST_SCANNERS:
        raise Refusal("too_many_scanners", T("一个大厅最多 {n} 台扫码设备，请先停用不用的。",
                      "At most {n} scanners: stop those no longer in use.").format(n=MOST_SCANNERS), status=409)  # fmt: skip
    _, code = parties.enrol_device(name, "scanner", unit_id=hall.unit_id, by=as_house(by))
    return code


@transaction.atomic
def stop_scanner(hall_id: UUID, device_id: UUID, *, by: Actor) -> None:
    """A scanner was lost, or is not needed: its token stops at once."""
    hall = managed_hall(hall_id, by)
    if not devices_of_unit(hall.unit_id).filter(pk=device_id).exists():
        raise not_found(T("这台设备", "This device"))
    parties.revoke_device(device_id, by=as_house(by))
