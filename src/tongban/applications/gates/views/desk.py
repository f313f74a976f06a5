"""The community's desk: what waits to be checked, passes, gates and rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.gates import actions, queries
from tongban.applications.gates.forms import (
    ApproveForm,
    FindForm,
    GateForm,
    OpenForm,
    ReasonForm,
    RuleForm,
    SettingsForm,
)
from tongban.applications.gates.models import Community, Pass, PassRule, Scan
from tongban.applications.gates.rules.kinds import KINDS, TYPE_NAMES, mask_names
from tongban.applications.gates.rules.rights import RUN
from tongban.applications.gates.views.common import STATES, done, looked, may_have_photo, shown
from tongban.applications.gates.views.mine import paper_answer, pdf_answer
from tongban.foundation.parties.actions import record_list_look, record_looks
from tongban.lib.actors import Actor
from tongban.lib.phones import show_phone
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried
from tongban.web.tables import Column, listing

COLUMNS = (
    Column("place", T("住处", "Dwelling"), lambda row: row.place, order="place", href=lambda row: reverse("gates:desk_pass", args=[row.pk])),
    Column("name", T("姓名", "Name"), lambda row: mask_names(row.name)),
    Column("kind", T("类别", "Kind"), lambda row: KINDS[row.kind].name, order="kind"),
    Column("plate", T("车牌", "Plate"), lambda row: row.plate),
    Column("state", T("状态", "State"), lambda row: STATES[queries.standing_of(row)][0], tone=lambda row: STATES[queries.standing_of(row)][1]),
    Column("due", T("核对期限", "Check by"), lambda row: row.due_on or "", order="due_on"),
    Column("ends", T("到期", "Ends"), lambda row: timezone.localtime(row.ends_at).date(), order="ends_at"),
)  # fmt: skip


@audience("staff", capability=RUN)
@never_cache
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The community's gates; before there are any, the form that opens them."""
    by = actor_of(request)
    try:
        community = queries.community_run_by(by)
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        return _open(request)
    waiting = queries.passes_seen_by(by).filter(state="waiting").order_by("due_on", "asked_at")
    now = timezone.now()
    good = queries.passes_seen_by(by).filter(state="active", ends_at__gt=now)
    context = {
        "community": community, "gates": _gates_said(community), "waiting": [(shown(one), _late(one)) for one in waiting[:50]],
        "rules": [rule_shown(one) for one in queries.rules_of(community, since=timezone.localdate())], "good": good.count(), "figures": queries.figures_of(community),
        "doubts": [doubt_shown(one) for one in queries.doubts_seen_by(by)[:20]],
    }  # fmt: skip
    return render(request, "gates/desk/home.html", context)


def doubt_shown(row: Scan) -> dict[str, Any]:
    """One pass at two gates, in words."""
    held, before = row.held, row.before
    names = (
        {gate.number: T(gate.name, gate.name_en or gate.name) for gate in held.community.gates.all()} if held else {}
    )
    return {
        "scan": row, "held": held, "kind": KINDS[held.kind].name if held else "", "second_gate": names.get(row.gate, row.gate),
        "first_gate": names.get(before.gate, before.gate) if before else "", "first": before.at if before else None, "second": row.at,
    }  # fmt: skip


@audience("staff", capability=RUN)
@require_POST
def settle(request: HttpRequest, scan_id: UUID) -> HttpResponse:
    """Somebody asked what it was."""
    said = request.POST.get("said", "")
    done(request, lambda: actions.settle_doubt(scan_id, said=said, by=actor_of(request)), T("已记录。", "Recorded."))
    return redirect("gates:desk")


def _late(row: Pass) -> bool:
    return row.due_on is not None and row.due_on < timezone.localdate()


