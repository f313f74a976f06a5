"""What matters puts on the shared pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tongban.foundation.parties.hooks import mandate_services
from tongban.lib.actors import Actor
from tongban.lib.asked import AskedBy
from tongban.lib.words import T
from tongban.matters import hooks, queries
from tongban.matters.models import Definition
from tongban.matters.queries.mine import OwnCase, own_cases
from tongban.matters.queries.papers import cases_to_deliver
from tongban.matters.queries.payments import payments_waiting
from tongban.matters.queries.printing import case_tone
from tongban.matters.queries.promises import promises_waiting
from tongban.matters.queries.signing import WAITING
from tongban.matters.queries.unfinished import cases_unsigned, papers_unsealed
from tongban.matters.rules.cases import DRAFT, OPEN_STATES, RETURNED, STATES
from tongban.web import portal

_CASES_SHOWN = 6


@mandate_services.answer
def services_to_mandate() -> list[tuple[str, T]]:
    """Every open service, by its name."""
    return [(one.code, one.title) for one in queries.open_definitions()]


def _tile(definition: Definition) -> portal.Tile:
    said = queries.content_of(definition).definition
    return portal.Tile(
        said.name, reverse("matters:guide", args=[definition.code]), said.about, said.icon, said.theme,
        tuple(said.applicants),
    )  # fmt: skip


@portal.themes.answer
def themes(*, actor: Actor, place: Any) -> list[portal.Theme]:
    """Published themes of today with their open services."""
    del actor, place
    tiles: dict[str, list[portal.Tile]] = {}
    for definition in queries.open_definitions():
        tiles.setdefault(definition.theme_code, []).append(_tile(definition))
    return [
        portal.Theme(theme.code, T.read(theme.title), T.read(theme.about), theme.icon, theme.position, theme.is_pinned,
                     reverse("web:theme", args=[theme.code]), tuple(tiles.get(theme.code, ())), theme.closes)
        for theme in queries.themes_now(timezone.localdate())
    ]  # fmt: skip


@portal.search.answer
def search(*, term: str, actor: Actor, place: Any) -> list[portal.Found]:
    """Services by name, initials or keyword; the actor's own cases by number; a desk's cases by number or applicant."""
    del place
    kind = T("事项", "Services")
    found = [
        portal.Found(
            one.title, reverse("matters:guide", args=[one.code]), kind, queries.content_of(one).definition.about
        )
        for one in queries.find_definitions(term)
    ]
    if len(term) < 2 or not actor.is_known:
        return found
    if actor.is_staff:
        if hooks.VIEW not in actor.capabilities:
            return found
        cases, page = queries.cases_visible_to(actor), "matters:desk_case"
    else:
        cases, page = queries.cases_of(actor), "matters:case"
    return found + [
        portal.Found(
            case.definition.title,
            reverse(page, args=[case.pk]),
            T("办件", "Cases"),
            T(f"{case.name} {case.number}", f"{case.name} {case.number}"),
        )
        for case in queries.matching_cases(cases, term)[:_CASES_SHOWN]
    ]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the desk's menu for whoever holds one of the rights; ``rows`` is what waits there."""

    rights: tuple[str, ...]
    title: T
    page: str
    icon: str
    order: int
    rows: AskedBy[Any] | None = None
    group: T = portal.WORK


