"""Template tags of the common frame: menus, notes, times."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

from tongban.lib.capabilities import ROLES
from tongban.lib.words import T
from tongban.web import portal

register = template.Library()


@register.simple_tag
def notes_above() -> list[portal.Tile]:
    """The demo's links; nothing outside demo mode."""
    return portal.gather(portal.demo_links) if settings.DEMO else []


@register.simple_tag
def footer_links() -> list[portal.Tile]:
    """Links at the foot of every page."""
    return portal.gather(portal.footer_links)


@register.simple_tag(takes_context=True)
def account_entries(context: template.Context) -> list[portal.Entry]:
    """Lines of the account menu, in their order."""
    return portal.frame_of(context["request"]).account


@register.simple_tag(takes_context=True)
def desk_groups(context: template.Context) -> list[tuple[T, list[portal.Entry]]]:
    """The desk's menu by group, groups in the order in which their first entry comes."""
    return portal.frame_of(context["request"]).desk


@register.filter
def role_name(role: str) -> Any:
    """The office's word for a role."""
    return ROLES.get(role, role)


@register.filter
def is_under(path: str, url: str) -> bool:
    """Whether a page belongs to a menu entry."""
    return path == url or path.startswith(url.rstrip("/") + "/")


@register.filter
def moment(value: Any) -> str:
    """A date or time as both languages write it in official papers: 2020-02-17, or 2020-02-17 09:30; never broken in two."""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%dT%H:%M%z}", f"{local:%Y-%m-%d %H:%M}")
    return format_html("<time>{}</time>", value.isoformat()) if isinstance(value, date) else str(value or "")


@register.filter
def unbroken(text: Any) -> str:
    """A text whose days are never broken in two."""
    return mark_safe(_DAY.sub(r"<time>\g<0></time>", conditional_escape(text)))  # noqa: S308 - escaped


_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@register.filter
def own_name(thing: Any) -> T:
    """An office's or a unit's name in the reader's language, where it has one in English."""
    return T(thing.name, thing.name_en or thing.name)


@register.filter
def default_verb(verb: T | None) -> T:
    """What the button of a next step says when its app names nothing better."""
    return verb or T("去办理", "Do it now")
