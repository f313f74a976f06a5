"""The columns of lists other authorities hand over, by the headers they use."""

from __future__ import annotations

from tongban.foundation.registers.rules.records import check_capital, check_day, check_region, check_standing
from tongban.lib.identifiers import check_citizen_id, check_uscc
from tongban.lib.spreadsheets import Column
from tongban.lib.words import T

COLUMNS: dict[str, tuple[Column, ...]] = {
    "companies": (
        Column("uscc", T("统一社会信用代码", "Credit code"), ("信用代码", "社会信用代码"), True, check_uscc),
        Column("name", T("企业名称", "Name"), ("名称", "市场主体名称", "字号名称"), is_required=True),
        Column("kind", T("类型", "Kind"), ("市场主体类型", "企业类型")),
        Column("address", T("住所", "Address"), ("地址", "经营场所", "住所（经营场所）")),
        Column("industry", T("行业", "Industry"), ("行业门类", "所属行业")),
        Column("business_scope", T("经营范围", "Scope of business")),
        Column("legal_representative", T("法定代表人", "Legal representative"), ("负责人", "经营者", "投资人")),
        Column("registered_on", T("成立日期", "Registered on"), ("注册日期", "登记日期"), check=check_day),
        Column("capital_fen", T("注册资本", "Registered capital"), ("注册资金", "出资额"), check=check_capital),
        Column("standing", T("登记状态", "Standing"), ("状态", "经营状态"), check=check_standing),
        Column("region_code", T("区划代码", "Region code"), ("行政区划代码",), check=check_region),
    ),
    "population": (
        Column("name", T("姓名", "Name"), is_required=True),
        Column("document_number", T("身份证号", "Identity number"), ("公民身份号码", "身份证号码", "证件号码"), True, check_citizen_id),
        Column("ethnicity", T("民族", "Ethnicity")),
        Column("registered_region", T("户籍区划", "Region of registration"), ("户籍区划代码",), check=check_region),
        Column("registered_address", T("户籍地址", "Registered address"), ("户籍所在地", "户口所在地", "住址")),
    ),
}  # fmt: skip
KEYS = {"companies": "uscc", "population": "document_number"}
