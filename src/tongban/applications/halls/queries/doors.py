"""What a scanner keeps so that it can judge without the house: the codes of today, none of which can be read from it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.queries.visits import counted
from tongban.applications.halls.rules.queue import CANCELLED, INSIDE, LEFT
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import ring
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI

MARK = 8  # bytes of a code's hash


@dataclass(frozen=True, slots=True)
class Door:
    """A hall as its doors know it: who may come today, by the mark of the code, party and whether they are inside."""

    hall: Hall
    day: date
    ends: datetime
    at: datetime
    inside: int
    salt: str
    known: list[str]

    @property
    def etag(self) -> str:
        """Changes with everything but the moment."""
        said = f"{self.day}|{self.hall.capacity}|{self.hall.state}|{self.hall.entrances}|{self.inside}|{self.salt}|{self.known}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def mark_of(code: str, salt: str) -> str:
    """What stands for a code in a scanner: whoever finds the device cannot tell the codes from it."""
    return hashlib.sha256(f"{salt}|{code}".encode()).hexdigest()[: 2 * MARK]


def hall_of_device(by: Actor) -> Hall:
    """The hall at whose door a device stands: that of its unit, or of the unit its own is a part of."""
    found = None
    if by.kind == "device" and by.unit_id is not None:
        found = Hall.objects.filter(Q(unit_id=by.unit_id) | Q(unit__parts__id=by.unit_id)).first()
    if found is None:
        raise Refusal("no_hall_here", T("这台设备没有登记在任何大厅。请大厅负责人在“扫码设备”里重新登记。",
                      "This device belongs to no hall: have its manager enrol it under “Scanners”."), status=404)  # fmt: skip
    return found


def door_of(hall: Hall) -> Door:
    """Everything a door of a hall has to know for the business day that runs."""
    now = timezone.now()
    day = hall.schedule.business_day(now)
    salt = _salt(hall, day)
    rows = Visit.objects.filter(hall_id=hall.pk, day=day, is_anonymous=False).exclude(state__in=(CANCELLED, LEFT))
    known = sorted(
        f"{mark_of(code, salt)}{party:x}{int(came is not None and gone is None)}"
        for code, party, came, gone in rows.values_list("code", "party", "inside_since", "outside_since")
    )
    ends = datetime.combine(day + timedelta(days=1), time(), SHANGHAI) + timedelta(minutes=hall.day_starts)
    return Door(hall, day, ends, now, counted(hall.pk, day, INSIDE), salt, known)


def _salt(hall: Hall, day: date) -> str:
    """The same for a hall's whole day, so that a list which did not change need not be sent again."""
    secret = ring().current("token").derive(f"{require_current()}|halls.door")
    return hmac.new(secret, f"{hall.pk}|{day}".encode(), hashlib.sha256).hexdigest()[:16]
