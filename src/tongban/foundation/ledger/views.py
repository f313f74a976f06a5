"""The log as files for programs, and as a page for people."""

from __future__ import annotations

import base64
import re
from uuid import UUID

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.forms import ExplainForm
from tongban.foundation.ledger.hooks import EXPLAIN
from tongban.foundation.ledger.models import CheckRun
from tongban.foundation.ledger.rules import LEAF_TYPES, address_of
from tongban.foundation.ledger.rules.faults import FAULTS, REMEDY
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.forms import refusals_in
from tongban_verify.merkle import HASH_SIZE
from tongban_verify.tiles import WIDTH, parse_number, tile_width

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_MOMENT = "public, max-age=1"
DAYS_SHOWN = 14
TILE = re.compile(r"(entries|[0-9]{1,2})/([x0-9/]{3,24})(?:\.p/([0-9]{1,3}))?", re.ASCII)


def _file(content: bytes, content_type: str, keep: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = keep
    response["Access-Control-Allow-Origin"] = "*"  # anyone may check the log from a page of their own
    return response


def _none(said: str) -> HttpResponse:
    response = HttpResponse(f"{said}\n", content_type="text/plain; charset=utf-8", status=404)
    response["Cache-Control"] = FOR_A_MOMENT
    return response


@audience("public")
@require_safe
def current(request: HttpRequest, tile: str = "") -> HttpResponse:
    """Lead to the shard that is written to now."""
    shard = queries.current_shard()
    if shard is None:
        return _none("no log yet")
    response = HttpResponseRedirect(
        f"{reverse('ledger:overview')}{shard.name}/{f'tile/{tile}' if tile else 'checkpoint'}"
    )
    response["Cache-Control"] = FOR_A_MOMENT
    response["Access-Control-Allow-Origin"] = "*"
    return response


@audience("public")
@require_safe
def checkpoint(request: HttpRequest, shard: str) -> HttpResponse:
    """The newest signed head of a shard."""
    found = queries.shard_named(shard)
    head = queries.newest_checkpoint(found) if found else None
    if head is None:
        return _none("no such log")
    return _file(queries.note_of(head), "text/plain; charset=utf-8", FOR_A_MOMENT)


@audience("public")
@require_safe
def tile(request: HttpRequest, shard: str, tile: str) -> HttpResponse:
    """A tile of hashes or a bundle of entries, whole or as wide as a signed head was; it never changes."""
    found = queries.shard_named(shard)
    head = queries.newest_checkpoint(found) if found else None
    named = TILE.fullmatch(tile)
    if named is None:
        return _none("no such tile")
    level, number, width = named.groups()
    try:
        index, asked = parse_number(number), int(width or WIDTH)
    except ValueError:
        return _none("no such tile")
    height = 0 if level == "entries" else int(level)
    if found is None or head is None or not _holds(head.size, height, index, asked, is_whole=width is None):
        return _none("no such tile")
    is_bundle = level == "entries"
    content = queries.bundle(found, index, asked) if is_bundle else queries.tile(found, height, index, asked)
    if not content or (level != "entries" and len(content) != asked * HASH_SIZE):
        return _none("lost")  # signed for, but a restored backup no longer has it
    return _file(content, "application/octet-stream", FOR_EVER)


def _holds(size: int, level: int, number: int, width: int, *, is_whole: bool) -> bool:
    """Whether a signed tree of this size has that tile; 256 wide ones are asked for without a width."""
    return is_whole == (width == WIDTH) and 0 < width <= tile_width(level, number, size)


@audience("public")
@require_safe
def receipt(request: HttpRequest, leaf: str) -> HttpResponse:
    """The .tlog-proof of a leaf, by its hash; until the next head is signed, when to ask again."""
    address = address_of(leaf.removesuffix(".tlog-proof"))
    found = queries.receipt_of(address) if address else None
    if found is None:
        return _none("no such leaf")
    if found.receipt is None:
        waiting = HttpResponse("not in a signed checkpoint yet\n", content_type="text/plain; charset=utf-8", status=503)
        waiting["Retry-After"] = "2"
        return waiting
    response = _file(found.receipt.dump(), "text/plain; charset=utf-8", FOR_A_MOMENT)
    response["Content-Disposition"] = f'attachment; filename="{leaf[:16]}.tlog-proof"'
    return response


@audience("public")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What happened, by type and day; the head of the log; how to check it."""
    shard = queries.current_shard()
    days = queries.recent_days(DAYS_SHOWN)
    counts = queries.counts_of(days)
    rows = [
        (found.title, name, [counts.get((day, name), 0) for day in days])
        for name, found in LEAF_TYPES.items()
        if any((day, name) in counts for day in days)
    ]
    head = queries.newest_checkpoint(shard) if shard else None
    context = {
        "shard": shard, "head": head, "root": base64.b64encode(bytes(head.root)).decode() if head else "", "days": days,
        "rows": rows, "keys": queries.keys_of(shard) if shard else [], "shards": queries.shards(),
        "address": request.build_absolute_uri(reverse("ledger:overview")),
        "witnesses": queries.witness_states(shard), "mirrors": queries.mirrors(),
    }  # fmt: skip
    return render(request, "ledger/overview.html", context)


@audience("public")
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """The logs' keys and the witnesses we ask, as a C2SP tlog-policy file."""
    text = queries.published_policy(request.build_absolute_uri(reverse("ledger:overview")))
    return _file(text.encode(), "text/plain; charset=utf-8", FOR_A_MOMENT)


@audience("public")
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Check a receipt in the browser: the file is not sent anywhere."""
    keys = [key.verifier for key in queries.every_key()]
    witnesses = [(state.name, state.key) for state in queries.witness_states(None)]
    return render(request, "ledger/check.html", {"keys": keys, "witnesses": witnesses})


@audience("staff", capability=EXPLAIN)
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """What the nightly recomputation found, and what to do about it."""
    page = Paginator(queries.findings(), 50).get_page(request.GET.get("page"))
    newest, full = queries.newest_check(), queries.newest_check(is_full=True)
    context = {
        "page": page, "rows": [(FAULTS[one.kind], one) for one in page], "remedy": REMEDY,
        "open_count": queries.open_findings(), "check": newest, "full": full,
        "check_at": _moment(newest), "full_at": _moment(full), "erasure": queries.erasure_state(),
    }  # fmt: skip
    return render(request, "ledger/findings.html", context)


def _moment(run: CheckRun | None) -> str:
    return f"{timezone.localtime(run.ended_at):%Y-%m-%d %H:%M}" if run and run.ended_at else ""


@audience("staff", capability=EXPLAIN)
@require_http_methods(["GET", "POST"])
def finding(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """One finding: what it means, where it is; and a person's word on what was behind it."""
    found = queries.finding(finding_id)
    if found is None:
        raise not_found(T("这项异常", "This finding"))
    form = ExplainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            actions.explain_finding(finding_id, form.cleaned_data["explanation"], by=request.actor)  # type: ignore[attr-defined]
            notices.success(request, str(T("说明已保存。", "The explanation is kept.")))
            return HttpResponseRedirect(reverse("ledger_operations:findings"))
    facts = [(T("数据", "Where"), found.about), (T("细节", "Detail"), found.detail or "—")]
    context = {"finding": found, "kind": FAULTS[found.kind], "facts": facts, "remedy": REMEDY, "form": form}
    return render(request, "ledger/finding.html", context, status=422 if form.errors else 200)
