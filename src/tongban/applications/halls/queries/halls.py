"""Which halls there are, and who runs them."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from tongban.applications.halls.models import Counter, Hall, Visit
from tongban.applications.halls.rules.codes import link_key, presence_code, proves_presence
from tongban.applications.halls.rules.moving import arrival_code, moving_key
from tongban.applications.halls.rules.queue import INSIDE, WAITING
from tongban.applications.halls.rules.rights import MANAGE, OVERSEE, SERVE
from tongban.foundation.parties.queries import memberships_now, require
from tongban.lib import capabilities
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import ring
from tongban.lib.name_search import name_query
from tongban.lib.refusals import not_found
from tongban.lib.repeated import Repeated
from tongban.lib.words import T

HALL = T("这个大厅", "This hall")
_SEEN_SECONDS, _MOST_SEEN = 1.0, 5_000
_seen: dict[tuple[str, str], tuple[float, Hall]] = {}
_by_code = Repeated[Hall](lambda code: Hall.objects.filter(code=code))
_by_id = Repeated[Hall](lambda hall_id: Hall.objects.filter(pk=hall_id))


def hall_by_code(code: str) -> Hall:
    """The hall a poster leads to."""
    found = _by_code.first(code=code.upper()[:8])
    if found is None:
        raise not_found(HALL)
    return found


def hall_at_door(code: str) -> Hall:
    """The same for a door that hundreds come to in a second: as somebody of this process saw it within the last second.

    It is shared: whoever changes a hall takes one of its own.
    """
    key, now = (require_current(), code.upper()[:8]), time.monotonic()
    kept = _seen.get(key)
    if kept and kept[0] > now:
        return kept[1]
    hall = hall_by_code(code)
    if len(_seen) > _MOST_SEEN:
        _seen.clear()
    _seen[key] = (now + _SEEN_SECONDS, hall)
    return hall


def forget_hall(hall: Hall) -> None:
    """Whoever changes a hall sees it changed at once, in this process."""
    _seen.pop((require_current(), hall.code), None)


def _own_units(actor: Actor, capability: str) -> list[UUID]:
    """Units in which somebody holds the capability today, with the unit each is a part of."""
    if actor.person_id is None:
        return []
    held = memberships_now(actor.person_id)
    found = [one for one in held if capability in capabilities.of_role(one.role)]
    return [unit for one in found for unit in (one.unit_id, one.unit.parent_id) if unit is not None]


def halls_run_by(actor: Actor, capability: str = SERVE) -> QuerySet[Hall]:
    """Halls somebody works in, by name: nobody else sees their insides, whatever desk is open."""
    return Hall.objects.filter(unit_id__in=_own_units(actor, capability)).order_by("name_pinyin", "name")


def hall_run_by(actor: Actor, hall_id: UUID, capability: str = SERVE) -> Hall:
    """One hall somebody works in."""
    found = halls_run_by(actor, capability).filter(pk=hall_id).first()
    if found is None:
        raise not_found(HALL)
    return found


def hall_worked_at(by: Actor, hall_id: UUID, capability: str = SERVE) -> Hall:
    """One hall in which a person, a device enrolled for it or a program admitted to its region may work."""
    found = _by_id.first(hall_id=hall_id)
    if found is None:
        raise not_found(HALL)
    check_works_at(by, found, capability)
    return found


def check_works_at(by: Actor, hall: Hall, capability: str = SERVE) -> None:
    """Refuse whoever may not work in a hall, as if it was not there.

    People need the right to serve, whatever is asked; a program the capability itself. A device has no more than its
    place: it stands in the hall's unit or in one of its parts.
    """
    if not _works_at(by, hall, capability):
        raise not_found(HALL)


def _works_at(by: Actor, hall: Hall, capability: str) -> bool:
    if by.kind == "client":
        return capability in by.capabilities and hall.region_code.startswith(by.region)
    if by.kind != "device":
        return hall.unit_id in _own_units(by, SERVE)
    return by.unit_id is not None and (hall.unit_id == by.unit_id or hall.unit.parts.filter(pk=by.unit_id).exists())


def may_manage(actor: Actor, hall: Hall) -> bool:
    """Whether somebody runs this hall, and not only one of its windows."""
    return hall.unit_id in _own_units(actor, MANAGE)


def halls_overseen(by: Actor, *, state: str = "", term: str = "") -> QuerySet[Hall]:
    """All halls within a region, for whoever oversees them."""
    require(by, OVERSEE)
    found = Hall.objects.filter(name_query(term, personal=False), region_code__startswith=by.region)
    return found.filter(state=state) if state else found


def with_crowds(halls: QuerySet[Hall]) -> QuerySet[Hall]:
    """The same halls with ``waiting`` and ``inside`` as of now, each on its own business day: the district's board."""
    now = timezone.localtime()
    today, minutes = now.date(), now.hour * 60 + now.minute
    began = Case(When(day_starts__gt=minutes, then=Value(today - timedelta(days=1))), default=Value(today))
    queue = Visit.objects.filter(hall=OuterRef("pk"), day=OuterRef("business_day"), state=WAITING)
    people = Counter.objects.filter(hall=OuterRef("pk"), day=OuterRef("business_day"), prefix=INSIDE)
    # Count("*") and no column: then the index of those who wait is all that is read.
    counted = queue.order_by().values("hall").annotate(n=Count("*")).values("n")
    return halls.annotate(business_day=began).annotate(
        waiting=Coalesce(Subquery(counted), 0), inside=Coalesce(Subquery(people.values("value")[:1]), 0)
    )


def halls_near(region_code: str, term: str = "") -> QuerySet[Hall]:
    """Halls anybody may visit: those of a region, by name."""
    scope = region_code
    while len(scope) in (4, 6) and scope.endswith("00"):  # 510500 is all of 5105
        scope = scope[:-2]
    open_ones = Q(state__in=("provisional", "confirmed"), region_code__startswith=scope)
    return Hall.objects.filter(open_ones, name_query(term, personal=False)).order_by("name_pinyin", "name")


def link_of(hall: Hall, what: str) -> str:
    """The secret part of the address of a hall's screen or kiosk."""
    secret = ring().current("token").derive(f"{require_current()}|halls")
    return link_key(str(hall.pk), what, hall.links_version, secret)


def presence_now(hall: Hall) -> str:
    """The six digits a hall's screen shows now."""
    return presence_code(str(hall.pk), timezone.now().timestamp(), _presence_secret())


def is_present(hall: Hall, typed: str) -> bool:
    """Whether somebody who typed these digits stands, or stood a moment ago, before the hall's screen."""
    return proves_presence(typed, str(hall.pk), timezone.now().timestamp(), _presence_secret())


def keys_for_moving(hall: Hall) -> list[str]:
    """The key a hall takes along to another house: the current one first, then those it may have left with."""
    context = f"{require_current()}|halls.moving"
    return [moving_key(str(hall.pk), key.derive(context)) for key in ring().all("token")]


def arrival_code_of(hall: Hall, address: str) -> str:
    """What the old house wants to hear of a hall that came from there; empty before the district has confirmed it."""
    return arrival_code(hall.moving_key, address) if hall.moving_key and hall.state == "confirmed" else ""


def _presence_secret() -> bytes:
    return ring().current("token").derive(f"{require_current()}|halls.presence")