def rule_shown(rule: PassRule) -> dict[str, Any]:
    """A rule in words."""
    parts = [T("不放行、不办新证", "nobody let in, no new passes")] if rule.is_closed else []
    if rule.hours:
        parts.append(T("{hours} 放行", "let in {hours}").format(hours=rule.hours))
    if rule.gates:
        parts.append(T("只走 {gates} 号门", "only through gates {gates}").format(gates="、".join(map(str, rule.gates))))
    if rule.quota:
        parts.append(T("每户最多 {n} 张", "{n} for a dwelling at most").format(n=rule.quota))
    said = T("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))
    words = T("{type}：{said}", "{type}: {said}").format(type=TYPE_NAMES[rule.type], said=said)
    return {"rule": rule, "type": TYPE_NAMES[rule.type], "said": words}


def _gates_said(community: Community) -> T:
    """The gates in a line."""
    gates = queries.gates_of(community)
    return T(
        "、".join(f"{one.number} {one.name}" for one in gates),
        ", ".join(f"{one.number} {one.name_en or one.name}" for one in gates),
    )


def _open(request: HttpRequest) -> HttpResponse:
    form = OpenForm(request.POST or None)
    if request.method == "POST":
        made = tried(form, lambda said: actions.open_community(
            said["name"], said["phone"], said["gates"].splitlines(), name_en=said["name_en"], by=actor_of(request)))  # fmt: skip
        if made is not None:
            messages.success(
                request,
                str(T("门岗已开通，居民现在可以领出入证。", "The gates are open: residents can take their passes.")),
            )
            return redirect("gates:desk")
    return render(request, "gates/desk/form.html", {"form": form, "title": T("开通门岗", "Open the gates"),
        "lead": T("写上名称、电话和有哪些门就能用，几分钟的事。", "A name, a telephone and the gates: a matter of minutes."),
        "send": T("开通", "Open")}, status=422 if form.errors else 200)  # fmt: skip


@audience("staff", capability=RUN)
@never_cache
@require_GET
def passes(request: HttpRequest) -> HttpResponse:
    """Passes of one's area, found by dwelling, kind and state."""
    form = FindForm(request.GET)
    found = _found(form, actor_of(request))
    page = listing(request, found, COLUMNS, sort="-asked_at")
    record_list_look(
        what="gates.passes", criteria=request.GET.urlencode(), row_count=len(page.rows), by=actor_of(request)
    )
    return render(
        request, "gates/desk/passes.html", {"form": form, "listing": page, "criteria": request.GET.urlencode()}
    )


def _found(form: FindForm, by: Actor) -> Any:
    """Passes of one's area, by what the filter says."""
    found = queries.passes_seen_by(by)
    if form.is_valid():
        said = form.cleaned_data
        found = found.filter(place__startswith=said["q"].strip()) if said["q"] else found
        found = found.filter(kind=said["kind"]) if said["kind"] else found
        found = _in_state(found, said["state"])
    return found


@audience("staff", capability=RUN)
@never_cache
@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    """Those of the list that are good now as cards on A4, fifty at most; everybody on it sees that it was printed."""
    by = actor_of(request)
    rows = list(_in_state(_found(FindForm(request.GET), by), "active").order_by("place", "pk")[: actions.MOST_CARDS])
    content = actions.cards_of(rows)
    record_list_look(what="gates.cards", criteria=request.GET.urlencode(), row_count=len(rows), by=by)
    holders = [one for row in rows if (one := row.person_id or row.asked_by_id)]
    record_looks(holders, what="gates.pass", reason="窗口成批打印出入证", by=by)
    return pdf_answer(content, "cards.pdf")


def _in_state(found: Any, state: str) -> Any:
    now = timezone.now()
    if state == "waiting":
        return found.filter(state="waiting")
    if state == "active":
        return found.filter(state="active", ends_at__gt=now)
    return found.exclude(state="waiting").exclude(state="active", ends_at__gt=now) if state == "ended" else found


@audience("staff", capability=RUN)
@never_cache
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """One pass: checked, or revoked alone. Opening it is a look its holder sees."""
    by = actor_of(request)
    row = queries.pass_seen_by(by, pass_id)
    approve = ApproveForm(gates=queries.gates_of(row.community), most=KINDS[row.kind].days, prefix="a")
    why = ReasonForm(prefix="r")
    if request.method == "POST":
        made, approve, why = _settle(request, row, approve, why)
        if made is not None:
            messages.success(request, str(T("已记录。", "Recorded.")))
            return redirect("gates:desk_pass", pass_id=pass_id)
    else:
        looked(row, "办理小区出入证", by)
    context = shown(row) | {
        "approve": approve, "why": why, "phone": show_phone(row.phone) if row.phone else "", "is_late": _late(row),
        "is_waiting": row.state == "waiting", "may_revoke": queries.standing_of(row) in ("active", "invited"),
        "may_print": queries.standing_of(row) == "active", "may_have_photo": bool(row.photo_mark) or may_have_photo(row),
    }  # fmt: skip
    return render(request, "gates/desk/pass.html", context, status=422 if approve.errors or why.errors else 200)


def _settle(
    request: HttpRequest, row: Pass, approve: ApproveForm, why: ReasonForm
) -> tuple[Any, ApproveForm, ReasonForm]:
    by, what = actor_of(request), request.POST.get("what")
    if what == "approve":
        approve = ApproveForm(
            request.POST, gates=queries.gates_of(row.community), most=KINDS[row.kind].days, prefix="a"
        )
        act = lambda said: actions.approve(row.pk, gates=[int(n) for n in said["gates"]], days=said["days"], by=by)  # noqa: E731
        return tried(approve, act), approve, why
    why = ReasonForm(request.POST, prefix="r")
    no = actions.refuse if what == "refuse" else actions.revoke_pass
    return tried(why, lambda said: no(row.pk, reason=said["reason"], by=by)), approve, why


@audience("staff", capability=RUN)
@never_cache
@require_GET
def paper(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """Print a pass at the window, for whoever has no phone."""
    by = actor_of(request)
    row = queries.pass_seen_by(by, pass_id)
    looked(row, "窗口打印出入证", by)
    return paper_answer(row)


@audience("staff", capability=RUN)
@never_cache
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """What the community says of itself, and its gates."""
    by = actor_of(request)
    community = queries.community_run_by(by)
    form = SettingsForm(_posted(request, "basics"), initial=_basics(community))
    gate = GateForm(_posted(request, "gate"))
    made = None
    if form.is_bound:
        made = tried(form, lambda said: actions.change_community(**said, by=by))
    elif gate.is_bound:
        made = tried(gate, lambda said: actions.add_gate(**said, by=by))
    if made is not None:
        messages.success(request, str(T("已保存。", "Saved.")))
        return redirect("gates:settings")
    context = {"community": community, "form": form, "gate": gate, "gates": queries.gates_of(community)}
    return render(request, "gates/desk/settings.html", context, status=422 if form.errors or gate.errors else 200)


def _basics(community: Community) -> dict[str, Any]:
    return {
        "name": community.name,
        "name_en": community.name_en,
        "phone": show_phone(community.phone),
        "check_days": community.check_days,
    }


def _posted(request: HttpRequest, what: str) -> Any:
    return request.POST if request.method == "POST" and request.POST.get("what") == what else None


@audience("staff", capability=RUN)
@require_POST
def close_gate(request: HttpRequest, gate_id: UUID) -> HttpResponse:
    """A gate is no longer used."""
    done(
        request,
        lambda: actions.close_gate(gate_id, by=actor_of(request)),
        T("这个门已停用。", "The gate is closed for good."),
    )
    return redirect("gates:settings")


@audience("staff", capability=RUN)
@never_cache
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """Set a rule for a time."""
    by = actor_of(request)
    community = queries.community_run_by(by)
    form = RuleForm(request.POST or None, gates=queries.gates_of(community), initial={"first": timezone.localdate()})
    if request.method == "POST":
        made = tried(form, lambda said: actions.set_rule(
            actions.NewRule(**said | {"gates": tuple(int(n) for n in said["gates"])}), by=by))  # fmt: skip
        if made is not None:
            messages.success(request, str(T("规定已生效并记入公开日志。", "The rule is set and in the public log.")))
            return redirect("gates:desk")
    return render(request, "gates/desk/form.html", {"form": form, "title": T("定一条规定", "Set a rule"),
        "lead": T("规定有起止日期和依据，到期自动失效，任何人都能在公开日志里看到。",
                  "A rule has its days and its basis, ends by itself, and stands in the public log."),
        "send": T("生效", "Set it")}, status=422 if form.errors else 200)  # fmt: skip


@audience("staff", capability=RUN)
@require_POST
def end_rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """End a rule before its last day."""
    done(request, lambda: actions.end_rule(rule_id, by=actor_of(request)), T("规定已结束。", "The rule is ended."))
    return redirect("gates:desk")
