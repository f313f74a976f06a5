"""Departments and staff from a list as offices keep it: tried first, then taken over in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.actions.accounts import create_account, phone_taken
from tongban.foundation.parties.actions.memberships import grant_membership
from tongban.foundation.parties.actions.organisations import NewOrganisation, NewUnit, create_organisation, create_unit
from tongban.foundation.parties.actions.people import register_person
from tongban.foundation.parties.hooks import MANAGE_STAFF
from tongban.foundation.parties.models import Account, Membership, Organisation, Person, StaffImport, Unit
from tongban.foundation.parties.queries import account_by_phone, person_by_document, require
from tongban.foundation.parties.rules import Particulars, Term
from tongban.lib.actors import Actor
from tongban.lib.capabilities import ROLES
from tongban.lib.identifiers import check_citizen_id, check_uscc
from tongban.lib.names import name_key, tidy_name
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal, Refusals, not_found
from tongban.lib.spreadsheets import Column, Limits, Rejected, Row, read_table
from tongban.lib.words import T

LONGEST_LIST = 2_000


def _check_role(typed: str) -> str:
    """A role by its key or its name in either language."""
    for role, label in ROLES.items():
        if typed.lower() in (role, label.zh, label.en.lower()):
            return role
    known = "、".join(label.zh for label in ROLES.values())
    raise Refusal("role_unknown", T("岗位只能是：{known}。", "The role must be one of: {roles}.").format(
        known=known, roles=", ".join(label.en for label in ROLES.values())), field="role")  # fmt: skip


def _check_day(typed: str) -> str:
    try:
        return date.fromisoformat(typed.replace("/", "-").replace(".", "-")[:10]).isoformat()
    except ValueError:
        raise Refusal("date_invalid", T("日期写成 2026-01-31 的样子。", "Write the date as 2026-01-31.")) from None


def _check_region(typed: str) -> str:
    if not typed.isdigit() or len(typed) not in (2, 4, 6, 9, 12, 15):
        raise Refusal("region_invalid", T("区划代码是 2、4、6、9 或 12 位数字，网格代码是 15 位。",
                      "A region code has 2, 4, 6, 9 or 12 digits, a grid code 15."))  # fmt: skip
    return typed


COLUMNS = (
    Column("organisation", T("单位名称", "Organisation"), ("单位", "工作单位"), is_required=True),
    Column("uscc", T("统一社会信用代码", "Credit code"), ("信用代码",), check=check_uscc),
    Column("unit", T("部门名称", "Unit"), ("部门", "科室", "处室"), is_required=True),
    Column("code", T("部门代码", "Unit code"), ("代码",)),
    Column("name", T("姓名", "Name"), ("人员姓名",), is_required=True),
    Column("document_number", T("身份证号", "Identity number"), ("身份证号码", "证件号码"), True, check_citizen_id),
    Column("phone", T("手机号", "Mobile number"), ("手机", "联系电话", "手机号码"), True, check_mobile),
    Column("role", T("岗位", "Role"), ("角色",), is_required=True, check=_check_role),
    Column("region_code", T("区划代码", "Region code"), ("区划",), check=_check_region),
    Column("valid_from", T("任职开始", "First day"), ("开始日期",), check=_check_day),
    Column("valid_to", T("任职截止", "Last day"), ("截止日期",), check=_check_day),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen to a list: how many are new or there already, and every row that cannot be taken over."""

    import_id: UUID | None
    fresh: int
    unchanged: int
    rejected: list[Rejected]
    unknown: list[str]


class _Undo(Exception):
    """Ends a trial run."""


def try_staff_list(content: bytes, filename: str, *, by: Actor) -> Trial:
    """Do everything a list asks for and undo it; rows that pass wait, encrypted, to be confirmed within a day."""
    require(by, MANAGE_STAFF)
    table = read_table(content, filename, COLUMNS, Limits(rows=LONGEST_LIST + 20))
    passed: list[Row] = []
    rejected = list(table.rejected)
    counts = {"fresh": 0, "unchanged": 0}
    try:
        with transaction.atomic():
            for row in table.rows:
                try:
                    with transaction.atomic():
                        counts[_take_over(row.values, by)] += 1
                    passed.append(row)
                except Refusal as refusal:
                    every = refusal.refusals if isinstance(refusal, Refusals) else [refusal]
                    rejected.append(Rejected(row.number, row.values, tuple(every)))
            raise _Undo
    except _Undo:
        pass
    kept: StaffImport | None = None
    if passed and by.account_id is not None:
        kept = StaffImport.objects.create(
            account_id=by.account_id,
            filename=filename[:200],
            rows=[row.values for row in passed],
            row_count=len(passed),
        )
    rejected.sort(key=lambda row: row.number)
    return Trial(kept.pk if kept else None, counts["fresh"], counts["unchanged"], rejected, table.unknown)


