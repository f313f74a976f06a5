"""Moments and rights parties offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

send_code = Hook(
    "parties.send_code",
    "A one-time code must reach a phone. Arguments: phone (E.164), code, purpose, language. Answered by notifications.",
)
tell_phone = Hook(
    "parties.tell_phone",
    "A phone is told what a page must not say. Arguments: phone (E.164), what (no_account or account_exists), language. "
    "Answered by notifications.",
)
person_changed = Hook(
    "parties.person_changed",
    "A person's name, document or what follows from it (sex, date of birth) was put right. Arguments: person_id. Whoever keeps "
    "copies for searching refreshes them.",
)
name_on_document = Hook(
    "parties.name_on_document",
    "The name a register holds under a document, asked when somebody says who they are. Arguments: document_type, document_number "
    "(checked). Answers a lib.facts Fact, an Unavailable, or None where no register knows the document.",
)
my_data = Hook(
    "parties.my_data",
    "Everything an app holds on a person, for the page “my data” and its export. Arguments: person_id. "
    "Each answer is a list of Section(title, facts).",
)
mandate_services = Hook(
    "parties.mandate_services",
    "Services a mandate can be limited to. No arguments. Answers are lists of (code, title).",
)


@dataclass(frozen=True, slots=True)
class Presence:
    """One stay of a person at a place, as a sealed record says, with whoever was there at the same time.

    ``others`` are (name, document or phone, since, until, seen): people whose stay overlaps in time.
    """

    place_key: str
    place: T
    since: datetime
    until: datetime
    is_seen: bool
    others: tuple[tuple[str, str, datetime, datetime, bool], ...]


presences = Hook(
    "parties.presences",
    "Where a person was and who was there at the same time, out of sealed records; called only for a disclosure that two "
    "people opened. Arguments: subject (document_type, document_number, phone), since, until. Answers lists of Presence.",
)

ASK_DISCLOSURE = declare("parties.ask_disclosure", T("申请调取溯源记录", "Ask for sealed records to be opened"),
                         roles=("reviewer", "decider"))  # fmt: skip
ASK_LIST = declare(
    "parties.ask_list", T("申请导出人员名单", "Ask for a list of people to be taken away"), roles=("grid_worker",)
)
OPEN_DISCLOSURE = declare("parties.open_disclosure", T("批准调取溯源记录", "Open sealed records as the second person"),
                          roles=("decider", "administrator"))  # fmt: skip
MANAGE_STAFF = declare(
    "parties.manage_staff", T("管理本单位人员", "Manage staff"), roles=("organisation_manager", "administrator")
)
MANAGE_ORGANISATIONS = declare(
    "parties.manage_organisations", T("管理单位和部门", "Manage organisations"), roles=("administrator",)
)
VIEW_PERSON = declare(
    "parties.view_person", T("查看个人信息", "Open a person's record"),
    roles=("clerk", "reviewer", "decider", "auditor", "administrator"),
)  # fmt: skip
REGISTER_PERSON = declare(
    "parties.register_person",
    T("登记人员", "Record a person"),
    roles=("clerk", "grid_worker", "organisation_manager", "administrator"),
)
VERIFY_PERSON = declare("parties.verify_person", T("窗口核验身份", "Verify identity at the counter"), roles=("clerk",))
SETTLE_CORRECTION = declare(
    "parties.settle_correction",
    T("办理信息更正", "Settle corrections of personal data"),
    roles=("clerk", "administrator"),
)
MANAGE_CLIENTS = declare(
    "parties.manage_clients",
    T("管理接口调用方和设备", "Manage API clients and devices"),
    roles=("administrator", "operator"),
)
