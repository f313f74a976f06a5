"""The closed list of what enters the ledger; docs/ledger.md shows the same list, a test holds the two together."""

from __future__ import annotations

from dataclasses import dataclass

from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class LeafType:
    """One kind of leaf: ``open`` fields are there for everybody to read, ``sealed`` ones as salted commitments.

    Place, service and organisation are sealed wherever a leaf stands for one person's affair: in a small county
    they would tell whose.
    """

    name: str
    title: T
    open: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    has_subject: bool = True


_TYPES = (
    LeafType("membership.granted", T("授予任职", "Membership granted"), ("role",),
             ("person", "organisation", "unit", "region", "from", "until")),
    LeafType("membership.withdrawn", T("撤销任职", "Membership withdrawn"), ("role",), ("reason",)),
    LeafType("delegation.granted", T("授予代行", "Delegation granted"), (),
             ("membership", "to_whom", "from", "until", "reason")),
    LeafType("delegation.withdrawn", T("收回代行", "Delegation withdrawn")),
    LeafType("mandate.granted", T("授予代办权", "Mandate granted"), (), ("from_whom", "to_whom", "scope", "until")),
    LeafType("mandate.accepted", T("接受代办权", "Mandate accepted")),
    LeafType("mandate.withdrawn", T("撤销代办权", "Mandate withdrawn"), (), ("reason",)),
    LeafType("representative.recorded", T("登记法定代表人", "Legal representative recorded"), ("how",),
             ("organisation", "person")),
    LeafType("identity.verified", T("窗口核验身份", "Identity verified"), (), ("name", "document_type", "document_number")),
    LeafType("correction.settled", T("办结更正申请", "Correction settled"), ("is_accepted",),
             ("person", "fact", "stated", "answer")),
    LeafType("access.granted", T("准许接入", "Access granted"), ("kind",), ("holder", "capabilities", "region", "until")),
    LeafType("access.withdrawn", T("停止接入", "Access withdrawn"), ("kind",)),
    LeafType("definition.published", T("发布事项版本", "Definition published"), ("code", "version", "digest", "in_flight"),
             ("proposed_by",)),
    LeafType("case.filed", T("提交办件", "Case filed"), ("due",), ("service", "version", "applicant", "region", "form")),
    LeafType("case.accepted", T("受理办件", "Case accepted"), ("due", "statutory", "by_silence")),
    LeafType("case.not_accepted", T("不予受理", "Case not accepted"), (), ("reason",)),
    LeafType("case.returned", T("一次性告知补正", "Corrections asked for"), ("until", "is_accepted"), ("wanted",)),
    LeafType("case.moved", T("转到事项新版", "Case moved to a new version"), ("from", "to"), ("reason",)),
    LeafType("case.extended", T("延长时限", "Period extended"), ("days", "due"), ("reason",)),
    LeafType("case.clock_stopped", T("启动特别程序", "Clock stopped"), ("kind", "until"), ("reason",)),
    LeafType("case.clock_resumed", T("特别程序结束", "Clock started again"), ("kind", "due"), ("result",)),
    LeafType("case.reviewed", T("出具审查意见", "Case reviewed"), ("is_late",), ("unit", "opinion", "reason")),
    LeafType("case.decided", T("作出决定", "Case decided"), ("outcome", "is_late"), ("reason", "document")),
    LeafType("case.withdrawn", T("申请人撤回", "Case withdrawn"), (), ("reason",)),
    LeafType("case.terminated", T("终止办件", "Case ended without a decision"), (), ("reason",)),
    LeafType("case.delivered", T("送达", "Case delivered"), ("way", "is_late"), ("receiver",)),
    LeafType("case.archived", T("归档", "Case archived"), ("digest", "parts")),
    LeafType("promise.made", T("作出承诺", "Promise made"), ("is_condition",), ("about", "text")),
    LeafType("promise.supplied", T("补交承诺的材料", "Promised document handed in"), (), ("about", "form")),
    LeafType("promise.settled", T("核查承诺", "Promise looked into"), ("is_kept",), ("about", "reason")),
    LeafType("fee.asked", T("通知缴费", "Fee asked for"), ("until",), ("fee", "amount", "basis")),
    LeafType("fee.paid", T("缴费", "Fee paid"), ("way",), ("fee", "amount", "reference", "receipt")),
    LeafType("fee.exempted", T("免缴", "Fee waived"), (), ("fee", "amount", "reason")),
    LeafType("fee.refunded", T("退费", "Fee paid back"), (), ("fee", "amount", "reference", "reason")),
    LeafType("paper.sealed", T("文书盖章", "Paper sealed"), (), ("number", "digest", "seal")),
    LeafType("seal.opened", T("启用印章", "Seal opened"), ("fingerprint", "is_test", "until"), ("office",)),
    LeafType("seal.withdrawn", T("作废印章", "Seal withdrawn"), ("fingerprint",), ("reason",)),
    LeafType("rating.excluded", T("评价不计入得分", "Rating left out of the score"), ("level",), ("reason",)),
    LeafType("certificate.issued", T("签发证照", "Certificate issued"), ("until",), ("type", "holder", "number", "digest")),
    LeafType("certificate.revoked", T("撤销证照", "Certificate revoked"), (), ("number", "reason")),
    LeafType("issuer_key.opened", T("启用签发密钥", "Issuer key opened"), ("kid", "public_key", "until")),
    LeafType("trust_root.adopted", T("启用根密钥", "Root key adopted"), ("public_key",)),
    LeafType("issuer_key.withdrawn", T("作废签发密钥", "Issuer key withdrawn"), ("kid", "reason")),
    LeafType("disclosure.opened", T("双人批准调取", "Disclosure opened"), (), ("about", "purpose", "basis", "approvers")),
    LeafType("list.taken", T("导入居民名单", "List of residents taken over"), ("count",), ("area", "title", "digest", "taken_by")),
    LeafType("list.undone", T("撤销导入居民名单", "List of residents undone"), ("count",), ("reason", "undone_by")),
    LeafType("tenancy.confirmed", T("双方确认租约", "Lease confirmed by both sides"), (),
             ("dwelling", "part", "landlord", "tenant", "from", "until")),
    LeafType("rule.changed", T("变更规则", "Rule changed"), ("rule", "before", "after", "reason")),
    LeafType("keys.rotated", T("更换密钥", "Key rotated"), ("kind", "number", "old", "new", "size", "signature"),
             has_subject=False),
    LeafType("data.erased", T("按期删除数据", "Data erased"), ("purpose", "what", "count", "from", "to", "subjects"),
             has_subject=False),
    LeafType("finding.explained", T("说明异常", "Finding explained"), ("kind",), ("about", "explanation"), has_subject=False),
    LeafType("shard.opened", T("启用分卷", "Shard opened"), ("origin", "previous", "lost"), has_subject=False),
    LeafType("shard.closed", T("封存分卷", "Shard closed"), ("size",), has_subject=False),
    LeafType("leaf.late", T("条目迟到", "Leaf late"), ("leaf", "dated"), has_subject=False),
)  # fmt: skip
LEAF_TYPES: dict[str, LeafType] = {found.name: found for found in _TYPES}
