"""Sample people, offices and companies of 江阳区; every identity and credit number is of a region nobody has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from tongban.foundation.parties import actions
from tongban.foundation.parties.models import Account, Organisation, Person, Unit
from tongban.foundation.parties.queries import DEMO_PASSWORD, actor_of_account, organisation_by_uscc, unit_for
from tongban.foundation.parties.rules import Particulars, Term
from tongban.lib.actors import Actor
from tongban.lib.demo import load_demo
from tongban.lib.identifiers import synthetic_id_number, synthetic_uscc
from tongban.lib.jurisdictions import current

COUNTY = "510502"
COMMUNITY = "510502001007"  # 南城街道凤凰社区, as the Bureau numbers it
_FIRST_DAY = date(2026, 1, 1)


class Office(NamedTuple):
    """A government organisation with the unit definitions know by ``code``."""

    code: str
    organisation: str
    unit: str
    unit_en: str
    region: str = COUNTY


OFFICES = (
    Office(
        "industry", "泸州市江阳区商务和经济合作局", "行业主管部门（区商务经合局）", "Industry department (commerce)"
    ),
    Office("health", "泸州市江阳区卫生健康局", "区卫生健康局", "District Health Bureau"),
    Office("labour", "泸州市江阳区人力资源和社会保障局", "区人社局", "District Labour and Social Security Bureau"),
    Office("environment", "泸州市江阳生态环境局", "生态环境局", "Ecology and Environment Bureau"),
    Office("emergency", "泸州市江阳区应急管理局", "区应急局", "District Emergency Management Bureau"),
    Office("market", "泸州市江阳区市场监督管理局", "区市场监管局", "District Market Regulation Bureau"),
    Office("approval", "泸州市江阳区行政审批和数据局", "区行政审批局", "District Administrative Approval Bureau"),
    Office("township", "泸州市江阳区南城街道办事处", "南城街道", "Nancheng Subdistrict", "510502001"),
    Office("township", "泸州市江阳区北城街道办事处", "北城街道", "Beicheng Subdistrict", "510502002"),
    Office("township", "泸州市江阳区黄舣镇人民政府", "黄舣镇", "Huangyi Town", "510502103"),
    Office("housing", "泸州市江阳区住房和城乡建设局", "区住建局", "District Housing and Construction Bureau"),
    Office(
        "planning", "泸州市自然资源和规划局江阳分局", "自然资源和规划分局", "Natural Resources and Planning, Jiangyang"
    ),
)
# Parts of a unit above: code of the whole, its own code, kind, Chinese and English name.
PARTS = (
    ("approval", "hall", Unit.Kind.HALL, "江阳区政务服务大厅", "Jiangyang Service Hall"),
    ("hall", "window-1", Unit.Kind.WINDOW, "综合受理 1 号窗口", "General window 1"),
    ("hall", "window-2", Unit.Kind.WINDOW, "综合受理 2 号窗口", "General window 2"),
    ("hall", "window-3", Unit.Kind.WINDOW, "企业服务 3 号窗口", "Window 3, companies"),
    ("hall", "window-4", Unit.Kind.WINDOW, "统一出件 4 号窗口", "Window 4, collection"),
    ("health", "disease-control", Unit.Kind.DEPARTMENT, "疾病预防控制股", "Disease control section"),
    ("market", "registration", Unit.Kind.DEPARTMENT, "登记注册股", "Registration section"),
)


class Human(NamedTuple):
    """A sample person with a log-in; ``role`` and ``unit`` are empty for applicants."""

    username: str
    name: str
    birth: date
    sequence: int  # odd is male
    role: str = ""
    unit: str = ""
    region: str = COUNTY


HUMANS = (
    Human("resident", "陈小雨", date(1993, 4, 12), 202),
    Human("owner", "刘建国", date(1975, 9, 3), 101),
    Human("accountant", "王丽华", date(1984, 11, 20), 104),
    Human("clerk1", "周敏", date(1995, 2, 8), 206, "clerk", "window-1"),
    Human("clerk2", "何志强", date(1990, 7, 15), 207, "clerk", "window-2"),
    Human("industry1", "唐伟", date(1979, 5, 27), 109, "reviewer", "industry"),
    Human("health1", "李秀英", date(1982, 1, 19), 112, "reviewer", "health"),
    Human("health2", "张海燕", date(1988, 8, 30), 114, "reviewer", "health"),
    Human("labour1", "罗斌", date(1986, 3, 4), 115, "reviewer", "labour"),
    Human("environment1", "邓洁", date(1991, 12, 11), 116, "reviewer", "environment"),
    Human("emergency1", "曾强", date(1978, 10, 6), 117, "reviewer", "emergency"),
    Human("emergency2", "单雄飞", date(1989, 6, 23), 119, "reviewer", "emergency"),
    Human("market1", "赵静", date(1985, 4, 17), 120, "reviewer", "market"),
    Human("township1", "先明", date(1987, 9, 9), 121, "reviewer", "township", "510502001"),
    Human("decider1", "黄文博", date(1972, 2, 28), 123, "decider", "approval"),
    Human("decider2", "谢芳", date(1976, 12, 1), 124, "decider", "approval"),
    Human("manager1", "余平", date(1983, 5, 5), 125, "organisation_manager", "health"),
    Human("administrator1", "蒋云", date(1980, 3, 16), 126, "administrator", "approval", ""),
    Human("operator1", "彭涛", date(1992, 10, 21), 127, "operator", "approval", ""),
    Human("auditor1", "杜兰", date(1974, 7, 7), 128, "auditor", "approval", ""),
    Human("administrator2", "秦岚", date(1987, 1, 26), 130, "administrator", "approval", ""),
    Human("housing1", "袁军", date(1977, 6, 2), 131, "reviewer", "housing"),
    Human("planning1", "汪晓燕", date(1990, 3, 13), 132, "reviewer", "planning"),
    Human("labour2", "蒲志刚", date(1981, 8, 24), 133, "decider", "labour"),
    Human("market2", "冯静", date(1984, 12, 9), 134, "decider", "market"),
)
COMPANY_USCC = synthetic_uscc("91", 2020)
COMPANY = actions.NewOrganisation(
    name="江阳区春和商贸有限公司", kind=Organisation.Kind.COMPANY, region_code=COMMUNITY, uscc=COMPANY_USCC,
    short_name="春和商贸", name_en="Jiangyang Chunhe Trading Co., Ltd.", address="南城街道凤凰社区示例路 18 号",
    industry="零售业", source="sample", is_sample=True,
)  # fmt: skip


@load_demo.answer
def load_people_and_offices(by: Actor) -> None:
    """The offices, hall, staff and applicants of the demo county; nothing in any other jurisdiction."""
    if current() != "j510500":
        return
    units = _offices(by)
    password = make_password(DEMO_PASSWORD)
    people = {human.username: _human(human, number, password, by) for number, human in enumerate(HUMANS)}
    for human in HUMANS:
        person = people[human.username]
        if human.role and not person.memberships.exists():
            actions.grant_membership(
                person.pk, units[human.unit].pk, human.role, term=Term(_FIRST_DAY), region_code=human.region, by=by
            )
    _company(people["owner"], people["accountant"], by)


def _offices(by: Actor) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for number, office in enumerate(OFFICES):
        unit = Unit.objects.filter(code=office.code, region_code=office.region).first()
        if unit is None:
            organisation = actions.create_organisation(
                actions.NewOrganisation(
                    name=office.organisation, kind=Organisation.Kind.GOVERNMENT, region_code=office.region,
                    uscc=synthetic_uscc("11", 100 + number), source="sample", is_sample=True,
                ), by=by,
            )  # fmt: skip
            new = actions.NewUnit(
                office.unit, Unit.Kind.DEPARTMENT, office.code, office.region, office.unit_en, is_sample=True
            )
            unit = actions.create_unit(new, organisation_id=organisation.pk, by=by)
        units.setdefault(office.code, unit)
    for whole, code, kind, name, name_en in PARTS:
        part = unit_for(code, COUNTY)
        if part is None:
            parent = units[whole]
            new = actions.NewUnit(name, kind, code, COUNTY, name_en, is_sample=True)
            part = actions.create_unit(new, organisation_id=parent.organisation_id, parent_id=parent.pk, by=by)
        units[code] = part
    return units


def _human(human: Human, number: int, password: str, by: Actor) -> Person:
    account = Account.objects.filter(username=human.username).select_related("person").first()
    if account is not None:
        assert account.person is not None
        return account.person
    phone = f"+86138000051{number:02d}"
    particulars = Particulars(
        name=human.name, document_type="resident_id", phone=phone, region_code=COMMUNITY,
        document_number=synthetic_id_number(human.birth, human.sequence), address="南城街道凤凰社区示例小区",
    )  # fmt: skip
    person = actions.register_person(particulars, source="sample", is_sample=True, by=by)
    account = actions.create_account(human.username, phone=phone, person_id=person.pk, by=by)
    # One hash for all of them: a proper one takes a third of a second, and the password is public anyway.
    Account.objects.filter(pk=account.pk).update(password=password)
    return actions.verify_at_counter(person.pk, by=by)


def _company(owner: Person, accountant: Person, by: Actor) -> None:
    if organisation_by_uscc(COMPANY_USCC) is not None:
        return
    company = actions.create_organisation(COMPANY, legal_representative_id=owner.pk, by=by)
    first = timezone.localdate()
    new = actions.NewMandate(
        accountant.name, accountant.document_type, accountant.document_number, Term(first, first + timedelta(days=365)),
    )  # fmt: skip
    grantor = actions.Grantor(organisation_id=company.pk)
    given = actions.grant_mandate(new, grantor=grantor, by=_signed_in(owner))
    actions.accept_mandate(given.pk, by=_signed_in(accountant))


def _signed_in(person: Person) -> Actor:
    account = Account.objects.select_related("person").get(person=person)
    return actor_of_account(account, channel="web", second_factor=False)
