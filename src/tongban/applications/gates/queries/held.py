"""What gates hold on one person, for that person: passes, photos, scans."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongban.applications.gates.models import Gate, Pass, Scan
from tongban.applications.gates.queries.passes import lives_there
from tongban.applications.gates.rules.kinds import HOUSEHOLDS, KINDS
from tongban.applications.gates.rules.scans import VERDICTS
from tongban.foundation.registers.queries import homes_of_person
from tongban.lib.phones import show_phone
from tongban.lib.words import T

Fact = tuple[T, str, T]
_REGISTER, _SELF = T("由登记签发", "Issued by the register"), T("本人提出", "You")
_NEIGHBOUR = T("同住家人领取", "Somebody of your household")
_STATES: dict[str, T] = {
    "invited": T("等访客确认", "waiting for the visitor"), "asked": T("门岗在问", "asked by the gate"), "agreed": T("住户同意", "agreed"),
    "waiting": T("待核对", "to be checked"), "active": T("已签发", "issued"), "refused": T("未通过", "refused"), "ended": T("已结束", "ended"),
}  # fmt: skip
_MOST = 500


def passes_held_on(person_id: UUID) -> list[Fact]:
    """Passes one holds or asked for, and those of a household that name one, each with what is kept with it."""
    rows = Pass.objects.filter(Q(person_id=person_id) | Q(asked_by_id=person_id)).order_by("-asked_at")
    facts: list[Fact] = []
    for row in rows:
        source = _REGISTER if row.person_id else _SELF
        facts += [(KINDS[row.kind].name, _said(row), source)]
        if row.photo_mark:
            facts += [(T("证上的照片", "Photo on the pass"), row.place, T("本人同意后提供", "Given with consent"))]
    return facts + [(KINDS[row.kind].name, _said(row), _NEIGHBOUR) for row in _naming(person_id)]


def _naming(person_id: UUID) -> list[Pass]:
    """Passes of others' that name somebody: their names are sealed, so that those of one's homes are looked through."""
    homes = [row.dwelling_id for row in homes_of_person(person_id) if lives_there(row)]
    found = Pass.objects.filter(dwelling_id__in=homes, kind__in=HOUSEHOLDS).exclude(person_id=person_id)
    return [row for row in found if any(str(person_id) == str(member) for member, _ in row.members)]


def _said(row: Pass) -> str:
    until = timezone.localtime(row.ends_at)
    parts = [row.name, row.plate, row.place, show_phone(row.phone) if row.phone else "", row.reason]
    last = T("到 {until}", "until {until}").format(until=f"{until:%Y-%m-%d %H:%M}")
    return " · ".join([*(one for one in parts if one), str(last), str(_STATES[row.state])])


def scans_held_on(person_id: UUID) -> list[Fact]:
    """Each time a gate saw one's pass, or a guard looked it up; the newest first."""
    rows = list(_scans(_own(person_id))[:_MOST])
    names = {(one.community_id, one.number): T(one.name, one.name_en or one.name)
             for one in Gate.objects.filter(community_id__in={row.community_id for row in rows})}  # fmt: skip
    return [
        (
            T("按手机尾号查找", "Looked up") if row.verdict == "looked_up" else T("扫码", "Scan"),
            _seen(row, names.get((row.community_id, row.gate))),
            T(row.community.name, row.community.name_en or row.community.name),
        )
        for row in rows
    ]


def _own(person_id: UUID) -> QuerySet[Pass]:
    """Passes one holds; of those without a holder, those one asked for: a visitor's, a vehicle's."""
    return Pass.objects.filter(Q(person_id=person_id) | Q(person=None, asked_by_id=person_id))


def _scans(passes: QuerySet[Pass]) -> QuerySet[Scan]:
    return Scan.objects.filter(held__in=passes).select_related("community").order_by("-at")


def _seen(row: Scan, gate: T | None) -> str:
    way = T("进门", "in") if row.is_entry else T("出门", "out")
    let = T("放行", "let in") if row.was_let else T("未放行", "not let in")
    said = [str(gate or row.gate), str(way), str(VERDICTS.get(row.verdict, row.verdict))]
    if row.verdict != "looked_up":
        said.append(str(let))
    return f"{timezone.localtime(row.at):%Y-%m-%d %H:%M} " + " · ".join(said)
