"""A resident's own passes: taken, asked for, shown at the gate, printed, ended; visitors invited."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.gates import actions, queries
from tongban.applications.gates.forms import AskForm, HouseholdForm, InviteForm
from tongban.applications.gates.models import Pass
from tongban.applications.gates.rules.kinds import ASKED_FOR, KINDS
from tongban.applications.gates.views.common import caller_shown, done, may_have_photo, scans_shown, shown
from tongban.foundation.parties.queries import contacts_of
from tongban.lib.phones import show_phone
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_told, tried

_CRUMB = T("出入证", "Passes")


def _crumbs() -> list[tuple[str, Any]]:
    return [(reverse("gates:mine"), _CRUMB)]


@audience("person")
@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Homes one may have a pass for at once, and every pass one has or asked for."""
    by = actor_of(request)
    homes = [(one, KINDS[one.kind].name, bool(queries.to_be_named(one))) for one in queries.homes_of(by)]
    rows = [shown(one) for one in queries.passes_of(by)[:50]]
    callers = [caller_shown(one) for one in queries.callers_at_home(by)]
    waiting = [one for one in callers if queries.standing_of(one["row"]) == "asked"]
    context = {
        "homes": homes,
        "rows": rows,
        "waiting": waiting,
        "callers": [one for one in callers if one not in waiting],
    }
    return render(request, "gates/mine.html", context)