@transaction.atomic
def confirm_staff_list(import_id: UUID, *, by: Actor) -> dict[str, int]:
    """Take over the rows that passed: all of them or, when something changed meanwhile, none."""
    require(by, MANAGE_STAFF)
    found = StaffImport.objects.select_for_update().filter(pk=import_id).first()
    if found is None or found.account_id != by.account_id:
        raise not_found(T("这份名册", "This list"))
    if found.confirmed_at is not None:
        raise Refusal("import_confirmed", T("这份名册已经导入。", "This list was taken over already."), status=409)
    counts = {"fresh": 0, "unchanged": 0}
    for values in found.rows:
        try:
            counts[_take_over(values, by)] += 1
        except Refusal as refusal:
            raise Refusal("import_changed", T("试运行之后情况有变（{name}:{why}），一行也没有导入。请重新上传。",
                          "Something changed since the trial ({name}: {why}); nothing was taken over. Upload it again.")
                          .format(name=values["name"], why=refusal.message), field="file", status=409) from None  # fmt: skip
    found.rows, found.confirmed_at = [], timezone.now()
    found.save(update_fields=["rows", "confirmed_at"])
    return counts


def _take_over(values: dict[str, Any], by: Actor) -> str:
    """One row: organisation, unit, person, log-in, membership; what is there already stays."""
    unit = _unit(values, by)
    person = _person(values, unit, by)
    scope = values.get("region_code") or unit.region_code
    same = Membership.objects.filter(
        person=person, unit=unit, role=values["role"], region_code=scope, withdrawn_at__isnull=True
    )
    if same.exists():
        return "unchanged"
    first, last = values.get("valid_from"), values.get("valid_to")
    term = Term(
        date.fromisoformat(first) if first else timezone.localdate(), date.fromisoformat(last) if last else None
    )
    grant_membership(person.pk, unit.pk, values["role"], term=term, region_code=scope, by=by)
    return "fresh"


def _unit(values: dict[str, Any], by: Actor) -> Unit:
    name = " ".join(values["organisation"].split())
    known = Organisation.objects.filter(is_active=True, region_code__startswith=by.region)
    organisation = known.filter(uscc=values["uscc"]).first() if values.get("uscc") else known.filter(name=name).first()
    region = values.get("region_code") or (organisation.region_code if organisation else by.region)
    if organisation is None:
        new = NewOrganisation(name, Organisation.Kind.GOVERNMENT, region, values.get("uscc") or "", source="import")
        organisation = create_organisation(new, by=by)
    unit_name = " ".join(values["unit"].split())
    unit = Unit.objects.filter(organisation=organisation, name=unit_name, is_active=True).first()
    if unit is not None:
        return unit
    code = values.get("code") or name_key(name + unit_name, personal=False).initials[:32].lower()
    return create_unit(NewUnit(unit_name, Unit.Kind.DEPARTMENT, code, region), organisation_id=organisation.pk, by=by)


def _person(values: dict[str, Any], unit: Unit, by: Actor) -> Person:
    person = person_by_document("resident_id", values["document_number"])
    if person is not None and person.name != tidy_name(values["name"]):
        raise Refusal("name_differs", T("这个身份证号已登记为另一个姓名，请核对姓名和号码。",
                      "This identity number is recorded under another name: check both."), field="name")  # fmt: skip
    if person is None:
        person = register_person(
            Particulars(values["name"], "resident_id", values["document_number"], values["phone"],
                        region_code=unit.region_code), source="import", by=by,
        )  # fmt: skip
    holder = account_by_phone(values["phone"])
    if holder is not None and holder.person_id not in (person.pk, None):
        raise phone_taken()
    if holder is None and not Account.objects.filter(person=person).exists():
        create_account(f"s{secrets.token_hex(6)}", phone=values["phone"], person_id=person.pk, by=by)
    return person


def staff_list_template() -> str:
    """The list to fill in, as CSV with a byte order mark so that Excel reads it, in Chinese."""
    head = ",".join(column.label.zh for column in COLUMNS)
    line = "示例单位,,示例科,example,示例姓名,（18 位号码）,（11 位手机号）,审查员,,2026-01-01,"
    return f"\ufeff{head}\r\n{line}\r\n"
