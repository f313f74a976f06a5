"""Start an application and fill it in, on one device or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.actions import record_look
from tongban.foundation.parties.queries import (
    Standing,
    may_act_for,
    may_act_for_person,
    organisations_acted_for,
    people_by_id,
    unit_for,
)
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, Refusals, forbidden
from tongban.lib.together import know, once
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions.common import lock_to_edit, record, send_notice, store
from tongban.matters.actions.materials import take_materials
from tongban.matters.models import Case, Definition
from tongban.matters.models.cases import Written
from tongban.matters.queries import content_of, definition_by_code, fill_in, lookup_for
from tongban.matters.rules.answers import Checked, calculated, check_answers
from tongban.matters.rules.cases import check_in_force
from tongban.matters.rules.parts import Notice
from tongban.matters.rules.shape import Content

MOST_DRAFTS = 20


_BEGUN_FOR_YOU = Notice(
    title=T("有人为您办事", "Somebody acts for you"),
    text=T(
        "{actor}凭您的授权，开始为您办理“{service}”。不是您的意思，请在“我的授权”中收回授权。",
        "{actor} began to apply for “{service}” for you, by your mandate. If you do not want this, withdraw it under “Mandates”.",
    ),
)


_LOOKED = "凭您的授权代办，表单中自动填入了您登记的信息"


@transaction.atomic
def start_draft(
    code: str, *, organisation_id: UUID | None = None, person_id: UUID | None = None, by: Actor
) -> Case:  # fmt: skip
    """Begin an application for oneself, a company or another person, with everything filled in that is known already."""
    case = new_case(code, organisation_id=organisation_id, person_id=person_id, by=by)
    _check_not_too_many(case)
    store(case)
    case.written = None  # it goes on in other requests
    return case


def new_case(
    code: str, *, organisation_id: UUID | None = None, person_id: UUID | None = None, by: Actor
) -> Case:  # fmt: skip
    """An application as it begins, not stored yet; the event that it began is written."""
    definition = once(("matters.definition", code), lambda: definition_by_code(code))
    content = content_of(definition)
    if person_id is not None and person_id != by.person_id:
        by = _for_another(content, person_id, by)
    _check_may_start(definition, content, by)
    assert definition.version is not None
    case = Case(
        definition=definition, version=definition.version, channel=by.channel, operator=by.name[:120],
        started_by_id=by.person_id,
    )  # fmt: skip
    case.written = Written()
    if organisation_id is not None:
        _for_organisation(case, content, organisation_id, by)
    else:
        _for_person(case, content, person_id or by.person_id)
        case.mandate_id = by.mandate_id if case.person_id != by.person_id else None
    case.started_at = now = timezone.now()  # not when the row is written, which is after it was handed in
    filled, silent = once(
        ("matters.filled", case.version_id, case.organisation_id, case.person_id, by),
        lambda: fill_in(case, content, timezone.localtime(now), lookup_for(case, by)),
    )
    case.answers = dict(filled)
    said: dict[str, Any] = {}
    if silent:
        said["unavailable"] = {element: one.source.as_json() for element, one in silent.items()}
    record(case, "started", by=by, at=now, **said)
    if case.person_id is not None and case.person_id != by.person_id:
        record_look(case.person_id, what="matters.case", reason=_LOOKED, by=by)
        send_notice(case, _BEGUN_FOR_YOU, to=case.person_id, by=by)
    return case


def _for_another(content: Content, person_id: UUID, by: Actor) -> Actor:
    """The actor acting for another person (代办): by whose mandate, and through that channel unless at a window."""
    right = may_act_for_person(by, person_id, service=content.definition.code)
    if right is None:
        raise forbidden(T("您没有为这个人办理的授权。请对方在“我的授权”中授权给您，或一起到大厅窗口办理。",
                          "You hold no mandate of this person. Ask them to give you one, or come to a service window together."))  # fmt: skip
    channel = by.channel if by.channel == "window" else "agent"
    if channel == "window" and "agent" not in content.definition.channels:
        raise Refusal(
            "wrong_channel", T("这项服务须由本人办理，不能代办。", "Nobody may act for the applicant in this service.")
        )
    return replace(by, channel=channel, on_behalf_of=("person", person_id), mandate_id=right.mandate_id)


def _for_person(case: Case, content: Content, person_id: UUID | None) -> None:
    if "company" not in content.definition.applicants and person_id is None:
        raise _not_for_companies()
    if "person" not in content.definition.applicants or person_id is None:
        raise Refusal(
            "which_company", T("请选择为哪家企业办理。", "Choose the company you act for."), field="organisation_id"
        )
    applicant = people_by_id([person_id])[person_id]
    if not applicant.region_code and unit_for(content.definition.decision.unit, "") is None:
        raise Refusal("region_missing", T(
            "还没有登记居住地，不知道由哪里受理。请先带身份证到任一政务大厅窗口登记住址，或者请窗口收件。",
            "No place of residence is recorded, so no office can be named. Have your address recorded at any service window first."),
            status=409)  # fmt: skip
    case.person, case.name, case.region_code = applicant, applicant.name, applicant.region_code


def _check_may_start(definition: Definition, content: Content, by: Actor) -> None:
    said = content.definition
    if not by.is_known:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    if by.kind == "client" and hooks.APPLY not in by.capabilities:
        raise forbidden()
    if by.is_staff or by.kind not in ("person", "client", "system"):
        raise forbidden(T("请以申请人身份办理：先退出工作台。", "Apply as yourself: leave your desk first."))
    if not definition.is_open:
        raise Refusal(
            "no_longer_open", T("这项服务已停止受理。", "This service takes no applications now."), status=409
        )
    check_in_force(said.in_force, timezone.localdate())
    if by.channel not in said.channels and by.kind != "system":
        raise Refusal(
            "wrong_channel", T("这项服务不在这个渠道受理。", "This service is not offered through this channel.")
        )
    if by.assurance < said.assurance:
        raise Refusal("assurance_too_low", T("办理这项服务需要先完成身份核验（{level} 级）。",
                      "This service needs your identity confirmed first (level {level}).").format(level=said.assurance),
                      status=403)  # fmt: skip


def _not_for_companies() -> Refusal:
    return Refusal("not_for_companies", T(
        "这项服务由个人申请，企业和企业的程序不能办。请本人登录办理，或到大厅窗口办理。",
        "People apply for this service, not companies or their programs: sign in as the person, or come to a service window."),
        field="service")  # fmt: skip


def _for_organisation(case: Case, content: Content, organisation_id: UUID, by: Actor) -> None:
    if "company" not in content.definition.applicants:
        raise _not_for_companies()
    right = standing_of(by, organisation_id, content.definition.code)
    mine = once(("matters.organisations", by), lambda: organisations_acted_for(by))
    found = [one for one in mine if one.pk == organisation_id]
    case.organisation, case.is_sample = found[0], found[0].is_sample
    case.name, case.region_code, case.mandate_id = found[0].name, found[0].region_code, right.mandate_id


def standing_of(by: Actor, organisation_id: UUID, code: str) -> Standing:
    """The right by which the actor applies for a company; refused without one."""
    right = may_act_for(by, organisation_id, service=code)
    if right is None:
        raise forbidden(T("您没有为这家企业办理的授权。请法定代表人在“授权管理”中授权给您。",
                          "You hold no mandate of this company. Ask its legal representative to give you one."))  # fmt: skip
    return right


def _check_not_too_many(case: Case) -> None:
    applicant: dict[str, Any] = {"organisation_id": case.organisation_id, "person_id": case.person_id}
    drafts = Case.objects.filter(state=Case.State.DRAFT, definition=case.definition, **applicant)
    if drafts.count() >= MOST_DRAFTS:
        raise Refusal("too_many_drafts", T("未提交的草稿已有 {most} 份，请先提交或删除。",
                      "There are {most} drafts already: submit or delete some first.").format(most=MOST_DRAFTS), status=409)  # fmt: skip


@transaction.atomic
def save_answers(
    case_id: UUID, raw: Mapping[str, Any], *, screen: str = "", complete: bool = True, by: Actor
) -> Checked:
    """Keep answers as typed, with where each came from. All or nothing: a refusal at one field keeps none.

    ``screen`` limits what is looked at to one screen; ``complete`` demands its required answers (else: save for later).
    """
    case = lock_to_edit(case_id, by)
    checked = keep_answers(case, raw, screen=screen, complete=complete, by=by)
    case.save(update_fields=["answers", "reached"])
    return checked


def keep_answers(
    case: Case, raw: Mapping[str, Any], *, screen: str = "", complete: bool = True, by: Actor
) -> Checked:  # fmt: skip
    """Put answers on a case the caller holds; refused as a whole when one cannot be kept."""
    content = content_of(case)
    if screen and content.screen(screen) is None:
        raise Refusal("unknown_screen", T("没有这一页。", "There is no such screen."), status=404)
    asked = {one.element for one in (content.screen(screen).fields if screen else content.fields())}  # type: ignore[union-attr]
    merged = case.values | dict(raw)
    checked = check_answers(
        content, merged, today=timezone.localdate(), only={screen} if screen else None, complete=complete
    )
    refused = [r for r in checked.refusals if r.field in asked or r.code == "unknown_element"]
    refused = refused or take_materials(case, content, checked.values, by)
    if refused:
        raise Refusals(refused)
    case.answers = with_provenance(content, case.answers, checked)
    if complete and not screen:
        know(("matters.checked", case.pk), checked)
    codes = [one.code for one in content.form.screens]
    if screen and (not case.reached or codes.index(screen) > codes.index(case.reached)):
        case.reached = screen
    return checked


def with_provenance(content: Content, before: Mapping[str, Any], checked: Checked) -> dict[str, Any]:
    """Answers with their source: what the applicant changed of a known fact is marked, what is hidden is dropped."""
    computed = calculated(content, checked.values)
    now = timezone.now().isoformat(timespec="seconds")
    answers: dict[str, Any] = {}
    for name, value in checked.values.items():
        known = before.get(name)
        if known is not None and known["value"] == value and (known["source"] == "calculated") == (name in computed):
            answers[name] = known
        elif name in computed:
            answers[name] = {"value": value, "source": "calculated", "at": now}
        elif known is not None and known["source"] in ("filled", "corrected"):
            answers[name] = {"value": value, "source": "corrected", "from": known["from"], "at": now}
        else:
            answers[name] = {"value": value, "source": "typed", "at": now}
    return answers
