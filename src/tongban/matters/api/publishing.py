"""Publishing by API, under the same four eyes as the pages: propose, read what it changes, confirm, withdraw."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Status

from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.words import T
from tongban.matters import actions, queries
from tongban.matters.adapters import read_imported, read_shipped
from tongban.matters.api.cases import REFUSED
from tongban.matters.models import Definition, Publication
from tongban.matters.queries.keeping import archive_of
from tongban.matters.queries.publications import Group
from tongban.matters.rules.differences import Difference, differences
from tongban.matters.rules.shape import Content
from tongban.matters.rules.sources import Faulty
from tongban.web.api import STAFF, Shape
from tongban.web.audiences import actor_of

router = Router(tags=["publishing"])


class NewPublication(Shape):
    """A version to propose: of this machine's folders, or an archive another installation exported."""

    code: str = Field("", examples=["social-card"], description="a service of this machine's folders")
    archive: str = Field("", description="or an exported .tar.gz or .zip, in base64")
    in_flight: Literal["finish", "move", "ask"] = Field("finish", description="what becomes of open cases")
    until: date | None = Field(None, examples=["2026-12-31"], description="the last day, with finish and ask")
    note: str = Field("", max_length=500, examples=["承诺时限缩短为 5 个工作日"])


class PublicationOut(Shape):
    """A proposal and what became of it."""

    id: UUID
    code: str
    state: str = Field(description="proposed, confirmed or withdrawn", examples=["proposed"])
    sha256: str
    in_flight: str
    until: date | None
    note: str
    proposed_by: str
    proposed_at: datetime
    settled_by: str
    settled_at: datetime | None


class ChangeOut(Shape):
    """One difference from the version in force, in words."""

    where: str = Field(examples=["承诺时限 › 工作日"])
    kind: str = Field(description="added, removed or changed", examples=["changed"])
    before: str
    after: str


class GroupOut(Shape):
    """Who is in the middle of one older version."""

    version: int
    total: int
    states: dict[str, int] = Field(examples=[{"draft": 3, "in_review": 12}])
    numbers: list[str] = Field(description="of some of them")
    changes: list[ChangeOut] = Field(description="what the proposal changes for them")


class Report(PublicationOut):
    """A proposal, what it changes, and for whom: what the second person reads before confirming."""

    changes: list[ChangeOut]
    groups: list[GroupOut]


class Opening(Shape):
    """Whether a service takes applications, and why that changes; what was handed in goes on."""

    is_open: bool
    reason: str = Field(max_length=500, examples=["系统切换，12 月 5 日 8 时恢复受理"])


class ServiceKept(Shape):
    """A service as those who publish see it."""

    code: str = Field(examples=["social-card"])
    name: str
    version: int
    is_open: bool


_REPORT = {200: Report} | REFUSED
_ARCHIVE = {"responses": {200: {"description": "The files of the version in force.", "content": {"application/gzip": {
    "schema": {"type": "string", "format": "binary"}}}}}}  # fmt: skip


def _out(publication: Publication) -> dict[str, Any]:
    names = set(PublicationOut.model_fields) - {"id"}
    return {"id": publication.pk} | {name: getattr(publication, name) for name in names}


def _changes(found: list[Difference] | tuple[Difference, ...]) -> list[dict[str, Any]]:
    return [
        {"where": str(one.where), "kind": one.kind, "before": str(one.before or ""), "after": str(one.after or "")}
        for one in found
    ]


def _group(group: Group) -> dict[str, Any]:
    return {"version": group.version, "total": group.total, "states": {state: count for state, _, count in group.counts},
            "numbers": list(group.numbers), "changes": _changes(group.changes)}  # fmt: skip


def _report(publication_id: UUID, by: Actor) -> dict[str, Any]:
    found = queries.publication_kept(publication_id, by)
    content = Content.model_validate(found.content)
    base = queries.version_content(found.base_id) if found.base_id else None
    groups = queries.in_flight(found.code, content, by=by)
    return _out(found) | {"changes": _changes(differences(base, content)), "groups": [_group(one) for one in groups]}


@router.get(
    "/publications",
    auth=STAFF,
    response={200: list[PublicationOut]} | REFUSED,
    operation_id="list_publications",
    summary="Versions that await a second person",
)
def proposals(request: HttpRequest) -> list[dict[str, Any]]:
    """What awaits a second person."""
    return [_out(one) for one in queries.proposals_open(actor_of(request))]


