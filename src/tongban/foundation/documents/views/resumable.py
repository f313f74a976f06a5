"""Resumable uploads by tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation, expiration, checksum,
termination. Any tus client works; the length must be known at creation."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from ninja.utils import check_csrf

from tongban.foundation.documents.actions import Piece, begin_upload, end_upload, receive
from tongban.foundation.documents.models import Upload
from tongban.foundation.documents.queries import upload_of
from tongban.foundation.documents.rules.names import name_of_bytes
from tongban.foundation.documents.rules.purposes import MIB
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.api import problem_of
from tongban.web.audiences import audience

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
PIECE_TYPE = "application/offset+octet-stream"
UNSAFE = ("POST", "PATCH", "DELETE")

View = Callable[..., HttpResponse]


def door(view: View) -> View:
    """What all answers of the protocol share; refusals are JSON, since a program reads them."""

    @csrf_exempt  # asked for below: a person's browser must send the token, a client with a bearer token has none
    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        try:
            _check_caller(request)
            response = view(request, **arguments)
        except Refusal as refusal:
            response = JsonResponse(problem_of(refusal), status=refusal.status)
        response["Tus-Resumable"] = response["Tus-Version"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return guarded


def _method(request: HttpRequest) -> str:
    # Some proxies let no PATCH through; the protocol has this header for them. Only a POST may say that it is another method:
    # a GET that turned into a DELETE would pass every check made for what a GET may do.
    if request.method == "POST":
        return request.headers.get("X-HTTP-Method-Override", "POST").upper()
    return request.method or ""


def _check_caller(request: HttpRequest) -> None:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_known:
        raise Refusal("sign_in_first", T("登录已过期，请重新登录后续传。", "Sign in again, then resume."), status=401)
    if actor.kind == "person" and request.method in UNSAFE and check_csrf(request, lambda: None):
        raise Refusal(
            "csrf", T("页面已过期，请刷新后续传。", "This page has expired: reload it, then resume."), status=403
        )
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        raise Refusal("tus_version", T("需要 tus 1.0.0 协议。", "This address speaks tus 1.0.0."), status=412)


def _whole_number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refusal("bad_header", T("请求头 {name} 应为非负整数。", "The header {name} must be a whole number.").format(name=header),
                      status=400)  # fmt: skip
    return int(text)


def metadata_of(header: str) -> dict[str, bytes]:
    """The pairs of an Upload-Metadata header: ``key base64,key base64``."""
    found: dict[str, bytes] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True)
        except binascii.Error:
            raise Refusal("bad_header", T("请求头 Upload-Metadata 的格式不对。", "The header Upload-Metadata is not well formed."),
                          status=400) from None  # fmt: skip
    return found


# The audience is "public" because a program cannot follow the log-in page: the door itself answers 401 in JSON.
@audience("public")
@door
def uploads(request: HttpRequest) -> HttpResponse:
    """Begin an upload; the answer's Location is where to send it, Tongban-Document what it will be."""
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Tus-Extension"], response["Tus-Checksum-Algorithm"] = EXTENSIONS, ",".join(ALGORITHMS)
        response["Tus-Max-Size"] = str(settings.ENVIRONMENT.upload_max_mb * MIB)
        return response
    if request.method != "POST":
        return _not_allowed("OPTIONS, POST")
    told = metadata_of(request.headers.get("Upload-Metadata", ""))
    upload = begin_upload(
        name=name_of_bytes(told.get("filename", b"")), length=_whole_number(request, "Upload-Length"),
        purpose=told.get("purpose", b"").decode("utf-8", "replace"), by=request.actor,  # type: ignore[attr-defined]
    )  # fmt: skip
    response = _standing(upload, status=201)
    response["Location"] = reverse("documents:upload", args=[upload.pk])
    return response


@audience("public")
@door
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Ask how much arrived (HEAD), send what follows (PATCH), cancel (DELETE)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    method = _method(request)
    if method == "HEAD":
        return _standing(upload_of(upload_id, actor), status=200)
    if method == "PATCH":
        if request.content_type != PIECE_TYPE:
            raise Refusal("bad_content_type", T("内容类型应为 {type}。", "The content type must be {type}.").format(type=PIECE_TYPE),
                          status=415)  # fmt: skip
        offset = _whole_number(request, "Upload-Offset")
        return _standing(receive(upload_id, offset=offset, piece=_piece(request), by=actor), status=204)
    if method == "DELETE":
        end_upload(upload_id, by=actor)
        return HttpResponse(status=204)
    return _not_allowed("HEAD, PATCH, DELETE")


def _piece(request: HttpRequest) -> Piece:
    stated = request.headers.get("Upload-Checksum", "")
    if not stated:
        return Piece(request)
    algorithm, _, encoded = stated.partition(" ")
    try:
        checksum = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        checksum = b""
    if algorithm not in ALGORITHMS or not checksum:
        raise Refusal(
            "bad_checksum", T("校验算法应为 sha1 或 sha256。", "The check sum must be sha1 or sha256."), status=400
        )
    return Piece(request, algorithm, checksum)


def _standing(found: Upload, *, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Upload-Offset"], response["Upload-Length"] = str(found.offset), str(found.length)
    response["Upload-Expires"] = http_date(found.expires_at.timestamp())
    response["Tongban-Document"] = str(found.document_id)
    return response


def _not_allowed(methods: str) -> HttpResponse:
    response = JsonResponse({"code": "method_not_allowed", "message": methods, "field": ""}, status=405)
    response["Allow"] = methods
    return response
