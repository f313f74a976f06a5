"""What differs between two versions of a service, in words a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tongban.lib.words import T
from tongban.matters.rules.shape import Content

Kind = Literal["added", "removed", "changed"]
KINDS: dict[str, T] = {"added": T("新增", "Added"), "removed": T("删除", "Removed"), "changed": T("修改", "Changed")}
_IDENTITIES = (
    "element",
    "unit",
    "code",
    "kind",
    "value",
    "since",
    "rule",
)  # what tells one thing of a list from another
_NAMES = ("title", "label", "name", "question", "message")


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: where, and what stood and stands there; ``path`` is its place in the content."""

    path: tuple[str, ...]
    where: T
    kind: Kind
    before: T | None = None
    after: T | None = None


def differences(before: Content | None, after: Content) -> list[Difference]:
    """Everything that differs, in the order of the content; without ``before`` nothing does."""
    if before is None:
        return []
    return list(_compare(before.model_dump(mode="json"), after.model_dump(mode="json"), (), ()))


def _compare(before: Any, after: Any, path: tuple[str, ...], where: tuple[T, ...]) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and not _is_text(before) and not _is_text(after):
        yield from _compare_parts(before, after, path, where)
    elif isinstance(before, list) and isinstance(after, list) and _is_named(before) and _is_named(after):
        yield from _compare_parts(_by_identity(before), _by_identity(after), path, where)
    elif _is_nothing(before) or _is_nothing(after):
        kind: Kind = "added" if _is_nothing(before) else "removed"
        yield Difference(path, _joined(where), kind, _shown(before), _shown(after))
    else:
        yield Difference(path, _joined(where), "changed", _shown(before), _shown(after))


def _compare_parts(
    before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...], where: tuple[T, ...]
) -> Iterator[Difference]:
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key), after.get(key)
        label = LABELS.get(key) or _named(other if isinstance(other, dict) else one) or T(key, key)
        yield from _compare(one, other, (*path, key), (*where, label) if key not in _SILENT else where)


def _is_text(value: Mapping[str, Any]) -> bool:
    return set(value) == {"zh", "en"}


def _is_nothing(value: Any) -> bool:
    return value is None or value in ([], {})


def _is_named(rows: list[Any]) -> bool:
    return all(isinstance(row, dict) and not _is_text(row) for row in rows)


def _by_identity(rows: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, row in enumerate(rows):
        key = next((str(row[part]) for part in _IDENTITIES if isinstance(row.get(part), str)), f"{number + 1}")
        found[key if key not in found else f"{key} {number + 1}"] = row
    return found


def _named(value: Any) -> T | None:
    if not isinstance(value, dict):
        return None
    found = next((value[part] for part in _NAMES if isinstance(value.get(part), dict)), None)
    return T.read(found) if found else None


def _shown(value: Any) -> T | None:
    if _is_nothing(value):
        return None
    if isinstance(value, bool):
        return T("是", "yes") if value else T("否", "no")
    if isinstance(value, dict):
        if _is_text(value):
            return T.read(value)
        name = _named(value)
        key = next((str(value[part]) for part in _IDENTITIES if isinstance(value.get(part), str)), "")
        return T(f"{name.zh}（{key}）", f"{name.en} ({key})") if name and key else name or T(key or "…", key or "…")
    if isinstance(value, list):
        shown = [_shown(one) or T("", "") for one in value]
        return T("、".join(one.zh for one in shown), ", ".join(one.en for one in shown))
    return T(str(value), str(value))


def _joined(where: tuple[T, ...]) -> T:
    return T(" › ".join(one.zh for one in where), " › ".join(one.en for one in where))


_SILENT = frozenset({"definition", "form"})
LABELS: dict[str, T] = {
    "certificate": T("证照", "Certificate"), "elements": T("数据元", "Data elements"), "parameters": T("参数", "Parameters"),
    "screens": T("页", "Screens"), "fields": T("问题", "Questions"), "rules": T("校验规则", "Rules"), "about": T("说明", "About"),
    "guide": T("办事指南", "Guide"), "materials": T("材料", "Materials"), "conditions": T("条件", "Conditions"),
    "regimes": T("办理方式", "Regimes"), "acceptance": T("受理", "Acceptance"), "reviews": T("审查", "Reviews"),
    "parties": T("审查部门", "Departments"), "join": T("汇总方式", "Join rule"), "lead": T("牵头部门", "Lead"),
    "quorum": T("同意数", "Quorum"), "looks_at": T("看哪几页", "Looks at"), "task": T("审什么", "Task"),
    "special_procedures": T("特别程序", "Special procedures"), "fees": T("收费", "Fees"), "amount": T("金额", "Amount"),
    "clocks": T("时限", "Clocks"), "statutory": T("法定", "Statutory"), "promised": T("承诺", "Promised"),
    "working_days": T("工作日", "Working days"), "review_working_days": T("部门审查工作日", "Working days of a review"),
    "extension": T("延长", "Extension"), "delivery": T("送达", "Delivery"), "correction": T("补正", "Correction"),
    "decision": T("决定", "Decision"), "automatic": T("自动决定", "Automatic decision"), "seal": T("印章", "Seal"),
    "notices": T("通知", "Notices"), "retention": T("保存期限", "Retention"), "in_force": T("受理期间", "In force"),
    "since": T("起", "from"), "until": T("止", "until"), "when": T("条件", "When"), "visible": T("何时显示", "Shown when"),
    "required": T("是否必填", "Required"), "calculate": T("计算", "Computed as"), "fill": T("自动填写", "Filled from"),
    "hint": T("提示", "Hint"), "label": T("名称", "Label"), "title": T("标题", "Title"), "name": T("名称", "Name"),
    "options": T("选项", "Options"), "values": T("各期的值", "Values"), "value": T("值", "Value"), "reference": T("依据", "Reference"),
    "legal_basis": T("法律依据", "Legal basis"), "questions": T("常见问题", "Questions people ask"), "lines": T("印什么", "Lines"),
    "statement": T("正文", "Statement"), "valid_days": T("有效天数", "Days valid"), "channels": T("渠道", "Channels"),
    "assurance": T("身份核验等级", "Assurance"), "applicants": T("谁可以申请", "Applicants"), "theme": T("主题", "Theme"),
    "keywords": T("搜索词", "Keywords"), "message": T("提示语", "Message"), "text": T("内容", "Text"), "days": T("天数", "Days"),
    "sensitivity": T("敏感程度", "Sensitivity"), "purpose": T("为什么问", "Purpose"), "type": T("类型", "Type"),
    "fee": T("收费说明", "Fee"), "who": T("谁可以办", "Who"), "result": T("办理结果", "Result"), "unit": T("部门或单位", "Unit"),
    "longest": T("最多字数", "Longest"), "least": T("最小", "Least"), "most": T("最大", "Most"), "rule": T("规则", "Rule"),
}  # fmt: skip