@router.post(
    "/publications",
    auth=STAFF,
    response={201: Report} | REFUSED,
    operation_id="propose_publication",
    summary="Propose a version",
)
def propose(request: HttpRequest, body: NewPublication) -> Status[dict[str, Any]]:
    """Propose a version; nothing changes before another administrator confirms."""
    by = actor_of(request)
    queries.proposals_open(by)  # asks for the right before anything is read
    content, files = _read(body)
    choice = actions.InFlight(body.in_flight, body.until, body.note)
    return Status(201, _report(actions.propose_publication(content, files, in_flight=choice, by=by).pk, by))


def _read(body: NewPublication) -> tuple[Content, dict[str, str]]:
    if bool(body.code) == bool(body.archive):
        raise Refusal("not_a_choice", T("请写明事项编码，或者给出压缩包，二者选一。", "Give a code or an archive, one of the two."),
                      field="code")  # fmt: skip
    try:
        if body.code:
            return read_shipped(body.code)
        return read_imported(base64.b64decode(body.archive, validate=True))
    except binascii.Error:
        raise Refusal(
            "not_base64", T("压缩包应当用 base64 编码。", "The archive must be base64."), field="archive"
        ) from None
    except Faulty as faulty:
        raise Refusals([
            Refusal("definition_faulty", T("{file} 第 {line} 行：{message}", "{file}:{line}: {message}").format(
                file=one.file, line=one.line, message=one.message), field=one.file)
            for one in faulty.faults
        ]) from None  # fmt: skip


@router.get(
    "/publications/{uuid:publication_id}",
    auth=STAFF,
    response=_REPORT,
    operation_id="get_publication",
    summary="A proposed version and whom it concerns",
)
def proposal(request: HttpRequest, publication_id: UUID) -> dict[str, Any]:
    """A proposal with what it changes, and for whom."""
    return _report(publication_id, actor_of(request))


@router.post(
    "/publications/{uuid:publication_id}/confirm",
    auth=STAFF,
    response=_REPORT,
    operation_id="confirm_publication",
    summary="Publish a proposed version",
)
def confirm(request: HttpRequest, publication_id: UUID) -> dict[str, Any]:
    """Publish what somebody else proposed."""
    actions.confirm_publication(publication_id, by=actor_of(request))
    return _report(publication_id, actor_of(request))


@router.post(
    "/publications/{uuid:publication_id}/withdraw",
    auth=STAFF,
    response=_REPORT,
    operation_id="withdraw_publication",
    summary="Take a proposed version back",
)
def withdraw(request: HttpRequest, publication_id: UUID) -> dict[str, Any]:
    """Take a proposal back."""
    actions.withdraw_publication(publication_id, by=actor_of(request))
    return _report(publication_id, actor_of(request))


@router.get(
    "/services/{slug:code}/kept",
    auth=STAFF,
    response={200: ServiceKept} | REFUSED,
    operation_id="get_kept_service",
    summary="A service, open or not",
)
def kept(request: HttpRequest, code: str) -> dict[str, Any]:
    """A service whether it is open or not."""
    return _kept(queries.definition_kept(code, actor_of(request)))


@router.post(
    "/services/{slug:code}/opening",
    auth=STAFF,
    response={200: ServiceKept} | REFUSED,
    operation_id="set_service_open",
    summary="Open or close a service",
)
def opening(request: HttpRequest, code: str, body: Opening) -> dict[str, Any]:
    """Stop taking applications for a service, or take them again."""
    return _kept(actions.set_open(code, is_open=body.is_open, reason=body.reason, by=actor_of(request)))


@router.get(
    "/services/{slug:code}/export",
    auth=STAFF,
    response=REFUSED,
    openapi_extra=_ARCHIVE,
    operation_id="export_service",
    summary="A version as an archive",
)
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The version in force as an archive for another installation, as `propose_publication` takes it."""
    name, content = archive_of(queries.definition_kept(code, actor_of(request)))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/gzip", headers=headers)


def _kept(definition: Definition) -> dict[str, Any]:
    assert definition.version is not None
    return {"code": definition.code, "name": str(definition.title), "version": definition.version.number,
            "is_open": definition.is_open}  # fmt: skip