@audience("person")
@require_POST
def answer_caller(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """Say whether the visitor at the gate may come in."""
    is_welcome = request.POST.get("answer") == "yes"
    done(
        request,
        lambda: actions.answer_caller(pass_id, is_welcome=is_welcome, by=actor_of(request)),
        T("已告诉门岗：放行。", "The gate knows: let in.")
        if is_welcome
        else T("已告诉门岗：不放行。", "The gate knows: not let in."),
    )
    return redirect("gates:mine")


@audience("person")
@require_POST
def take(request: HttpRequest, dwelling_id: UUID) -> HttpResponse:
    """Get the pass of one's home."""
    with refusals_told(request):
        row = actions.take_pass(dwelling_id, by=actor_of(request))
        return redirect("gates:pass", pass_id=row.pk)
    return redirect("gates:mine")


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def household(request: HttpRequest, dwelling_id: UUID) -> HttpResponse:
    """One pass for the children and the elderly of one's home, who have no phone."""
    by = actor_of(request)
    rows = queries.to_be_named(queries.home_needed(by, dwelling_id))
    if not rows:
        messages.info(request, str(T("登记里您这一户没有 16 岁以下的孩子，也没有不会用手机的老人。不对的话请找社区核对登记。",
                      "The register has no child under 16 and nobody of 60 or more without a log-in in your household. If that is wrong, ask the community.")))  # fmt: skip
        return redirect("gates:mine")
    form = HouseholdForm(request.POST or None, members=[(str(row.person_id), row.name) for row in rows])
    if request.method == "POST":
        row = tried(
            form, lambda said: actions.take_household_pass(dwelling_id, [UUID(one) for one in said["members"]], by=by)
        )
        if row is not None:
            return redirect("gates:pass", pass_id=row.pk)
    return render(request, "gates/form.html", {"form": form, "crumbs": _crumbs(), "title": T("给同住的老人孩子办证", "A pass for children and the elderly"),
        "lead": T("一张证写几个人，由您保管：打印出来给他们带着，或者您用手机出示。谁搬走，证上就没有谁。",
                  "Several people on one pass that you keep: print it for them to carry, or show it on your phone. Whoever moves out is on it no more."),
        "send": T("领取", "Take it")}, status=422 if form.errors else 200)  # fmt: skip


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a visitor by a link."""
    by = actor_of(request)
    homes = queries.homes_of(by)
    if not homes:
        messages.info(
            request,
            str(
                T(
                    "登记里没有您的住处，不能邀请访客。",
                    "The register knows no home of yours: visitors are invited from one.",
                )
            ),
        )
        return redirect("gates:mine")
    form = InviteForm(request.POST or None, homes=homes, initial={"nonce": uuid4(), "day": timezone.localdate()})
    if request.method == "POST":
        row = tried(form, lambda said: actions.invite(
            actions.NewVisitor(said["nonce"], UUID(said["home"]), said["day"], said["name"]), by=by))  # fmt: skip
        if row is not None:
            return redirect("gates:pass", pass_id=row.pk)
    return render(request, "gates/form.html", {"form": form, "crumbs": _crumbs(), "title": T("邀请访客", "Invite a visitor"),
        "lead": T("生成一个链接，用微信发给访客。访客打开、填好姓名和手机号，就有当天的出入证。",
                  "Makes a link to send to the visitor. They open it, say who they are, and have a pass for that day."),
        "send": T("生成链接", "Make the link")}, status=422 if form.errors else 200)  # fmt: skip


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the community for a pass: for whoever the register does not know."""
    by = actor_of(request)
    communities, homes = list(queries.communities_with_gates()[:200]), queries.homes_of(by)
    kind = request.GET.get("kind", "")
    initial = {"nonce": uuid4(), "kind": kind if kind in ASKED_FOR else "", "name": by.name,
               "phone": _phone(by.person_id)}  # fmt: skip
    form = AskForm(request.POST or None, communities=communities, homes=homes, initial=initial)
    if request.method == "POST":
        row = tried(form, lambda said: actions.ask_for_pass(_asked(said), by=by))
        if row is not None:
            messages.success(
                request,
                str(T("已提交，社区在 {day} 前核对。", "Sent; the community checks by {day}.").format(day=row.due_on)),
            )
            return redirect("gates:pass", pass_id=row.pk)
    return render(request, "gates/form.html", {"form": form, "crumbs": _crumbs(), "title": T("申请出入证", "Apply for a pass"),
        "lead": T("登记里没有的人在这里申请，社区核对后生效。已登记的居民不用填，在“出入证”里直接领取。",
                  "For people the register does not know: the community checks. Registered residents take theirs without a form."),
        "send": T("提交申请", "Apply")}, status=422 if form.errors else 200)  # fmt: skip


def _phone(person_id: UUID | None) -> str:
    """One's own number, as people write it."""
    number = contacts_of(person_id).phone if person_id else ""
    return show_phone(number) if number else ""


def _asked(said: dict[str, Any]) -> actions.NewPass:
    home = said.get("home") or ""
    return actions.NewPass(
        said["nonce"], said["kind"], UUID(said["community"]), said["name"], said["phone"], said["place"], said["reason"],
        said["plate"], UUID(home) if home else None,
    )  # fmt: skip


@audience("person")
@never_cache
@require_GET
def one(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """One pass: its code for the gate, its paper, its end."""
    by = actor_of(request)
    row = queries.pass_of(by, pass_id)
    context = pass_context(row, reverse("gates:now", args=[row.pk]), reverse("gates:paper", args=[row.pk])) | {
        "crumbs": _crumbs(), "is_holder": queries.holds(row, by.person_id), "picture": queries.photo_shown(row), "photo": reverse("gates:photo", args=[row.pk]) if row.photo_mark or may_have_photo(row) else "", "scans": scans_shown(row), "may_end": row.state in ("active", "invited", "waiting"),
        "link": request.build_absolute_uri(reverse("gates:guest", args=[row.link])) if row.link else "",
    }  # fmt: skip
    return render(request, "gates/pass.html", context)


def pass_context(row: Pass, now: str, paper: str) -> dict[str, Any]:
    """What a page with a code on it needs; the code is drawn anew every thirty seconds while scripts run."""
    return shown(row) | {"now": now, "paper": paper, "is_good": queries.standing_of(row) == "active"}


@audience("person")
@never_cache
@require_GET
def now(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """The code of the next ninety seconds."""
    row = queries.held_pass(actor_of(request), pass_id)
    return code_part(request, row, reverse("gates:now", args=[row.pk]))


def code_part(request: HttpRequest, row: Pass, again: str) -> HttpResponse:
    """The drawing of the code, which asks for the next one."""
    try:
        code = actions.code_on_phone(row)
    except Refusal as refusal:
        return render(request, "gates/parts/code.html", {"refused": refusal.message, "again": again})
    return render(request, "gates/parts/code.html", {"code": code, "again": again, "at": timezone.now()})


@audience("person")
@never_cache
@require_GET
def paper(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """The pass on A6."""
    return paper_answer(queries.held_pass(actor_of(request), pass_id))


def paper_answer(row: Pass) -> HttpResponse:
    """A pass as PDF."""
    return pdf_answer(actions.paper_of(row), "pass.pdf")


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A paper to be printed."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@audience("person")
@require_POST
def end(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """End a pass: lost, or not needed."""
    done(
        request,
        lambda: actions.end_own_pass(pass_id, by=actor_of(request)),
        T("已停用，门岗不再放行。", "Ended: no gate lets it in."),
    )
    return redirect("gates:pass", pass_id=pass_id)
