"""What a scanner at a door asks for, so that it can go on without the house."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tongban.applications.halls import queries
from tongban.applications.halls.api.shapes import REFUSED, DoorOut
from tongban.lib.actors import Actor
from tongban.web.api import ANYONE_KNOWN

router = Router()


@router.get(
    "/hall-door", auth=ANYONE_KNOWN, response={200: DoorOut, 304: None} | REFUSED, summary="The door I stand at"
)
def hall_door(request: HttpRequest, response: HttpResponse) -> Any:
    """For a device: its hall, and marks of the codes that may come in today; 304 with If-None-Match while nothing changed.

    A mark is SHA-256 of `salt|code`, the first 8 bytes as hexadecimal digits, then the number of people (hexadecimal) and
    1 when they are inside. Codes cannot be read from it.
    """
    by: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.door_of(queries.hall_of_device(by))
    etag = f'"{found.etag}"'
    if request.headers.get("If-None-Match") == etag:
        unchanged = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        unchanged["ETag"] = etag
        return unchanged
    response["ETag"] = etag
    hall = found.hall
    return {
        "code": hall.code, "name": hall.name, "name_en": hall.name_en or hall.name, "entrances": hall.entrances,
        "capacity": hall.capacity, "inside": found.inside, "day": found.day, "day_ends": found.ends, "at": found.at,
        "salt": found.salt, "known": found.known,
    }  # fmt: skip
