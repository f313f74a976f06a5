"""What parties puts on the shared pages."""

from __future__ import annotations

from tongban.foundation.parties.queries import corrections_to_settle, has_desk, mandates_of
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
    if actor.is_staff or has_desk(actor):
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
def desk_lines(*, actor: Actor) -> list[portal.Entry]:
    """People, corrections, staff, offices, programs and devices, for whoever may."""
    operations = T("运行", "Operations")
    every = {
        "parties.view_person": [portal.Entry(T("人员信息", "People"), "/people/", "user-search", 300)],
        "parties.settle_correction": [
            portal.Entry(T("信息更正", "Corrections"), "/people/corrections/", "pencil", 310, _waiting(actor))
        ],
        "parties.ask_disclosure": [_disclosures(320)],
        "parties.open_disclosure": [] if "parties.ask_disclosure" in actor.capabilities else [_disclosures(320)],
        "parties.manage_staff": [
            portal.Entry(T("人员岗位", "Staff"), "/manage/staff/", "users", 700, group=_ADMINISTRATION),
            portal.Entry(
                T("单位和部门", "Offices and units"), "/manage/offices/", "building", 710, group=_ADMINISTRATION
            ),
            portal.Entry(
                T("名册导入", "Staff lists"), "/manage/staff-lists/", "file-upload", 720, group=_ADMINISTRATION
            ),
        ],
        "parties.manage_clients": [
            portal.Entry(T("接口调用方", "API clients"), "/operations/clients/", "key", 800, group=operations),
            portal.Entry(T("设备", "Devices"), "/operations/devices/", "device-tablet", 810, group=operations),
        ],
    }
    return [entry for capability, lines in every.items() if capability in actor.capabilities for entry in lines]


def _disclosures(order: int) -> portal.Entry:
    return portal.Entry(T("溯源和名单调取", "Sealed records and lists"), "/people/disclosures/", "shield-lock", order)


def _waiting(actor: Actor) -> int | None:
    if "parties.settle_correction" not in actor.capabilities or not actor.second_factor:
        return None
    return corrections_to_settle(actor).count() or None
