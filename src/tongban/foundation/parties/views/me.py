"""My data: what is held, who looked, correcting it, taking it along."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.forms import AddressForm, CorrectionForm, IdentityForm
from tongban.foundation.parties.rules import Particulars
from tongban.foundation.parties.views.common import FormPage, form_page, page_of, safe_next, sent
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.limits import limit

_BACK = T("保存", "Save")


@audience("person")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Everything held on the visitor, by section, with its source."""
    actor = request.actor  # type: ignore[attr-defined]
    sections = queries.everything_held(actor)
    looks = list(queries.looks_at(actor)[:5])
    corrections = list(queries.corrections_of(actor)[:20])
    labels = actions.CORRECTABLE
    context = {
        "sections": sections,
        "looks": looks,
        "corrections": [(labels.get(c.fact, c.fact), c) for c in corrections],
        "assurance": queries.ASSURANCE[actor.assurance],
    }
    return render(request, "parties/me.html", context)


@audience("person")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same as a file that other programs read."""
    actor = request.actor  # type: ignore[attr-defined]
    body = queries.exported(actor)
    answer = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@audience("person")
@require_GET
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at the visitor's record, when and why."""
    page = page_of(request, queries.looks_at(request.actor))  # type: ignore[attr-defined]
    return render(request, "parties/looks.html", {"page": page})


@audience("person")
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """Say who one is."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        limit(request, "identity", per_minute=10)  # registers answer here: nobody tries names in turn
    page = FormPage(
        T("填写身份信息", "Say who you are"), _BACK, safe_next(request, reverse("parties:me")),
        T("用于办理事项时确认是您本人。证件号码加密保存。", "It confirms that it is you who applies. The number is stored encrypted."),
    )  # fmt: skip

    def act(typed: dict[str, Any]) -> None:
        actions.state_identity(Particulars(**typed), by=actor)

    return form_page(request, page, IdentityForm(sent(request)), act)


@audience("person")
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Change the address one states."""
    actor = request.actor  # type: ignore[attr-defined]
    page = FormPage(T("修改现住址", "Change my address"), _BACK, reverse("parties:me"))
    return form_page(
        request,
        page,
        AddressForm(sent(request)),
        lambda typed: actions.change_address(typed["address"], by=actor),
    )


@audience("person")
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest) -> HttpResponse:
    """Ask for a verified fact to be corrected."""
    actor = request.actor  # type: ignore[attr-defined]
    page = FormPage(
        T("申请更正", "Ask for a correction"), T("提交申请", "Send"), reverse("parties:me"),
        T("姓名和证件号码核验后由窗口更正，结果会显示在“我的数据”。",
          "Once verified, name and number are corrected by the office; the result shows under “My data”."),
    )  # fmt: skip

    def act(typed: dict[str, Any]) -> None:
        actions.request_correction(typed["fact"], typed["stated"], reason=typed["reason"], by=actor)

    return form_page(request, page, CorrectionForm(sent(request)), act)
