"""Who a page is for, and who asks. Every view declares its audience; the middleware holds it to that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from django.http import HttpRequest

from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, forbidden
from tongban.lib.words import T

Who = Literal["public", "person", "company", "staff", "operator", "demo"]


@dataclass(frozen=True, slots=True)
class Audience:
    """A page's audience: ``public`` anybody, ``person`` anybody signed in, ``company`` somebody acting for one,
    ``staff`` a membership with a second factor, ``operator`` staff with an operator's role, ``demo`` demo mode only."""

    who: Who
    capability: str = ""


def audience(who: Who, *, capability: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a view's audience; ``capability`` narrows staff pages to those who hold it."""
    if who not in get_args(Who):
        raise ValueError(f"unknown audience {who}")

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        view.audience = Audience(who, capability)  # type: ignore[attr-defined]
        return view

    return wrap


def admit(found: Audience, actor: Actor, *, demo: bool) -> None:
    """Refuse an actor who is not of the audience."""
    if found.who == "public":
        return
    if found.who == "demo":
        if not demo:
            raise Refusal("not_found", T("没有这个页面。", "There is no such page."), status=404)
        return
    if not actor.is_known:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    if found.who in ("staff", "operator"):
        if not actor.is_staff:
            raise forbidden(T("这是工作人员页面。如果您是工作人员，请先进入工作台。",
                              "This page is for staff. If you are staff, open your desk first."))  # fmt: skip
        if not actor.second_factor:
            raise Refusal(
                "second_factor_needed", T("办理公务需要二次验证。", "Staff work needs a second factor."), status=403
            )
        if found.who == "operator" and actor.role not in ("operator", "administrator"):
            raise forbidden()
    if found.capability and found.capability not in actor.capabilities:
        raise forbidden()


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found
