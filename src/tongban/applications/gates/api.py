"""The API of gates: what a guard's phone keeps and sends back, and what a turnstile asks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import AwareDatetime, Field

from tongban.applications.gates import actions, queries
from tongban.applications.gates.models import Pass
from tongban.applications.gates.rules.kinds import KINDS, known_as, mask_names
from tongban.applications.gates.rules.scans import ASKS, BATCH, VERDICTS
from tongban.lib.actors import Actor
from tongban.web.api import ANYONE_KNOWN, Problem, Shape
from tongban.web.limits import limit
from tongban_verify.passes.code import LONGEST

router = Router(tags=["gates"])
REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
LOOK_UPS_A_MINUTE = CALLERS_A_MINUTE = 20
AT_ONCE = 50
_MARK = "[0-9a-f]{16}"
Marks = Annotated[str, Query(description="Marks, by commas", max_length=17 * AT_ONCE, pattern=f"^{_MARK}(,{_MARK})*$")]


class GateOut(Shape):
    """A gate; `number` is its bit in a pass."""

    number: int
    name: dict[str, str]


class GateRuleOut(Shape):
    """What holds for a type of pass from a day to a day."""

    type: str
    first: str
    last: str
    is_closed: bool
    hours: str = Field(examples=["06:00-22:00"], description="Empty is all day.")
    gates: list[int] = Field(description="Empty is every gate.")
    legal_basis: str


class KioskOut(Shape):
    """Where a tablet without a guard stands, and the relay it calls when somebody is let in."""

    id: str
    gate: int
    way: Literal["in", "out"]
    relay: str
    secret: str = Field(description="Calls of the relay are signed with it, as Standard Webhooks has it.")


class GuardOut(Shape):
    """What a guard's phone judges by, besides the signed lists."""

    kiosk: KioskOut | None = Field(None, description="For tablets at gates without a guard.")
    community: str
    name: str
    name_en: str
    phone: str
    gates: list[GateOut]
    rules: list[GateRuleOut]
    root: str = Field(description="The city's root key; a phone keeps the first it was told.")
    lists: list[int] = Field(description="Numbers of the status lists of this community's passes.")


class PhotoMarksOut(Shape):
    """Marks of photos: the first 8 bytes of the thumbnail's SHA-256, as passes carry them, in hexadecimal."""

    photos: list[str]


class ThumbnailOut(Shape):
    """A photo of 120 by 160 pixels."""

    photo: str
    webp: str = Field(description="Base64.")


class GateScanIn(Shape):
    """One scan, as the phone judged it; `cti` only where the signature was right."""

    nonce: UUID
    gate: int = Field(ge=0, le=52, examples=[1])
    way: Literal["in", "out"]
    at: AwareDatetime
    verdict: str = Field(max_length=20)
    was_let: bool
    cti: str = Field("", max_length=16, pattern="^([0-9a-f]{16})?$")
    type: str = Field("", max_length=12)
    list_age: int | None = Field(None, ge=0, le=2**31 - 1)
    was_offline: bool = False


class GateScansIn(Shape):
    """A part of a phone's queue."""

    scans: list[GateScanIn] = Field(max_length=BATCH)


class ScansKeptOut(Shape):
    """How many of them were new."""

    kept: int


class GateCodeIn(Shape):
    """A code shown at a gate; `nonce` is the caller's, so that asking twice is kept once."""

    nonce: UUID
    code: str = Field(max_length=LONGEST * 4, examples=["TB1:…"])
    gate: int = Field(ge=0, le=52, examples=[1])
    way: Literal["in", "out"] = "in"
    community: str = Field("", max_length=12, description="For API clients; a guard's phone stands at its own.")


class GateVerdictOut(Shape):
    """Open only on `allow`; `ask` is for a person to decide."""

    answer: Literal["allow", "deny", "ask"]
    verdict: str
    message: str
    name: str = ""
    place: str = ""
    type: str = ""


class TailIn(Shape):
    """The last four digits of a telephone."""

    nonce: UUID
    tail: str = Field(max_length=4, examples=["3728"])
    gate: int = Field(ge=0, le=52, examples=[1])
    way: Literal["in", "out"] = "in"


class PassFoundOut(Shape):
    """A pass in force, masked; the guard decides."""

    name: str
    place: str
    kind: dict[str, str]
    plate: str
    photo: str = Field("", description="Mark of the photo, for a phone that keeps it; empty for none.")


class CallerIn(Shape):
    """A visitor without a pass, and the dwelling they want to go to."""

    nonce: UUID
    gate: int = Field(ge=0, le=52, examples=[1])
    place: str = Field(max_length=40, examples=["7-2-1503"])
    name: str = Field(max_length=60, examples=["张三"])


class CallerOut(Shape):
    """What the home said so far; `past` when nobody answered in time."""

    state: Literal["asked", "agreed", "refused", "past"]
    place: str
    name: str
    said: str = Field(description="By whom, or what was noted of a telephone call.")
    is_told: bool = Field(description="Whether the register knows an adult there; otherwise telephone.")


class CallerAnswerIn(Shape):
    """What was said by telephone, and by whom."""

    nonce: UUID
    is_welcome: bool
    who: str = Field(max_length=60, examples=["王门卫"])


