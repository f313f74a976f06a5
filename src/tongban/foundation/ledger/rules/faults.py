"""What a recomputation can find, as people read it."""

from __future__ import annotations

from dataclasses import dataclass

from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault: its title, and what it means."""

    title: T
    meaning: T


REMEDY = T(
    "请保留数据库现状并立即备份，不要自行补写或删除数据；请监督员会同数据库管理员查明是谁、何时绕过系统直接改动了数据表，"
    "查明后在本页写明情况。",
    "Keep the database as it is and take a backup at once; write or delete nothing by hand. Have the auditor and the "
    "database administrator find out who changed the tables past the house, and when; then explain it on this page.",
)

FAULTS: dict[str, FaultKind] = {
    "row_missing": FaultKind(
        T("业务数据不见了", "A row is gone"),
        T("日志有它的记录，却没有按期删除的记录：它是被直接删掉的。",
          "The log tells of it, and no scheduled erasure does: it was deleted directly."),
    ),
    "row_changed": FaultKind(
        T("业务数据与日志不符", "A row differs from the log"),
        T("它在登记之后被直接改动。", "It was changed directly after it was recorded."),
    ),
    "row_unrecorded": FaultKind(
        T("业务数据没有日志记录", "A row without its leaf"),
        T("它不是通过系统产生的，或者它的日志记录已被删除。", "The house did not make it, or its leaf was removed."),
    ),
    "subject_missing": FaultKind(
        T("日志记录找不到所属事项", "A leaf of an affair nobody knows"),
        T("事项代号被直接删除，没有按期删除的记录。",
          "The affair's random name was deleted directly: no scheduled erasure tells of it."),
    ),
    "salt_missing": FaultKind(
        T("缺少盐值", "A salt is missing"),
        T("盐值被直接删除，这条记录的内容无法再向当事人或法院出示。",
          "It was deleted directly; what the leaf seals can no longer be shown to the person concerned or a court."),
    ),
    "leaf_missing": FaultKind(
        T("日志缺少记录", "A leaf is missing"),
        T("日志有空缺，或者一件事项的记录前后接不上。", "The log has a gap, or the chain of an affair is broken."),
    ),
    "leaf_changed": FaultKind(
        T("日志记录被改动", "A leaf was changed"),
        T("记录的内容与其哈希值不符；镜像中存有原文。", "Its content does not fit its hash; mirrors hold what it said."),
    ),
    "place_missing": FaultKind(
        T("日志记录没有编号", "A leaf without a place"),
        T("它既未编号，也不在等待编号的表中。", "It has no place, and is not among those that wait for one."),
    ),
    "tree_changed": FaultKind(
        T("日志与签名不符", "The log differs from what was signed"),
        T("已签名的记录被改动、调换或删除。", "Leaves that were signed for were changed, swapped or removed."),
    ),
    "erasure_invented": FaultKind(
        T("虚构的删除记录", "An erasure that never was"),
        T("数据表称这一事项已按期删除，日志中却没有这次删除。",
          "A table says that the affair was erased by schedule; the log tells of no such erasure."),
    ),
}  # fmt: skip
