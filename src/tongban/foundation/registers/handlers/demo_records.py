"""Sample records of the registers: the demo's company and people, as the authorities would list them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from tongban.foundation.parties.queries import demo_account, demo_logins
from tongban.foundation.registers.models import CompanyRecord, PersonRecord, Register
from tongban.lib.actors import Actor
from tongban.lib.demo import load_demo
from tongban.lib.identifiers import synthetic_uscc
from tongban.lib.jurisdictions import current

COMMUNITY = "510502001007"  # 南城街道凤凰社区
SOURCE = "示例数据，与任何真实登记无关"
# Credit code, name, kind, address, industry, scope, representative, day, capital in yuan, standing.
COMPANIES = (
    (2020, "江阳区春和商贸有限公司", "有限责任公司", "南城街道凤凰社区示例路 18 号", "零售业",
     "日用百货、食品零售；互联网销售", "刘建国", date(2016, 3, 8), 2_000_000, "in_business"),
    (2021, "江阳区酒香餐饮店", "个体工商户", "南城街道凤凰社区示例路 26 号", "餐饮业", "餐饮服务", "赖小梅", date(2019, 6, 18), None,
     "in_business"),
    (2022, "泸州示例机械制造有限公司", "有限责任公司", "南城街道凤凰社区示例大道 100 号", "通用设备制造业", "泵、阀门制造和销售",
     "邹国强", date(2009, 11, 2), 30_000_000, "in_business"),
    (2023, "江阳区凤凰示例大药房", "个人独资企业", "南城街道凤凰社区示例路 20 号", "零售业", "药品零售", "温晓兰", date(2014, 5, 12),
     500_000, "in_business"),
    (2024, "江阳区旧事文化传播有限公司", "有限责任公司", "南城街道凤凰社区示例路 8 号", "文化艺术业", "文化活动策划", "文博",
     date(2012, 8, 1), 1_000_000, "cancelled"),
)  # fmt: skip


@load_demo.answer
def load_records(by: Actor) -> None:
    """Records of the demo's companies and people; nothing in any other jurisdiction."""
    del by
    if current() != "j510500":
        return
    refreshed = timezone.now() - timedelta(days=2)
    _companies(refreshed)
    _people(refreshed)
    for code in ("companies", "population"):
        Register.objects.get_or_create(
            code=code, defaults={"source": SOURCE, "refreshed_at": refreshed, "is_sample": True}
        )


def _companies(refreshed: datetime) -> None:
    rows = []
    for number, name, kind, address, industry, scope, head, day, yuan, standing in COMPANIES:
        rows.append(
            CompanyRecord(
                uscc=synthetic_uscc("92" if kind == "个体工商户" else "91", number), name=name, kind=kind, address=address,
                industry=industry, business_scope=scope, legal_representative=head, registered_on=day,
                capital_fen=yuan and yuan * 100, standing=standing, region_code=COMMUNITY, source=SOURCE,
                refreshed_at=refreshed, is_sample=True,
            )
        )  # fmt: skip
    known = set(CompanyRecord.objects.filter(uscc__in=[row.uscc for row in rows]).values_list("uscc", flat=True))
    new = [row for row in rows if row.uscc not in known]  # a later start need not read their names again
    CompanyRecord.objects.bulk_create(new, ignore_conflicts=True)


def _people(refreshed: datetime) -> None:
    if PersonRecord.objects.filter(is_sample=True).exists():
        return
    rows = []
    for login in demo_logins():
        account = demo_account(login.username)
        person = account.person if account else None
        if person is None or not person.document_number:
            continue
        rows.append(
            PersonRecord(
                name=person.name, document_type=person.document_type, document_number=person.document_number,
                sex=person.sex, birth_date=person.birth_date, ethnicity="汉族", registered_region=COMMUNITY,
                registered_address="四川省泸州市江阳区南城街道凤凰社区示例路18号", source=SOURCE, refreshed_at=refreshed,
                is_sample=True,
            )
        )  # fmt: skip
    PersonRecord.objects.bulk_create(rows, ignore_conflicts=True)
