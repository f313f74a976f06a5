"""The registers of the house: whose they are, by which law they are read, what they know, how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

About = Literal["organisation", "person"]


@dataclass(frozen=True, slots=True)
class KeptField:
    """One field of a register: why it is kept, and whether it is encrypted at rest."""

    name: str
    label: T
    purpose: T
    is_encrypted: bool = False


@dataclass(frozen=True, slots=True)
class RegisterKind:
    """A register: its keeper, legal basis, purposes it may be read for, retention, fields, and the elements it answers.

    ``elements`` maps a data element to the field that holds it. Legal basis and retention carry document number and date.
    """

    code: str
    name: T
    keeper: T
    about: About
    legal_basis: T
    purposes: tuple[str, ...]
    retention: T
    fields: tuple[KeptField, ...]
    elements: dict[str, str] = field(default_factory=dict)
    is_imported: bool = True


# What a register may be read for; whoever reads says which.
PURPOSES: dict[str, T] = {
    "service": T("办理政务服务事项", "Handling a service somebody applied for"),
    "verification": T("核验申报信息", "Checking what somebody stated"),
    "grid": T("社区服务和网格管理", "Community service and grid work"),
    "emergency": T("突发事件应急处置", "Responding to an emergency"),
}
_SHARING = T(
    "《政务数据共享条例》（国务院令第809号，2025-08-01 施行）", "Regulations on Government Data Sharing (State Council Decree 809, in force 2025-08-01)"
)  # fmt: skip
_STATUTORY_DUTY = T(
    "《个人信息保护法》（2021-11-01 施行）第十三条第三项、第三十四条", "Personal Information Protection Law (in force 2021-11-01) Art. 13(3), 34"
)  # fmt: skip
_FILL = T("申请表自动填写，不再重复填报", "To fill in forms, so that nobody types it again")
_MATCH = T("与申请人核对，避免重名", "To match the applicant and avoid mistaken names")
_WHERE = T("确定属地和办理机关", "To know which place and office is in charge")
_CARE = T("社区服务、应急时找得到人", "To serve the community, and to find people in an emergency")

COMPANIES = RegisterKind(
    code="companies",
    name=T("市场主体登记库", "Company register"),
    keeper=T("市场监督管理部门", "Market regulation authority"),
    about="organisation",
    legal_basis=T(
        f"《市场主体登记管理条例》（国务院令第746号，2022-03-01 施行）；{_SHARING.zh}",
        f"Regulations on the Registration of Market Entities (State Council Decree 746, in force 2022-03-01); {_SHARING.en}",
    ),
    purposes=("service", "verification", "grid", "emergency"),
    retention=T("随登记机关的清单更新；已注销的，5 年没有再列出即删除", "As the authority lists it; deregistered ones go once no list has named them for 5 years"),
    fields=(
        KeptField("uscc", T("统一社会信用代码", "Credit code"), _MATCH),
        KeptField("name", T("名称", "Name"), _FILL),
        KeptField("kind", T("类型", "Kind"), _FILL),
        KeptField("address", T("住所", "Address"), _WHERE),
        KeptField("industry", T("行业", "Industry"), _WHERE),
        KeptField("business_scope", T("经营范围", "Scope of business"), _FILL),
        KeptField("legal_representative", T("法定代表人", "Legal representative"), _MATCH),
        KeptField("registered_on", T("成立日期", "Registered on"), _FILL),
        KeptField("capital_fen", T("注册资本", "Registered capital"), _FILL),
        KeptField("standing", T("登记状态", "Standing"), _MATCH),
        KeptField("region_code", T("所在区划", "Region"), _WHERE),
    ),
    elements={
        "enterprise.name": "name", "enterprise.uscc": "uscc", "enterprise.kind": "kind", "enterprise.address": "address",
        "enterprise.industry": "industry", "enterprise.business_scope": "business_scope",
        "enterprise.legal_representative": "legal_representative", "enterprise.registered_on": "registered_on",
        "enterprise.capital": "capital_yuan", "enterprise.standing": "standing",
    },
)  # fmt: skip
POPULATION = RegisterKind(
    code="population",
    name=T("人口基础信息库", "Population register"),
    keeper=T("公安机关", "Public security authority"),
    about="person",
    legal_basis=T(
        f"《户口登记条例》（1958-01-09 公布）；{_SHARING.zh}；{_STATUTORY_DUTY.zh}",
        f"Regulations on Household Registration (1958-01-09); {_SHARING.en}; {_STATUTORY_DUTY.en}",
    ),
    purposes=("service", "verification", "emergency"),
    retention=T("随公安机关的清单更新；2 年没有再列出即删除", "As the police list it; gone once no list has named the person for 2 years"),
    fields=(
        KeptField("name", T("姓名", "Name"), _FILL),
        KeptField("document_number", T("证件号码", "Document number"), _MATCH, is_encrypted=True),
        KeptField("sex", T("性别", "Sex"), _FILL),
        KeptField("birth_date", T("出生日期", "Date of birth"), _FILL, is_encrypted=True),
        KeptField("ethnicity", T("民族", "Ethnicity"), _FILL),
        KeptField("registered_region", T("户籍区划", "Region of household registration"), _WHERE),
        KeptField("registered_address", T("户籍地址", "Registered address"), _FILL, is_encrypted=True),
    ),
    elements={
        "person.name": "name", "person.document_number": "document_number", "person.sex": "sex",
        "person.birth_date": "birth_date", "person.ethnicity": "ethnicity",
        "person.registered_address": "registered_address", "person.registered_region": "registered_region",
    },
)  # fmt: skip
RESIDENCE = RegisterKind(
    code="residence",
    name=T("社区实有人口库", "Register of residents"),
    keeper=T("社区和网格", "Communities and grids"),
    about="person",
    legal_basis=T(
        f"《居住证暂行条例》（国务院令第663号，2016-01-01 施行）；{_STATUTORY_DUTY.zh}",
        f"Interim Regulations on Residence Permits (State Council Decree 663, in force 2016-01-01); {_STATUTORY_DUTY.en}",
    ),
    purposes=("service", "grid", "emergency"),
    retention=T("居住期间保留，搬离后 2 年删除", "While somebody lives there, and 2 years after they moved out"),
    fields=(
        KeptField("address", T("现住址", "Present address"), _FILL),
        KeptField("kind", T("居住类别", "Kind of residence"), _CARE),
        KeptField("relation", T("与户主关系", "Relation to the head"), _CARE),
        KeptField("birth_year", T("出生年", "Year of birth"), _CARE),
        KeptField("raw_address", T("原始地址", "Address as it was written"), _MATCH, is_encrypted=True),
        KeptField("employer", T("工作单位", "Employer"), _CARE),
        KeptField("lease", T("租赁起止和出租人", "Lease: dates and landlord"), _CARE),
    ),
    elements={"person.address": "address", "person.employer": "employer"},
    is_imported=False,
)  # fmt: skip

REGISTERS: dict[str, RegisterKind] = {kind.code: kind for kind in (COMPANIES, POPULATION, RESIDENCE)}
ELEMENTS: dict[str, RegisterKind] = {element: kind for kind in REGISTERS.values() for element in kind.elements}


def register_kind(code: str) -> RegisterKind:
    """The register with this code; refuses any other."""
    found = REGISTERS.get(code)
    if found is None:
        text = T("没有这个登记库，应为 {known}。", "There is no such register: use {known}.")
        raise Refusal("register_unknown", text.format(known=", ".join(REGISTERS)), field="register", status=404)
    return found


def check_purpose(kind: RegisterKind, purpose: str) -> T:
    """The purpose in words; refuses one the register may not be read for."""
    if purpose not in kind.purposes:
        text = T("“{register}”只能用于：{known}。", "“{register}” may be read for: {known}.")
        known = T(
            "、".join(PURPOSES[one].zh for one in kind.purposes),
            "; ".join(f"{one} ({PURPOSES[one].en})" for one in kind.purposes),
        )
        raise Refusal("purpose_not_allowed", text.format(register=kind.name, known=known), field="purpose", status=403)
    return PURPOSES[purpose]
