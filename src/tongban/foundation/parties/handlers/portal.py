"""What parties puts on the shared pages."""

from __future__ import annotations

from tongban.foundation.parties.queries import desks_of, mandates_of
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web import portal

_ADMINISTRATION = T("管理", "Administration")


@portal.account_menu.answer
def account_lines(*, actor: Actor) -> list[portal.Entry]:
    """Ways to one's own data, companies, mandates and desk."""
    lines = [portal.Entry(T("我的数据", "My data"), "/me/", "user-circle", order=10)]
    if actor.person_id is None:
        return lines
    lines += [
        portal.Entry(T("我的单位", "My companies"), "/me/companies/", "building", order=40),
        portal.Entry(T("我的授权", "Mandates"), "/me/mandates/", "users", order=50),
    ]
    own, lent = desks_of(actor)
    if own or lent:
        title = T("更换岗位", "Change desk") if actor.is_staff else T("进入工作台", "Open my desk")
        lines.append(portal.Entry(title, "/desk/choose/", "briefcase", order=60))
    return lines


@portal.mine.answer
def mandates_waiting(*, actor: Actor) -> list[portal.Mine]:
    """Mandates that wait for the visitor's yes."""
    _, held = mandates_of(actor)
    waiting = [m for m in held if m.accepted_at is None and m.withdrawn_at is None]
    return [
        portal.Mine(
            T("{name}请您代为办事", "{name} asks you to act for them").format(name=m.granted_by), "/me/mandates/",
            T("待接受", "To accept"), "message", m.valid_to, urgent=True, verb=T("查看", "Look"), tone="action",
        )
        for m in waiting
    ]  # fmt: skip


@portal.demo_links.answer
def roles_link() -> list[portal.Tile]:
    """The demo's page of roles."""
    return [
        portal.Tile(
            T("示例角色", "Roles of the demo"), "/demo/roles", T("一键登录各种角色", "Sign in by one click"), "users"
        )
    ]


@portal.desk_menu.answer
def administration_lines(*, actor: Actor) -> list[portal.Entry]:
    """Managing staff and offices, for whoever may."""
    if "parties.manage_staff" not in actor.capabilities:
        return []
    return [
        portal.Entry(T("人员", "Staff"), "/manage/staff/", "users", 700, group=_ADMINISTRATION),
        portal.Entry(T("单位和部门", "Offices and units"), "/manage/offices/", "building", 710, group=_ADMINISTRATION),
        portal.Entry(T("名册导入", "Staff lists"), "/manage/staff/list/", "file-upload", 720, group=_ADMINISTRATION),
    ]