def _by(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


@router.get("/guard", auth=ANYONE_KNOWN, response={200: GuardOut, 304: None} | REFUSED, summary="The gates I stand at")
def guard(request: HttpRequest, response: HttpResponse) -> Any:
    """For a guard's phone: its community, gates, rules and where its lists are; 304 with If-None-Match while nothing changed."""
    by = _by(request)
    return _or_unchanged(request, response, queries.guard_state(queries.community_of_device(by), by.device_id))


def _or_unchanged(request: HttpRequest, response: HttpResponse, state: dict[str, Any]) -> Any:
    etag = f'"{queries.tag_of(state)}"'
    if request.headers.get("If-None-Match") == etag:
        unchanged = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        unchanged["ETag"] = etag
        return unchanged
    response["ETag"] = etag
    return state


@router.get(
    "/photos", auth=ANYONE_KNOWN, response={200: PhotoMarksOut, 304: None} | REFUSED, summary="Photos my phone keeps"
)
def photos(request: HttpRequest, response: HttpResponse) -> Any:
    """Marks of the photos on passes in force; a guard's phone fetches those it lacks and drops every other."""
    marks = {"photos": queries.photo_marks(queries.community_of_guard(_by(request)))}
    return _or_unchanged(request, response, marks)


@router.get(
    "/thumbnails", auth=ANYONE_KNOWN, response={200: list[ThumbnailOut]} | REFUSED, summary="Some photos, small"
)
def thumbnails(request: HttpRequest, marks: Marks) -> list[dict[str, str]]:
    """Thumbnails for a guard's phone, which keeps them sealed; SHA-256 begins with the mark, which passes carry signed."""
    found = queries.thumbnails(queries.community_of_guard(_by(request)), marks.split(","))
    return [{"photo": mark, "webp": content} for mark, content in found.items()]


@router.post("/scans", auth=ANYONE_KNOWN, response={200: ScansKeptOut} | REFUSED, summary="Scans of a guard's phone",
             openapi_extra={"x-idempotent": True})  # fmt: skip
def scans(request: HttpRequest, body: GateScansIn) -> dict[str, int]:
    """Keep a part of a phone's queue; each scan carries its nonce, so that sending all again adds nothing."""
    many = [
        actions.Scanned(one.nonce, one.gate, one.verdict, one.was_let, one.way == "in", bytes.fromhex(one.cti), one.type, one.at,
                        one.list_age, one.was_offline)
        for one in body.scans
    ]  # fmt: skip
    return {"kept": actions.take_scans(many, by=_by(request))}


@router.post("/verify", auth=ANYONE_KNOWN, response={200: GateVerdictOut} | REFUSED, summary="May this code pass this gate",
             openapi_extra={"x-idempotent": True})  # fmt: skip
def verify(request: HttpRequest, body: GateCodeIn) -> dict[str, str]:
    """The verdict of the house on a code at a gate, for turnstiles (scope `gates.verify_passes`) and guards' phones; it is kept."""
    asked = actions.Scanned(body.nonce, body.gate, "", False, body.way == "in")
    found = actions.verify_at_gate(body.code, asked, community_code=body.community, by=_by(request))
    said = found.claims.content if found.claims else None
    return {
        "answer": "allow" if found.is_let else "ask" if found.verdict in ASKS else "deny", "verdict": found.verdict,
        "message": str(VERDICTS.get(found.verdict, found.verdict)), "name": said.name if said else "",
        "place": said.place if said else "", "type": known_as(said.type, said.number) if said else "",
    }  # fmt: skip


@router.post("/look-up", auth=ANYONE_KNOWN, response={200: list[PassFoundOut]} | REFUSED, summary="Passes by a telephone's last digits",
             openapi_extra={"x-idempotent": True})  # fmt: skip
def look_up(request: HttpRequest, body: TailIn) -> list[dict[str, Any]]:
    """For a guard whose visitor's code is damaged: masked passes in force. Each holder sees that they were looked up."""
    by = _by(request)
    limit(request, "gates.look_up", per_minute=LOOK_UPS_A_MINUTE, who=str(by.device_id))
    asked = actions.Scanned(body.nonce, body.gate, "looked_up", False, body.way == "in")
    return [
        {
            "name": mask_names(one.name),
            "place": one.place,
            "kind": KINDS[one.kind].name.as_json(),
            "plate": one.plate,
            "photo": one.photo_mark,
        }
        for one in actions.look_up(body.tail, asked, by=by)
    ]


@router.post("/callers", auth=ANYONE_KNOWN, response={200: CallerOut, 409: Problem} | REFUSED, summary="Ask a home about a visitor",
             openapi_extra={"x-idempotent": True})  # fmt: skip
def ask_home(request: HttpRequest, body: CallerIn) -> dict[str, Any]:
    """For a guard's phone: whoever lives there is told and answers on their page; the same nonce again is the same question."""
    by = _by(request)
    limit(request, "gates.callers", per_minute=CALLERS_A_MINUTE, who=str(by.device_id))
    return _caller(actions.ask_home(actions.NewCaller(body.nonce, body.gate, body.place, body.name), by=by))


@router.get("/callers", auth=ANYONE_KNOWN, response={200: CallerOut} | REFUSED, summary="What a home said of a visitor")
def caller(request: HttpRequest, nonce: UUID) -> dict[str, Any]:
    """The answer, as soon as there is one; asked every few seconds while somebody waits at the gate."""
    return _caller(queries.caller_of(_by(request), nonce))


@router.post("/callers/answer", auth=ANYONE_KNOWN, response={200: CallerOut, 409: Problem} | REFUSED, summary="Note what a home said by telephone",
             openapi_extra={"x-idempotent": True})  # fmt: skip
def note_answer(request: HttpRequest, body: CallerAnswerIn) -> dict[str, Any]:
    """For a guard who telephoned; whoever lives there sees what was noted."""
    return _caller(actions.note_answer(body.nonce, is_welcome=body.is_welcome, who=body.who, by=_by(request)))


def _caller(row: Pass) -> dict[str, Any]:
    return {
        "state": queries.standing_of(row), "place": row.place, "name": row.name, "said": row.decision, "is_told": queries.is_somebody_told(row),
    }  # fmt: skip