_ADMINISTRATION = T("管理", "Administration")
_LINES = (
    _Line((hooks.TAKE_IN,), T("窗口收件", "Window"), "window", "building-store", 1),
    _Line((hooks.TAKE_IN,), T("待签署", "To sign"), "desk_unsigned", "pencil", 3, AskedBy(cases_unsigned)),
    _Line((hooks.ACCEPT,), T("待受理", "To accept"), "desk_acceptance", "inbox", 5, AskedBy(queries.cases_to_accept)),
    _Line((hooks.REVIEW,), T("待审查", "To review"), "desk_reviews", "clipboard-check", 10, AskedBy(queries.reviews_waiting)),
    _Line((hooks.DECIDE,), T("待决定", "To decide"), "desk_decisions", "rubber-stamp", 20, AskedBy(queries.cases_to_decide)),
    _Line((hooks.DELIVER,), T("待盖章", "To seal"), "desk_unsealed", "rubber-stamp", 24, AskedBy(papers_unsealed)),
    _Line((hooks.DELIVER,), T("待送达", "To deliver"), "desk_deliveries", "send", 25, AskedBy(cases_to_deliver)),
    _Line((hooks.CHECK_PROMISES,), T("待兑现承诺", "Promises"), "desk_promises", "file-check", 26, AskedBy(promises_waiting)),
    _Line((hooks.COLLECT,), T("待缴费", "Fees"), "desk_fees", "receipt", 27, AskedBy(payments_waiting)),
    _Line((hooks.VIEW,), T("全部办件", "All cases"), "desk_cases", "files", 30),
    _Line((hooks.ARCHIVE,), T("归档办件", "Archive"), "desk_archive", "archive", 35),
    _Line((hooks.ANSWER_RATING, hooks.SETTLE_RATING), T("差评整改", "Bad ratings"), "desk_ratings", "message-circle", 40,
          AskedBy(queries.ratings_to_follow)),
    _Line((hooks.SUPERVISE,), T("电子监察", "Supervision"), "desk_supervision", "alarm", 45),
    _Line((hooks.SUPERVISE,), T("事项运行", "How services run"), "desk_services", "chart-bar", 50),
    _Line((hooks.PUBLISH,), T("事项管理", "Services"), "kept_services", "list-details", 720, AskedBy(queries.proposals_open),
          _ADMINISTRATION),
    _Line((hooks.KEEP_CALENDAR,), T("工作日历", "Working calendar"), "desk_calendar", "calendar", 730, None,
          _ADMINISTRATION),
)  # fmt: skip


@portal.desk_menu.answer
def desk_menu(*, actor: Actor) -> list[portal.Entry]:
    """What waits for this actor's unit."""
    return [
        portal.Entry(line.title, reverse(f"matters:{line.page}"), line.icon, line.order, line.rows, line.group)
        for line in _LINES
        if actor.capabilities.intersection(line.rights)
    ]


@portal.account_menu.answer
def account_menu(*, actor: Actor) -> list[portal.Entry]:
    """The way to one's own cases."""
    if not actor.is_known or actor.is_staff:
        return []
    return [portal.Entry(T("我的办件", "My cases"), reverse("matters:cases"), "clipboard-list", 20)]


@portal.mine.answer
def mine(*, actor: Actor) -> list[portal.Mine]:
    """Open cases first; what waits for the applicant is urgent."""
    if actor.is_staff:
        return []
    own = own_cases(actor)
    ordered = sorted(own.cases[:_CASES_SHOWN], key=lambda case: case.state not in (*OPEN_STATES, DRAFT))
    return [*map(_to_sign, own.to_sign[:_CASES_SHOWN]), *map(_mine, ordered)]


def _to_sign(case: OwnCase) -> portal.Mine:
    return portal.Mine(
        case.title, reverse("matters:sign", args=[case.pk]), T("待我签署", "For me to sign"), "case",
        urgent=True, about=T(case.name, case.name), verb=T("查看并签署", "Read and sign"), tone="action",
    )  # fmt: skip


def _mine(case: OwnCase) -> portal.Mine:
    if case.is_waiting:
        return portal.Mine(
            case.title, reverse("matters:case", args=[case.pk]), WAITING, "case", when=case.started_at,
            about=T(case.name, case.name), tone="progress",
        )  # fmt: skip
    page = {DRAFT: "matters:resume", RETURNED: "matters:check"}.get(case.state, "matters:case")
    verb = {DRAFT: T("接着填", "Go on"), RETURNED: T("去补正", "Correct it")}.get(case.state)
    return portal.Mine(
        case.title, reverse(page, args=[case.pk]), STATES[case.state], "case",
        when=None if case.state == RETURNED else case.started_at,
        urgent=case.state == RETURNED, about=T(case.name, case.name), verb=verb, tone=case_tone(case),
    )  # fmt: skip
