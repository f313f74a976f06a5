"""Public pages of credentials."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.foundation.credentials import actions, queries
from tongban.foundation.credentials.forms import PaperForm, VerifyForm
from tongban.foundation.credentials.rules.papers import check_size
from tongban.foundation.credentials.rules.verdicts import REASONS
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.forms import show_refusal
from tongban.web.limits import limit

PER_MINUTE = 60
PAPERS_PER_MINUTE = 12


@audience("public")
@never_cache
@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Check a pass or certificate by the text of its code."""
    form = VerifyForm(request.GET if "c" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        limit(request, "credentials.verify", per_minute=PER_MINUTE)
        found = actions.verify(form.cleaned_data["c"])
    context = {"form": form, "paper_form": PaperForm(), "found": found}
    return render(request, "credentials/verify.html", context)


@audience("public")
@never_cache
@require_http_methods(["GET", "POST"])
def verify_paper(request: HttpRequest) -> HttpResponse:
    """Compare an uploaded PDF with what was issued; the file is not kept."""
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    found = None
    if request.method == "POST" and form.is_valid():
        limit(request, "credentials.verify_paper", per_minute=PAPERS_PER_MINUTE)
        try:
            check_size(form.cleaned_data["file"].size)
            found = actions.verify_pdf(form.cleaned_data["file"].read())
        except Refusal as refusal:
            show_refusal(form, refusal)
    context = {"form": VerifyForm(), "paper_form": form, "paper": found}
    return render(request, "credentials/verify.html", context, status=422 if form.errors else 200)


_OFFLINE_WORDS: dict[str, T] = {
    "fresh": T("名单保存于 {at}。", "Lists saved {at}."),
    "stale": T("名单保存于 {at}，已超过一天，请联网重新下载本页。", "Lists saved {at}: more than a day ago. Download this page again."),
    "old": T("名单保存于 {at}，已超过七天，不能再用来核验，请重新下载本页。",
             "Lists saved {at}: more than seven days ago, too old. Download this page again."),
    "good": T("有效", "Valid"), "bad": T("不能认可", "Do not accept"),
    "browser": T("这个浏览器不能离线核验签名，请更新浏览器，或联网核验。",
                 "This browser cannot check signatures offline: update it, or check online."),
    "type": T("证件类别", "Type"), "holder": T("持有人", "Holder"), "number": T("编号", "Number"),
    "place": T("地点", "Place"), "plate": T("车牌", "Plate"), "valid": T("有效期", "Valid"),
}  # fmt: skip


@audience("public")
@never_cache
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """One HTML file that verifies codes without any network, with the keys and revocations as of now; a download."""
    limit(request, "credentials.offline", per_minute=PAPERS_PER_MINUTE)
    now = timezone.now()
    trust = queries.current_trust_list(now)
    if trust is None:
        raise Refusal("list_missing", T("可信名单还没有签发，暂时不能离线核验，请稍后再来。",
                      "The trust list is not signed yet: come back in a while."), status=503)  # fmt: skip
    known = {
        "saved_at": now.isoformat(), "saved_local": timezone.localtime(now).strftime("%Y-%m-%d %H:%M"),
        "lang": get_language() or "zh-hans", "root": str(trust.root),
        "trust": base64.b64encode(bytes(trust.token)).decode(), "lists": queries.offline_lists(now),
        "reasons": {code: str(text) for code, text in REASONS.items()},
        "types": {code: str(text) for code, text in queries.TYPE_NAMES.items()},
        "words": {code: str(text) for code, text in _OFFLINE_WORDS.items()},
    }  # fmt: skip
    written = json.dumps(known, ensure_ascii=False, default=str).translate(
        {60: "\\u003c", 62: "\\u003e", 38: "\\u0026"}
    )
    context = {
        "known": mark_safe(written), "verifier": _script("credentials/passes.js"),  # noqa: S308 - escaped above
        "page": _script("credentials/offline-page.js"), "fallback": _script("vendor/noble-ed25519/index.js"),
        "lang": known["lang"],
    }  # fmt: skip
    answer = HttpResponse(render_to_string("credentials/offline.html", context, request))
    name = T("离线核验 {day}.html", "verify-offline-{day}.html").format(day=timezone.localdate(now).isoformat())
    answer["Content-Disposition"] = content_disposition_header(True, str(name)) or "attachment"
    return answer


def _script(name: str) -> SafeString:
    text = Path(str(finders.find(name))).read_text("utf-8")
    return mark_safe(text)  # noqa: S308 - our own file
