"""Reads of regions: which jurisdiction a host name leads to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock

from tongban.foundation.regions.models import Host, Jurisdiction
from tongban.lib.fields import unseal
from tongban.lib.jurisdictions import enter, require_current
from tongban.lib.words import T

KEY_CHECK = "regions.jurisdiction.key_check"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request is: the jurisdiction, and the region its portal speaks for."""

    schema: str
    code: str
    name: T
    region_code: str
    region_name: T


_KEEP_SECONDS = 30.0
_lock = Lock()
_places: tuple[float, dict[str, Place], list[Place]] | None = None


def forget_places() -> None:
    """Read the list of jurisdictions anew at the next request of this process."""
    global _places
    _places = None


def _load() -> tuple[float, dict[str, Place], list[Place]]:
    global _places
    with _lock:
        if _places is None or _places[0] < time.monotonic():
            by_host: dict[str, Place] = {}
            own: list[Place] = []
            active = Jurisdiction.objects.filter(state=Jurisdiction.State.ACTIVE).order_by("code")
            for found in active:
                name = T(found.name_zh, found.name_en)
                own.append(Place(found.schema, found.code, name, found.code, name))
            for host in Host.objects.filter(jurisdiction__in=active).select_related("jurisdiction"):
                parent = host.jurisdiction
                by_host[host.hostname] = Place(
                    parent.schema, parent.code, T(parent.name_zh, parent.name_en),
                    host.region_code, T(host.name_zh, host.name_en),
                )  # fmt: skip
            _places = (time.monotonic() + _KEEP_SECONDS, by_host, own)
        return _places


def place_of_host(hostname: str, default_code: str = "") -> Place | None:
    """The place a host name leads to; a name nobody registered leads to the default, or to the only one there is."""
    _, by_host, own = _load()
    found = by_host.get(hostname.lower())
    if found is not None:
        return found
    if hostname.endswith(".localhost"):
        return None  # a name made up for one jurisdiction must not show another one
    if default_code:
        return next((place for place in own if place.code == default_code), None)
    return own[0] if len(own) == 1 else None


def active_schemas() -> list[str]:
    """Schema names of all active jurisdictions, in order of their codes."""
    return list(
        Jurisdiction.objects.filter(state=Jurisdiction.State.ACTIVE).order_by("code").values_list("schema", flat=True)
    )


def jurisdiction_by_code(code: str) -> Jurisdiction | None:
    """The jurisdiction with this code."""
    return Jurisdiction.objects.filter(code=code).first()


def code_of_schema(schema: str) -> str:
    """The code of the jurisdiction that lives in a schema."""
    for place in _load()[2]:
        if place.schema == schema:
            return place.code
    return Jurisdiction.objects.values_list("code", flat=True).get(schema=schema)


def name_of_current() -> T:
    """The name of the current jurisdiction."""
    schema = require_current()
    for place in _load()[2]:
        if place.schema == schema:
            return place.name
    found = Jurisdiction.objects.get(schema=schema)
    return T(found.name_zh, found.name_en)


def check_keys() -> None:
    """Raise KeyFileError unless the key file is the one every jurisdiction was written with."""
    for found in Jurisdiction.objects.filter(state=Jurisdiction.State.ACTIVE):
        with enter(found.schema):
            unseal(bytes(found.key_check), KEY_CHECK)
